"""``digitize doctor``: whether everything that the work needs is there."""

from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import json_option, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import ExitCode


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "doctor")
    def doctor(
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.cli.health import checks_json, show_checks
        from digitize.errors import UsageProblem
        from digitize.pipeline.health import State, examine
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        try:
            place = Workspace.open(workspace)
        except UsageProblem:
            if workspace is not None:
                raise
            place = None
        checks = examine(place, now)
        if json:
            session.report_json(checks_json(session, checks))
        else:
            show_checks(session, checks)
        failed = any(check.state is State.FAILURE for check in checks)
        return ExitCode.ENVIRONMENT if failed else ExitCode.DONE
