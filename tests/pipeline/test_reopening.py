"""Packaged dossiers go back to work, others are taken out of it; nothing is lost or changed in silence."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from digitize.errors import ItemProblem, UsageProblem
from digitize.model import Stage
from digitize.pipeline.batch import RunResult
from digitize.pipeline.leases import IN_USE
from digitize.pipeline.outlet import chosen_dossiers
from digitize.pipeline.packaging import Packaged, Packager
from digitize.pipeline.processes import find_process
from digitize.pipeline.quarantine import set_aside
from digitize.pipeline.renewal import Renewal
from digitize.pipeline.reopening import Reopening
from digitize.pipeline.runner import Runner
from digitize.pipeline.sealing import make_renewer, make_seal
from digitize.review.desk import Desk
from digitize.times import VIETNAM, now
from support.crashes import FIRST, SECOND, HereAndNow, Nobody, T, fill, opened, run_here
from support.offices import contents, ledger_of, leftovers, packages, small_scan, stages


def moment() -> dt.datetime:
    """Now: nothing is signed at a time that is far from the clock of who puts timestamps."""
    return dt.datetime.now(VIETNAM).replace(microsecond=0)


WHY = "Sai ngày cấp ở trang 2"


@pytest.fixture(scope="module")
def _once_filled(_empty_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(_empty_office, tmp_path_factory.mktemp("filled") / "office"))
    fill(root)
    return root


@pytest.fixture(scope="module")
def _once_packaged(_once_filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(_once_filled, tmp_path_factory.mktemp("packaged") / "office"))
    run_here(root, moment())
    return root


@pytest.fixture
def packaged(_once_packaged: Path, tmp_path: Path) -> Path:
    """A workspace of one's own with two packaged dossiers."""
    return Path(shutil.copytree(_once_packaged, tmp_path / "packaged"))


@pytest.fixture
def filled(_once_filled: Path, tmp_path: Path) -> Path:
    """A workspace of one's own with two dossiers in its inbox."""
    return Path(shutil.copytree(_once_filled, tmp_path / "filled"))


def reopen(root: Path, dossier: str = FIRST, *, supplement: bool = False) -> None:
    with opened(root, moment()) as (workspace, ledger):
        Reopening(workspace, ledger, moment).reopen(dossier, WHY, supplement=supplement)


def withdraw(root: Path, dossier: str) -> None:
    with opened(root, moment()) as (workspace, ledger):
        Reopening(workspace, ledger, moment).withdraw(dossier, WHY)


def let_through(root: Path, dossier: str = FIRST) -> None:
    with opened(root, moment()) as (workspace, ledger):
        assert Desk(ledger, moment, workspace.templates).let_through(dossier)


def package_of(root: Path, dossier: str) -> str:
    with ledger_of(root) as ledger:
        record = ledger.dossier(dossier)
    assert record is not None
    return record.package or ""


def status_in_mets(package: Path) -> str | None:
    header = etree.parse(package / "METS.xml").getroot().find("{http://www.loc.gov/METS/}metsHdr")
    assert header is not None
    return header.get("RECORDSTATUS")


def kinds(root: Path, dossier: str) -> list[str]:
    with ledger_of(root) as ledger:
        return [event.kind for event in ledger.events(dossier)]


# --- corrections ----------------------------------------------------------------------------------


