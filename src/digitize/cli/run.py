"""``digitize run``: take in what is new, continue what is unfinished."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import json_option, user_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import ExitCode
from digitize.model import Stage


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "run")
    def run(
        sources: Annotated[
            list[Path] | None,
            typer.Argument(metavar="SOURCE", help=session.text("help.run.source"), show_default=False),
        ] = None,
        jobs: Annotated[
            int | None,
            typer.Option("--jobs", min=1, help=session.text("help.run.jobs"), show_default=False),
        ] = None,
        until: Annotated[
            Stage, typer.Option("--until", help=session.text("help.run.until"))
        ] = Stage.PACKAGED,
        cluster: Annotated[
            str | None,
            typer.Option(
                "--cluster", metavar="ADDRESS", help=session.text("help.run.cluster"), show_default=False
            ),
        ] = None,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.cli.progress import make_observer
        from digitize.cli.tables import MOST_LINES, report_overview, show_overview
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.operation import run_workspace
        from digitize.pipeline.overview import overview
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        with make_observer(session) as observer:
            result = run_workspace(
                place,
                sources or [],
                who=who(user),
                jobs=jobs or place.jobs,
                until=until,
                observer=observer,
                clock=now,
                cluster=cluster,
            )
        if json or not session.quiet:
            with closing(Ledger(place.ledger, now, who(user))) as ledger:
                seen = overview(ledger, None if json else MOST_LINES)
            pages, seconds = result.pages_read, round(result.seconds, 1)
            if json:
                report_overview(session, seen, pages_read=pages, seconds=seconds)
            else:
                show_overview(session, seen)
                session.say("run_done", pages=pages, seconds=seconds)
        if result.unsigned is not None:
            session.show_error(result.unsigned)
            session.say("waits_unsigned")
            return ExitCode.ENVIRONMENT
        return ExitCode.ITEMS if result.failed else ExitCode.DONE
