"""What is taken from the inbox and what stays there: whole dossiers at rest, and never our own output."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import pytest

from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.model import Stage
from digitize.pipeline.intake import Intake, TakenIn, make_stillness
from digitize.pipeline.workspace import Workspace
from digitize.times import now
from support.calls import together
from support.offices import ledger_of, small_scan, stages
from support.program import digitize


@pytest.fixture
def office(office: Path) -> Path:
    """A workspace that waits until a dossier has come to rest."""
    settings(office, quiet_seconds=0.5)
    return office


def settings(office: Path, **changed: object) -> None:
    """Change settings of the inbox."""
    path = office / "digitize.toml"
    lines = path.read_text("utf-8").splitlines()
    for name, value in changed.items():
        (place,) = [number for number, line in enumerate(lines) if line.startswith(f"{name} =")]
        lines[place] = f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}"
    path.write_text("\n".join(lines), "utf-8")


def take(office: Path, *sources: Path, wait: bool = True) -> TakenIn:
    """Look through the inbox once."""
    workspace = Workspace.open(office)
    with ledger_of(office) as ledger:
        stillness = None if wait else make_stillness(workspace)
        return Intake(workspace, ledger, now, stillness).take(sources)


def notes(taken: TakenIn) -> dict[str, str]:
    return {dossier: problem.code for dossier, problem in taken.notes}


def aged(path: Path) -> None:
    """Let the settled time pass for what was written last."""
    time.sleep(max(0.0, 0.55 - (time.time() - path.stat().st_ctime)))


# --- in motion ------------------------------------------------------------------------------------


def test_a_dossier_that_somebody_just_dropped_is_waited_for_once(office: Path) -> None:
    small_scan(office / "scans" / "HS" / "a.jpg")
    assert take(office).dossiers == ["HS"]


def test_who_does_not_wait_leaves_it_for_the_next_time(office: Path) -> None:
    settings(office, quiet_seconds=60)
    small_scan(office / "scans" / "HS" / "a.jpg")
    taken = take(office, wait=False)
    assert taken.dossiers == []
    assert notes(taken) == {"HS": "dossier_in_motion"}
    assert stages(office) == {}


COPIER = """
import pathlib, sys
for line in sys.stdin:
    what, _, name = line.strip().partition(" ")
    if what == "open":
        stream = open(name, "wb")
    elif what == "write":
        stream.write(bytes.fromhex(name))
        stream.flush()
    elif what == "close":
        stream.close()
    else:
        pathlib.Path(name).rename(what)
    print("done", flush=True)
