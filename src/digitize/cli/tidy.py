"""``digitize tidy``: clear the inbox of what is kept, packaged and verified."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import MOST_DAYS, json_option, log_option, user_option, who, workspace_option
from digitize.cli.session import Session, command


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "tidy")
    def tidy(
        older_than: Annotated[
            int | None,
            typer.Option(
                "--older-than",
                min=0,
                max=MOST_DAYS,
                metavar="DAYS",
                help=session.text("help.tidy.older_than"),
                show_default=False,
            ),
        ] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help=session.text("help.tidy.dry_run"))] = False,
        jobs: Annotated[
            int | None,
            typer.Option("--jobs", "-j", min=1, help=session.text("help.verify.jobs"), show_default=False),
        ] = None,
        log_json: Annotated[str | None, log_option(session)] = None,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.cli.operating import operating
        from digitize.cli.tidying import Wanted, tidy_and_tell
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        wanted = Wanted(older_than=older_than, rehearse=dry_run, jobs=jobs or 0, json=json)
        with operating(session, place, "tidy", who(user), log_json) as operation:
            operation.is_rehearsal = dry_run
            with closing(Ledger(place.ledger, now, who(user))) as ledger:
                operation.exit_code = tidy_and_tell(session, place, ledger, wanted, operation.log)
        return operation.exit_code
