"""``digitize status``: what stands where."""

from contextlib import closing

import typer

from digitize.cli.options import json_option, workspace_option
from digitize.cli.session import Session, command


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""
    workspace_kind, json_kind = workspace_option(session), json_option(session)

    @command(app, session, "status")
    def status(
        workspace: workspace_kind = None,  # type: ignore[valid-type]
        json: json_kind = False,  # type: ignore[valid-type]
    ) -> None:
        from digitize.cli.options import who
        from digitize.cli.tables import overview_json, show_overview
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.overview import dossier_lines
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        with closing(Ledger(place.ledger, now, who(None))) as ledger:
            lines = dossier_lines(ledger)
        if json:
            figures = {"pages_read": 0, "seconds": 0.0}
            session.report_json(overview_json(session, lines) | figures)
        else:
            show_overview(session, lines)
