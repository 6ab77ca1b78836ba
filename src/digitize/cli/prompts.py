"""Review by prompts, for places without a browser."""

from __future__ import annotations

from collections.abc import Mapping

from rich.prompt import Confirm, Prompt
from rich.table import Table
from rich.text import Text

from digitize.cli.documents import field_name, form_name, value_text
from digitize.cli.second_looks import show_look, waiting_for_others
from digitize.cli.session import Session
from digitize.errors import ItemProblem, UsageProblem
from digitize.forms.template import Template
from digitize.model import Problem, Value
from digitize.pipeline.findings import DoubtfulField, Look
from digitize.pipeline.layout import page_target
from digitize.pipeline.tasks import archival_file
from digitize.pipeline.workspace import Workspace
from digitize.review.answers import value_from
from digitize.review.desk import Desk

_SKIP, _UNREADABLE, _STOP = "-", "!", "q"


def show_waiting(session: Session, desk: Desk) -> None:
    """Doubtful fields as a table."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("dossier", "field", "value", "note"):
        whole = column == "dossier"
        table.add_column(session.text(f"column.{column}"), overflow="fold", no_wrap=whole)
    waiting = desk.waiting()
    for dossier in desk.dossiers():
        for problem in desk.questions(dossier):
            told = Text(session.catalogue.problem(problem))
            table.add_row(Text(dossier), Text(session.text("say.whole_dossier")), Text(""), told)
    for field in waiting:
        table.add_row(
            Text(field.dossier),
            Text(field_name(session, field.form, field.key, desk.templates)),
            Text(value_text(session, field.reading.value)),
            Text(_reasons(session, field)),
        )
    if table.row_count:
        session.out.print(table)
    session.out.print(session.text("say.waiting_fields", number=len(waiting)), markup=False)
    for line in waiting_for_others(session, desk):
        session.out.print(line, markup=False)


def review_in_terminal(session: Session, desk: Desk, workspace: Workspace) -> None:
    """Ask about every doubtful field of every dossier in review."""
    dossiers = desk.dossiers()
    if not dossiers:
        session.say("nothing_to_review")
        return
    session.say("review_keys", skip=_SKIP, unreadable=_UNREADABLE, stop=_STOP)
    for dossier in dossiers:
        try:
            with desk.holding(dossier) as fields:
                goes_on = _ask_all(session, desk, workspace, fields)
        except ItemProblem as error:
            session.err.print(session.catalogue.problem(Problem.of(error)), markup=False)
            continue
        if not goes_on:
            break
        if desk.let_through(dossier, seen=_ask_whole(session, desk, dossier)):
            session.say("approved", dossier=dossier)
    for line in waiting_for_others(session, desk):
        session.err.print(line, markup=False)
    session.say("review_next")


def _ask_all(session: Session, desk: Desk, workspace: Workspace, fields: list[DoubtfulField]) -> bool:
    """Ask about the fields of a dossier; whether the person wants to go on."""
    for field in fields:
        _show_field(session, workspace, field, desk.templates)
        show_look(session, desk, field)
        while True:
            answer = Prompt.ask(
                session.text("say.your_answer"), console=session.err, default="", show_default=False
            ).strip()
            if answer == _STOP:
                return False
            if answer == _SKIP:
                break
            try:
                value = _meant(field, answer, desk)
            except UsageProblem as error:
                session.err.print(session.catalogue.problem(Problem.of(error)), markup=False)
                continue
            desk.settle("", field, value)
            break
    return True


def _ask_whole(session: Session, desk: Desk, dossier: str) -> bool:
    """Ask about what was noticed of a dossier as a whole; whether it is right as it is."""
    asked = desk.questions(dossier)
    for problem in asked:
        session.err.print(Text(dossier, style="bold"))
        session.err.print(Text(session.catalogue.problem(problem), style="bold yellow"))
        session.err.print(session.catalogue.remedy(problem), markup=False)
    return not asked or Confirm.ask(
        session.text("say.whole_dossier_right"), console=session.err, default=False
    )


def _meant(field: DoubtfulField, answer: str, desk: Desk) -> Value:
    if not answer and field.look is Look.FIRST:
        return field.reading.value
    if answer == _UNREADABLE:
        return None
    return value_from(field, answer, desk.templates)


def _show_field(
    session: Session, workspace: Workspace, field: DoubtfulField, templates: Mapping[str, Template]
) -> None:
    reading = field.reading
    session.err.print()
    session.err.print(Text(f"{field.dossier} · {form_name(session, field.form, templates)}", style="bold"))
    session.err.print(
        Text(
            f"{field_name(session, field.form, field.key, templates)}: {value_text(session, reading.value)}",
            style="bold yellow",
        )
    )
    session.err.print(f"  {_reasons(session, field)}", markup=False)
    if reading.page is not None:
        try:
            picture = archival_file(page_target(workspace, field.dossier, reading.page + 1))
        except ItemProblem:
            return
        place = ", ".join(str(edge) for edge in reading.box) if reading.box else "-"
        session.err.print(session.text("say.see_picture", path=str(picture), box=place), markup=False)


def _reasons(session: Session, field: DoubtfulField) -> str:
    return "; ".join(session.catalogue.problem(problem) for problem in field.reading.problems)
