"""What windows are shown and what they may do, asked of the desk's work itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digitize.messages import Catalogue
from digitize.model import Language, Problem, Stage
from digitize.pipeline.notices import add_notice, open_questions
from digitize.pipeline.workspace import Workspace
from digitize.review.desk import Desk
from digitize.review.showing import Showing
from digitize.review.web.page_work import PageWork
from digitize.review.web.pages import Pages
from digitize.review.web.work import Asked, Told, Work
from digitize.times import now
from support.desks import office_of_one
from support.filled import EACH, TRUTH
from support.offices import ledger_of

DOSSIER = "HS-00001"


class Clerk:
    """Asks as the script of a window does."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.shown: Told = {}
        self.shown = self("start")

    def __call__(self, act: str, **body: object) -> Told:
        known = {"window": self.shown.get("window", ""), "visit": "v", "item": self.shown.get("item")}
        told = self.work.act(act, Asked.of(known | body, "session"))
        if "item" in told:
            self.shown = {"window": known["window"]} | told
        return told


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    root = office_of_one(tmp_path / "office", EACH)
    workspace = Workspace.open(root)
    with ledger_of(root, "lan") as ledger:
        desk = Desk.of(workspace, ledger, now)
        catalogue = Catalogue(Language.VI)
        showing = Showing(desk, workspace, catalogue, "/x/")
        yield Work(desk, showing, Pages(catalogue), PageWork(showing))


def stage(work: Work) -> Stage:
    record = work.desk.ledger.dossier(DOSSIER)
    assert record is not None
    return record.stage


def test_a_field_of_another_paper_is_called_what_it_is_called_there(work: Work) -> None:
    field = work.desk.find(DOSSIER, 1, "mother_iddoc")
    (choice,) = work.showing.ask(work.desk.look_at(field), 1, 1, None).choices
    assert choice.source.startswith("giấy khác của cùng người: Số định danh")
    assert "pid" not in choice.source


@pytest.mark.parametrize("act", ["skip", "again"])
def test_keys_that_come_late_do_nothing_where_no_dossier_is_shown(work: Work, act: str) -> None:
    clerk = Clerk(work)
    assert "queue" in clerk(act)["html"]
    assert work.desk.ledger.rows("SELECT * FROM lease") == []


@pytest.mark.parametrize(("change", "text"), [("turn", "9" * 5000), ("turn", "-90"), ("turn", "²")])
def test_a_turn_that_is_none_is_no_fault(work: Work, change: str, text: str) -> None:
    clerk = Clerk(work)
    clerk("begin")
    assert clerk("decide", change=change, text=text, page=1)["notice"]
    assert stage(work) is Stage.IN_REVIEW


def test_nothing_is_taken_for_seen_that_was_not_on_the_screen(work: Work) -> None:
    clerk = Clerk(work)
    clerk("begin")
    early = clerk("approve", seen=True)
    assert early["where"] == DOSSIER
    for _ in range(EACH):
        assert work.windows.find(clerk.shown["window"], "session", "v")
        shown = next(iter(work.windows)).shown
        assert shown is not None
        clerk("answer", text=TRUTH[shown.field.key])
    with work.desk.ledger.transaction():
        add_notice(work.desk.ledger, DOSSIER, Problem("twin_pages", {"pages": "1"}), asks=True)
    told = clerk("approve", seen=True)
    assert 'type="checkbox"' in told["html"]
    assert stage(work) is Stage.IN_REVIEW
    assert open_questions(work.desk.ledger, DOSSIER)
    assert "said" in clerk("approve", seen=True)
    assert stage(work) is Stage.APPROVED


def test_questions_come_when_no_field_is_left(work: Work) -> None:
    clerk = Clerk(work)
    with work.desk.ledger.transaction():
        add_notice(work.desk.ledger, DOSSIER, Problem("twin_pages", {"pages": "1"}), asks=True)
    clerk("begin")
    for _ in range(EACH):
        clerk("skip")
    assert "checkbox" not in clerk.shown["html"]
    assert 'data-act="again"' in clerk.shown["html"]


def test_a_dossier_that_was_let_through_elsewhere_is_told_and_held_by_nobody(work: Work) -> None:
    clerk = Clerk(work)
    clerk("begin")
    shown = next(iter(work.windows)).shown
    assert shown is not None
    with work.desk.ledger.transaction():
        work.desk.ledger.move(DOSSIER, Stage.APPROVED, "approved", doubtful=0)
    for act in ("answer", "unreadable", "approve", "back", "pages", "keep", "skip"):
        clerk(act, text=TRUTH[shown.field.key], seen=True)
    assert clerk("field")["where"] == ""
    assert work.desk.ledger.rows("SELECT * FROM answer") == []
    assert work.desk.ledger.rows("SELECT * FROM lease") == []
    assert stage(work) is Stage.APPROVED


def test_the_same_answer_sent_twice_is_recorded_once(work: Work) -> None:
    clerk = Clerk(work)
    clerk("begin")
    shown = next(iter(work.windows)).shown
    assert shown is not None
    sent = {"item": clerk.shown["item"], "text": TRUTH[shown.field.key]}
    clerk("answer", **sent)
    assert "không được ghi" in clerk("answer", **sent)["notice"]
    assert len(work.desk.ledger.rows("SELECT * FROM answer")) == 1
