"""``digitize withdraw``: take a dossier out of work."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import as_kept, user_option, who, workspace_option
from digitize.cli.session import Session, command


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "withdraw")
    def withdraw(
        dossier: Annotated[str, typer.Argument(help=session.text("help.withdraw.dossier"))],
        why: Annotated[str, typer.Option("--why", metavar="TEXT", help=session.text("help.withdraw.why"))],
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
    ) -> None:
        from digitize.model import Stage
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.reopening import Reopening
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        place.require_folders()
        # Codes are in composed form, what people type or paste need not be.
        code = as_kept(dossier)
        with closing(Ledger(place.ledger, now, who(user))) as ledger:
            was = Reopening(place, ledger, now).withdraw(code, why)
        session.say("withdrawn", dossier=code)
        if was is Stage.PACKAGED:
            session.say("withdrawn_package_stays")
