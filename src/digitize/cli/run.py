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
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.cli.progress import make_observer
        from digitize.cli.tables import overview_json, show_overview
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.operation import run_workspace
        from digitize.pipeline.overview import dossier_lines
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
            )
        with closing(Ledger(place.ledger, now, who(user))) as ledger:
            lines = dossier_lines(ledger)
        if json:
            figures = {"pages_read": result.pages_read, "seconds": round(result.seconds, 1)}
            session.report_json(overview_json(session, lines) | figures)
        elif not session.quiet:
            show_overview(session, lines)
            session.say("run_done", pages=result.pages_read, seconds=round(result.seconds, 1))
            if result.failed:
                session.say("see_quarantine", dossiers=len(set(result.failed)))
        if result.unsigned is not None:
            session.show_error(result.unsigned)
            session.say("waits_unsigned")
            return ExitCode.ENVIRONMENT
        return ExitCode.ITEMS if result.failed else ExitCode.DONE
