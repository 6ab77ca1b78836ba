"""What ``doctor`` found, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from digitize.cli.grid import Column, Grid
from digitize.cli.session import Session
from digitize.cli.theme import Style
from digitize.pipeline.health import Check, State

_STYLES = {State.OK: Style.GOOD, State.WARNING: Style.DOUBTFUL, State.FAILURE: Style.BAD}


def checks_json(session: Session, checks: Sequence[Check]) -> dict[str, object]:
    """Checks as one document."""
    return {
        "checks": [
            {
                "name": check.name,
                "state": check.state.value,
                "detail": check.detail,
                "problem": session.problem_json(check.problem) if check.problem else None,
                "remedy": session.catalogue.remedy(check.problem) if check.problem else None,
            }
            for check in checks
        ]
    }


def show_checks(session: Session, checks: Sequence[Check]) -> None:
    """Checks as a table, with the remedy under what is wrong."""
    table = Grid(Column("", whole=True), Column(""), Column(""), headed=False)
    for check in checks:
        told = check.detail
        if check.problem is not None:
            remedy = session.catalogue.remedy(check.problem)
            remedy = f"{session.text('say.remedy')} {remedy}" if remedy else ""
            told = "\n".join(filter(None, [session.catalogue.problem(check.problem), remedy]))
        state = Text(session.text(f"state.{check.state.value}"), style=_STYLES[check.state])
        table.add(state, session.text(f"check.{check.name}"), told)
    session.out.print(table)
