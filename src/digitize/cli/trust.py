"""``digitize trust``: which authorities and revocation lists are relied on."""

from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.help_page import group_class
from digitize.cli.options import json_option, user_option, who
from digitize.cli.session import Session, command
from digitize.errors import ExitCode


def register(app: typer.Typer, session: Session) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        cls=group_class(session.catalogue),
        help=session.text("help.trust.about"),
        options_metavar=session.text("help_page.some_options"),
        subcommand_metavar=session.text("help_page.some_command"),
        invoke_without_command=True,
    )
    app.add_typer(group, name="trust")

    @group.callback(epilog=session.text("help.trust.example"))
    def trust(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())
            raise typer.Exit(ExitCode.USAGE)

    workspace_option = typer.Option(
        "--workspace", "-w", help=session.text("help.trust.workspace"), show_default=False
    )

    @command(group, session, "add", "trust_add")
    def add(
        files: Annotated[
            list[Path], typer.Argument(metavar="FILE", help=session.text("help.trust_add.file"))
        ],
        fingerprint: Annotated[
            list[str] | None,
            typer.Option(
                "--fingerprint",
                metavar="HEX",
                help=session.text("help.trust_add.fingerprint"),
                show_default=False,
            ),
        ] = None,
        yes: Annotated[bool, typer.Option("--yes", "-y", help=session.text("help.trust_add.yes"))] = False,
        not_an_authority: Annotated[
            bool, typer.Option("--not-an-authority", help=session.text("help.trust_add.not_an_authority"))
        ] = False,
        workspace: Annotated[Path | None, workspace_option] = None,
        user: Annotated[str | None, user_option(session)] = None,
    ) -> None:
        from digitize.cli.anchors import Consent, add_files

        consent = Consent(tuple(fingerprint or ()), yes=yes, not_an_authority=not_an_authority)
        add_files(session, files, workspace, who(user), consent)

    @command(group, session, "list", "trust_list")
    def list_trusted(
        workspace: Annotated[Path | None, workspace_option] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> ExitCode:
        from digitize.cli.anchors import show_trusted

        return show_trusted(session, workspace, json=json)

    @command(group, session, "remove", "trust_remove")
    def remove(
        identifier: Annotated[str, typer.Argument(metavar="ID", help=session.text("help.trust_remove.id"))],
        workspace: Annotated[Path | None, workspace_option] = None,
    ) -> None:
        from digitize.cli.anchors import remove_trusted

        remove_trusted(session, identifier, workspace)
