"""What a person decides about the pages of a dossier in review: turns, exclusions, scans, forms, borders.

A decision is one transaction with its events; with it the dossier goes back to the stage from which it must
be done again, so that a run takes it up whenever the program ends. ``carrying_out`` does it at once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from digitize.errors import Fact, ItemProblem, UsageProblem
from digitize.model import UNKNOWN_FORM, Problem, Stage
from digitize.pipeline.decided_pages import (
    NOTHING,
    SENT_BACK,
    Border,
    Decided,
    DecidedPage,
    decided_pages,
    page_anchors,
    settle_roles,
)
from digitize.pipeline.findings import page_anchors as scan_anchors
from digitize.pipeline.leases import refuse_if_held
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import add_notice, drop_notice
from digitize.pipeline.page_views import turned_by
from digitize.pipeline.parked_answers import park_answers
from digitize.pipeline.reasons import as_reason
from digitize.pipeline.records import DossierRecord, PageRecord, PageRole
from digitize.pipeline.roles_apart import Role, require_apart
from digitize.pipeline.scan_marks import asked_for, take_off_mark
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

FORM_GONE = "chosen_form_gone"
"""Code of the problem that a form that was chosen is no longer known."""

TURNS = (90, 180, 270)
"""Clockwise turns, in degrees."""


class Act(StrEnum):
    """What a person does with a page."""

    TURN = "turn"
    EXCLUDE = "exclude"
    INCLUDE = "include"
    SCAN_AGAIN = "scan_again"
    UNMARK = "unmark"
    FORM = "form"
    BEGIN = "begin"
    JOIN = "join"


@dataclass(frozen=True, slots=True)
class Change:
    """One decision.

    Attributes:
        page: number of the page in its dossier, from 1.
        act: what is done with it.
        value: degrees of a turn, why it is to be scanned again, the id of a form; nothing for the others.

    """

    page: int
    act: Act
    value: int | str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """What decisions came to.

    Attributes:
        stage: where the dossier stands now.
        again: it has to be done again from there before anybody can go on with it.
        problems: what is asked of people for pages that were marked.

    """

    stage: Stage
    again: bool
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Draft:
    """A dossier while some changes are made to it, inside a transaction."""

    record: DossierRecord
    pages: dict[int, PageRecord]
    anchors: dict[int, str]
    decided: dict[int, DecidedPage]
    owner: dict[int, int]
    """The first page of the document that a page is in."""
    back_to: Stage | None = None
    problems: list[Problem] = field(default_factory=list)

    def of(self, page: int) -> DecidedPage:
        return self.decided.get(page, NOTHING)

    def leave(self, page: int) -> None:
        """A page is in no document any more; what followed it in its document stays together."""
        self.owner.pop(page, None)
        rest = [one for one, first in self.owner.items() if first == page]
        self.owner |= dict.fromkeys(rest, min(rest, default=0))


@dataclass(frozen=True)
class PageDesk:
    """Decides about pages of dossiers in review, for one person at one window.

    Attributes:
        workspace: whose dossiers.
        ledger: where they stand; its ``who`` decides.
        clock: tells the time.
        desk: the window, as ``leases.hold`` knows it; empty for a process that has but one.

    """

    workspace: Workspace
    ledger: Ledger
    clock: Clock
    desk: str = ""

    def turn(self, dossier: str, page: int, degrees: int) -> Changed:
        """Turn a page clockwise by 90, 180 or 270 degrees more than it lies now; it is read anew so."""
        return self.change(dossier, [Change(page, Act.TURN, degrees)])

    def exclude(self, dossier: str, page: int) -> Changed:
        """Leave a page, and an empty back of it, out of documents; it stays among the originals."""
        return self.change(dossier, [Change(page, Act.EXCLUDE)])

    def include(self, dossier: str, page: int) -> Changed:
        """Take a page that was excluded back into documents."""
        return self.change(dossier, [Change(page, Act.INCLUDE)])

    def scan_again(self, dossier: str, page: int, why: str) -> Changed:
        """Mark a page to be scanned again; the dossier waits until it has been, or the mark is taken off."""
        return self.change(dossier, [Change(page, Act.SCAN_AGAIN, why)])

    def unmark(self, dossier: str, page: int) -> Changed:
        """Take the mark off a page that was to be scanned again."""
        return self.change(dossier, [Change(page, Act.UNMARK)])

    def choose_form(self, dossier: str, page: int, form: str) -> Changed:
        """Tell what the document that a page is in is: a known form, or ``unknown``."""
        return self.change(dossier, [Change(page, Act.FORM, form)])

    def begin_document(self, dossier: str, page: int) -> Changed:
        """Let a document begin with a page."""
        return self.change(dossier, [Change(page, Act.BEGIN)])

    def join_document(self, dossier: str, page: int) -> Changed:
        """Let a page, and those of its document after it, belong to the document before."""
        return self.change(dossier, [Change(page, Act.JOIN)])

    def change(self, dossier: str, changes: Sequence[Change]) -> Changed:
        """Decide several things of a dossier at once: all of them, or none if one cannot be done.

        What is so already is no change.

        Raises:
            UsageProblem: there is no such dossier, page, form or turn, or no reason is given.
            ItemProblem: the dossier is not in review, somebody else holds it, another person has to check it,
                or a page is none that this can be done with.

        """
        # Before the transaction: that somebody was refused is kept.
        require_apart(self.ledger, dossier, self.workspace.profile.roles, Role.CHECK)
        with self.ledger.transaction():
            draft = self._draft(dossier)
            for change in changes:
                self._apply(draft, change)
            if draft.back_to is None:
                return Changed(Stage.IN_REVIEW, again=False, problems=tuple(draft.problems))
            if draft.back_to is Stage.RECOGNISED:
                settle_roles(self.ledger, dossier)
            self.ledger.move(dossier, draft.back_to, SENT_BACK)
        return Changed(draft.back_to, again=True, problems=tuple(draft.problems))

    def _draft(self, dossier: str) -> _Draft:
        record = self.ledger.dossier(dossier)
        if record is None:
            raise UsageProblem("dossier_unknown", dossier=dossier)
        refuse_if_held(self.ledger, dossier, self.desk, self.clock)
        if record.stage is not Stage.IN_REVIEW:
            raise ItemProblem("not_in_review", dossier=dossier, stage=record.stage.value)
        pages = self.ledger.pages(dossier)
        rows = self.ledger.rows("SELECT pages FROM document WHERE dossier = ?", dossier)
        documents = [[index + 1 for index in json.loads(row["pages"])] for row in rows]
        return _Draft(
            record=record,
            pages={page.ordinal: page for page in pages},
            anchors=page_anchors(self.ledger, dossier, pages),
            decided=decided_pages(self.ledger, dossier, pages),
            owner={page: document[0] for document in documents for page in document},
        )

    def _apply(self, draft: _Draft, change: Change) -> None:
        page = draft.pages.get(change.page)
        if page is None:
            dossier = draft.record.id
            raise UsageProblem("page_unknown", dossier=dossier, page=change.page, pages=len(draft.pages))
        if page.role is PageRole.SEPARATOR:
            raise ItemProblem("page_is_sheet", page=page.ordinal)
        plain = {
            Act.EXCLUDE: self._exclude,
            Act.INCLUDE: self._include,
            Act.UNMARK: self._unmark,
            Act.BEGIN: self._begin,
            Act.JOIN: self._join,
        }
        worded = {Act.SCAN_AGAIN: self._mark, Act.FORM: self._choose_form}
        if change.act is Act.TURN:
            self._turn(draft, page, int(change.value or 0))
        elif change.act in worded:
            worded[change.act](draft, page, str(change.value or ""))
        else:
            plain[change.act](draft, page)

    # --- pages --------------------------------------------------------------------------------

    def _turn(self, draft: _Draft, page: PageRecord, degrees: int) -> None:
        if degrees not in TURNS:
            raise UsageProblem("turn_unfit", degrees=degrees)
        before = draft.of(page.ordinal).turn
        now = ((turned_by(page) if before is None else before) + degrees) % 360
        self._keep(draft, page, Decided.TURN, now)
        draft.decided[page.ordinal] = replace(draft.of(page.ordinal), turn=now)
        self.ledger.forget_pages(draft.record.id, [page.ordinal])
        self.ledger.add_event("page_turned", draft.record.id, pages=[page.ordinal], degrees=degrees, turn=now)
        draft.back_to = Stage.RECEIVED

    def _exclude(self, draft: _Draft, page: PageRecord) -> None:
        chosen = [one for one in self._with_back(draft, page) if not draft.of(one.ordinal).excluded]
        if not chosen:
            return
        if draft.owner.keys() <= {one.ordinal for one in chosen}:
            raise ItemProblem("pages_all_excluded", dossier=draft.record.id)
        self._park(draft, [one.ordinal for one in chosen])
        for one in chosen:
            self._unmark(draft, one)
            self._keep(draft, one, Decided.EXCLUDED, {})
            draft.decided[one.ordinal] = replace(draft.of(one.ordinal), excluded=True)
            draft.leave(one.ordinal)
        self._tell(draft, "page_excluded", [one.ordinal for one in chosen])

    def _include(self, draft: _Draft, page: PageRecord) -> None:
        chosen = [one for one in self._with_back(draft, page) if draft.of(one.ordinal).excluded]
        for one in chosen:
            self._drop(draft, one, Decided.EXCLUDED)
            draft.decided[one.ordinal] = replace(draft.of(one.ordinal), excluded=False)
        if chosen:
            self._tell(draft, "page_included", [one.ordinal for one in chosen])

    def _with_back(self, draft: _Draft, page: PageRecord) -> list[PageRecord]:
        """A page and its empty back, which says nothing without it."""
        back = draft.pages.get(page.ordinal + 1)
        same = back is not None and back.role in (PageRole.BACK, PageRole.EXCLUDED) and _is_empty(back)
        return [page, back] if back is not None and same and not _is_empty(page) else [page]

    def _mark(self, draft: _Draft, page: PageRecord, why: str) -> None:
        reason = as_reason(why)
        if draft.of(page.ordinal).excluded:
            raise ItemProblem("page_is_excluded", dossier=draft.record.id, page=page.ordinal)
        if draft.of(page.ordinal).scan_again == reason:
            return
        self._unmark(draft, page)
        original = self.ledger.original(draft.record.id, page.original)
        problem = asked_for(draft.record, page, original, reason)
        self._keep(draft, page, Decided.SCAN_AGAIN, {"why": reason, "notice": [problem.code, problem.facts]})
        draft.decided[page.ordinal] = replace(draft.of(page.ordinal), scan_again=reason)
        add_notice(self.ledger, draft.record.id, problem, asks=True)
        facts = {"pages": [page.ordinal], "file": original.name, "why": reason}
        self.ledger.add_event("page_marked", draft.record.id, **facts)
        draft.problems.append(problem)

    def _unmark(self, draft: _Draft, page: PageRecord) -> None:
        if not draft.of(page.ordinal).scan_again:
            return
        take_off_mark(self.ledger, draft.record.id, draft.anchors[page.ordinal])
        draft.decided[page.ordinal] = replace(draft.of(page.ordinal), scan_again="")
        self.ledger.add_event("page_unmarked", draft.record.id, pages=[page.ordinal])

    # --- documents ----------------------------------------------------------------------------

    def _choose_form(self, draft: _Draft, page: PageRecord, form: str) -> None:
        known = self.workspace.templates
        if form != UNKNOWN_FORM and form not in known:
            raise UsageProblem("form_unknown", form=form, known=", ".join([*known, UNKNOWN_FORM]))
        first = draft.pages[self._first_of(draft, page)]
        if draft.of(first.ordinal).form == form:
            return
        gone: dict[str, Fact] = {
            "dossier": draft.record.id,
            "page": first.ordinal,
            "form": draft.of(first.ordinal).form or "",
        }
        drop_notice(self.ledger, draft.record.id, FORM_GONE, gone)
        self._keep(draft, first, Decided.FORM, form)
        draft.decided[first.ordinal] = replace(draft.of(first.ordinal), form=form)
        self._tell(draft, "form_chosen", [first.ordinal], form=form)

    def _begin(self, draft: _Draft, page: PageRecord) -> None:
        first = self._first_of(draft, page)
        if first == page.ordinal:
            return
        leaving = [one for one, of in draft.owner.items() if of == first and one >= page.ordinal]
        self._move_border(draft, page, Border.BEGINS, leaving)
        draft.owner |= dict.fromkeys(leaving, page.ordinal)

    def _join(self, draft: _Draft, page: PageRecord) -> None:
        first = self._first_of(draft, page)
        before = max((one for one in draft.owner if one < page.ordinal), default=None)
        if before is None:
            raise ItemProblem("page_is_first", page=page.ordinal)
        if draft.owner[before] == first:
            return
        # A page that is not the first of its document is the back of a card whose front lies elsewhere.
        joining = [one for one, of in draft.owner.items() if of == first and one >= page.ordinal]
        self._move_border(draft, page, Border.JOINS, joining)
        draft.owner |= dict.fromkeys(joining, draft.owner[before])

    def _move_border(self, draft: _Draft, page: PageRecord, border: Border, moving: Sequence[int]) -> None:
        self._park(draft, moving)
        self._keep(draft, page, Decided.BORDER, {"to": border.value})
        draft.decided[page.ordinal] = replace(draft.of(page.ordinal), border=border)
        self._tell(draft, "border_moved", [page.ordinal], border=border.value)

    def _first_of(self, draft: _Draft, page: PageRecord) -> int:
        if page.ordinal not in draft.owner:
            raise ItemProblem("page_in_no_document", page=page.ordinal)
        return draft.owner[page.ordinal]

    def _park(self, draft: _Draft, pages: Sequence[int]) -> int:
        """Keep apart what was answered about pages that leave their documents."""
        dossier = draft.record.id
        anchors = scan_anchors(self.ledger, dossier)
        return park_answers(self.ledger, dossier, [page - 1 for page in pages], anchors)

    # --- keeping ------------------------------------------------------------------------------

    def _tell(self, draft: _Draft, event: str, pages: list[int], **detail: object) -> None:
        self.ledger.add_event(event, draft.record.id, pages=pages, **detail)
        draft.back_to = draft.back_to or Stage.RECOGNISED

    def _keep(self, draft: _Draft, page: PageRecord, kind: Decided, value: object) -> None:
        self.ledger.execute(
            "INSERT OR REPLACE INTO page_decision VALUES (?, ?, ?, ?, ?, ?)",
            draft.record.id,
            draft.anchors[page.ordinal],
            kind,
            json.dumps(value, ensure_ascii=False),
            self.ledger.who,
            self.ledger.now(),
        )

    def _drop(self, draft: _Draft, page: PageRecord, kind: Decided) -> None:
        sql = "DELETE FROM page_decision WHERE dossier = ? AND anchor = ? AND kind = ?"
        self.ledger.execute(sql, draft.record.id, draft.anchors[page.ordinal], kind)


def _is_empty(page: PageRecord) -> bool:
    return bool((page.summary or {}).get("empty"))
