"""Deciding about the pages of a dossier from its window: turns, exclusions, scans, forms, borders."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import SpawnProcess

from digitize.errors import DigitizeError
from digitize.forms.papers import load_papers
from digitize.model import UNKNOWN_FORM
from digitize.pipeline.carrying_out import carry_out
from digitize.pipeline.decided_pages import Border
from digitize.pipeline.page_decisions import TURNS, Act, Change, Changed, PageDesk
from digitize.pipeline.page_views import PageView, page_list
from digitize.pipeline.records import PageRole
from digitize.pipeline.workspace import Workspace
from digitize.review.showing import Showing
from digitize.review.shown import FormChoice, PageRow, PagesView
from digitize.times import now


@dataclass
class PageWork:
    """What windows do with pages.

    What has to be read anew is read by a process of its own: the desk goes on meanwhile, and the dossier
    comes back into the queue.
    """

    showing: Showing
    _redoing: list[SpawnProcess] = field(default_factory=list)

    def view(self, dossier: str, page: int) -> PagesView:
        """The pages of a dossier, one of them chosen; one that is not there chooses the first."""
        desk = self.showing.desk
        views = page_list(desk.ledger, self.showing.workspace, dossier)
        chosen = next((one for one in views if one.ordinal == page), views[0])
        language = self.showing.catalogue.language
        forms = [
            FormChoice(one.id, one.title[language], chosen=one.id == chosen.form)
            for one in sorted(desk.templates.values(), key=lambda one: one.title[language])
        ]
        unknown = self.showing.catalogue.text("say.unknown_form")
        return PagesView(
            dossier=dossier,
            rows=tuple(self._row(one, chosen) for one in views),
            page=chosen.ordinal,
            sheet=chosen.role is PageRole.SEPARATOR,
            excluded=chosen.excluded,
            marked=bool(chosen.marked),
            begins=chosen.begins,
            first=chosen.ordinal == min(one.ordinal for one in views),
            forms=(FormChoice(UNKNOWN_FORM, unknown, chosen=chosen.form == UNKNOWN_FORM), *forms),
        )

    def decide(self, window: str, dossier: str, change: Change) -> Changed:
        """Record a decision; what has to be done anew is begun."""
        desk = self.showing.desk
        return PageDesk(self.showing.workspace, desk.ledger, desk.clock, window).change(dossier, [change])

    def redo(self, dossier: str) -> None:
        """Do a dossier anew that was sent back; nobody waits for it."""
        self._redoing = [one for one in self._redoing if one.is_alive()]
        who = self.showing.desk.ledger.who
        process = multiprocessing.get_context("spawn").Process(
            target=_redo, args=(self.showing.workspace, dossier, who)
        )
        process.start()
        self._redoing.append(process)

    def end(self) -> None:
        """Cut off what is being done anew; the next run goes on with it."""
        for one in self._redoing:
            one.terminate()
            one.join()

    def _row(self, view: PageView, chosen: PageView) -> PageRow:
        return PageRow(
            number=view.ordinal,
            chosen=view is chosen,
            document="" if view.document is None else str(view.document),
            form=self._form(view) if view.begins else "",
            notes="; ".join(self._notes(view)),
        )

    def _form(self, view: PageView) -> str:
        if view.form == UNKNOWN_FORM and view.paper is not None:
            return load_papers()[view.paper].name[self.showing.catalogue.language]
        return self.showing.form_name(view.form) if view.form else ""

    def _notes(self, view: PageView) -> Iterator[str]:
        text, decided = self.showing.catalogue.text, view.decided
        if view.role is PageRole.SEPARATOR:
            yield text("say.page_sheet")
            return
        if decided.excluded:
            yield text("say.page_excluded")
        if decided.scan_again:
            yield text("say.page_marked", why=decided.scan_again)
        if view.role is PageRole.BACK:
            yield text("say.page_back")
        elif view.blank:
            yield text("say.page_blank")
        if decided.turn is not None:
            yield text("say.page_turned")
        if decided.border is not None:
            yield text("say.page_begins" if decided.border is Border.BEGINS else "say.page_joins")
        if decided.form is not None and view.begins:
            yield text("say.page_form_chosen")
        yield from (self.showing.catalogue.problem(one) for one in view.problems)


def change_of(page: int, name: str, value: str) -> Change | None:
    """The decision that a window names; None where it is none."""
    if name not in tuple(Act):
        return None
    if name == Act.TURN:
        return Change(page, Act.TURN, int(value)) if value in map(str, TURNS) else None
    return Change(page, Act(name), value or None)


def _redo(workspace: Workspace, dossier: str, who: str) -> None:
    # What hinders it is told by the next run, which takes it up again.
    with suppress(DigitizeError, KeyboardInterrupt):
        carry_out(workspace, dossier, who, now)
