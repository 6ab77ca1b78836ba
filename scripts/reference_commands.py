"""The page of commands: what ``--help`` says of each, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from reference_text import cell, word

from digitize.cli.entry import build
from digitize.cli.help_page import examples_of, type_name
from digitize.cli.session import Session
from digitize.messages import Catalogue
from digitize.model import Language

_SHARED = frozenset({"lang", "quiet", "verbose"})
"""Options of every command, told once."""


def commands_page(language: Language) -> str:
    """Every command with its options, in a language."""
    session = Session(language)
    program: Any = typer.main.get_command(build(session))
    lines = [f"# {word('commands', language)}", "", word("made", language), ""]
    lines += [*_options(session.catalogue, program.params), ""]
    for name, command in _commands(program, ""):
        lines += [f"## {name}", "", command.help or "", "", f"```text\n{_usage(name, command)}\n```", ""]
        told = [param for param in command.params if param.name not in _SHARED]
        lines += [*_options(session.catalogue, told), ""]
        examples = "\n".join(examples_of(command.epilog or "")[1])
        lines += [f"```text\n{examples}\n```", ""] if examples else []
    shared = [param for param in next(_commands(program, ""))[1].params if param.name in _SHARED]
    lines += [f"## {word('everywhere', language)}", "", *_options(session.catalogue, shared), ""]
    return "\n".join(lines)


def _commands(group: Any, before: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield before + name, command


def _usage(name: str, command: Any) -> str:
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    told = [f"{param.metavar}{'...' if param.nargs == -1 else ''}" for param in arguments]
    marked = [text if param.required else f"[{text}]" for text, param in zip(told, arguments, strict=True)]
    return " ".join(["digitize", name, *marked, command.options_metavar])


def _options(catalogue: Catalogue, params: list[Any]) -> list[str]:
    language = catalogue.language
    if not params:
        return []
    rows = [f"| {word('option', language)} | {word('meaning', language)} |", "|---|---|"]
    return rows + [f"| {_named(catalogue, param)} | {_meaning(param, language)} |" for param in params]


def _named(catalogue: Catalogue, param: Any) -> str:
    if param.param_type_name == "argument":
        return f"`{param.metavar}`"
    value = None if param.is_flag else param.metavar or type_name(catalogue, param)
    return ", ".join(f"`{option} {value}`" if value else f"`{option}`" for option in param.opts)


def _meaning(param: Any, language: Language) -> str:
    told = [cell(param.help or "")]
    if param.required:
        told.append(f"({word('required', language)})")
    if param.multiple:
        told.append(f"({word('again', language)})")
    if param.show_default and param.default not in (None, False) and not param.required:
        told.append(f"({word('default', language)}: `{getattr(param.default, 'value', param.default)}`)")
    return " ".join(told)
