"""``digitize review``: confirm or correct doubtful fields."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import user_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import UsageProblem


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "review")
    def review(
        list_only: Annotated[bool, typer.Option("--list", help=session.text("help.review.list"))] = False,
        terminal: Annotated[
            bool, typer.Option("--terminal", help=session.text("help.review.terminal"))
        ] = False,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
    ) -> None:
        from digitize.cli.prompts import review_in_terminal, show_waiting
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.workspace import Workspace
        from digitize.review.desk import Desk
        from digitize.times import now

        place = Workspace.open(workspace)
        with closing(Ledger(place.ledger, now, who(user))) as ledger:
            desk = Desk.of(place, ledger, now)
            if list_only:
                show_waiting(session, desk)
            elif terminal or sys.stdin.isatty():
                review_in_terminal(session, desk, place)
            else:
                raise UsageProblem("review_needs_terminal")