def test_a_rescanned_page_takes_the_place_of_the_old_one_in_a_replacement(packaged: Path) -> None:
    old = packaged / "archive" / package_of(packaged, FIRST)
    before = contents(old)
    other = package_of(packaged, SECOND)
    small_scan(packaged / "scans" / FIRST / "a.jpg", "Hồ sơ thứ nhất, quét lại")
    run_here(packaged, moment())
    # Told, and not slipped in.
    assert contents(old) == before
    assert kinds(packaged, FIRST)[-1] == "late_pages"
    reopen(packaged)
    run_here(packaged, moment())
    # Who asked for a correction is asked before it is signed; meanwhile the old package stands.
    assert stages(packaged) == {FIRST: Stage.IN_REVIEW, SECOND: Stage.PACKAGED}
    assert contents(old) == before
    let_through(packaged)
    run_here(packaged, moment())
    assert stages(packaged) == {FIRST: Stage.PACKAGED, SECOND: Stage.PACKAGED}
    new = packaged / "archive" / package_of(packaged, FIRST)
    assert {path.name for path in packages(packaged)} == {new.name, other}
    assert status_in_mets(new) == "REPLACEMENT"
    assert status_in_mets(new / "representations" / "rep1") == "REPLACEMENT"
    told = (new / "metadata/preservation/PREMIS.xml").read_text("utf-8")
    assert WHY in told
    assert old.name in told
    assert contents(packaged / "superseded" / old.name) == before
    mark = json.loads((packaged / "superseded" / f"{old.name}.json").read_text("utf-8"))
    assert (mark["replaced_by"], mark["reason"], mark["who"]) == (new.name, WHY, "tester")
    with ledger_of(packaged) as ledger:
        names = ledger.original_names(FIRST)
        assert [one.name for one in ledger.originals(FIRST)] == names[1:]
    scans = contents(packaged / "originals" / FIRST)
    assert len(names) == 2
    assert scans[names[0]] != scans[names[1]]
    assert leftovers(packaged) == []


def test_every_field_of_a_reopened_dossier_is_asked_about_until_it_is_decided(
    finished: Path, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(finished, tmp_path / "finished"))
    with opened(root, moment()) as (workspace, ledger):
        desk = Desk(ledger, now, workspace.templates)
        waiting_before = len(desk.waiting())
        dossier = next(
            record.id
            for record in ledger.dossiers(Stage.PACKAGED)
            if ledger.rows("SELECT 1 FROM field WHERE dossier = ?", record.id)
        )
        ((number,),) = ledger.rows("SELECT count(*) FROM field WHERE dossier = ?", dossier)
        Reopening(workspace, ledger, now).reopen(dossier, WHY)
        # As the next run would; what was read is the same.
        with ledger.transaction():
            ledger.move(dossier, Stage.IN_REVIEW, "review_needed", doubtful=0)
        assert len(desk.waiting()) == waiting_before + number
        with desk.holding(dossier) as fields:
            assert len(fields) == number
            field = next(one for one in fields if isinstance(one.reading.value, str))
            desk.settle("", field, "ĐÃ SỬA")
        with desk.holding(dossier) as fields:
            assert field.key not in {one.key for one in fields if one.document == field.document}
            assert len(fields) == number - 1
        # What nobody doubts need not be gone through to the end.
        assert desk.let_through(dossier)
    assert stages(root)[dossier] is Stage.APPROVED


def test_pages_that_come_late_are_taken_into_a_supplement(packaged: Path) -> None:
    old = package_of(packaged, FIRST)
    small_scan(packaged / "scans" / FIRST / "b.jpg", "Biên lai đến sau")
    run_here(packaged, moment())
    assert package_of(packaged, FIRST) == old
    with opened(packaged, moment()) as (workspace, ledger):
        done = Reopening(workspace, ledger, now).reopen(FIRST, WHY, supplement=True)
        assert (done.stage, done.replaces, done.late) == (Stage.RECEIVED, old, 1)
    run_here(packaged, moment())
    # The pages are what it was reopened for: nobody has to look at what is not in doubt.
    new = packaged / "archive" / package_of(packaged, FIRST)
    assert new.name != old
    assert status_in_mets(new) == "SUPPLEMENT"
    with ledger_of(packaged) as ledger:
        assert [one.name for one in ledger.originals(FIRST)] == ["a.jpg", "b.jpg"]
        record = ledger.dossier(FIRST)
    assert record is not None
    assert (record.replaces, record.record_status, record.problem) == (old, "SUPPLEMENT", None)
    assert (packaged / "superseded" / old).is_dir()


