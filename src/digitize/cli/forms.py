"""``digitize forms``: the templates of forms, and checking one's own."""

from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.help_page import group_class
from digitize.cli.options import json_option, user_option, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import ExitCode


def register(app: typer.Typer, session: Session) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        cls=group_class(session.catalogue),
        help=session.text("help.forms.about"),
        options_metavar=session.text("help_page.some_options"),
        subcommand_metavar=session.text("help_page.some_command"),
        invoke_without_command=True,
    )
    app.add_typer(group, name="forms")

    @group.callback(epilog=session.text("help.forms.example"))
    def forms(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())
            raise typer.Exit(ExitCode.USAGE)

    @command(group, session, "list", "forms_list")
    def list_forms(
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> None:
        from digitize.cli.templates import show_templates, templates_json
        from digitize.forms.template_files import load_templates
        from digitize.pipeline.workspace import own_forms

        templates = load_templates(own_forms(workspace)).values()
        if json:
            session.report_json({"forms": templates_json(templates)})
        else:
            show_templates(session, templates)

    @command(group, session, "show", "forms_show")
    def show(
        form: Annotated[str, typer.Argument(metavar="FORM", help=session.text("help.forms_show.form"))],
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> None:
        from digitize.cli.templates import show_template
        from digitize.forms.template_files import find_template, load_templates
        from digitize.pipeline.workspace import own_forms

        template = find_template(form, load_templates(own_forms(workspace)))
        if json:
            session.report_json(template.model_dump(mode="json"))
        else:
            show_template(session, template)

    _register_check(group, session)
    _register_suggest(group, session)


def _register_check(group: typer.Typer, session: Session) -> None:
    @command(group, session, "check", "forms_check")
    def check(
        files: Annotated[
            list[Path], typer.Argument(metavar="FILE", help=session.text("help.forms_check.file"))
        ],
    ) -> int:
        from digitize.errors import UsageProblem
        from digitize.forms.template import Template
        from digitize.forms.template_files import check_file

        failed = False
        for file in files:
            try:
                found = check_file(file)
            except UsageProblem as error:
                session.show_error(error)
                failed = True
                continue
            if isinstance(found, Template):
                fields = len(found.field_keys) + len(found.tables)
                session.say("template_good", path=str(file), form=found.id, fields=fields)
            else:
                labels, words = len(found.labels), len(found.words)
                session.say("additions_good", path=str(file), labels=labels, words=words)
        return ExitCode.ITEMS if failed else ExitCode.DONE


def _register_suggest(group: typer.Typer, session: Session) -> None:
    @command(group, session, "suggest", "forms_suggest")
    def suggest(
        form: Annotated[
            str | None,
            typer.Argument(
                metavar="[FORM]", help=session.text("help.forms_suggest.form"), show_default=False
            ),
        ] = None,
        least: Annotated[
            int, typer.Option("--least", min=3, help=session.text("help.forms_suggest.least"))
        ] = 3,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> None:
        from digitize.cli.suggested import suggest_and_tell
        from digitize.pipeline.workspace import Workspace

        suggest_and_tell(session, Workspace.open(workspace), form, least, json=json)

    @command(group, session, "take", "forms_take")
    def take(
        numbers: Annotated[list[str], typer.Argument(metavar="ID", help=session.text("help.forms_take.id"))],
        undo: Annotated[bool, typer.Option("--undo", help=session.text("help.forms_take.undo"))] = False,
        yes: Annotated[bool, typer.Option("--yes", "-y", help=session.text("help.forms_take.yes"))] = False,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        user: Annotated[str | None, user_option(session)] = None,
    ) -> None:
        from digitize.cli.suggested import take_and_tell
        from digitize.pipeline.workspace import Workspace

        take_and_tell(session, Workspace.open(workspace), numbers, user, undo=undo, yes=yes)
