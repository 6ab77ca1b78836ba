"""Help pages in the language of the call: what the CLI library would say in English."""

from __future__ import annotations

from typing import Any, Protocol

from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

from digitize.errors import UsageProblem
from digitize.messages import Catalogue


class _UsageWriter(Protocol):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None: ...


def command_class(catalogue: Catalogue) -> type[TyperCommand]:
    """A kind of command whose help speaks the language of a catalogue."""

    class SpokenCommand(TyperCommand):
        def format_usage(self, ctx: Any, formatter: _UsageWriter) -> None:
            _write_usage(catalogue, self, ctx, formatter)

        def get_help_option(self, ctx: Any) -> Any:
            return _translated(catalogue, super().get_help_option(ctx))

    return SpokenCommand


def group_class(catalogue: Catalogue) -> type[TyperGroup]:
    """A kind of command group whose help speaks the language of a catalogue."""

    class SpokenGroup(TyperGroup):
        def format_usage(self, ctx: Any, formatter: _UsageWriter) -> None:
            _write_usage(catalogue, self, ctx, formatter)

        def get_help_option(self, ctx: Any) -> Any:
            return _translated(catalogue, super().get_help_option(ctx))

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            name = args[0]
            if not name.startswith("-") and self.get_command(ctx, name) is None:
                raise UsageProblem("command_unknown", name=name, known=", ".join(self.list_commands(ctx)))
            return super().resolve_command(ctx, args)

    return SpokenGroup


def title_panels(catalogue: Catalogue) -> None:
    """Give the panels of help pages their titles; typer keeps them as constants of a module."""
    rich_utils.ARGUMENTS_PANEL_TITLE = catalogue.text("help_page.arguments")
    rich_utils.OPTIONS_PANEL_TITLE = catalogue.text("help_page.options")
    rich_utils.COMMANDS_PANEL_TITLE = catalogue.text("help_page.commands")
    rich_utils.REQUIRED_LONG_STRING = catalogue.text("help_page.required")
    rich_utils.DEFAULT_STRING = catalogue.text("help_page.default")


def _write_usage(
    catalogue: Catalogue, command: TyperCommand | TyperGroup, ctx: Any, formatter: _UsageWriter
) -> None:
    pieces = command.collect_usage_pieces(ctx)
    formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=catalogue.text("help_page.usage") + " ")


def _translated(catalogue: Catalogue, option: Any) -> Any:
    if option is not None:
        option.help = catalogue.text("help_page.help")
    return option
