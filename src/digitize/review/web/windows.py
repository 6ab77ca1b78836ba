"""The windows in which clerks work: which dossier each has, and what it shows."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from digitize.model import Problem
from digitize.review.views import FieldView


@dataclass(slots=True)
class Window:
    """One tab of a browser.

    Attributes:
        id: by which the ledger knows it.
        session: the session that it belongs to.
        visit: the page that is loaded in it now.
        left: that page was closed or is being loaded again.
        dossier: what it holds; empty for nothing.
        all: how many fields were asked about when it took it.
        put_off: fields of it that come last, by document and key.
        passed: dossiers that the clerk has put off.
        shown: the field on its screen.
        questions: about the whole dossier that are on its screen; None where they are not shown.
        item: stands for what is on its screen; an answer names it.
        answered: fields that were settled in this dossier, in order, with what was answered.

    """

    id: str
    session: str
    visit: str
    left: bool = False
    dossier: str = ""
    all: int = 0
    put_off: set[tuple[int, str]] = field(default_factory=set)
    passed: set[str] = field(default_factory=set)
    shown: FieldView | None = None
    questions: list[Problem] | None = None
    item: str = ""
    answered: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict)

    def hold(self, dossier: str, fields: int) -> None:
        """Begin with a dossier, or with none."""
        self.dossier, self.all = dossier, fields
        self.put_off, self.answered = set(), {}
        self.show(None)

    def show(self, view: FieldView | None, questions: list[Problem] | None = None) -> None:
        """Note what is on the screen now."""
        self.shown, self.questions, self.item = view, questions, secrets.token_urlsafe(6)


@dataclass(slots=True)
class Windows:
    """All windows of this process."""

    _known: dict[str, Window] = field(default_factory=dict)

    def enter(self, name: str, session: str, visit: str) -> Window:
        """The window that a page was loaded in: the one that it names, unless another page works in that.

        Browsers copy the name of a window when they duplicate it.
        """
        known = self._known.get(name)
        if known is not None and known.session == session and (known.left or known.visit == visit):
            known.left, known.visit = False, visit
            return known
        new = Window(secrets.token_urlsafe(9), session, visit)
        self._known[new.id] = new
        return new

    def find(self, name: str, session: str, visit: str) -> Window | None:
        """The window in which a page works; None where it is another one's."""
        known = self._known.get(name)
        fits = known is not None and known.session == session and known.visit == visit
        return known if fits else None

    def __iter__(self) -> Iterator[Window]:
        """Every window."""
        return iter(self._known.values())
