"""``digitize ledger``: check the ledger, back it up, make it anew."""

from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.help_page import group_class
from digitize.cli.options import json_option, user_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import ExitCode


def register(app: typer.Typer, session: Session) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        cls=group_class(session.catalogue),
        help=session.text("help.ledger.about"),
        options_metavar=session.text("help_page.some_options"),
        subcommand_metavar=session.text("help_page.some_command"),
        invoke_without_command=True,
    )
    app.add_typer(group, name="ledger")

    @group.callback(epilog=session.text("help.ledger.example"))
    def ledger(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())
            raise typer.Exit(ExitCode.USAGE)

    @command(group, session, "check", "ledger_check")
    def check(
        full: Annotated[bool, typer.Option("--full", help=session.text("help.ledger_check.full"))] = False,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> ExitCode:
        from digitize.cli.ledger_told import check_json, show_check
        from digitize.pipeline.ledger_check import check_ledger
        from digitize.pipeline.workspace import Workspace

        report = check_ledger(Workspace.open(workspace), full=full)
        if json:
            session.report_json(check_json(session, report))
        else:
            show_check(session, report)
        return ExitCode.DONE if report.is_good else ExitCode.ITEMS

    @command(group, session, "backup", "ledger_backup")
    def backup(
        target: Annotated[Path, typer.Argument(metavar="TO", help=session.text("help.ledger_backup.target"))],
        workspace: Annotated[Path | None, workspace_option(session)] = None,
    ) -> None:
        from digitize.pipeline.ledger_files import backup_ledger, stamp
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        path = target / f"ledger-{stamp(now())}.db" if target.is_dir() else target
        place.require_outside(path)
        size = backup_ledger(place.ledger, path)
        session.say("ledger_backed_up", path=str(path), size=-(-size // 1024))

    _register_rebuild(group, session)


def _register_rebuild(group: typer.Typer, session: Session) -> None:
    @command(group, session, "rebuild", "ledger_rebuild")
    def rebuild(
        sources: Annotated[
            list[Path] | None,
            typer.Argument(
                metavar="SOURCE", help=session.text("help.ledger_rebuild.source"), show_default=False
            ),
        ] = None,
        force: Annotated[
            bool, typer.Option("--force", help=session.text("help.ledger_rebuild.force"))
        ] = False,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> ExitCode:
        from digitize.cli.ledger_told import rebuilt_json, show_rebuilt
        from digitize.pipeline.rebuild import rebuild_ledger
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        result = rebuild_ledger(Workspace.open(workspace), sources or [], now, who(user), force=force)
        if json:
            session.report_json(rebuilt_json(session, result))
        else:
            show_rebuilt(session, result)
        return ExitCode.ITEMS if result.unknown else ExitCode.DONE
