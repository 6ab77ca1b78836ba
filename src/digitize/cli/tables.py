"""Tables and JSON of dossiers."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from digitize.cli.session import Session
from digitize.model import Stage
from digitize.pipeline.deadlines import DueLine, DueLists
from digitize.pipeline.overview import DossierLine, counts

_STYLES = {
    Stage.PACKAGED: "green",
    Stage.IN_REVIEW: "yellow",
    Stage.QUARANTINED: "red",
    Stage.WITHDRAWN: "dim",
}
_MOST_LINES = 200


def overview_json(
    session: Session, lines: Sequence[DossierLine], due: DueLists | None = None, *, only_due: bool = False
) -> dict[str, object]:
    """Dossiers and their counts, as the contract of ``status --json`` has them.

    With what is late and due soon where that is given; ``only_due`` leaves others out, but counts them.
    """
    days = _days(due)
    told: dict[str, object] = {
        "dossiers": [line_json(session, line) for line in lines if not only_due or line.id in days],
        "summary": {stage.value: count for stage, count in counts(list(lines)).items()},
    }
    return told if due is None else told | {"deadlines": {"late": len(due.late), "due_soon": len(due.soon)}}


def line_json(session: Session, line: DossierLine) -> dict[str, object]:
    """A dossier as the contract has it."""
    return {
        "id": line.id,
        "stage": line.stage.value,
        "pages": line.pages,
        "doubtful_fields": line.doubtful_fields,
        "problem": session.problem_json(line.problem) if line.problem else None,
        "package": line.package,
        "received_at": line.received_at,
        "generation": line.generation,
        "replaces": line.replaces,
        "record_status": line.record_status,
        "why": line.why or None,
        "received_on": line.received_on,
        "due_on": line.due_on,
    }


def show_overview(
    session: Session, lines: Sequence[DossierLine], due: DueLists | None = None, *, only_due: bool = False
) -> None:
    """Dossiers as a table, those that need a person first, and their counts.

    With what is late and due soon where that is given; ``only_due`` shows these alone, earliest day first.
    """
    days = _days(due)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(session.text("column.dossier"), no_wrap=True)
    table.add_column(session.text("column.stage"), no_wrap=True)
    table.add_column(session.text("column.pages"), justify="right")
    table.add_column(session.text("column.doubtful"), justify="right")
    table.add_column(session.text("column.note"), overflow="fold")
    ordered = sorted(lines, key=lambda line: _URGENCY.get(line.stage, 2))
    if only_due:
        ordered = sorted((line for line in lines if line.id in days), key=lambda line: days[line.id].days)
    for line in ordered[:_MOST_LINES]:
        table.add_row(
            Text(line.id),
            Text(session.text(f"stage.{line.stage.value}"), style=_STYLES.get(line.stage, "")),
            str(line.pages),
            str(line.doubtful_fields) if line.doubtful_fields else "",
            Text(_note(session, line, days.get(line.id))),
        )
    if ordered:
        session.out.print(table)
    if len(ordered) > _MOST_LINES:
        session.out.print(session.text("say.more_dossiers", number=len(ordered) - _MOST_LINES))
    if due is not None and (days or only_due):
        told = session.text("say.due_counts", late=len(due.late), soon=len(due.soon))
        session.out.print(told, markup=False)
    summary = ", ".join(
        f"{session.text(f'stage.{stage.value}')}: {count}" for stage, count in counts(list(lines)).items()
    )
    session.out.print(summary or session.text("say.no_dossiers"), markup=False)


def _days(due: DueLists | None) -> dict[str, DueLine]:
    """What is late or due soon, by the codes of dossiers."""
    return {one.dossier: one for one in (*due.late, *due.soon)} if due else {}


def due_text(session: Session, due: DueLine) -> str:
    """By how much a dossier is late, or when it is due."""
    key = "say.due_today" if due.days == 0 else "say.due_soon" if due.days > 0 else "say.due_late"
    return session.text(key, day=f"{due.due_on:%d/%m/%Y}", days=abs(due.days))


def _note(session: Session, line: DossierLine, due: DueLine | None) -> str:
    """What a person should know of a dossier, in its line of the table."""
    notes = [due_text(session, due)] if due else []
    notes += [session.catalogue.problem(line.problem)] if line.problem else []
    if line.is_reopened:
        notes.append(session.text("say.in_correction", why=line.why))
    elif line.stage is Stage.WITHDRAWN:
        notes.append(line.why)
    return "; ".join(notes)


_URGENCY = {Stage.QUARANTINED: 0, Stage.IN_REVIEW: 1, Stage.PACKAGED: 3, Stage.WITHDRAWN: 4}
