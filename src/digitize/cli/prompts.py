"""What waits for a person, as a table."""

from __future__ import annotations

from digitize.cli.documents import field_name, value_text
from digitize.cli.grid import Column, Grid
from digitize.cli.second_looks import waiting_for_others
from digitize.cli.session import Session
from digitize.pipeline.findings import DoubtfulField
from digitize.review.desk import Desk


def show_waiting(session: Session, desk: Desk) -> None:
    """Doubtful fields as a table."""
    names = ("dossier", "field", "value", "note")
    table = Grid(*(Column(session.text(f"column.{name}"), whole=name == "dossier") for name in names))
    waiting = desk.waiting()
    for dossier in desk.dossiers():
        for problem in desk.questions(dossier):
            table.add(dossier, session.text("say.whole_dossier"), "", session.catalogue.problem(problem))
    for field in waiting:
        table.add(
            field.dossier,
            field_name(session, field.form, field.key, desk.templates),
            value_text(session, field.reading.value),
            _reasons(session, field),
        )
    if not table.is_empty:
        session.out.print(table)
    session.out.print(session.text("say.waiting_fields", number=len(waiting)), markup=False)
    for line in waiting_for_others(session, desk):
        session.out.print(line, markup=False)


def _reasons(session: Session, field: DoubtfulField) -> str:
    return "; ".join(session.catalogue.problem(problem) for problem in field.reading.problems)
