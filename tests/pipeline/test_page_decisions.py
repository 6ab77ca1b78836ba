"""What people decide about pages holds, whatever is read anew, and nothing of it is lost or slipped in."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image

from digitize.errors import DigitizeError, ItemProblem, UsageProblem
from digitize.model import UNKNOWN_FORM, Document, FieldReading, Problem, Source, Stage
from digitize.pipeline.decided_pages import Border
from digitize.pipeline.findings import (
    doubtful_fields,
    fields_to_review,
    load_documents,
    save_documents,
)
from digitize.pipeline.leases import hold
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import open_questions
from digitize.pipeline.page_decisions import Act, Change, Changed, PageDesk
from digitize.pipeline.page_views import PageView, page_list
from digitize.pipeline.records import PageRole
from digitize.pipeline.runner import Runner
from digitize.pipeline.sheet_values import set_sheet_values
from digitize.pipeline.workspace import Workspace
from digitize.review.desk import Desk
from digitize.times import now
from support.crashes import HereAndNow, Nobody, T, in_child, run_here
from support.offices import contents, ledger_of, packages, small_scan, stages
from support.program import digitize

HS = "HS-1"
"""A dossier of one picture, ``a.jpg``, and a file of two pages, ``b.tif``."""

LETTER = "official_letter"


@pytest.fixture(scope="module")
def _once_in_review(_empty_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(_empty_office, tmp_path_factory.mktemp("pages") / "office"))
    small_scan(root / "scans" / HS / "a.jpg", "Giấy tờ thứ nhất")
    small_scan(root / "scans" / HS / "b.tif", "Giấy tờ thứ hai", pages=2)
    go_on(root, until=Stage.EXTRACTED)
    with ledger_of(root) as ledger, ledger.transaction():
        ledger.move(HS, Stage.IN_REVIEW, "review_needed", doubtful=0)
    return root


@pytest.fixture
def root(_once_in_review: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_once_in_review, tmp_path / "office"))


def go_on(root: Path, *, until: Stage = Stage.IN_REVIEW, only: tuple[str, ...] | None = None) -> None:
    """A run in this process."""
    workspace = Workspace.open(root)
    with closing(Ledger(workspace.ledger, now, "run")) as ledger:
        Runner(workspace, ledger, HereAndNow(), Nobody(), now, until=until, only=only).run([])


def decide(root: Path, *changes: Change, who: str = "Lan", desk: str = "") -> Changed:
    with ledger_of(root, who) as ledger:
        return PageDesk(Workspace.open(root), ledger, now, desk).change(HS, changes)


def views(root: Path) -> list[PageView]:
    with ledger_of(root) as ledger:
        return page_list(ledger, Workspace.open(root), HS)


def documents(root: Path) -> list[tuple[tuple[int, ...], str]]:
    """The pages of each document, from 1, and its form."""
    with ledger_of(root) as ledger:
        return [(tuple(n + 1 for n in one.pages), one.form) for one in load_documents(ledger, HS)]


def kinds(root: Path) -> list[tuple[str, str]]:
    with ledger_of(root) as ledger:
        return [(event.kind, event.who) for event in ledger.events(HS)]


def size(page: PageView) -> tuple[int, int]:
    assert page.picture is not None
    with Image.open(page.picture) as picture:
        return picture.size


def let_through(root: Path, *, seen: bool = False) -> bool:
    with ledger_of(root, "Lan") as ledger:
        return Desk(ledger, now, Workspace.open(root).templates).let_through(HS, seen=seen)


# --- what is decided holds ------------------------------------------------------------------------


def test_a_page_is_read_anew_as_it_was_turned_and_never_turned_by_itself_again(root: Path) -> None:
    assert [page.turned for page in views(root)] == [0, 0, 0]
    before = size(views(root)[1])
    changed = decide(root, Change(2, Act.TURN, 90))
    assert changed == Changed(Stage.RECEIVED, again=True)
    assert kinds(root)[-2:] == [("page_turned", "Lan"), ("sent_back", "Lan")]
    go_on(root)
    page = views(root)[1]
    assert (page.turned, page.decided.turn) == (90, 90)
    assert size(page) == before[::-1]
    assert not any(problem.code == "turn_in_doubt" for problem in page.problems)
    assert stages(root)[HS] is Stage.IN_REVIEW, "whoever decided it sees what came of it"
    decide(root, Change(2, Act.TURN, 180))
    shutil.rmtree(root / "work" / HS)
    go_on(root)
    assert [page.turned for page in views(root)] == [0, 270, 0]
    assert size(views(root)[1]) == before[::-1]
    with ledger_of(root) as ledger, ledger.transaction():
        ledger.move(HS, Stage.RECEIVED, "derived_made_again")
        ledger.forget_pages(HS, [1, 2, 3])
    go_on(root, until=Stage.RECOGNISED)
    assert [page.turned for page in views(root)] == [0, 270, 0]


def test_pages_are_left_out_borders_moved_and_forms_chosen_and_all_of_it_outlives_a_new_reading(
    root: Path,
) -> None:
    assert documents(root) == [((1,), UNKNOWN_FORM), ((2, 3), UNKNOWN_FORM)]
    changes = (Change(2, Act.JOIN), Change(3, Act.BEGIN), Change(3, Act.FORM, LETTER))
    assert decide(root, *changes) == Changed(Stage.RECOGNISED, again=True)
    go_on(root)
    assert documents(root) == [((1, 2), UNKNOWN_FORM), ((3,), LETTER)]
    assert [page.decided.border for page in views(root)] == [None, Border.JOINS, Border.BEGINS]
    decide(root, Change(2, Act.EXCLUDE))
    shutil.rmtree(root / "work")
    (root / "work").mkdir()
    go_on(root)
    assert documents(root) == [((1,), UNKNOWN_FORM), ((3,), LETTER)]
    assert [page.role for page in views(root)] == [PageRole.SCAN, PageRole.EXCLUDED, PageRole.SCAN]
    decide(root, Change(2, Act.INCLUDE), Change(3, Act.FORM, UNKNOWN_FORM))
    go_on(root)
    assert documents(root) == [((1, 2), UNKNOWN_FORM), ((3,), UNKNOWN_FORM)]
    told = [kind for kind, _ in kinds(root)]
    assert told.count("border_moved") == 2
    assert told.count("form_chosen") == 2
    assert told.count("page_excluded") == told.count("page_included") == 1


def test_what_is_so_already_is_no_change(root: Path) -> None:
    before = kinds(root)
    same = (Change(1, Act.BEGIN), Change(2, Act.BEGIN), Change(3, Act.JOIN), Change(1, Act.INCLUDE))
    assert decide(root, *same, Change(1, Act.UNMARK)) == Changed(Stage.IN_REVIEW, again=False)
    assert kinds(root) == before


def test_a_page_left_out_is_in_no_copy_and_told_in_the_package_with_who_left_it_out(root: Path) -> None:
    scans = contents(root / "originals")
    decide(root, Change(3, Act.EXCLUDE))
    go_on(root)
    assert let_through(root)
    run_here(root, now())
    (package,) = packages(root)
    assert stages(root)[HS] is Stage.PACKAGED
    with ledger_of(root) as ledger:
        assert [len(one.pages) for one in load_documents(ledger, HS)] == [1, 1]
    assert who_did(next(package.rglob("PREMIS.xml")), "Loại trang 3 khỏi tài liệu") == ["Lan"]
    assert contents(root / "originals") == scans
    texts = (package / "metadata").rglob("content.json")
    assert not any("Trang số 2" in path.read_text("utf-8") for path in texts)
    shown = digitize("show", HS, "-w", root, "--lang", "en").out
    assert "(left out of documents)" in shown


def who_did(premis: Path, detail: str) -> list[str]:
    """The agents of the event of a package that begins with some words."""
    words = {"p": "http://www.loc.gov/premis/v3"}
    root = etree.parse(premis).getroot()
    names = {
        one.findtext(".//p:agentIdentifierValue", None, words): one.findtext("p:agentName", "", words)
        for one in root.findall("p:agent", words)
    }
    (event,) = [
        one
        for one in root.findall("p:event", words)
        if (one.findtext(".//p:eventDetail", "", words) or "").startswith(detail)
    ]
    return [names[one.text] for one in event.findall(".//p:linkingAgentIdentifierValue", words)]


def test_of_two_copies_of_a_file_the_one_that_is_meant_is_left_out(
    office: Path,
) -> None:
    root = office
    first = small_scan(root / "scans" / HS / "a.jpg", "Giấy tờ thứ nhất")
    shutil.copy(first, first.with_name("b.jpg"))
    go_on(root, until=Stage.EXTRACTED)
    with ledger_of(root) as ledger, ledger.transaction():
        ledger.move(HS, Stage.IN_REVIEW, "review_needed", doubtful=0)
    decide(root, Change(2, Act.EXCLUDE))
    go_on(root)
    assert [page.role for page in views(root)] == [PageRole.SCAN, PageRole.EXCLUDED]


def questions(root: Path) -> list[str]:
    with ledger_of(root) as ledger:
        return [one.code for one in Desk(ledger, now, Workspace.open(root).templates).questions(HS)]


def test_pages_left_out_are_none_of_those_that_a_list_counts(root: Path) -> None:
    with ledger_of(root) as ledger, ledger.transaction():
        ledger.execute("UPDATE dossier SET stack = 'chong' WHERE id = ?", HS)
        set_sheet_values(ledger, HS, {0: {"page_count": "2"}}, "bảng.xlsx")
    assert questions(root) == ["pages_differ_from_list"]
    decide(root, Change(3, Act.EXCLUDE))
    go_on(root)
    assert questions(root) == [], "what was asked about another number is asked no more"
    decide(root, Change(2, Act.EXCLUDE))
    go_on(root)
    assert questions(root) == ["pages_left_differ_from_list"]
    with ledger_of(root) as ledger:
        assert [one.facts["excluded"] for one in open_questions(ledger, HS)] == [2]


# --- answers to fields ----------------------------------------------------------------------------


def reading(value: str, page: int) -> FieldReading:
    return FieldReading(value, raw=value, confidence=0.5, source=Source.OCR, page=page, needs_review=True)


def save(root: Path, *found: Document) -> None:
    with ledger_of(root) as ledger, ledger.transaction():
        save_documents(ledger, HS, found)
        ledger.move(HS, Stage.IN_REVIEW, "review_needed", doubtful=0)


def answers(root: Path) -> dict[tuple[int, str], object]:
    with ledger_of(root) as ledger:
        return {
            (number, key): one.value
            for number, document in enumerate(load_documents(ledger, HS), start=1)
            for key, one in document.fields.items()
            if one.source is Source.HUMAN
        }


def letter(pages: tuple[int, ...], **fields: FieldReading) -> Document:
    return Document(pages, LETTER, "nd30-2020", 0.9, fields=fields)


def test_answers_stay_with_the_first_page_and_are_slipped_under_no_other_paper(root: Path) -> None:
    whole = letter((0, 1, 2), subject=reading("a", 0), signer_name=reading("b", 2), number=reading("c", 1))
    save(root, whole)
    with ledger_of(root, "Lan") as ledger:
        desk = Desk(ledger, now, Workspace.open(root).templates)
        for field in fields_to_review(ledger, HS):
            desk.settle("", field, f"{field.key}!")
    everything = {(1, key): f"{key}!" for key in ("subject", "signer_name", "number")}
    assert answers(root) == everything
    decide(root, Change(3, Act.BEGIN))
    # The name that was given for the third page says nothing of a paper that ends with the second.
    parted = [
        letter((0, 1), subject=reading("a", 0), number=reading("c", 1), signer_name=reading("x", 1)),
        letter((2,), signer_name=reading("b", 2)),
    ]
    save(root, *parted)
    assert answers(root) == {(1, "subject"): "subject!", (1, "number"): "number!"}
    with ledger_of(root) as ledger:
        asked = [(one.document, one.key) for one in doubtful_fields(ledger, HS)]
    assert asked == [(1, "signer_name"), (2, "signer_name")]
    decide(root, Change(3, Act.JOIN))
    save(root, whole)
    assert answers(root) == everything, "what was decided is not lost by a mistake that is taken back"
    # A page goes away in two steps, and the last of three comes back to a paper without it.
    decide(root, Change(3, Act.BEGIN))
    save(root, *parted)
    decide(root, Change(2, Act.BEGIN))
    decided = (letter((0,), subject=reading("a", 0)), letter((1, 2), signer_name=reading("b", 2)))
    save(root, *decided)
    decide(root, Change(3, Act.JOIN))
    save(root, *decided)
    assert answers(root) == {(1, "subject"): "subject!"}
    decide(root, Change(2, Act.JOIN))
    save(root, whole)
    assert answers(root) == everything
    decide(root, Change(2, Act.EXCLUDE))
    save(root, letter((0, 2), subject=reading("a", 0), signer_name=reading("b", 2), number=reading("c", 2)))
    assert answers(root) == {(1, "subject"): "subject!", (1, "signer_name"): "signer_name!"}


def test_nobody_is_asked_about_fields_while_a_dossier_is_read_anew(root: Path) -> None:
    save(root, letter((0, 1, 2), subject=reading("a", 0)))
    with ledger_of(root) as ledger:
        (field,) = fields_to_review(ledger, HS)
        decide(root, Change(1, Act.TURN, 180))
        assert fields_to_review(ledger, HS) == fields_to_review(ledger) == []
        with pytest.raises(ItemProblem, match="dossier_changed"):
            Desk(ledger, now, {}).settle("", field, "x")


# --- scanned again --------------------------------------------------------------------------------


def test_a_dossier_waits_for_the_new_scan_of_a_page_and_goes_on_when_it_has_come(root: Path) -> None:
    changed = decide(root, Change(1, Act.SCAN_AGAIN, "Mờ,  mất chữ"))
    assert (changed.stage, changed.again) == (Stage.IN_REVIEW, False)
    (asked,) = changed.problems
    assert asked.facts["why"] == "Mờ, mất chữ"
    assert not let_through(root, seen=True), "to have seen it does not help"
    with ledger_of(root) as ledger, ledger.transaction():
        ledger.move(HS, Stage.APPROVED, "approved", doubtful=0)
    run_here(root, now())
    assert stages(root)[HS] is Stage.IN_REVIEW, "nobody gets past the mark"
    status = digitize("status", "-w", root, "--lang", "en").out
    assert "is to be scanned again: Mờ, mất chữ" in status
    listed = digitize("review", "--list", "-w", root, "--lang", "en").out
    assert "is to be scanned again" in listed
    small_scan(root / "scans" / HS / "a.jpg", "Giấy tờ thứ nhất, quét lại")
    run_here(root, now())
    assert "page_scanned_again" in [kind for kind, _ in kinds(root)]
    assert [page.marked for page in views(root)] == ["", "", ""]
    assert stages(root)[HS] is Stage.IN_REVIEW, "whoever asked for it sees it"
    assert let_through(root)


def test_what_was_decided_about_a_file_that_is_replaced_is_asked_about_again(root: Path) -> None:
    decide(root, Change(3, Act.EXCLUDE))
    small_scan(root / "scans" / HS / "b.tif", "Giấy tờ khác", pages=2)
    go_on(root)
    assert documents(root) == [((1,), UNKNOWN_FORM), ((2, 3), UNKNOWN_FORM)]
    with ledger_of(root) as ledger:
        (asked,) = Desk(ledger, now, Workspace.open(root).templates).questions(HS)
    assert (asked.code, asked.facts["file"]) == ("page_decisions_lapsed", "b.tif")
    assert not let_through(root)
    assert let_through(root, seen=True)


def test_a_mark_is_taken_off_by_hand_or_with_the_page(root: Path) -> None:
    decide(root, Change(1, Act.SCAN_AGAIN, "Mờ"), Change(3, Act.SCAN_AGAIN, "Lệch"))
    assert [page.marked for page in views(root)] == ["Mờ", "", "Lệch"]
    decide(root, Change(1, Act.UNMARK))
    decide(root, Change(3, Act.EXCLUDE))
    assert [page.marked for page in views(root)] == ["", "", ""]
    go_on(root)
    assert let_through(root)


def test_how_the_new_scan_is_put_in_its_place_is_told_for_each_kind_of_file(root: Path) -> None:
    alone, of_many = decide(root, Change(1, Act.SCAN_AGAIN, "Mờ"), Change(3, Act.SCAN_AGAIN, "Mờ")).problems
    assert (alone.code, alone.facts["source"]) == ("page_to_scan_again", f"scans/{HS}/a.jpg")
    assert (of_many.code, of_many.facts["number"], of_many.facts["pages"]) == ("file_to_scan_again", 2, 2)
    with ledger_of(root) as ledger, ledger.transaction():
        ledger.execute("UPDATE dossier SET stack = 'chong' WHERE id = ?", HS)
    decide(root, Change(1, Act.UNMARK))
    (of_stack,) = decide(root, Change(1, Act.SCAN_AGAIN, "Mờ")).problems
    assert of_stack.code == "stack_page_to_scan_again"


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([Change(9, Act.EXCLUDE)], "page_unknown"),
        ([Change(1, Act.TURN, 45)], "turn_unfit"),
        ([Change(1, Act.TURN, 0)], "turn_unfit"),
        ([Change(1, Act.SCAN_AGAIN, "  ")], "why_missing"),
        ([Change(1, Act.FORM, "no_such_form")], "form_unknown"),
        ([Change(1, Act.JOIN)], "page_is_first"),
        ([Change(number, Act.EXCLUDE) for number in (1, 2, 3)], "pages_all_excluded"),
        ([Change(1, Act.EXCLUDE), Change(1, Act.SCAN_AGAIN, "Mờ")], "page_is_excluded"),
        ([Change(1, Act.EXCLUDE), Change(1, Act.BEGIN)], "page_in_no_document"),
    ],
)
def test_of_changes_of_which_one_cannot_be_made_none_is(
    root: Path, changes: Sequence[Change], code: str
) -> None:
    before = kinds(root)
    with pytest.raises(DigitizeError) as refused:
        decide(root, Change(2, Act.TURN, 90), *changes)
    assert refused.value.code == code
    assert kinds(root) == before
    with ledger_of(root) as ledger:
        assert ledger.rows("SELECT * FROM page_decision") == []
        assert ledger.unread_pages(HS) == 0


def test_only_dossiers_in_review_that_nobody_else_holds_are_decided_about(root: Path) -> None:
    with ledger_of(root, "Hoa") as other:
        hold(other, HS, "window 1", now)
    with pytest.raises(ItemProblem, match="dossier_in_use"):
        decide(root, Change(1, Act.EXCLUDE))
    decide(root, Change(1, Act.EXCLUDE), desk="window 1")
    with pytest.raises(ItemProblem, match="not_in_review"):
        decide(root, Change(2, Act.EXCLUDE), desk="window 1")
    with pytest.raises(UsageProblem, match="dossier_unknown"), ledger_of(root) as ledger:
        PageDesk(Workspace.open(root), ledger, now).exclude("HS-404", 1)


def test_who_scanned_decides_about_no_page_where_the_profile_has_another_person_check(root: Path) -> None:
    (root / "own.toml").write_text(
        'extends = "tt05-2025"\nid = "own"\n[roles]\napart = ["scan", "check"]\n', "utf-8"
    )
    settings = root / "digitize.toml"
    text = re.sub(r"(?m)^profile = .*$", 'profile = "own.toml"', settings.read_text("utf-8"))
    settings.write_text(text, "utf-8")
    with pytest.raises(ItemProblem, match="has_scanned"):
        decide(root, Change(1, Act.EXCLUDE), who="run")
    assert kinds(root)[-1] == ("role_refused", "run")
    assert decide(root, Change(1, Act.EXCLUDE)).again


@pytest.mark.parametrize("text", [f"{'9' * 5000}:90", f"1:{'9' * 5000}", "²:90", ":90", "1:"])
def test_a_number_that_is_none_is_told(text: str) -> None:
    ran = digitize("pages", HS, "--turn", text)
    assert ran.code == 2
    assert "Không hiểu --turn" in ran.err


# --- killed, and beside a run ---------------------------------------------------------------------


def test_a_decision_outlives_the_program_and_the_next_run_carries_it_out(root: Path) -> None:
    def decide_and_die() -> None:
        decide(root, Change(2, Act.TURN, 90), Change(3, Act.EXCLUDE))
        os._exit(9)

    assert in_child(decide_and_die) == 9
    assert stages(root)[HS] is Stage.RECEIVED
    go_on(root)
    assert [page.turned for page in views(root)] == [0, 90, 0]
    assert documents(root) == [((1,), UNKNOWN_FORM), ((2,), UNKNOWN_FORM)]
    assert kinds(root)[-1] == ("review_needed", "run")


class Meanwhile(HereAndNow):
    """Does each task at once, and something else while the first is under way."""

    def __init__(self, other: Callable[[], object]) -> None:
        self.others = [other]

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        future = super().submit(function, *args)
        while self.others:
            self.others.pop()()
        return future


def test_a_run_that_is_under_way_takes_a_dossier_up_that_is_sent_back(root: Path) -> None:
    small_scan(root / "scans" / "HS-2.jpg", "Hồ sơ khác")
    workspace = Workspace.open(root)
    with closing(Ledger(workspace.ledger, now, "run")) as ledger:
        meanwhile = Meanwhile(lambda: decide(root, Change(1, Act.EXCLUDE)))
        Runner(workspace, ledger, meanwhile, Nobody(), now, until=Stage.COMPOSED).run([])
    assert stages(root) == {HS: Stage.IN_REVIEW, "HS-2": Stage.COMPOSED}
    assert documents(root) == [((2, 3), UNKNOWN_FORM)]


def test_a_dossier_is_carried_out_alone_and_nothing_is_taken_in(root: Path) -> None:
    small_scan(root / "scans" / "HS-2.jpg", "Hồ sơ khác")
    decide(root, Change(1, Act.EXCLUDE))
    go_on(root, only=(HS,))
    assert stages(root) == {HS: Stage.IN_REVIEW}


def test_a_form_whose_template_has_gone_is_asked_about(root: Path) -> None:
    decide(root, Change(1, Act.FORM, LETTER))
    with ledger_of(root) as ledger, ledger.transaction():
        ledger.execute("UPDATE page_decision SET value = '\"of_the_office\"' WHERE kind = 'form'")
    go_on(root)
    assert documents(root)[0] == ((1,), UNKNOWN_FORM)
    with ledger_of(root) as ledger:
        asked = Desk(ledger, now, Workspace.open(root).templates).questions(HS)
    assert asked == [Problem("chosen_form_gone", {"dossier": HS, "page": 1, "form": "of_the_office"})]