"""


class Copier:
    """Another process that copies files, step by step."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", COPIER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)

    def do(self, *steps: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        for step in steps:
            self._process.stdin.write(f"{step}\n")
            self._process.stdin.flush()
            assert self._process.stdout.readline() == "done\n"


@pytest.mark.parametrize("suffix", ["", ".filepart"])
def test_a_folder_that_is_being_copied_is_taken_whole_when_it_is_done(
    office: Path, tmp_path: Path, suffix: str
) -> None:
    data = small_scan(tmp_path / "nguon.jpg").read_bytes()
    first, second = data[:1000].hex(), data[1000:].hex()
    small_scan(office / "scans" / "khac.jpg")
    folder = office / "scans" / "HS"
    folder.mkdir()
    with Copier(folder) as copier:
        copier.do(f"open 1.jpg{suffix}", f"write {first}")
        begun = take(office)
        assert begun.dossiers == ["khac"]
        if not suffix:
            assert list(notes(begun)) == ["HS"]
        # Nothing grows any more, and the file is still open.
        aged(folder / f"1.jpg{suffix}")
        still = take(office)
        assert still.dossiers == []
        if not suffix:
            assert notes(still) == {"HS": "file_in_motion"}
        copier.do(f"write {second}", "close")
        if suffix:
            copier.do(f"1.jpg 1.jpg{suffix}")
        # The first page is whole, and the second one begins.
        copier.do(f"open 2.jpg{suffix}", f"write {first}")
        aged(folder / f"2.jpg{suffix}")
        between = take(office)
        assert between.dossiers == []
        assert notes(between) == {"HS": "dossier_unfinished" if suffix else "file_in_motion"}
        copier.do(f"write {second}", "close")
        if suffix:
            copier.do(f"2.jpg 2.jpg{suffix}")
    assert take(office).dossiers == ["HS"]
    with ledger_of(office) as ledger:
        assert [one.name for one in ledger.originals("HS")] == ["1.jpg", "2.jpg"]


def test_a_folder_that_was_moved_in_as_a_whole_is_taken(office: Path, tmp_path: Path) -> None:
    small_scan(tmp_path / "HS" / "a.jpg")
    small_scan(tmp_path / "HS" / "sau" / "b.jpg")
    os.utime(tmp_path / "HS", (0, 0))
    (tmp_path / "HS").rename(office / "scans" / "HS")
    assert take(office).dossiers == ["HS"]
    with ledger_of(office) as ledger:
        assert len(ledger.originals("HS")) == 2


def test_a_dossier_with_half_a_file_in_it_waits_until_that_has_gone(office: Path) -> None:
    small_scan(office / "scans" / "HS" / "a.jpg")
    half = office / "scans" / "HS" / "b.jpg.filepart"
    half.write_bytes(b"x")
    aged(half)
    assert notes(take(office)) == {"HS": "dossier_unfinished"}
    half.unlink()
    aged(office / "scans" / "HS")
    assert take(office).dossiers == ["HS"]


def test_times_set_by_cameras_and_shares_say_nothing(office: Path) -> None:
    future, past = (small_scan(office / "scans" / f"{name}.jpg") for name in ("sau", "truoc"))
    os.utime(future, (4e9, 4e9))
    os.utime(past, (1, 1))
    assert sorted(take(office).dossiers) == ["sau", "truoc"]
    assert take(office).dossiers == []


def test_a_scan_that_is_put_there_again_is_no_news(office: Path) -> None:
    scan = small_scan(office / "scans" / "HS.jpg")
    data = scan.read_bytes()
    take(office)
    with ledger_of(office) as ledger, ledger.transaction():
        ledger.move("HS", Stage.PACKAGED, "packaged")
    scan.unlink()
    assert take(office).notes == []
    scan.write_bytes(data)
    aged(scan)
    again = take(office)
    assert (again.dossiers, again.notes) == ([], [])
    # Other bytes under that name are.
    small_scan(scan, "Trang khác")
    aged(scan)
    assert notes(take(office)) == {"HS": "late_pages"}


def test_names_in_another_encoding_stop_nobody(office: Path) -> None:
    scans = os.fsencode(office / "scans")
    (office / "scans" / os.fsdecode(b"HS-\xff")).mkdir()
    Path(os.fsdecode(scans + b"/HS-\xff/gi\xe2y.png")).write_bytes(b"no scan")
    Path(os.fsdecode(scans + b"/\xe9.png")).write_bytes(b"no scan")
    small_scan(office / "scans" / os.fsdecode(b"h\xf4 so.jpg"))
    small_scan(office / "scans" / "HS-1" / "a.jpg")
    (outcome,) = together(("run", "-w", office, "--quiet", "--log-json", office / "log.jsonl"))
    assert outcome.code == 1, outcome.err
    packaged, quarantined = Stage.PACKAGED, Stage.QUARANTINED
    assert stages(office) == {
        "HS-\ufffd": quarantined,
        "\ufffd.png": quarantined,
        "h\ufffd so": packaged,
        "HS-1": packaged,
    }
    assert "gi\\udce2y.png" in outcome.err
    told = [json.loads(line) for line in (office / "log.jsonl").read_text("utf-8").splitlines()]
    assert told[-1]["exit_code"] == 1
    assert {one["file"] for one in told if one.get("code") == "not_a_scan"} == {
        "gi\\udce2y.png",
        "\\udce9.png",
    }


def test_what_was_renamed_while_it_was_scanned_is_waited_for_no_more(office: Path) -> None:
    settings(office, quiet_seconds=60)
    workspace = Workspace.open(office)
    stillness = make_stillness(workspace)
    small_scan(office / "scans" / "dang-quet" / "a.jpg")
    with ledger_of(office) as ledger:
        intake = Intake(workspace, ledger, now, stillness)
        assert notes(intake.take(())) == {"dang-quet": "dossier_in_motion"}
        assert stillness.waiting == 1
        (office / "scans" / "dang-quet").rename(office.parent / "HS-1")
        assert intake.take(()).notes == []
        # A watch would look again every few seconds for ever.
        assert stillness.waiting == 0


def test_empty_folders_are_left_alone(office: Path) -> None:
    (office / "scans" / "trong" / "sau").mkdir(parents=True)
    assert take(office) == TakenIn()
    assert (office / "scans" / "trong" / "sau").is_dir()


# --- our own --------------------------------------------------------------------------------------


def test_nothing_that_the_program_made_is_taken_in(packaged_office: Path, tmp_path: Path) -> None:
    office = Path(shutil.copytree(packaged_office, tmp_path / "office"))
    for path in (office / "scans").iterdir():
        path.unlink()
    exported = digitize("export", "-w", office, "--format", "dip", "--to", tmp_path / "dip", "HS-1")
    assert exported.code == 0, exported.err
    (package, _) = sorted((office / "archive").iterdir())
    inbox = office / "scans"
    shutil.copytree(package, inbox / "goi")
    shutil.copytree(tmp_path / "dip", inbox / "ban sao")
    shutil.copy(next(package.rglob("*.pdf")), inbox / "roi.pdf")
    shutil.copytree(packaged_office, inbox / "kho khac")
    small_scan(inbox / "lan" / "a.jpg")
    shutil.copy(next(package.rglob("*.pdf")), inbox / "lan" / "b.pdf")
    before = set(stages(office))
    taken = take(office)
    assert taken.dossiers == ["lan"]
    new = {code: stage for code, stage in stages(office).items() if code not in before}
    assert set(new.values()) == {Stage.QUARANTINED}
    assert sorted(new) == ["ban sao", "goi", "kho khac", "lan", "roi"]
    with ledger_of(office) as ledger:
        problems = {code: ledger.dossier(code).problem.code for code in new}  # type: ignore[union-attr]
        assert set(problems.values()) == {"own_output_refused"}
        assert [one.name for code in new for one in ledger.originals(code)] == ["a.jpg"]
    # It is told once, and a dossier goes on without what did not belong there.
    assert take(office) == TakenIn()
    (inbox / "lan" / "b.pdf").unlink()
    aged(inbox / "lan")
    assert take(office).dossiers == ["lan"]
    assert stages(office)["lan"] is Stage.RECEIVED


@pytest.mark.parametrize("name", ["archive", "originals", "quarantine", "work", "."])
def test_an_inbox_that_is_one_of_our_own_folders_is_refused(office: Path, name: str) -> None:
    small_scan(office / "originals" / "HS" / "a.jpg")
    (office / "scans").rmdir()
    (office / "scans").symlink_to(office / name)
    with pytest.raises(EnvironmentProblem, match="source_is_own"):
        take(office)
    with pytest.raises(UsageProblem, match="source_is_own"):
        take(office, office / "scans")
    assert stages(office) == {}


def test_a_source_inside_another_workspace_or_package_is_refused(office: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    small_scan(other / "originals" / "HS" / "a.jpg")
    (other / "digitize.toml").touch()
    with pytest.raises(UsageProblem, match="source_is_own"):
        take(office, other / "originals")
    with pytest.raises(UsageProblem, match="source_is_own"):
        take(office, office / "archive")
    with pytest.raises(UsageProblem, match="source_is_own"):
        take(office, other)


def test_a_link_to_our_own_folder_inside_the_inbox_is_refused(office: Path) -> None:
    small_scan(office / "originals" / "HS" / "a.jpg")
    (office / "scans" / "HS").symlink_to(office / "originals" / "HS")
    assert take(office).rejected == ["HS"]
    assert stages(office) == {"HS": Stage.QUARANTINED}


# --- shares ---------------------------------------------------------------------------------------


def test_an_inbox_that_is_away_is_told_while_work_goes_on(office: Path) -> None:
    small_scan(office / "scans" / "HS.jpg")
    take(office)
    (office / "scans").rename(office / "away")
    ran = digitize("run", "-w", office, "--lang", "en")
    assert ran.code == 3
    assert "is not there" in ran.err
    assert "worked on all the same" in ran.err
    assert stages(office) == {"HS": Stage.PACKAGED}
    (office / "away").rename(office / "scans")
    assert digitize("run", "-w", office).code == 0


def test_a_mount_point_without_its_share_is_told_by_its_marker(office: Path) -> None:
    settings(office, marker=".digitize-inbox")
    small_scan(office / "scans" / "HS.jpg")
    taken = take(office)
    assert taken.dossiers == []
    assert taken.trouble is not None
    assert taken.trouble.code == "inbox_marker_missing"
    (office / "scans" / ".digitize-inbox").touch()
    assert take(office).dossiers == ["HS"]


class Failing:
    """Lets the kernel's answers be those of a share that does not answer, under some paths."""

    def __init__(self) -> None:
        self.places: tuple[Path, ...] = ()
        self.then: tuple[Path, ...] = ()
        self.asked: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, facts: tuple[object, ...]) -> None:
        if self.places and event in ("os.scandir", "open"):
            path = str(facts[0])
            self.asked.append(path)
            if any(path == str(place) or path.startswith(f"{place}/") for place in self.places):
                self.places = self.then or self.places
                raise OSError(errno.ESTALE, "Stale file handle", path)


@pytest.fixture(scope="module")
def failing() -> Failing:
    """A hook cannot be taken away again; one is enough."""
    return Failing()


@pytest.mark.parametrize("fails", ["HS-2", "HS-2/sau", "HS-2/1.jpg"])
def test_a_dossier_of_which_half_cannot_be_listed_is_not_taken(
    office: Path, failing: Failing, fails: str
) -> None:
    for name in ("HS-1/1.jpg", "HS-2/1.jpg", "HS-2/sau/2.jpg", "HS-3/1.jpg"):
        small_scan(office / "scans" / name)
    failing.places = (office / "scans" / fails,)
    try:
        taken = take(office)
    finally:
        failing.places = ()
    assert taken.dossiers == ["HS-1", "HS-3"]
    assert taken.trouble is not None
    assert taken.trouble.code == "inbox_away"
    again = take(office)
    assert (again.dossiers, again.trouble) == (["HS-2"], None)
    with ledger_of(office) as ledger:
        assert len(ledger.originals("HS-2")) == 2


def test_a_share_that_went_away_is_not_asked_for_each_dossier(office: Path, failing: Failing) -> None:
    inbox = office / "scans"
    for number in range(1, 5):
        small_scan(inbox / f"HS-{number}" / "1.jpg")
    aged(inbox / "HS-4")
    # From the second dossier on the whole inbox does not answer.
    failing.places, failing.then = (inbox / "HS-2",), (inbox,)
    failing.asked.clear()
    try:
        taken = take(office)
    finally:
        failing.places = failing.then = ()
    assert taken.dossiers == ["HS-1"]
    assert taken.trouble is not None
    assert taken.trouble.code == "inbox_away"
    assert [path for path in failing.asked if "HS-3" in path or "HS-4" in path] == []
    assert take(office).dossiers == ["HS-2", "HS-3", "HS-4"]


def test_a_dossier_that_goes_away_while_it_is_copied_leaves_nothing_half_taken(office: Path) -> None:
    folder = office / "scans" / "HS"
    small_scan(folder / "1.jpg")
    small_scan(folder / "2.jpg")
    small_scan(office / "scans" / "khac.jpg")
    aged(folder / "2.jpg")

    def vanish(event: str, facts: tuple[object, ...]) -> None:
        if event == "digitize.disk" and facts[0] == "create" and "originals/HS" in str(facts[1]):
            shutil.rmtree(folder, ignore_errors=True)

    sys.addaudithook(vanish)
    taken = take(office)
    assert taken.dossiers == ["khac"]
    assert notes(taken) == {"HS": "dossier_in_motion"}
    with ledger_of(office) as ledger:
        assert ledger.originals("HS") == []
