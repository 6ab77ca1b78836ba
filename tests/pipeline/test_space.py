"""Room on disks: looked at before anything is written, told when it is missing, and never used up."""

from __future__ import annotations

import shutil
from contextlib import closing, suppress
from pathlib import Path

import pytest

from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.model import Stage
from digitize.pipeline.batch import RunResult
from digitize.pipeline.demand import Demand, Needs
from digitize.pipeline.intake import Intake
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.packaging import Packager
from digitize.pipeline.runner import Runner
from digitize.pipeline.sealing import make_seal
from digitize.pipeline.space import MEGABYTE, Space, disk_of
from digitize.pipeline.urgency import mark_urgent
from digitize.pipeline.workspace import Workspace
from digitize.times import now
from support.calls import together
from support.crashes import HereAndNow, Nobody
from support.disks import Disks, small_disk
from support.offices import ledger_of, leftovers, packages, small_scan, stages
from support.program import digitize

RESERVE = "free_megabytes = 100\n"


def run(office: Path, look: Disks, *, until: Stage = Stage.PACKAGED) -> RunResult:
    """A run in this process that sees disks as a test wants them and leaves 100 MB free."""
    settings = office / "digitize.toml"
    text = settings.read_text("utf-8")
    if RESERVE not in text:
        settings.write_text(text.replace("[limits]", f"[limits]\n{RESERVE}"), "utf-8")
    workspace = Workspace.open(office)
    workspace.require_folders()
    with closing(Ledger(workspace.ledger, now, "lan")) as ledger:
        packager = Packager(workspace, ledger, make_seal(workspace, None), now, look=look)
        space = Space(100, look)
        runner = Runner(
            workspace,
            ledger,
            HereAndNow(),
            Nobody(),
            now,
            until=until,
            packager=lambda: packager,
            space=space,
        )
        return runner.run([])


def test_the_reserve_is_a_share_of_small_disks(tmp_path: Path) -> None:
    look = Disks(tmp_path)
    assert Space(None, look).reserve(look(tmp_path)) == 500 * MEGABYTE
    real = disk_of(tmp_path / "not" / "there" / "yet")
    assert real.number == tmp_path.stat().st_dev
    assert Space(None).reserve(real) <= real.total * 0.02
    assert Space(7).reserve(real) == 7 * MEGABYTE


def test_what_is_missing_is_told_for_the_disk_that_lacks_most(tmp_path: Path) -> None:
    look = Disks(tmp_path, {"": 150.0, "archive": 120.0})
    space = Space(100, look)
    archive, work, originals = (tmp_path / name for name in ("archive", "work", "originals"))
    # Places on one disk share its room.
    assert space.shortage(Needs({work: 30 * MEGABYTE, originals: 20 * MEGABYTE})) is None
    told = space.shortage(Needs({work: 30 * MEGABYTE, originals: 21 * MEGABYTE, archive: 25 * MEGABYTE}))
    assert told is not None
    assert told.code == "disk_too_small"
    assert told.facts == {"path": str(archive), "free": 120, "reserve": 100, "missing": 5}
    # What was begun may use half of the reserve.
    space.require(Needs({archive: 70 * MEGABYTE}), begun=True)
    with pytest.raises(EnvironmentProblem, match="disk_too_small"):
        space.require(Needs({archive: 71 * MEGABYTE}), begun=True)
    assert space.shortage(Needs()) is None


def test_pages_are_estimated_from_those_that_were_read() -> None:
    space = Space(0)
    before = space.page
    for _ in range(500):
        space.learn(100_000)
    assert 100_000 < space.page < before / 5


def test_files_for_which_there_is_no_room_stay_in_the_inbox_and_are_told(office: Path) -> None:
    for number in (1, 2, 3):
        small_scan(office / "scans" / f"HS-{number}.jpg")
    workspace = Workspace.open(office)
    look = Disks(workspace.root)
    with ledger_of(office) as ledger:
        one = Demand(workspace, ledger, Space(0, look)).of_files([office / "scans" / "HS-1.jpg"])
        each = one.total() + (office / "scans" / "HS-1.jpg").stat().st_size
        # Room for two and a half, from scan to package.
        look.free[""] = 100 + 2.5 * each / MEGABYTE
        taken = Intake(workspace, ledger, now, space=Space(100, look)).take([])
        assert taken.dossiers == ["HS-1", "HS-2"]
        assert taken.refusal is not None
        assert taken.left.total() > each / 2
        assert set(stages(office)) == {"HS-1", "HS-2"}
        look.free[""] = 1000
        assert Intake(workspace, ledger, now, space=Space(100, look)).take([]).dossiers == ["HS-3"]


def test_a_run_without_room_reads_nothing_and_says_how_much_is_missing(office: Path) -> None:
    small_scan(office / "scans" / "HS-1.tif", pages=3)
    look = Disks(office)
    assert run(office, look, until=Stage.RECEIVED).stopped is None
    look.free[""] = 101.0
    result = run(office, look)
    assert result.pages_read == 0
    assert result.stopped is not None
    assert result.stopped.code == "disk_too_small"
    assert int(result.stopped.facts["missing"]) >= 1
    assert stages(office) == {"HS-1": Stage.RECEIVED}


