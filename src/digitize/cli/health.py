"""What ``doctor`` found, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from digitize.cli.session import Session
from digitize.pipeline.health import Check, State

_STYLES = {State.OK: "green", State.WARNING: "yellow", State.FAILURE: "bold red"}


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
    table = Table(box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        told = check.detail
        if check.problem is not None:
            remedy = session.catalogue.remedy(check.problem)
            told = "\n".join(filter(None, [session.catalogue.problem(check.problem), remedy]))
        state = Text(session.text(f"state.{check.state.value}"), style=_STYLES[check.state])
        table.add_row(state, session.text(f"check.{check.name}"), Text(told))
    session.out.print(table)
