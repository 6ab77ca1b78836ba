"""Tables and JSON of dossiers."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from digitize.cli.grid import Column, Grid
from digitize.cli.session import Session
from digitize.cli.theme import Style
from digitize.messages.visible import visible_line
from digitize.model import Stage
from digitize.pipeline.deadlines import DueLine, DueLists
from digitize.pipeline.overview import DossierLine, Overview

_STYLES = {
    Stage.PACKAGED: Style.GOOD,
    Stage.IN_REVIEW: Style.DOUBTFUL,
    Stage.QUARANTINED: Style.BAD,
    Stage.WITHDRAWN: Style.ASIDE,
}
_NUMBERS = (2, 3)
"""Columns of numbers, from 0."""

MOST_LINES = 200
"""Dossiers that a person is shown; more are listed when asked for."""


def report_overview(
    session: Session, seen: Overview, due: DueLists | None = None, /, **figures: object
) -> None:
    """Print dossiers and their counts, as the contract of ``status --json`` has them.

    With the sizes of stacks, and with what is late and due soon where that is given.
    """
    told: dict[str, object] = {
        "stacks": [{"id": stack, "dossiers": number} for stack, number in seen.stacks.items()],
        "summary": {stage.value: count for stage, count in seen.counts.items()},
    }
    if due is not None:
        told["deadlines"] = {"late": len(due.late), "due_soon": len(due.soon)}
    session.report_listing("dossiers", (line_json(session, line) for line in seen.lines), told | figures)


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
        "stack": line.stack,
        "second_looks": line.second_looks,
    }


def show_overview(session: Session, seen: Overview, due: DueLists | None = None) -> None:
    """Dossiers as a table, in the order in which they are given, and the counts of all.

    With what is late and due soon where that is given.
    """
    days = {one.dossier: one for one in (*due.late, *due.soon)} if due else {}
    headers = [session.text(f"column.{name}") for name in ("dossier", "stage", "pages", "doubtful", "note")]
    rows = [_row(session, line, days.get(line.id)) for line in seen.lines]
    if len(rows) > MOST_LINES:
        _write_plain(session, [headers, *rows])
    elif rows:
        session.out.print(_table(headers, rows, seen))
    if seen.left_out:
        session.out.print(session.text("say.more_dossiers", number=seen.left_out), markup=False)
    if due is not None and (days or seen.chosen):
        told = session.text("say.due_counts", late=len(due.late), soon=len(due.soon))
        session.out.print(told, markup=False)
    summary = ", ".join(
        f"{session.text(f'stage.{stage.value}')}: {count}" for stage, count in seen.counts.items()
    )
    session.out.print(summary or session.text("say.no_dossiers"), markup=False)
    if seen.stacks:
        told = session.text("say.stacks_line", stacks=len(seen.stacks), dossiers=sum(seen.stacks.values()))
        session.out.print(told, markup=False)


def due_text(session: Session, due: DueLine) -> str:
    """By how much a dossier is late, or when it is due."""
    key = "say.due_today" if due.days == 0 else "say.due_soon" if due.days > 0 else "say.due_late"
    return session.text(key, day=f"{due.due_on:%d/%m/%Y}", days=abs(due.days))


def _row(session: Session, line: DossierLine, due: DueLine | None) -> list[str]:
    return [
        line.id,
        session.text(f"stage.{line.stage.value}"),
        str(line.pages),
        str(line.doubtful_fields) if line.doubtful_fields else "",
        _note(session, line, due),
    ]


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]], seen: Overview) -> Grid:
    last = len(headers) - 1
    table = Grid(
        *(
            Column(header, whole=number != last, right=number in _NUMBERS)
            for number, header in enumerate(headers)
        )
    )
    for (dossier, stage, *others), line in zip(rows, seen.lines, strict=True):
        table.add(dossier, Text(stage, style=_STYLES.get(line.stage, Style.PLAIN)), *others)
    return table


def _write_plain(session: Session, rows: Sequence[Sequence[str]]) -> None:
    """A long table without colours: laying out one of a hundred thousand lines takes a minute."""
    rows = [[visible_line(text) for text in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            text.rjust(width) if number in _NUMBERS else text + " " * (width - cell_len(text))
            for number, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        session.write("  ".join(cells).rstrip() + "\n")


def _note(session: Session, line: DossierLine, due: DueLine | None) -> str:
    """What a person should know of a dossier, in its line of the table."""
    notes = [due_text(session, due)] if due else []
    notes += [session.catalogue.problem(line.problem)] if line.problem else []
    if line.second_looks:
        notes.append(session.text("say.second_looks_wait", number=line.second_looks))
    if line.is_reopened:
        notes.append(session.text("say.in_correction", why=line.why))
    elif line.stage is Stage.WITHDRAWN:
        notes.append(line.why)
    return "; ".join(notes)
