"""``digitize export``: copies for others: tables, documents, packages, reader's copies."""

from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import as_kept, json_option, user_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.pipeline.export_formats import ExportFormat


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
        bag: Annotated[bool, typer.Option("--bag", help=session.text("help.export.bag"))] = False,
        zipped: Annotated[bool, typer.Option("--zip", help=session.text("help.export.zip"))] = False,
        split: Annotated[
            str | None,
            typer.Option(
                "--split", metavar="SIZE", help=session.text("help.export.split"), show_default=False
            ),
        ] = None,
        document: Annotated[
            int | None,
            typer.Option("--document", min=1, help=session.text("help.export.document"), show_default=False),
        ] = None,
        reader: Annotated[
            str | None, typer.Option("--for", help=session.text("help.export.for"), show_default=False)
        ] = None,
        sign: Annotated[bool, typer.Option("--sign", help=session.text("help.export.sign"))] = False,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.archive.volumes import parse_size
        from digitize.cli.exporting import export_and_tell
        from digitize.pipeline.export import Order
        from digitize.pipeline.workspace import Workspace
        from digitize.pipeline.wrapping import Wrapping

        order = Order(
            output=output,
            to=to,
            # Codes are in composed form, what people type or paste need not be.
            dossiers=tuple(as_kept(dossier) for dossier in dossiers or []),
            wrapping=Wrapping(bag=bag, zipped=zipped, split=parse_size(split) if split else None),
            document=document,
            reader=as_kept(reader or "").strip(),
            sign=sign,
        )
        return export_and_tell(session, Workspace.open(workspace), order, who(user), json=json)
