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
        json: Annotated[bool, json_option(session)] = False,
    ) -> None:
        from digitize.cli.options import who
        from digitize.cli.tables import overview_json, show_overview
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.overview import dossier_lines, stack_sizes
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        with closing(Ledger(place.ledger, now, who(None))) as ledger:
            lines, stacks = dossier_lines(ledger), stack_sizes(ledger)
        if json:
            figures = {"pages_read": 0, "seconds": 0.0}
            session.report_json(overview_json(session, lines, stacks) | figures)
        else:
            show_overview(session, lines, stacks)
