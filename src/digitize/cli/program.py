"""The program itself, called without a command: its help, and the completion of shells."""

from typing import Annotated

import typer

from digitize.cli.completion import Shell, install_script, script_of
from digitize.cli.session import Session
from digitize.errors import ExitCode


def register(app: typer.Typer, session: Session) -> None:
    """Add what the program does when no command is given."""

    @app.callback(epilog=session.text("help.program_epilog"))
    def program(
        context: typer.Context,
        install: Annotated[
            Shell | None,
            typer.Option(
                "--install-completion", metavar="SHELL", help=session.text("help.install_completion")
            ),
        ] = None,
        show: Annotated[
            Shell | None,
            typer.Option("--show-completion", metavar="SHELL", help=session.text("help.show_completion")),
        ] = None,
    ) -> None:
        if show is not None:
            session.write(script_of(show))
            raise typer.Exit(ExitCode.DONE)
        if install is not None:
            place = install_script(install)
            session.say("completion_installed", path=str(place))
            session.say(f"completion_next_{install.value}", path=str(place))
            raise typer.Exit(ExitCode.DONE)
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())
            raise typer.Exit(ExitCode.USAGE)
