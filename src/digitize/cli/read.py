"""``digitize read``: classify single files and extract their fields."""

from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import json_option, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import ExitCode


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "read")
    def read(
        files: Annotated[list[Path], typer.Argument(metavar="FILE", help=session.text("help.read.file"))],
        form: Annotated[
            str | None,
            typer.Option("--form", help=session.text("help.read.form"), show_default=False),
        ] = None,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> int:
        from digitize.cli.documents import (
            completeness_json,
            documents_json,
            show_completeness,
            show_documents,
        )
        from digitize.cli.reading import page_facts
        from digitize.forms.template_files import find_template, load_templates
        from digitize.pipeline.single import FileReader
        from digitize.pipeline.workspace import own_forms

        own = own_forms(workspace)
        templates = load_templates(own)
        only = find_template(form, templates) if form else None
        templates |= {only.id: only} if only else {}
        with FileReader() as reading:
            reading.read(files)
            documents = reading.documents(only, own)
            facts = page_facts(reading)
            problems = [
                session.problem_json(problem) | {"file": str(file)} for file, problem in reading.failures
            ]
            if json:
                session.report_json(
                    {
                        "documents": documents_json(session, documents, facts, templates),
                        "completeness": completeness_json(session, documents),
                        "problems": problems,
                    }
                )
            else:
                for file, problem in reading.failures:
                    session.show_failure(file, problem)
                show_documents(session, documents, templates)
                show_completeness(session, documents)
            return ExitCode.ITEMS if reading.failures else ExitCode.DONE
