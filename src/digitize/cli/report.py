"""``digitize report``: counts and rates of a period."""

from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import json_option, workspace_option
from digitize.cli.session import Session, command


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "report")
    def report(
        month: Annotated[
            str | None,
            typer.Option(
                "--month", metavar="YYYY-MM", help=session.text("help.report.month"), show_default=False
            ),
        ] = None,
        first: Annotated[
            str | None,
            typer.Option(
                "--from", metavar="DATE", help=session.text("help.report.first"), show_default=False
            ),
        ] = None,
        last: Annotated[
            str | None,
            typer.Option("--to", metavar="DATE", help=session.text("help.report.last"), show_default=False),
        ] = None,
        html: Annotated[
            Path | None,
            typer.Option("--html", metavar="FILE", help=session.text("help.report.html"), show_default=False),
        ] = None,
        xlsx: Annotated[
            Path | None,
            typer.Option("--xlsx", metavar="FILE", help=session.text("help.report.xlsx"), show_default=False),
        ] = None,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> None:
        from digitize.cli.activity import Asked, report_and_tell
        from digitize.pipeline.workspace import Workspace

        asked = Asked(month=month, first=first, last=last, html=html, xlsx=xlsx, json=json)
        report_and_tell(session, Workspace.open(workspace), asked)
