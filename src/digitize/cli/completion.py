"""Completion of what is typed in a shell: the shells' scripts ask the program itself what may stand there.

A script sets ``_DIGITIZE_WORDS`` and calls the program with the words as they were typed, the last being the
unfinished one. The answer is a line for each possibility: the word, a tab, what it means.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any

import typer

from digitize.cli.places import workspace_near
from digitize.errors import DigitizeError, EnvironmentProblem

ASKED_BY = "_DIGITIZE_WORDS"
"""Set by the script of a shell when it asks; its value is the shell."""

_PROTOCOL = "_DIGITIZE_COMPLETE"
_QUOTES = "'\""


class Shell(StrEnum):
    """A shell with a script of ours."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


_PLACES = {
    Shell.BASH: "bash-completion/completions/digitize",
    Shell.ZSH: "zsh/site-functions/_digitize",
    Shell.FISH: "fish/vendor_completions.d/digitize.fish",
}
"""Where each shell looks, under a folder ``share``."""


def script_of(shell: Shell) -> str:
    """What a shell has to read to complete our words."""
    return resources.files(__package__).joinpath("shells", f"digitize.{shell.value}").read_text("utf-8")


def install_script(shell: Shell) -> Path:
    """Put the script where the shell looks for those of the user; the place.

    Raises:
        EnvironmentProblem: it cannot be written.

    """
    from digitize.files import make_folder, write_whole

    share = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    target = share / _PLACES[shell]
    try:
        make_folder(target.parent)
        write_whole(target, script_of(shell).encode())
    except OSError as error:
        raise EnvironmentProblem("disk_trouble", detail=error.strerror or "") from error
    return target


def answer(build: Callable[[str | None], typer.Typer], typed: Sequence[str]) -> None:
    """Tell the shell what may stand in the place of the last word; nothing where anything goes wrong."""
    *before, last = _words(typed) or [""]
    os.environ[_PROTOCOL] = "complete_fish"
    os.environ["_TYPER_COMPLETE_FISH_ACTION"] = "get-args"
    unfinished = shlex.quote(last) if last else ""
    os.environ["_TYPER_COMPLETE_ARGS"] = f"{shlex.join(['digitize', *before])} {unfinished}"
    # What a word means stays in its line.
    os.environ["COLUMNS"] = str(1 << 20)
    command = next((word for word in before if not word.startswith("-")), None)
    from typer.completion import get_completion_inspect_parameters

    # Lets the library know the shells.
    get_completion_inspect_parameters()
    try:
        build(command)([], prog_name="digitize", standalone_mode=False)
    except (DigitizeError, OSError, ValueError):
        return


def _words(typed: Sequence[str]) -> list[str]:
    """The words without their quotes; an equals sign that the shell took for a word of its own is none."""
    shell = os.environ.get(ASKED_BY)
    if shell == Shell.FISH:
        return list(typed)
    return [_plain(word) for place, word in enumerate(typed) if word != "=" or place == len(typed) - 1]


def _plain(word: str) -> str:
    for closed in (word, *(word + quote for quote in _QUOTES), word.rstrip("\\")):
        try:
            return "".join(shlex.split(closed))
        except ValueError:
            continue
    return word


Completer = Callable[[typer.Context, str], list[tuple[str, str]]]


def completer_of(name: str, metavar: str | None) -> Completer | None:
    """What completes a parameter, known by its name and what stands for its value; None if nothing does."""
    if (metavar or name).rstrip(".").upper() in ("DOSSIER", "ITEM") or name == "urgent":
        return _dossiers
    if name == "form":
        return _forms
    return None


def _dossiers(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    from digitize.pipeline.dossier_codes import codes_beginning

    root = _workspace(context)
    given = {code for value in context.params.values() for code in _many(value)}
    found = codes_beginning(root / "ledger.db", incomplete) if root else []
    return [(code, stage) for code, stage in found if code not in given]


def _forms(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Forms by the names of their files: reading the templates themselves takes too long for a key."""
    ours = resources.files("digitize.forms").joinpath("templates").iterdir()
    names = {place.name.removesuffix(".toml") for place in ours if place.name.endswith(".toml")}
    root = _workspace(context)
    own = {path.stem for path in (root / "forms").glob("*.toml")} if root else set()
    return [(name, "") for name in sorted(names | own) if name.startswith(incomplete)]


def _workspace(context: typer.Context) -> Path | None:
    chosen = context.params.get("workspace")
    if chosen:
        return workspace_near(Path(str(chosen)).expanduser(), upwards=False)
    return workspace_near(Path.cwd())


def _many(value: Any) -> Iterator[str]:
    yield from (value if isinstance(value, (list, tuple)) else ())


def flush_answer() -> None:
    """Write what was answered; a shell that has gone is no failure."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        from digitize.cli.terminal import silence

        silence(sys.stdout)
