"""``digitize audit``: check the archive again, the oldest check first; made for cron."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import MOST_DAYS, json_option, log_option, user_option, who, workspace_option
from digitize.cli.session import Session, command


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "audit")
    def audit(
        budget: Annotated[
            str | None,
            typer.Option(
                "--budget", metavar="TIME", help=session.text("help.audit.budget"), show_default=False
            ),
        ] = None,
        within: Annotated[
            int | None,
            typer.Option(
                "--within",
                min=0,
                max=MOST_DAYS,
                metavar="DAYS",
                help=session.text("help.audit.within"),
                show_default=False,
            ),
        ] = None,
        report: Annotated[bool, typer.Option("--report", help=session.text("help.audit.report"))] = False,
        details: Annotated[bool, typer.Option("--details", help=session.text("help.audit.details"))] = False,
        jobs: Annotated[
            int | None,
            typer.Option("--jobs", "-j", min=1, help=session.text("help.verify.jobs"), show_default=False),
        ] = None,
        log_json: Annotated[str | None, log_option(session)] = None,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.cli.auditing import Audit, audit_and_tell
        from digitize.cli.operating import operating
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        wanted = Audit(budget=budget, within=within, jobs=jobs, report=report, details=details, json=json)
        with (
            operating(session, place, "audit", who(user), log_json) as operation,
            closing(Ledger(place.ledger, now, who(user))) as ledger,
        ):
            operation.exit_code = audit_and_tell(session, place, ledger, wanted)
        return operation.exit_code
