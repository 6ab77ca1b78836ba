"""``digitize ocr``: plain reading of single files."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.session import Session, command
from digitize.errors import ExitCode


class OcrFormat(StrEnum):
    """What ``ocr`` prints, or for ``pdf`` writes beside the file."""

    TEXT = "text"
    TSV = "tsv"
    JSON = "json"
    PDF = "pdf"


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "ocr")
    def ocr(
        files: Annotated[list[Path], typer.Argument(metavar="FILE", help=session.text("help.ocr.file"))],
        form: Annotated[
            OcrFormat, typer.Option("--format", help=session.text("help.ocr.format"))
        ] = OcrFormat.TEXT,
    ) -> int:
        from digitize.cli.reading import print_pages, write_pdf
        from digitize.pipeline.single import FileReader

        with FileReader() as reading:
            reading.read(files)
            for file, problem in reading.failures:
                session.show_failure(file, problem)
            if form is OcrFormat.PDF:
                write_pdf(session, reading)
            else:
                print_pages(session, reading, form.value)
            return ExitCode.ITEMS if reading.failures else ExitCode.DONE
