"""Help pages in the language of the call: what the CLI library would say in English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

from digitize.cli.theme import HELP_LOOKS
from digitize.cli.usage import close_to
from digitize.errors import UsageProblem
from digitize.messages import Catalogue

_WORD = re.compile(r"[A-Z]+")
_BETWEEN_EXAMPLES = re.compile(r"\s+\|\s+(?=digitize )")
_FEW_LETTERS = 16
"""Choices that are longer than this stand in the words of help, where they can be folded."""


class _UsageWriter(Protocol):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None: ...


def command_class(catalogue: Catalogue) -> type[TyperCommand]:
    """A kind of command whose help speaks the language of a catalogue."""

    class SpokenCommand(TyperCommand):
        def __init__(self, *args: Any, **values: Any) -> None:
            super().__init__(*args, **values)
            for param in self.params:
                _speak(catalogue, param)

        def format_usage(self, ctx: Any, formatter: _UsageWriter) -> None:
            _write_usage(catalogue, self, ctx, formatter)

        def format_help(self, ctx: Any, formatter: Any) -> None:
            _format_help(super().format_help, self, ctx, formatter)

        def get_help_option(self, ctx: Any) -> Any:
            return _translated(catalogue, super().get_help_option(ctx))

    return SpokenCommand


def group_class(catalogue: Catalogue) -> type[TyperGroup]:
    """A kind of command group whose help speaks the language of a catalogue."""

    class SpokenGroup(TyperGroup):
        def __init__(self, *args: Any, **values: Any) -> None:
            super().__init__(*args, **values)
            for param in self.params:
                _speak(catalogue, param)

        def format_usage(self, ctx: Any, formatter: _UsageWriter) -> None:
            _write_usage(catalogue, self, ctx, formatter)

        def format_help(self, ctx: Any, formatter: Any) -> None:
            _format_help(super().format_help, self, ctx, formatter)

        def get_help_option(self, ctx: Any) -> Any:
            return _translated(catalogue, super().get_help_option(ctx))

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            name = args[0]
            if not (name.startswith("-") or ctx.resilient_parsing) and self.get_command(ctx, name) is None:
                known = self.list_commands(ctx)
                meant = [f"{ctx.command_path} {one}" for one in close_to(name, known)]
                if meant:
                    raise UsageProblem("command_misspelt", name=name, meant=", ".join(meant))
                raise UsageProblem("command_unknown", name=name, known=", ".join(known))
            return super().resolve_command(ctx, args)

    return SpokenGroup


def dress_help(catalogue: Catalogue) -> None:
    """Give help pages their titles and looks; typer keeps both as constants of a module."""
    rich_utils.ARGUMENTS_PANEL_TITLE = catalogue.text("help_page.arguments")
    rich_utils.OPTIONS_PANEL_TITLE = catalogue.text("help_page.options")
    rich_utils.COMMANDS_PANEL_TITLE = catalogue.text("help_page.commands")
    rich_utils.REQUIRED_LONG_STRING = catalogue.text("help_page.required")
    rich_utils.DEFAULT_STRING = catalogue.text("help_page.default")
    for name, look in HELP_LOOKS.items():
        setattr(rich_utils, name, look)


def examples_of(epilog: str) -> tuple[str, list[str]]:
    """The word before examples, and the examples, out of the text of the catalogue that has both."""
    label, _, rest = epilog.partition(": ")
    return f"{label}:", _BETWEEN_EXAMPLES.split(rest.strip())


def type_name(catalogue: Catalogue, param: Any) -> str | None:
    """What kind of value an option or argument takes, in the language; None for a flag."""
    kind = param.type_descriptor
    if getattr(param, "is_flag", False):
        return None
    if kind.choices is not None:
        names = "|".join(choices_of(param))
        return names if len(names) <= _FEW_LETTERS else catalogue.text("help_page.choice")
    annotation = str(kind.annotation)
    for word, name in (("Path", "path"), ("int", "number"), ("float", "number")):
        if word in annotation:
            return catalogue.text(f"help_page.{name}")
    return catalogue.text("help_page.text")


def choices_of(param: Any) -> list[str]:
    """The words of which one is to be chosen."""
    return [str(getattr(choice, "value", choice)) for choice in param.type_descriptor.choices or ()]


def _speak(catalogue: Catalogue, param: Any) -> None:
    """Let a parameter be told of in the language of a catalogue."""
    if param.metavar is None and param.param_type_name == "argument":
        param.metavar = param.name.upper()
    if param.metavar is not None:
        param.metavar = _WORD.sub(partial(_in_words, catalogue), param.metavar)
    name = type_name(catalogue, param)
    if name is not None and param.param_type_name == "option" and param.metavar is not None:
        name = param.metavar
    shown = None if param.param_type_name == "argument" else name
    param.display_type_rich = lambda *_, **__: shown
    limits = _limits(param.type_descriptor.parameter_info)
    param._get_number_range_help_str = lambda: limits  # noqa: SLF001 - said with signs of programmers otherwise
    choices = choices_of(param)
    unsaid = any(choice not in (param.help or "") for choice in choices)
    if unsaid and "|".join(choices) != name:
        told = catalogue.text("help_page.one_of", names=", ".join(choices))
        param.help = " ".join(filter(None, [param.help, told]))


def _limits(info: Any) -> str | None:
    """Between which numbers a value lies; None if it may be any."""
    if info.min is None:
        return None if info.max is None else f"≤ {info.max}"
    return f"≥ {info.min}" if info.max is None else f"{info.min}–{info.max}"


def _in_words(catalogue: Catalogue, found: re.Match[str]) -> str:
    key = f"metavar.{found[0]}"
    return catalogue.text(key) if catalogue.has(key) else found[0]


def _format_help(usual: Any, command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    """The page of the library, with every example in a line of its own."""
    epilog, command.epilog = command.epilog, None
    try:
        usual(ctx, formatter)
    finally:
        command.epilog = epilog
    if epilog:
        label, examples = examples_of(epilog)
        _print_examples(label, examples)


def _print_examples(label: str, examples: Sequence[str]) -> None:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for number, example in enumerate(examples):
        table.add_row(Text("" if number else label), Text(example))
    Console(highlight=False).print(Padding(table, 1))


def _write_usage(
    catalogue: Catalogue, command: TyperCommand | TyperGroup, ctx: Any, formatter: _UsageWriter
) -> None:
    pieces = command.collect_usage_pieces(ctx)
    formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=catalogue.text("help_page.usage") + " ")


def _translated(catalogue: Catalogue, option: Any) -> Any:
    if option is not None:
        option.help = catalogue.text("help_page.help")
        option.display_type_rich = lambda *_, **__: None
    return option