def test_a_supplement_without_pages_waits_for_a_person(packaged: Path) -> None:
    reopen(packaged, supplement=True)
    run_here(packaged, moment())
    assert stages(packaged)[FIRST] is Stage.IN_REVIEW


def test_what_cannot_be_reopened_is_told_and_stays_as_it_is(packaged: Path) -> None:
    with opened(packaged, moment()) as (workspace, ledger):
        reopening = Reopening(workspace, ledger, now)
        for why in ("", "  \n", "\u200b"):
            with pytest.raises(UsageProblem, match="why_missing"):
                reopening.reopen(FIRST, why)
            with pytest.raises(UsageProblem, match="why_missing"):
                reopening.withdraw(FIRST, why)
        with pytest.raises(UsageProblem, match="dossier_unknown"):
            reopening.reopen("HS-9", WHY)
        reopening.reopen(FIRST, "  Sai\n ngày ")
        assert ledger.events(FIRST)[-1].detail["why"] == "Sai ngày"
        with pytest.raises(ItemProblem, match="not_reopenable"):
            reopening.reopen(FIRST, WHY)
        assert kinds(packaged, FIRST).count("reopened") == 1
        shutil.rmtree(workspace.archive / package_of(packaged, SECOND))
        with pytest.raises(ItemProblem, match="package_not_there"):
            reopening.reopen(SECOND, WHY)
    assert stages(packaged)[SECOND] is Stage.PACKAGED


def test_a_dossier_that_somebody_works_on_is_neither_reopened_nor_withdrawn(packaged: Path) -> None:
    eldest = find_process(1)
    assert eldest is not None
    with opened(packaged, moment()) as (workspace, ledger), ledger_of(packaged, "mai") as hers:
        with hers.transaction():
            until = "2999-01-01T00:00:00+07:00"
            hers.execute("INSERT INTO lease VALUES (?, 'mai', 1, ?, ?, '')", FIRST, eldest.began, until)
        for work in (Reopening(workspace, ledger, now).reopen, Reopening(workspace, ledger, now).withdraw):
            with pytest.raises(ItemProblem, match=IN_USE):
                work(FIRST, WHY)
    assert stages(packaged)[FIRST] is Stage.PACKAGED


# --- withdrawals ----------------------------------------------------------------------------------


def test_a_withdrawn_dossier_is_not_worked_on_until_it_is_brought_back(filled: Path) -> None:
    run_here_until(filled, Stage.RECOGNISED)
    withdraw(filled, FIRST)
    small_scan(filled / "scans" / FIRST / "b.jpg", "Trang thêm")
    (filled / "scans" / FIRST / "c.docx").write_bytes(b"PK")
    run_here(filled, moment())
    assert stages(filled) == {FIRST: Stage.WITHDRAWN, SECOND: Stage.PACKAGED}
    assert [path.name for path in (filled / "originals" / FIRST).iterdir() if path.suffix] == ["a.jpg"]
    # What it was taken from is not taken in as another dossier.
    assert list((filled / "work").iterdir()) == []
    with opened(filled, moment()) as (workspace, ledger):
        with pytest.raises(ItemProblem, match="not_composed"):
            Packager(workspace, ledger, make_seal(workspace, None), now).package(FIRST)
        with pytest.raises(ItemProblem, match="export_withdrawn"):
            chosen_dossiers(ledger, [FIRST])
        with pytest.raises(ItemProblem, match="already_withdrawn"):
            Reopening(workspace, ledger, now).withdraw(FIRST, WHY)
        record = ledger.dossier(FIRST)
    assert record is not None
    assert record.problem is not None
    assert record.problem.code == "pages_of_withdrawn"
    reopen(filled)
    (filled / "scans" / FIRST / "c.docx").unlink()
    run_here(filled, moment())
    assert stages(filled)[FIRST] is Stage.PACKAGED
    with ledger_of(filled) as ledger:
        assert [one.name for one in ledger.originals(FIRST)] == ["a.jpg", "b.jpg"]
        record = ledger.dossier(FIRST)
    assert record is not None
    assert record.record_status == "NEW"


