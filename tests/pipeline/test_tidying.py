"""``tidy`` deletes only what is kept, packaged and valid; whatever else lies in the inbox stays."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from pathlib import Path

import pytest

from digitize.archive.verification import Effort
from digitize.errors import EnvironmentProblem
from digitize.model import Stage
from digitize.pipeline.leases import lease
from digitize.pipeline.tidying import Tidied, Tidying
from digitize.pipeline.workspace import Workspace
from digitize.times import now
from support.offices import contents, ledger_of, small_scan, stages
from support.program import digitize


@pytest.fixture
def done(packaged_office: Path, tmp_path: Path) -> Path:
    """An office with two dossiers that are packaged, HS-1 and HS-2, whose scans lie in the inbox."""
    return Path(shutil.copytree(packaged_office, tmp_path / "office", copy_function=shutil.copy2))


def tidy(office: Path, *, days: float = 0, rehearse: bool = False) -> Tidied:
    """Tidy an inbox in this process."""
    workspace = Workspace.open(office)
    with ledger_of(office) as ledger:
        age = dt.timedelta(days=days)
        return Tidying(workspace, ledger, now, age=age, rehearse=rehearse, effort=Effort(jobs=1)).tidy()


def kept(result: Tidied) -> dict[str, str]:
    return {path.name: problem.code for path, problem in result.kept}


def cleared(result: Tidied) -> list[str]:
    return sorted(one.dossier for one in result.cleared)


def inbox(office: Path) -> list[str]:
    return sorted(contents(office / "scans"))


def test_what_is_kept_packaged_and_valid_goes_and_is_recorded(done: Path) -> None:
    originals = contents(done / "originals")
    rehearsed = digitize("tidy", "-w", done, "--older-than", "0", "--dry-run", "--json")
    assert rehearsed.code == 0, rehearsed.err
    assert rehearsed.json["dry_run"] is True
    assert inbox(done) == ["HS-1.jpg", "HS-2.jpg"]
    # The profile leaves them for a month.
    young = digitize("tidy", "-w", done, "--json")
    assert young.json["summary"] == {"cleared": 0, "bytes": 0, "kept": 0, "waiting": 0, "young": 2}
    tidied = digitize("tidy", "-w", done, "--older-than", "0", "--json", "--user", "Lan")
    assert tidied.code == 0, tidied.err
    assert tidied.json["cleared"] == rehearsed.json["cleared"]
    assert [(one["dossier"], one["files"]) for one in tidied.json["cleared"]] == [
        ("HS-1", ["scans/HS-1.jpg"]),
        ("HS-2", ["scans/HS-2.jpg"]),
    ]
    assert tidied.json["summary"]["bytes"] == sum(
        len(data) for name, data in originals.items() if name.endswith(".jpg")
    )
    assert inbox(done) == []
    assert contents(done / "originals") == originals
    with ledger_of(done) as ledger:
        events = [(event.kind, event.who, event.detail) for event in ledger.events("HS-1")][-2:]
    files = {"files": ["scans/HS-1.jpg"]}
    assert events == [("tidying", "Lan", files), ("tidied", "Lan", files)]
    shown = digitize("show", "HS-1", "-w", done)
    assert "Đã dọn khỏi thư mục quét: scans/HS-1.jpg" in shown.out


def test_programs_are_told_of_it_and_not_of_a_rehearsal(done: Path, tmp_path: Path) -> None:
    settings = done / "digitize.toml"
    told = settings.read_text("utf-8").replace(
        "[operations]\n", '[operations]\non_finish = ["sh", "hook.sh"]\nmetrics = "digitize.prom"\n', 1
    )
    settings.write_text(told, "utf-8")
    (done / "hook.sh").write_text("cat > told.json\n")
    log = tmp_path / "log.jsonl"
    small_scan(done / "scans" / "moi.jpg")
    call = ("tidy", "-w", done, "--older-than", "0", "--log-json", log)
    assert digitize(*call, "--dry-run").code == 0
    assert not (done / "told.json").exists()
    assert not (done / "digitize.prom").exists()
    assert digitize(*call).code == 0
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert {line["command"] for line in lines} == {"tidy"}
    told_each = [(line["event"], line.get("dossier") or line.get("file")) for line in lines]
    kept_one = ("kept", "scans/moi.jpg")
    assert told_each == [
        ("started", None),
        *(("would_clear", name) for name in ("HS-1", "HS-2")),
        kept_one,
        ("ended", None),
        ("started", None),
        *(("cleared", name) for name in ("HS-1", "HS-2")),
        kept_one,
        ("ended", None),
    ]
    assert json.loads((done / "told.json").read_text("utf-8"))["command"] == "tidy"
    assert 'digitize_command_exit_code{command="tidy"' in (done / "digitize.prom").read_text("utf-8")


@pytest.mark.thorough
def test_a_run_after_it_finds_nothing_to_do_and_the_same_scan_is_not_taken_twice(done: Path) -> None:
    data = (done / "scans" / "HS-1.jpg").read_bytes()
    assert cleared(tidy(done)) == ["HS-1", "HS-2"]
    assert digitize("run", "-w", done, "--json").json["pages_read"] == 0
    (done / "scans" / "HS-1.jpg").write_bytes(data)
    again = digitize("run", "-w", done, "--lang", "en")
    assert (again.code, "came after" in again.err) == (0, False)
    assert len(stages(done)) == 2
    # It may go again as well.
    assert cleared(tidy(done)) == ["HS-1"]


def test_what_is_new_or_has_changed_stays(done: Path) -> None:
    scans = done / "scans"
    (scans / "HS-1.jpg").write_bytes((scans / "HS-1.jpg").read_bytes() + b"x")
    small_scan(scans / "moi.jpg")
    (scans / "ghi chú.txt").write_text("x")
    (scans / "link.jpg").symlink_to(done / "originals" / "HS-2" / "HS-2.jpg")
    result = tidy(done)
    assert cleared(result) == ["HS-2"]
    assert kept(result) == {"HS-1.jpg": "tidy_changed", "moi.jpg": "tidy_new", "link.jpg": "tidy_new"}
    assert inbox(done) == ["HS-1.jpg", "ghi chú.txt", "link.jpg", "moi.jpg"]


def test_nothing_goes_whose_original_or_package_is_damaged(done: Path) -> None:
    original = done / "originals" / "HS-1" / "HS-1.jpg"
    original.chmod(0o600)
    original.write_bytes(original.read_bytes()[:-1] + b"x")
    with ledger_of(done) as ledger:
        record = ledger.dossier("HS-2")
    assert record is not None
    pdf = next((done / "archive" / str(record.package)).rglob("*.pdf"))
    pdf.chmod(0o600)
    pdf.write_bytes(pdf.read_bytes() + b"\n% more")
    said = digitize("tidy", "-w", done, "--older-than", "0", "--lang", "en")
    assert said.code == 1
    assert inbox(done) == ["HS-1.jpg", "HS-2.jpg"]
    assert "the original HS-1.jpg of dossier HS-1 is missing from originals or damaged" in said.err
    assert "did not prove valid (INVALID)" in said.err
    original.unlink()
    shutil.rmtree(done / "archive" / str(record.package))
    assert kept(tidy(done)) == {"HS-1.jpg": "tidy_original_damaged", "HS-2.jpg": "tidy_unverified"}
    assert inbox(done) == ["HS-1.jpg", "HS-2.jpg"]


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.PACKAGED])
def test_only_what_stands_packaged_goes(done: Path, stage: Stage) -> None:
    with ledger_of(done) as ledger, ledger.transaction():
        ledger.execute("UPDATE dossier SET stage = ? WHERE id = 'HS-1'", stage)
        ledger.execute("DELETE FROM original WHERE dossier = 'HS-2'")
    result = tidy(done)
    assert (cleared(result), result.waiting) == ([], 1)
    assert inbox(done) == ["HS-1.jpg", "HS-2.jpg"]


def test_a_stack_goes_when_all_that_was_cut_from_it_may(done: Path) -> None:
    # Two dossiers as if cut from one file.
    with ledger_of(done) as ledger, ledger.transaction():
        ledger.add_dossier("chong", "scans/HS-1.jpg//")
        ledger.execute("UPDATE dossier SET stack = 'chong' WHERE id IN ('HS-1', 'HS-2')")
        ledger.execute("UPDATE original SET source = 'scans/HS-1.jpg' WHERE dossier = 'HS-2'")
        ledger.execute(
            "UPDATE original SET (name, sha256, size) = (SELECT name, sha256, size FROM original "
            "WHERE dossier = 'HS-1') WHERE dossier = 'HS-2'"
        )
    (done / "scans" / "HS-2.jpg").unlink()
    shutil.copy(done / "originals" / "HS-1" / "HS-1.jpg", done / "originals" / "HS-2")

    def stand(dossier: str, stage: Stage) -> None:
        with ledger_of(done) as ledger, ledger.transaction():
            ledger.execute("UPDATE dossier SET stage = ? WHERE id = ?", stage, dossier)

    for stack, last in (
        (Stage.RECEIVED, Stage.PACKAGED),
        (Stage.DIVIDED, Stage.IN_REVIEW),
        (Stage.DIVIDED, Stage.WITHDRAWN),
    ):
        stand("chong", stack)
        stand("HS-2", last)
        assert (cleared(result := tidy(done)), result.waiting) == ([], 1)
    stand("HS-2", Stage.PACKAGED)
    with ledger_of(done) as ledger:
        record = ledger.dossier("HS-2")
    assert record is not None
    package = done / "archive" / str(record.package)
    mets = (package / "METS.xml").read_bytes()
    (package / "METS.xml").chmod(0o600)
    (package / "METS.xml").write_bytes(mets + b"\n")
    assert kept(tidy(done)) == {"HS-1.jpg": "tidy_unverified"}
    (package / "METS.xml").write_bytes(mets)
    assert cleared(tidy(done)) == ["HS-1"]
    assert inbox(done) == []
    with ledger_of(done) as ledger:
        assert [event.kind for event in ledger.events("HS-2")][-2:] == ["tidying", "tidied"]


def test_a_dossier_that_somebody_works_on_stays(done: Path) -> None:
    with ledger_of(done, "Hoa") as other, other.transaction():
        # The first process of the machine lives as long as the machine does.
        began = int(Path("/proc/1/stat").read_text().rpartition(")")[2].split()[19])
        until = (now() + dt.timedelta(minutes=5)).isoformat()
        other.execute("INSERT INTO lease VALUES ('HS-1', 'Hoa', 1, ?, ?, '')", began, until)
    result = tidy(done)
    assert cleared(result) == ["HS-2"]
    assert kept(result) == {"HS-1.jpg": "dossier_in_use"}
    with ledger_of(done) as ledger, lease(ledger, "HS-2", now):
        pass


@pytest.mark.thorough
def test_empty_folders_go_and_links_are_never_followed(office: Path, tmp_path: Path) -> None:
    scans = office / "scans"
    small_scan(scans / "HS" / "sau" / "1.jpg")
    small_scan(scans / "HS" / "2.jpg")
    small_scan(scans / "giu" / "1.jpg")
    (scans / "trong").mkdir()
    ran = digitize("run", "-w", office)
    assert ran.code == 0, ran.err
    # Somebody has exchanged a folder for a link to another place with the same scans.
    shutil.copytree(scans / "giu", tmp_path / "noi khac")
    shutil.rmtree(scans / "giu")
    (scans / "giu").symlink_to(tmp_path / "noi khac")
    (scans / "HS" / "danh sách.txt").write_text("x")
    assert cleared(tidy(office)) == ["HS"]
    assert inbox(office) == ["HS/danh sách.txt"]
    assert not (scans / "HS" / "sau").exists()
    assert (scans / "trong").is_dir()
    assert (tmp_path / "noi khac" / "1.jpg").is_file()
    (scans / "giu").unlink()
    (scans / "HS" / "danh sách.txt").unlink()


class Cut(BaseException):
    """As if the process were killed."""


class Cutter:
    """Cuts a call off before its n-th change of the disk."""

    def __init__(self, place: Path) -> None:
        self._place = str(place)
        self._left = 0
        sys.addaudithook(self._hear)

    def is_finished(self, office: Path, steps: int) -> bool:
        """Tidy, cut off before so many steps; whether it came to its end."""
        self._left = steps
        try:
            tidy(office)
        except Cut:
            return False
        finally:
            self._left = 0
        return True

    def _hear(self, event: str, facts: tuple[object, ...]) -> None:
        if event == "digitize.disk" and self._left and str(facts[1]).startswith(self._place):
            self._left -= 1
            if not self._left:
                raise Cut


def put_back(office: Path, saved: dict[str, bytes]) -> None:
    """Make inbox and ledger what they were."""
    for path in office.glob("ledger.db*"):
        path.unlink()
    for name, data in saved.items():
        if name.startswith(("scans", "ledger")):
            (office / name).write_bytes(data)


def tidied(office: Path, dossier: str) -> set[str]:
    """What the ledger says went of a dossier."""
    with ledger_of(office) as ledger:
        rows = ledger.rows(
            "SELECT value FROM event, json_each(detail, '$.files') WHERE kind = 'tidied' AND dossier = ?",
            dossier,
        )
        return {row["value"] for row in rows}


@pytest.mark.thorough
def test_cut_off_anywhere_nothing_is_lost_and_the_record_is_completed(done: Path) -> None:
    cutter = Cutter(done)
    saved = contents(done)
    originals = contents(done / "originals")
    for step in range(1, 40):
        put_back(done, saved)
        finished = cutter.is_finished(done, step)
        assert contents(done / "originals") == originals
        tidy(done)
        assert inbox(done) == []
        for dossier in ("HS-1", "HS-2"):
            assert tidied(done, dossier) == {f"scans/{dossier}.jpg"}, step
        if finished:
            assert step > 5
            return
    pytest.fail("it never came to its end")


def test_an_inbox_that_is_away_is_told_and_nothing_is_recorded(done: Path) -> None:
    (done / "scans").rename(done / "away")
    with pytest.raises(EnvironmentProblem, match="inbox_missing"):
        tidy(done)
    (done / "scans").mkdir()
    # A mount point without its share: nothing is there, and nothing is concluded from that.
    assert tidy(done) == Tidied()
    with ledger_of(done) as ledger:
        assert ledger.rows("SELECT 1 FROM event WHERE kind IN ('tidying', 'tidied')") == []
    (done / "scans").rmdir()
    (done / "scans").symlink_to(done / "originals")
    with pytest.raises(EnvironmentProblem, match="source_is_own"):
        tidy(done)
    assert len(contents(done / "originals")) > 1


def test_the_archive_must_be_there(done: Path) -> None:
    (done / "archive").rename(done / "away")
    said = digitize("tidy", "-w", done, "--older-than", "0")
    assert said.code == 3
    assert inbox(done) == ["HS-1.jpg", "HS-2.jpg"]
