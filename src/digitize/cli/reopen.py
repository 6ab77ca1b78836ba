"""``digitize reopen``: send a packaged dossier back to work, or bring a withdrawn one back."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import as_kept, user_option, who, workspace_option
from digitize.cli.session import Session, command


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "reopen")
    def reopen(
        dossier: Annotated[str, typer.Argument(help=session.text("help.reopen.dossier"))],
        why: Annotated[str, typer.Option("--why", metavar="TEXT", help=session.text("help.reopen.why"))],
        supplement: Annotated[
            bool, typer.Option("--supplement", help=session.text("help.reopen.supplement"))
        ] = False,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
    ) -> None:
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.reopening import Reopening
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        place.require_folders()
        # Codes are in composed form, what people type or paste need not be.
        code = as_kept(dossier)
        with closing(Ledger(place.ledger, now, who(user))) as ledger:
            done = Reopening(place, ledger, now).reopen(code, why, supplement=supplement)
        if done.replaces is None:
            session.say("returned", dossier=code, stage=session.text(f"stage.{done.stage.value}"))
        else:
            session.say("reopened", dossier=code, package=done.replaces)
        if done.late:
            session.say("late_taken", files=done.late)
        if done.replaces is not None:
            session.say("supplement_next" if supplement else "reopened_next")
