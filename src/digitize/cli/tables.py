"""Tables and JSON of dossiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from digitize.cli.session import Session
from digitize.model import Stage
from digitize.pipeline.overview import DossierLine, counts

_STYLES = {
    Stage.PACKAGED: "green",
    Stage.IN_REVIEW: "yellow",
    Stage.QUARANTINED: "red",
    Stage.WITHDRAWN: "dim",
}
_MOST_LINES = 200


def overview_json(
    session: Session, lines: Sequence[DossierLine], stacks: Mapping[str, int]
) -> dict[str, object]:
    """Dossiers and their counts, as the contract of ``status --json`` has them, and the sizes of stacks."""
    return {
        "stacks": [{"id": stack, "dossiers": number} for stack, number in stacks.items()],
        "dossiers": [line_json(session, line) for line in lines],
        "summary": {stage.value: count for stage, count in counts(list(lines)).items()},
    }


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
        "stack": line.stack,
    }


def show_overview(session: Session, lines: Sequence[DossierLine], stacks: Mapping[str, int]) -> None:
    """Dossiers as a table, those that need a person first, and their counts."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(session.text("column.dossier"), no_wrap=True)
    table.add_column(session.text("column.stage"), no_wrap=True)
    table.add_column(session.text("column.pages"), justify="right")
    table.add_column(session.text("column.doubtful"), justify="right")
    table.add_column(session.text("column.note"), overflow="fold")
    ordered = sorted(lines, key=lambda line: _URGENCY.get(line.stage, 2))
    for line in ordered[:_MOST_LINES]:
        table.add_row(
            Text(line.id),
            Text(session.text(f"stage.{line.stage.value}"), style=_STYLES.get(line.stage, "")),
            str(line.pages),
            str(line.doubtful_fields) if line.doubtful_fields else "",
            Text(_note(session, line)),
        )
    if lines:
        session.out.print(table)
    if len(lines) > _MOST_LINES:
        session.out.print(session.text("say.more_dossiers", number=len(lines) - _MOST_LINES))
    summary = ", ".join(
        f"{session.text(f'stage.{stage.value}')}: {count}" for stage, count in counts(list(lines)).items()
    )
    session.out.print(summary or session.text("say.no_dossiers"), markup=False)
    if stacks:
        told = session.text("say.stacks_line", stacks=len(stacks), dossiers=sum(stacks.values()))
        session.out.print(told, markup=False)


def _note(session: Session, line: DossierLine) -> str:
    """What a person should know of a dossier, in its line of the table."""
    notes = [session.catalogue.problem(line.problem)] if line.problem else []
    if line.is_reopened:
        notes.append(session.text("say.in_correction", why=line.why))
    elif line.stage is Stage.WITHDRAWN:
        notes.append(line.why)
    return "; ".join(notes)


_URGENCY = {Stage.QUARANTINED: 0, Stage.IN_REVIEW: 1, Stage.PACKAGED: 3, Stage.WITHDRAWN: 4}
