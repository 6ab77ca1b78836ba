"""The page of commands: what ``--help`` says of each, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from enum import EnumType, StrEnum
from typing import Any

import typer
from reference_text import cell, word

from digitize.cli.entry import build
from digitize.cli.session import Session
from digitize.model import Language

_SHARED = frozenset({"lang", "quiet", "verbose"})
"""Options of every command, told once."""

MOST_LETTERS = 40
"""Choices that take no more stand beside their option."""

_KINDS = {"str": "TEXT", "int": "NUMBER", "int range": "NUMBER", "float": "NUMBER", "Path": "PATH"}
"""What values of options are called where a command gives them no name."""


def commands_page(language: Language) -> str:
    """Every command with its options, in a language."""
    program = typer.main.get_command(build(Session(language)))
    lines = [f"# {word('commands', language)}", "", word("made", language), ""]
    for name, command in _commands(program, ""):
        lines += [f"## {name}", "", command.help or "", "", f"```text\n{_usage(name, command)}\n```", ""]
        told = [p for p in command.params if p.name not in _SHARED]
        lines += [*_options(told, language), "", f"{_example(command.epilog or '')}", ""]
    shared = [p for p in next(_commands(program, ""))[1].params if p.name in _SHARED]
    lines += [f"## {word('everywhere', language)}", "", *_options(shared, language), ""]
    return "\n".join(lines)


def _commands(group: Any, before: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield before + name, command


def _usage(name: str, command: Any) -> str:
    arguments = [p for p in command.params if not p.opts[0].startswith("-")]
    told = [f"{_value(p)}{'...' if p.nargs == -1 else ''}" for p in arguments]
    marked = [text if p.required else f"[{text}]" for text, p in zip(told, arguments, strict=True)]
    return " ".join(["digitize", name, *marked, command.options_metavar])


def _options(params: list[Any], language: Language) -> list[str]:
    if not params:
        return []
    rows = [f"| {word('option', language)} | {word('meaning', language)} |", "|---|---|"]
    return rows + [f"| {_option_name(p)} | {_option_meaning(p, language)} |" for p in params]


def _option_name(param: Any) -> str:
    if not param.opts[0].startswith("-"):
        return f"`{_value(param)}`"
    value = "" if param.is_flag else f" {_value(param)}"
    return ", ".join(f"`{option}{value}`" for option in param.opts)


def _value(param: Any) -> str:
    """What stands for the value of an option or argument."""
    choices = "|".join(_choices(param))
    if choices and len(choices) <= MOST_LETTERS:
        return choices
    if choices or not param.opts[0].startswith("-"):
        return str(param.metavar or param.name.upper())
    return str(param.metavar or _KINDS.get(param.bare_type(), param.bare_type().upper()))


def _choices(param: Any) -> list[str]:
    """The words that an option takes, if it takes no others."""
    annotation = getattr(param.type_descriptor, "annotation", None)
    return list(annotation) if isinstance(annotation, EnumType) and issubclass(annotation, StrEnum) else []


def _option_meaning(param: Any, language: Language) -> str:
    told = [cell(param.help or "")]
    if len("|".join(_choices(param))) > MOST_LETTERS:
        told.append(
            f"{word('one_of', language)}: " + ", ".join(f"`{choice}`" for choice in _choices(param)) + "."
        )
    if param.required:
        told.append(f"({word('required', language)})")
    if param.multiple:
        told.append(f"({word('again', language)})")
    if param.show_default and param.default not in (None, False) and not param.required:
        told.append(f"({word('default', language)}: `{getattr(param.default, 'value', param.default)}`)")
    return " ".join(told)


def _example(text: str) -> str:
    """``Example: one    |    another`` as a block of commands, a line each."""
    _, _, calls = text.partition(": ")
    return "```text\n" + "\n".join(call.strip() for call in calls.split("    |    ")) + "\n```"