def test_a_package_for_which_there_is_no_room_waits_and_is_made_when_there_is(office: Path) -> None:
    small_scan(office / "scans" / "HS-1.jpg")
    look = Disks(office, {"": 10_000.0, "archive": 10_000.0})
    assert run(office, look, until=Stage.COMPOSED).pages_read == 1
    look.free["archive"] = 50.0
    result = run(office, look)
    assert (result.pages_read, result.failed) == (0, [])
    assert result.stopped is not None
    assert str(result.stopped.facts["path"]).endswith("archive")
    assert stages(office) == {"HS-1": Stage.COMPOSED}
    assert packages(office) == []
    # The reserve was set in the settings; signing by hand is told the same.
    with ledger_of(office) as ledger:
        workspace = Workspace.open(office)
        packager = Packager(workspace, ledger, make_seal(workspace, None), now, look=look)
        with pytest.raises(EnvironmentProblem, match="disk_too_small"):
            packager.package("HS-1")
    look.free["archive"] = 60.0
    assert run(office, look).stopped is None
    assert stages(office) == {"HS-1": Stage.PACKAGED}
    assert not (office / "work" / "HS-1").exists()


@pytest.mark.thorough
def test_a_real_disk_that_is_too_small_is_never_filled(office: Path, tmp_path: Path) -> None:
    scans = tmp_path / "scanner"
    for number in range(1, 9):
        small_scan(scans / f"HS-{number}.tif", pages=2)
    scanned = sorted(scans.iterdir())
    with small_disk(tmp_path / "disk", 24) as place:
        root = Path(shutil.copytree(office, place / "office"))
        settings = root / "digitize.toml"
        settings.write_text(
            settings.read_text("utf-8").replace("[limits]", "[limits]\nfree_megabytes = 4"), "utf-8"
        )
        ran = digitize("run", *scanned, "-w", root, "--jobs", "2", "--lang", "en")
        assert ran.code == 3, ran.err
        assert "MB are missing" in ran.err
        free = disk_of(place).free
        assert free > 1 * MEGABYTE
        done = [code for code, stage in stages(root).items() if stage is Stage.PACKAGED]
        assert leftovers(root) == []
        subject = digitize("status", "-w", root, "--json").json["summary"]
        assert set(subject) <= {"packaged", "received", "composed", "approved"}
        assert 3 <= len(done) == subject["packaged"] < 8
        # With room it goes on as if nothing had been.
        more = Path(shutil.copytree(root, tmp_path / "more"))
    assert digitize("run", *scanned, "-w", more).code == 0
    assert set(stages(more).values()) == {Stage.PACKAGED}
    assert len(packages(more)) == 8


def test_a_full_disk_is_told_as_one_and_not_as_a_broken_ledger(office: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4) as place:
        root = Path(shutil.copytree(office, place / "office"))
        copy = tmp_path / "copy.db"
        (first,) = together(("run", "-w", root))
        with suppress(OSError), (place / "ballast").open("wb", buffering=0) as ballast:
            while ballast.write(bytes(4096)):
                pass
        told = together(
            ("status", "-w", root),
            ("run", "-w", root, "--quiet"),
            ("ledger", "check", "-w", root),
            ("ledger", "backup", copy, "-w", root),
        )
        (place / "ballast").unlink()
        (after,) = together(("status", "-w", root))
    assert (first.code, after.code) == (0, 0)
    for one in told:
        # Nobody is to be sent to rebuild a ledger that is whole.
        assert (one.code, "No space left" in one.err, "rebuild" in one.err) == (3, True, False), one.err
    assert not copy.exists()


def test_urgent_dossiers_go_first_then_those_that_are_due_first(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.db", now, "lan")) as ledger:
        with ledger.transaction():
            for code, pages in (("A", 1), ("B", 9), ("C", 1), ("D", 2), ("E", 1)):
                ledger.add_dossier(code, code)
                ledger.execute(
                    "INSERT INTO original (dossier, ordinal, name, source, source_size, source_time, kind, "
                    "sha256, size) VALUES (?, 1, 'a', ?, 1, 1, 'image', '', 1)",
                    code,
                    code,
                )
                ledger.set_pages(code, [(1, frame) for frame in range(pages)])
            ledger.execute("UPDATE dossier SET due_on = '2026-12-02' WHERE id = 'C'")
            ledger.execute("UPDATE dossier SET due_on = '2026-12-01' WHERE id = 'D'")
        assert mark_urgent(ledger, ["E"]) == ["E"]
        assert mark_urgent(ledger, ["E"]) == []
        assert ledger.work_at(Stage.RECEIVED) == ["E", "D", "C", "A", "B"]
        order = list(dict.fromkeys(page.dossier for page in ledger.waiting_pages(100)))
        assert order == ["E", "D", "C", "B", "A"]
        assert mark_urgent(ledger, ["E", "A"], urgent=False) == ["E"]
        assert ledger.work_at(Stage.RECEIVED) == ["D", "C", "A", "B", "E"]
        assert [event.kind for event in ledger.events("E")] == ["urgent", "not_urgent"]
        with pytest.raises(UsageProblem, match="dossier_unknown"):
            mark_urgent(ledger, ["A", "X"])
        assert ledger.events("A") == []
