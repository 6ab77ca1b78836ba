"""The pages of a dossier as a table and as JSON, and what came of a decision about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from digitize.cli.documents import form_name
from digitize.cli.grid import Column, Grid
from digitize.cli.session import Session
from digitize.forms.papers import load_papers
from digitize.forms.template import Template
from digitize.model import UNKNOWN_FORM
from digitize.pipeline.carrying_out import CarriedOut
from digitize.pipeline.decided_pages import Border
from digitize.pipeline.page_decisions import Changed
from digitize.pipeline.page_views import PageView
from digitize.pipeline.records import DossierRecord, PageRole


def show_pages(session: Session, views: Sequence[PageView], templates: Mapping[str, Template]) -> None:
    """The pages of a dossier, one in a line."""
    figures = ("pages", "turned")
    names = ("pages", "file", "paper", "kind", "turned", "note")
    table = Grid(
        *(
            Column(session.text(f"column.{name}"), whole=name in figures, right=name in figures)
            for name in names
        )
    )
    for view in views:
        table.add(
            str(view.ordinal),
            f"{view.file} ({view.frame})",
            str(view.document or ""),
            _form(session, view, templates) if view.begins else "",
            f"{view.turned}°" if view.turned else "",
            "; ".join(_notes(session, view)),
        )
    if views:
        session.out.print(table)
    else:
        session.out.print(session.text("say.no_pages_yet"), markup=False)


def show_changed(session: Session, record: DossierRecord, changed: Changed, done: CarriedOut | None) -> None:
    """What a decision came to, and what is to be done next."""
    for problem in changed.problems:
        session.out.print(session.catalogue.problem(problem), markup=False)
        session.out.print(f"{session.text('say.remedy')} {session.catalogue.remedy(problem)}", markup=False)
    stage = session.text(f"stage.{record.stage.value}")
    if not changed.again:
        if not changed.problems:
            session.out.print(session.text("say.pages_kept", dossier=record.id), markup=False)
    elif done is not None and done.done:
        session.out.print(session.text("say.pages_done", dossier=record.id, stage=stage), markup=False)
    elif done is not None and done.busy is not None:
        session.out.print(session.text("say.pages_busy", dossier=record.id), markup=False)
    else:
        session.out.print(session.text("say.pages_later", dossier=record.id, stage=stage), markup=False)
    if done is not None and done.problem is not None:
        session.show_failure(record.id, done.problem)


def report_pages(
    session: Session, record: DossierRecord, views: Sequence[PageView], done: CarriedOut | None
) -> None:
    """The pages of a dossier as one JSON document."""
    session.report_json(
        {
            "dossier": record.id,
            "stage": record.stage.value,
            "pages": [_page_json(session, view) for view in views],
            "done_again": None if done is None else done.done,
            "problem": session.problem_json(done.problem) if done is not None and done.problem else None,
        }
    )


def _page_json(session: Session, view: PageView) -> dict[str, object]:
    decided = view.decided
    return {
        "page": view.ordinal,
        "file": view.file,
        "page_in_file": view.frame,
        "picture": str(view.picture) if view.picture else None,
        "role": view.role.value,
        "document": view.document,
        "begins": view.begins,
        "form": view.form,
        "paper": view.paper,
        "turned": view.turned,
        "blank": view.blank,
        "problems": [session.problem_json(problem) for problem in view.problems],
        "decided": {
            "turn": decided.turn,
            "excluded": decided.excluded,
            "scan_again": decided.scan_again or None,
            "border": decided.border.value if decided.border else None,
            "form": decided.form,
        },
    }


def _form(session: Session, view: PageView, templates: Mapping[str, Template]) -> str:
    if view.form == UNKNOWN_FORM and view.paper is not None:
        return load_papers()[view.paper].name[session.catalogue.language]
    return form_name(session, view.form, templates) if view.form else ""


def _notes(session: Session, view: PageView) -> Iterator[str]:
    """What a person should know of a page."""
    decided = view.decided
    if view.role is PageRole.SEPARATOR:
        yield session.text("say.page_sheet")
        return
    if decided.excluded:
        yield session.text("say.page_excluded")
    if decided.scan_again:
        yield session.text("say.page_marked", why=decided.scan_again)
    if view.role is PageRole.BACK:
        yield session.text("say.page_back")
    elif view.blank:
        yield session.text("say.page_blank")
    if decided.turn is not None:
        yield session.text("say.page_turned")
    if decided.border is not None:
        yield session.text("say.page_begins" if decided.border is Border.BEGINS else "say.page_joins")
    if decided.form is not None and view.begins:
        yield session.text("say.page_form_chosen")
    yield from (session.catalogue.problem(problem) for problem in view.problems)
