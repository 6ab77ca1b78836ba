"""``digitize status``: what stands where."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import json_option, workspace_option
from digitize.cli.session import Session, command


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "status")
    def status(
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        due: Annotated[
            int | None,
            typer.Option(
                "--due", min=0, metavar="DAYS", help=session.text("help.status.due"), show_default=False
            ),
        ] = None,
        everything: Annotated[bool, typer.Option("--all", help=session.text("help.status.all"))] = False,
        json: Annotated[bool, json_option(session)] = False,
    ) -> None:
        from digitize.cli.options import who
        from digitize.cli.tables import MOST_LINES, report_overview, show_overview
        from digitize.pipeline.deadlines import due_now
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.overview import overview
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        with closing(Ledger(place.ledger, now, who(None))) as ledger:
            lists = due_now(ledger, place.profile.deadlines, now, due)
            only = None if due is None else lists.dossiers
            seen = overview(ledger, None if json or everything else MOST_LINES, only)
        if json:
            report_overview(session, seen, lists, pages_read=0, seconds=0.0)
        else:
            show_overview(session, seen, lists)
