"""``digitize verify``: check signatures and packages, offline unless asked."""

from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import json_option
from digitize.cli.session import Session, command


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "verify")
    def verify(
        paths: Annotated[list[Path], typer.Argument(metavar="PATH", help=session.text("help.verify.path"))],
        anchor: Annotated[
            list[Path] | None,
            typer.Option("--anchor", help=session.text("help.verify.anchor"), show_default=False),
        ] = None,
        crl: Annotated[
            list[Path] | None,
            typer.Option("--crl", help=session.text("help.verify.crl"), show_default=False),
        ] = None,
        at: Annotated[
            str | None,
            typer.Option("--at", metavar="TIME", help=session.text("help.verify.at"), show_default=False),
        ] = None,
        online: Annotated[bool, typer.Option("--online", help=session.text("help.verify.online"))] = False,
        evidence: Annotated[
            Path | None,
            typer.Option(
                "--evidence", metavar="DIR", help=session.text("help.verify.evidence"), show_default=False
            ),
        ] = None,
        html: Annotated[
            Path | None,
            typer.Option("--html", metavar="FILE", help=session.text("help.verify.html"), show_default=False),
        ] = None,
        csv: Annotated[
            Path | None,
            typer.Option("--csv", metavar="FILE", help=session.text("help.verify.csv"), show_default=False),
        ] = None,
        details: Annotated[bool, typer.Option("--details", help=session.text("help.verify.details"))] = False,
        jobs: Annotated[
            int | None,
            typer.Option("--jobs", "-j", min=1, help=session.text("help.verify.jobs"), show_default=False),
        ] = None,
        seconds: Annotated[
            float, typer.Option("--seconds", min=0.1, help=session.text("help.verify.seconds"))
        ] = 60.0,
        workspace: Annotated[
            Path | None,
            typer.Option("--workspace", "-w", help=session.text("help.verify.workspace"), show_default=False),
        ] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.archive.verification import Effort
        from digitize.cli.verification import Wishes, verify_and_tell

        wishes = Wishes(
            anchors=tuple(anchor or ()),
            crls=tuple(crl or ()),
            workspace=workspace,
            at=at,
            online=online,
            effort=Effort(jobs=jobs or 0, seconds=seconds, evidence=evidence is not None),
            evidence=evidence,
            html=html,
            csv=csv,
            details=details,
            json=json,
        )
        return verify_and_tell(session, paths, wishes)
