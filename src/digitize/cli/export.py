"""``digitize export``: what was read, as tables for others."""

import unicodedata
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import user_option, who, workspace_option
from digitize.cli.session import Session, command


class ExportFormat(StrEnum):
    """Formats of tables."""

    XLSX = "xlsx"
    CSV = "csv"


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "export")
    def export(
        dossiers: Annotated[
            list[str] | None, typer.Argument(metavar="DOSSIER", help=session.text("help.export.dossier"))
        ] = None,
        output: Annotated[
            ExportFormat, typer.Option("--format", help=session.text("help.export.format"))
        ] = ExportFormat.XLSX,
        to: Annotated[Path, typer.Option("--to", help=session.text("help.export.to"))] = Path(),
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
    ) -> None:
        from digitize.pipeline.export import export_fields
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        chosen = [unicodedata.normalize("NFC", dossier) for dossier in dossiers or []]
        with closing(Ledger(place.ledger, now, who(user))) as ledger:
            files = export_fields(ledger, chosen, output.value, to, place.templates, session.catalogue)
        for file in files:
            session.say("pdf_written", path=str(file))
        if not files:
            session.say("nothing_to_export")
