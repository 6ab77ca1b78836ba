"""``digitize sample``: made-up dossiers as scans, for developers and for trying things out."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.session import Session, command


class SampleStyle(StrEnum):
    """How the forms are filled in."""

    TYPED = "typed"
    HANDWRITTEN = "handwritten"
    MIXED = "mixed"


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "sample")
    def sample(
        folder: Annotated[Path, typer.Argument(metavar="DIR", help=session.text("help.sample.folder"))],
        dossiers: Annotated[
            int, typer.Option("--dossiers", min=1, help=session.text("help.sample.dossiers"))
        ] = 11,
        seed: Annotated[int, typer.Option("--seed", min=0, help=session.text("help.sample.seed"))] = 1,
        style: Annotated[
            SampleStyle, typer.Option("--style", help=session.text("help.sample.style"))
        ] = SampleStyle.MIXED,
        wear: Annotated[int, typer.Option("--wear", min=0, max=3, help=session.text("help.sample.wear"))] = 1,
    ) -> None:
        from digitize.samples.office_dossiers import write_office
        from digitize.samples.pens import Style

        codes = write_office(folder, dossiers=dossiers, seed=seed, style=Style(style.value), wear=wear)
        session.say("samples_written", number=len(codes), folder=str(folder))
