"""``digitize verify``: check signatures and packages, offline."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import json_option, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import UsageProblem


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "verify")
    def verify(
        paths: Annotated[list[Path], typer.Argument(metavar="PATH", help=session.text("help.verify.path"))],
        anchor: Annotated[
            list[Path] | None,
            typer.Option("--anchor", help=session.text("help.verify.anchor"), show_default=False),
        ] = None,
        at: Annotated[
            str | None,
            typer.Option("--at", help=session.text("help.verify.at"), show_default=False),
        ] = None,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.archive.verification import verify_paths
        from digitize.cli.verification import exit_code, items_json, show_items
        from digitize.pipeline.workspace import Workspace
        from digitize.signatures.trust import load_trust, load_user_store
        from digitize.times import now

        if anchor:
            trust = load_trust(anchor)
        elif workspace is not None:
            settings = Workspace.open(workspace).settings
            trust = load_trust(settings.trust.anchors, settings.trust.revocations)
        else:
            trust = load_user_store()
        moment = _moment(at) if at else now()
        items = verify_paths(paths, trust, moment)
        if json:
            session.report_json(items_json(session, items, moment))
        elif not session.quiet:
            show_items(session, items)
            if not trust.anchors:
                session.say("no_anchors")
        return exit_code(items)


def _moment(text: str) -> dt.datetime:
    from digitize.times import VIETNAM

    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageProblem("time_unreadable", text=text) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