def test_a_package_of_a_withdrawn_dossier_stays_and_stands_again_afterwards(packaged: Path) -> None:
    before = contents(packaged / "archive")
    with opened(packaged, moment()) as (workspace, ledger):
        # A renewal that waits for a signature is not signed any more.
        Renewal(workspace, ledger, moment).renew(SECOND, make_renewer(workspace), None)
    withdraw(packaged, SECOND)
    assert contents(packaged / "archive") == before
    run_here(packaged, moment())
    assert stages(packaged)[SECOND] is Stage.WITHDRAWN
    with opened(packaged, moment()) as (workspace, ledger):
        assert Renewal(workspace, ledger, now).waiting() == []
        with pytest.raises(ItemProblem, match="not_reopenable"):
            Reopening(workspace, ledger, now).reopen(SECOND, WHY, supplement=True)
    reopen(packaged, SECOND)
    run_here(packaged, moment())
    assert stages(packaged)[SECOND] is Stage.PACKAGED
    assert contents(packaged / "archive") == before


def test_a_withdrawn_dossier_comes_back_to_quarantine_if_it_was_there(filled: Path) -> None:
    (filled / "scans" / FIRST / "c.docx").write_bytes(b"PK")
    run_here_until(filled, Stage.RECEIVED)
    assert stages(filled)[FIRST] is Stage.QUARANTINED
    withdraw(filled, FIRST)
    with opened(filled, moment()) as (workspace, ledger):
        problem = ledger.dossiers(Stage.WITHDRAWN)[0].problem
        assert problem is not None
        # What a run finds out late does not undo what a person has decided.
        set_aside(workspace, ledger, FIRST, problem, None, now)
        assert stages(filled)[FIRST] is Stage.WITHDRAWN
    reopen(filled)
    assert stages(filled)[FIRST] is Stage.QUARANTINED


# --- beside a run ---------------------------------------------------------------------------------


class Meanwhile(HereAndNow):
    """Does each task at once, and something else in between: while the n-th is under way."""

    def __init__(self, number: int, other: Callable[[], None]) -> None:
        self.left = number
        self.other = other

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        future = super().submit(function, *args)
        self.left -= 1
        if self.left == 0:
            self.other()
        return future


class MeanwhilePackager:
    """Packages, after something else has happened."""

    def __init__(self, packager: Packager, other: Callable[[str], None]) -> None:
        self.packager = packager
        self.other = other

    def can_package(self, record: Any) -> bool:
        return self.packager.can_package(record)

    def package(self, dossier: str) -> Packaged:
        self.other(dossier)
        return self.packager.package(dossier)


def run_with(root: Path, executor: HereAndNow, other: Callable[[str], None] | None = None) -> RunResult:
    with opened(root, moment()) as (workspace, ledger):
        packager: Any = Packager(workspace, ledger, make_seal(workspace, None), moment)
        if other is not None:
            packager = MeanwhilePackager(packager, other)
        return Runner(workspace, ledger, executor, Nobody(), moment, packager=lambda: packager).run([])


def run_here_until(root: Path, stage: Stage) -> None:
    with opened(root, moment()) as (workspace, ledger):
        Runner(workspace, ledger, HereAndNow(), Nobody(), moment, until=stage).run([])


