"""``digitize find``: search the archive."""

from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import json_option, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import UsageProblem


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "find")
    def find(
        query: Annotated[
            list[str] | None, typer.Argument(metavar="QUERY", help=session.text("help.find.query"))
        ] = None,
        limit: Annotated[
            int, typer.Option("--limit", min=1, max=10_000, help=session.text("help.find.limit"))
        ] = 20,
        everything: Annotated[bool, typer.Option("--all", help=session.text("help.find.all"))] = False,
        anew: Annotated[bool, typer.Option("--rebuild", help=session.text("help.find.rebuild"))] = False,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> None:
        from digitize.archive.search import Scope
        from digitize.cli.found import Progress, answer_json, show_answer, show_refreshed
        from digitize.pipeline import finding
        from digitize.pipeline.workspace import Workspace

        place = Workspace.open(workspace)
        told = Progress(session)
        text = " ".join(query or [])
        if not text and anew:
            show_refreshed(session, finding.rebuild(place, told))
            return
        if not text:
            raise UsageProblem("query_empty")
        answer = finding.find(place, text, Scope(limit, everything), anew=anew, told=told)
        show_refreshed(session, answer.refreshed)
        if json:
            session.report_json(answer_json(session, place, text, answer))
        else:
            show_answer(session, place, answer)
