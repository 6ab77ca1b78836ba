"""``digitize separator``: sheets that part the dossiers of a stack."""

from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.session import Session, command
from digitize.errors import UsageProblem

_MOST = 500


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "separator")
    def separator(
        out: Annotated[Path, typer.Argument(metavar="OUT.pdf", help=session.text("help.separator.out"))],
        count: Annotated[
            int | None,
            typer.Option(
                "--count", min=1, max=_MOST, help=session.text("help.separator.count"), show_default=False
            ),
        ] = None,
        codes: Annotated[
            Path | None,
            typer.Option(
                "--codes", metavar="FILE", help=session.text("help.separator.codes"), show_default=False
            ),
        ] = None,
        paper: Annotated[
            str, typer.Option("--paper", help=session.text("help.separator.paper"), show_default=False)
        ] = "",
        cover: Annotated[bool, typer.Option("--cover", help=session.text("help.separator.cover"))] = False,
    ) -> None:
        from digitize.cli.targets import require_free
        from digitize.pipeline.separators import print_separators
        from digitize.times import now

        if count is not None and codes is not None:
            raise UsageProblem("separator_count_and_codes")
        require_free(out)
        printed = print_separators(out, now, source=codes, count=count, paper=paper.strip(), covers=cover)
        for note in printed.notes:
            session.show_note(note)
        session.say(
            "separators_written",
            path=str(out),
            number=len(printed.codes),
            first=printed.codes[0],
            last=printed.codes[-1],
        )