@pytest.mark.thorough
def test_a_withdrawal_beside_a_run_stands_at_whatever_step_it_comes(filled: Path, tmp_path: Path) -> None:
    shutil.rmtree(filled / "scans" / FIRST)
    number, tried = 0, 0
    while True:
        number += 1
        root = Path(shutil.copytree(filled, tmp_path / f"try-{number}"))
        meanwhile = Meanwhile(number, lambda root=root: withdraw(root, SECOND))  # type: ignore[misc]
        result = run_with(root, meanwhile)
        if meanwhile.left > 0:
            break
        tried += 1
        assert stages(root) == {SECOND: Stage.WITHDRAWN}, number
        assert result.failed == []
        assert packages(root) == []
        reopen(root, SECOND)
        run_here(root, moment())
        assert stages(root) == {SECOND: Stage.PACKAGED}, number
        assert len(packages(root)) == 1
    # Looking into the file, and for signs of a stack, two pages, fields, the PDF.
    assert tried == 6
    assert stages(root) == {SECOND: Stage.PACKAGED}
    # Between the runner's look at the dossier and the packager's.
    last = Path(shutil.copytree(filled, tmp_path / "last"))
    result = run_with(last, HereAndNow(), lambda dossier: withdraw(last, dossier))
    assert stages(last) == {SECOND: Stage.WITHDRAWN}
    assert result.failed == []
    assert list((last / "quarantine").iterdir()) == []


def test_a_dossier_reopened_beside_a_run_is_read_by_it_or_by_the_next(packaged: Path) -> None:
    small_scan(packaged / "scans" / "HS-3.jpg", "Hồ sơ thứ ba")
    run_with(packaged, Meanwhile(1, lambda: reopen(packaged)))
    run_here(packaged, moment())
    assert stages(packaged) == {FIRST: Stage.IN_REVIEW, SECOND: Stage.PACKAGED, "HS-3": Stage.PACKAGED}


# --- what came in between -------------------------------------------------------------------------


def test_pages_that_come_after_a_signed_package_was_cut_off_are_late_and_not_swallowed(
    packaged: Path,
) -> None:
    old = package_of(packaged, FIRST)
    # As after a crash between the renaming of the folder and the ledger's transaction.
    with ledger_of(packaged) as ledger, ledger.transaction():
        ledger.execute("UPDATE dossier SET stage = 'composed', package = NULL WHERE id = ?", FIRST)
        ledger.execute("DELETE FROM event WHERE kind = 'packaged' AND dossier = ?", FIRST)
    with pytest.raises(ItemProblem, match="package_unrecorded"):
        withdraw(packaged, FIRST)
    small_scan(packaged / "scans" / FIRST / "b.jpg", "Đến sau khi đã ký")
    run_here(packaged, moment())
    assert package_of(packaged, FIRST) == old
    with ledger_of(packaged) as ledger:
        record = ledger.dossier(FIRST)
        assert record is not None
        assert record.problem is not None
        assert record.problem.code == "late_pages"
        assert [one.name for one in ledger.originals(FIRST)] == ["a.jpg"]


def test_a_stray_file_does_not_send_a_packaged_dossier_to_quarantine(packaged: Path) -> None:
    (packaged / "scans" / FIRST / "c.docx").write_bytes(b"PK")
    run_here(packaged, moment())
    assert stages(packaged)[FIRST] is Stage.PACKAGED
    assert kinds(packaged, FIRST)[-1] == "late_pages"
    run_here(packaged, moment())
    assert kinds(packaged, FIRST).count("late_pages") == 1


def test_late_files_of_one_dossier_are_not_those_of_another_with_a_longer_name(packaged: Path) -> None:
    small_scan(packaged / "scans" / f"{FIRST}0" / "a.jpg", "Hồ sơ thứ mười")
    run_here(packaged, moment())
    for dossier in (FIRST, f"{FIRST}0"):
        small_scan(packaged / "scans" / dossier / "b.jpg", f"Đến sau {dossier}")
    run_here(packaged, moment())
    with opened(packaged, moment()) as (workspace, ledger):
        assert Reopening(workspace, ledger, now).reopen(FIRST, WHY, supplement=True).late == 1
    run_here(packaged, moment())
    with ledger_of(packaged) as ledger:
        assert [one.name for one in ledger.originals(f"{FIRST}0")] == ["a.jpg"]
