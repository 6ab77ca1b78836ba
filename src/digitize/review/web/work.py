"""What a clerk's window asks for, and what it shows then. All of it happens in one thread.

Every answer is one request and one transaction: whatever was recorded stays, whenever a browser is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digitize.errors import DigitizeError, ItemProblem
from digitize.model import Box, Problem, Stage, Value
from digitize.pipeline.findings import DoubtfulField
from digitize.pipeline.layout import page_target
from digitize.pipeline.leases import IN_USE
from digitize.pipeline.tasks import archival_file
from digitize.review.desk import Desk
from digitize.review.listing import waiting_dossiers
from digitize.review.pictures import fitting
from digitize.review.showing import Showing
from digitize.review.shown import Kin, Queue, Whole
from digitize.review.web.page_work import PageWork, change_of
from digitize.review.web.pages import Pages
from digitize.review.web.windows import Window, Windows

Told = dict[str, Any]
"""What the script is told: ``html`` for the desk, and what stands around it."""

_MOST_ROWS = 60

_TEXTS = ("window", "visit", "item", "text", "dossier", "change")

_STALE = frozenset({IN_USE, "dossier_changed", "field_settled", "field_changed"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a window.

    Attributes:
        window: as the page knows it; empty for a new one.
        visit: names the page that was loaded.
        session: who asks.
        item: what was on the screen.
        text: what was typed.
        dossier: which one is chosen.
        seen: the questions about the whole dossier were ticked.
        page: which page is chosen; 0 for none.
        change: what is done with it.

    """

    window: str
    visit: str
    session: str
    item: str
    text: str
    dossier: str
    seen: bool
    page: int
    change: str

    @classmethod
    def of(cls, told: Mapping[str, Any], session: str) -> Asked:
        """Read a request.

        Raises:
            ValueError: it is none.

        """
        texts = {name: told.get(name) or "" for name in _TEXTS}
        page = told.get("page") or 0
        if not all(isinstance(text, str) for text in texts.values()) or type(page) is not int:
            raise ValueError(texts)
        # Half a character can neither be kept nor shown.
        for text in texts.values():
            text.encode()
        return cls(**texts, session=session, seen=told.get("seen") is True, page=page)


