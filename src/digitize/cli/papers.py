"""``digitize papers``: indices, lists and minutes of dossiers."""

from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import as_kept, user_option, who, workspace_option
from digitize.cli.session import Session, command


class Kind(StrEnum):
    """Papers that can be made."""

    INDEX = "index"
    LIST = "list"
    HANDOVER = "handover"
    QUALITY = "quality"


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "papers")
    def papers(
        dossiers: Annotated[
            list[str] | None, typer.Argument(metavar="DOSSIER", help=session.text("help.papers.dossier"))
        ] = None,
        kind: Annotated[Kind, typer.Option("--kind", help=session.text("help.papers.kind"))] = Kind.INDEX,
        to: Annotated[Path, typer.Option("--to", help=session.text("help.papers.to"))] = Path(),
        seed: Annotated[
            int | None, typer.Option("--seed", min=0, help=session.text("help.papers.seed"))
        ] = None,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
    ) -> None:
        import secrets

        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.papers import PaperKind, make_papers
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        chosen = [as_kept(dossier) for dossier in dossiers or []]
        # Nobody may know beforehand which pages will be looked at.
        drawn = seed if seed is not None else secrets.randbelow(1_000_000)
        with closing(Ledger(place.ledger, now, who(user))) as ledger:
            files = make_papers(place, ledger, chosen, PaperKind(kind.value), to, now, seed=drawn)
        for file in files:
            session.say("pdf_written", path=str(file))
