"""``digitize run``: take in what is new, continue what is unfinished."""

from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitize.cli.options import json_option, log_option, user_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import UsageProblem
from digitize.model import Stage

if TYPE_CHECKING:
    from digitize.pipeline.batch import RunResult
    from digitize.pipeline.operation import Orders
    from digitize.pipeline.workspace import Workspace


class Goal(StrEnum):
    """Stages that a run can be told to stop at: those on the way, and none that stand beside it."""

    RECEIVED = Stage.RECEIVED.value
    RECOGNISED = Stage.RECOGNISED.value
    EXTRACTED = Stage.EXTRACTED.value
    IN_REVIEW = Stage.IN_REVIEW.value
    APPROVED = Stage.APPROVED.value
    COMPOSED = Stage.COMPOSED.value
    PACKAGED = Stage.PACKAGED.value


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
        until: Annotated[Goal, typer.Option("--until", help=session.text("help.run.until"))] = Goal.PACKAGED,
        cluster: Annotated[
            str | None,
            typer.Option(
                "--cluster", metavar="ADDRESS", help=session.text("help.run.cluster"), show_default=False
            ),
        ] = None,
        urgent: Annotated[
            list[str] | None,
            typer.Option(
                "--urgent", metavar="CODE", help=session.text("help.run.urgent"), show_default=False
            ),
        ] = None,
        log_json: Annotated[str | None, log_option(session)] = None,
        watch: Annotated[bool, typer.Option("--watch", help=session.text("help.run.watch"))] = False,
        codes: Annotated[
            Path | None,
            typer.Option("--codes", metavar="FILE", help=session.text("help.run.codes"), show_default=False),
        ] = None,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.cli.operating import operating
        from digitize.cli.progress import make_observer
        from digitize.pipeline.operation import Orders, run_workspace
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        if codes is not None:
            place = place.with_codes(codes)
        orders = Orders(
            who=who(user),
            jobs=jobs or place.jobs,
            until=Stage(until.value),
            cluster=cluster,
            urgent=tuple(urgent or ()),
        )
        if watch:
            from digitize.cli.watching import watch_and_tell

            if json:
                raise UsageProblem("watch_without_json")
            return watch_and_tell(session, place, sources or [], orders, log_json)
        with operating(session, place, "run", orders.who, log_json) as operation:
            with make_observer(session, operation.log) as observer:
                result = run_workspace(place, sources or [], orders, observer, now)
            operation.came_to(result)
        _tell(session, place, orders, result, json=json)
        return operation.exit_code


def _tell(session: Session, place: "Workspace", orders: "Orders", result: "RunResult", *, json: bool) -> None:
    """What stands where after a run, and what kept it from doing more."""
    from digitize.cli.tables import MOST_LINES, report_overview, show_overview
    from digitize.pipeline.ledger import Ledger
    from digitize.pipeline.overview import overview
    from digitize.times import now

    if json or not session.quiet:
        with closing(Ledger(place.ledger, now, orders.who)) as ledger:
            seen = overview(ledger, None if json else MOST_LINES)
        pages, seconds = result.pages_read, round(result.seconds, 1)
        if json:
            report_overview(session, seen, pages_read=pages, seconds=seconds)
        else:
            show_overview(session, seen)
            session.say("run_done", pages=pages, seconds=seconds)
            if result.failed:
                session.say("see_quarantine", dossiers=len(set(result.failed)))
    if result.unsigned is not None:
        session.show_error(result.unsigned)
        session.say("waits_unsigned")
    if result.stopped is not None:
        session.show_error(result.stopped)
    if result.trouble is not None:
        session.show_error(result.trouble)
        session.say("inbox_later")