@dataclass
class Work:
    """The desk of this process, and the windows that stand before it."""

    desk: Desk
    showing: Showing
    pages: Pages
    page_work: PageWork
    windows: Windows = field(default_factory=Windows)
    _left: int = 0
    _done: int = 0
    _day: str = ""

    def act(self, name: str, asked: Asked) -> Told:
        """Do what a window asks for.

        Args:
            name: what, one that is known.
            asked: the request.

        """
        if name == "start":
            window = self.windows.enter(asked.window, asked.session, asked.visit)
            return {"window": window.id} | self._go_on(window)
        found = self.windows.find(asked.window, asked.session, asked.visit)
        if found is None:
            return {} if name == "leave" else {"notice": self._text("review.stale"), "reload": True}
        try:
            return self._acts()[name](found, asked)
        except ItemProblem as error:
            if error.code not in _STALE:
                raise
            return self._go_on(found) | {"notice": self._text("review.stale")}

    def _acts(self) -> dict[str, Callable[[Window, Asked], Told]]:
        return {
            "list": self._list,
            "begin": self._begin,
            "open": self._open,
            "next": self._pass_on,
            "keep": self._keep,
            "leave": self._leave,
            "check": self._check,
            "answer": self._answer,
            "unreadable": self._unreadable,
            "skip": self._put_off,
            "again": self._again,
            "back": self._back,
            "approve": self._approve,
            "pages": self._pages,
            "field": self._field_again,
            "decide": self._decide,
        }

    def knows(self, name: str) -> bool:
        """Whether there is such an act."""
        return name == "start" or name in self._acts()

    def release(self, name: str) -> None:
        """Let go of what a window holds that was closed and has not come back."""
        for window in self.windows:
            if window.id == name and window.left:
                self._put_down(window)

    def end(self) -> None:
        """Let go of everything."""
        self.page_work.end()
        for window in self.windows:
            self._put_down(window)

    # --- coming and going ---------------------------------------------------------------------

    def _go_on(self, window: Window) -> Told:
        """Where a window stands: in its dossier as long as that is its own, else before the queue."""
        if window.dossier:
            try:
                self.desk.take_this(window.id, window.dossier)
                return self._next(window)
            except ItemProblem:
                self._put_down(window)
        return self._list(window)

    def _list(self, window: Window, *_: Asked) -> Told:
        self._put_down(window)
        window.show(None)
        window.passed.clear()
        self._count()
        waiting = self.desk.waiting_count()
        rows = waiting_dossiers(self.desk.ledger, self.desk.clock, _MOST_ROWS)
        queue = Queue(
            dossiers=waiting.dossiers,
            fields=waiting.fields,
            rows=tuple(self.showing.row(row) for row in rows),
            more=max(0, waiting.dossiers - len(rows)),
        )
        return self._screen(window, self._piece("list", queue=queue))

    def _begin(self, window: Window, _: Asked) -> Told:
        dossier = self.desk.take(window.id, passed=window.passed)
        if dossier is None:
            told = self._list(window)
            return told | {"notice": self._text("review.all_held")} if self._left else told
        return self._take_up(window, dossier)

    def _open(self, window: Window, asked: Asked) -> Told:
        try:
            self.desk.take_this(window.id, asked.dossier)
        except ItemProblem as error:
            return self._list(window) | {
                "notice": self.showing.catalogue.problem_and_remedy(Problem.of(error))
            }
        return self._take_up(window, asked.dossier)

    def _take_up(self, window: Window, dossier: str) -> Told:
        window.hold(dossier, len(self.desk.fields(dossier)))
        return self._next(window)

    def _put_down(self, window: Window) -> None:
        if window.dossier:
            self.desk.let_go(window.id, window.dossier)
            window.hold("", 0)

    def _pass_on(self, window: Window, _: Asked) -> Told:
        window.passed.add(window.dossier)
        return self._begin(window, _)

    def _keep(self, window: Window, _: Asked) -> Told:
        self._count()
        if window.dossier:
            self.desk.keep(window.id, window.dossier)
        return {}

    def _leave(self, window: Window, _: Asked) -> Told:
        window.left = True
        return {}

    # --- a field ------------------------------------------------------------------------------

    def _next(self, window: Window) -> Told:
        found = self.desk.next_field(window.id, window.dossier, window.put_off)
        if found is None:
            return self._whole(window)
        return self._field(window, found, None)

    def _field(self, window: Window, found: DoubtfulField, answered: str | None) -> Told:
        view = self.desk.look_at(found)
        window.show(view)
        number = min(window.all, len(window.answered) + len(window.put_off) + 1)
        ask = self.showing.ask(view, number, window.all, answered)
        told = self._screen(window, self._piece("field", field=ask))
        return told | {
            "text": ask.read,
            "sheet": self.showing.beside(found),
            "soon": self._soon(window, found),
        }

    def _soon(self, window: Window, shown: DoubtfulField | None) -> list[str]:
        """Pictures that the clerk is likely to see next."""
        passed = {*window.put_off} | ({(shown.document, shown.key)} if shown else set())
        following = self.desk.ahead(window.dossier, passed)
        if following is not None:
            address = self.showing.cut_address(following)
            return [address] if address else []
        dossier = self.desk.coming(window.id, passed={*window.passed, window.dossier})
        first = self.desk.ahead(dossier) if dossier else None
        if first is None:
            return []
        page = self.showing.beside(first)
        return [self.showing.cut_address(first)] + ([str(page["src"])] if page else [])

    def _check(self, window: Window, asked: Asked) -> Told:
        if window.shown is None or asked.item != window.item:
            return {}
        return dict(self.showing.judgement(asked.text, self.desk.check(window.shown.field, asked.text)))

    def _answer(self, window: Window, asked: Asked) -> Told:
        view = window.shown
        if view is None or asked.item != window.item:
            return self._go_on(window) | {"notice": self._text("review.stale")}
        reading = view.field.reading
        if not asked.text.strip():
            return {"check": self.showing.judgement("", self.desk.check(view.field, ""))}
        if asked.text == self.showing.editable(view.field, reading.value, reading.raw):
            return self._settle(window, reading.value)
        checked = self.desk.check(view.field, asked.text)
        if not checked.fits:
            for one in view.alternatives:
                # Some values that are offered cannot be typed as they are shown.
                if self.showing.editable(view.field, one.value) == asked.text:
                    return self._settle(window, one.value)
            return {"check": self.showing.judgement(asked.text, checked)}
        return self._settle(window, checked.value)

    def _unreadable(self, window: Window, asked: Asked) -> Told:
        if window.shown is None or asked.item != window.item:
            return self._go_on(window) | {"notice": self._text("review.stale")}
        return self._settle(window, None)

    def _settle(self, window: Window, value: Value) -> Told:
        assert window.shown is not None
        one = window.shown.field
        self.desk.settle(window.id, one, value)
        window.put_off.discard((one.document, one.key))
        name = self.showing.field_name(one.form, one.key)
        window.answered[one.document, one.key] = name, self.showing.value_text(value)
        self._done, self._left = self._done + 1, max(0, self._left - 1)
        return self._next(window) | {"said": self._text("review.recorded")}

    def _put_off(self, window: Window, asked: Asked) -> Told:
        if window.shown is not None and asked.item == window.item:
            window.put_off.add((window.shown.field.document, window.shown.field.key))
        return self._go_on(window)

    def _again(self, window: Window, _: Asked) -> Told:
        window.put_off.clear()
        return self._go_on(window)

    def _back(self, window: Window, _: Asked) -> Told:
        found = self.desk.take_back(window.id, window.dossier) if window.dossier else None
        if found is None:
            return {"notice": self._text("review.nothing_before")}
        window.put_off.discard((found.document, found.key))
        _name, text = window.answered.pop((found.document, found.key), ("", None))
        self._done, self._left = max(0, self._done - 1), self._left + 1
        return self._field(window, found, text) | {"said": self._text("review.taken_back")}

    # --- a dossier ----------------------------------------------------------------------------

    def _whole(self, window: Window) -> Told:
        # They tell what covers and lists say: who still has fields to look at unseen is not told.
        questions = [] if window.put_off else self.desk.questions(window.dossier)
        window.show(None, questions)
        whole = Whole(
            dossier=window.dossier,
            questions=tuple(map(self.showing.question, questions)),
            skipped=len(window.put_off),
            answers=tuple(Kin(name, text) for name, text in window.answered.values()),
            approves=self.desk.rules.by_itself,
        )
        told = self._screen(window, self._piece("whole", whole=whole))
        sheet = self.showing.whole_page(window.dossier, 1)
        return told | {"sheet": sheet, "soon": self._soon(window, None)}

    def _approve(self, window: Window, asked: Asked) -> Told:
        dossier = window.dossier
        if not dossier or asked.item != window.item:
            return self._go_on(window) | {"notice": self._text("review.stale")}
        self.desk.keep(window.id, dossier)
        record, questions = self.desk.ledger.dossier(dossier), self.desk.questions(dossier)
        gone = record is None or record.stage is not Stage.IN_REVIEW
        if gone or window.put_off or window.questions != questions:
            # What has come since, or was not asked yet, nobody has looked at.
            return self._go_on(window) | {"notice": self._text("review.stale")}
        if not asked.seen and questions:
            return {"notice": self._text("review.not_seen")}
        if self.desk.let_through(dossier, seen=asked.seen):
            return self._begin(window, asked) | {"said": self._text("review.approved", dossier=dossier)}
        standing = self.desk.approval.standing(dossier)
        if standing.doubtful or standing.questions:
            return self._go_on(window) | {"notice": self._text("review.not_approved", dossier=dossier)}
        window.passed.add(dossier)
        waits = "review.waits_for_look" if standing.looks.any else "review.waits_for_approval"
        return self._begin(window, asked) | {"told": self._text(waits, dossier=dossier)}

    # --- its pages ----------------------------------------------------------------------------

    def _pages(self, window: Window, asked: Asked) -> Told:
        if not window.dossier:
            return self._list(window)
        self.desk.keep(window.id, window.dossier)
        page = asked.page or self._page_of(window)
        window.show(window.shown)
        view = self.page_work.view(window.dossier, page)
        told = self._screen(window, self._piece("pages", view=view))
        return told | {"sheet": self.showing.whole_page(window.dossier, view.page)}

    def _page_of(self, window: Window) -> int:
        page = window.shown.field.reading.page if window.shown else None
        return 1 if page is None else page + 1

    def _field_again(self, window: Window, _: Asked) -> Told:
        return self._go_on(window)

    def _decide(self, window: Window, asked: Asked) -> Told:
        dossier = window.dossier
        change = change_of(asked.page, asked.change, asked.text)
        if not dossier or asked.item != window.item or change is None:
            return self._go_on(window) | {"notice": self._text("review.stale")}
        try:
            changed = self.page_work.decide(window.id, dossier, change)
        except DigitizeError as error:
            return {"notice": self.showing.catalogue.problem_and_remedy(Problem.of(error))}
        if not changed.again:
            return self._pages(window, asked) | {"said": self._text("review.recorded")}
        self._put_down(window)
        self.page_work.redo(dossier)
        return self._begin(window, asked) | {"told": self._text("review.redone", dossier=dossier)}

    # --- pictures -----------------------------------------------------------------------------

    def page_file(self, dossier: str, page: int) -> Path | None:
        """The archival picture of a page; None where there is none in this workspace."""
        if self.desk.ledger.dossier(dossier) is None or self.showing.sheet(dossier, page) is None:
            return None
        try:
            return archival_file(page_target(self.showing.workspace, dossier, page))
        except ItemProblem:
            return None

    def cutting(self, dossier: str, page: int, box: str) -> tuple[Path, Box] | None:
        """A piece of a page, and the file to cut it from; None where there is no such thing."""
        path, sheet = self.page_file(dossier, page), self.showing.sheet(dossier, page)
        piece = fitting(box, sheet.width, sheet.height) if sheet else None
        return (path, piece) if path and piece else None

    # --- around it ----------------------------------------------------------------------------

    def _count(self) -> None:
        """Count anew what is done and what is left; between, both are followed."""
        began = self.showing.started_today()
        sql = "SELECT count(*) AS n FROM answer WHERE who = ? AND at >= ?"
        self._done = self.desk.ledger.rows(sql, self.desk.ledger.who, began)[0]["n"]
        self._left = self.desk.waiting_count().fields

    def _screen(self, window: Window, html: str) -> Told:
        done, left = self._done, self._left
        return {
            "html": html,
            "item": window.item,
            "where": window.dossier,
            "progress": self._piece("progress", done=done, left=left),
            "sheet": None,
        }

    def _piece(self, name: str, **values: object) -> str:
        return self.pages.piece(name, **values)

    def _text(self, key: str, /, **facts: str | int) -> str:
        return self.showing.catalogue.text(key, **facts)
