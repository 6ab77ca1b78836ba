"""``digitize urgent``: dossiers that go before all others."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import user_option, who, workspace_option
from digitize.cli.session import Session, command


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "urgent")
    def urgent(
        dossiers: Annotated[
            list[str], typer.Argument(metavar="DOSSIER...", help=session.text("help.urgent.dossier"))
        ],
        off: Annotated[bool, typer.Option("--off", help=session.text("help.urgent.off"))] = False,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
    ) -> None:
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.urgency import mark_urgent
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        with closing(Ledger(place.ledger, now, who(user))) as ledger:
            changed = mark_urgent(ledger, dossiers, urgent=not off)
        for code in changed:
            session.say("marked_usual" if off else "marked_urgent", dossier=code)
