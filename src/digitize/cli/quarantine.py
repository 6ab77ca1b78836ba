"""``digitize quarantine``: what is set aside, why, and what to do about it."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import json_option, who, workspace_option
from digitize.cli.session import Session, command


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "quarantine")
    def quarantine(
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> None:
        from digitize.cli.set_aside import groups_json, show_groups
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.quarantined import quarantine_groups
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        with closing(Ledger(place.ledger, now, who(None))) as ledger:
            groups = quarantine_groups(ledger)
        if json:
            session.report_json(groups_json(session, groups))
        else:
            show_groups(session, groups)
