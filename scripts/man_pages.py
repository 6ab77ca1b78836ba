"""Write the manual pages, of the program and of each command, from the program itself, in both languages.

python scripts/man_pages.py [FOLDER], by default man/ in the repository
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

import digitize
from digitize.cli.entry import build
from digitize.cli.help_page import examples_of, type_name
from digitize.cli.session import Session
from digitize.errors import ExitCode
from digitize.messages import Catalogue
from digitize.model import Language

_HOME = Path(__file__).resolve().parents[1] / "man"
_SPECIAL = re.compile(r"[\\\-]")
_CODES = {"\\": "\\e", "-": "\\-"}
_DAY = "2026-11-23"
"""Day of the release, which a page bears; no page changes because time goes by."""

_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LANG", "TESSDATA_PREFIX", "XDG_DATA_HOME")


def pages(language: Language) -> Iterator[tuple[str, str]]:
    """Names of files with their texts."""
    session = Session(language)
    root: Any = typer.main.get_command(build(session))
    made = list(_commands(root, ("digitize",)))
    names = ["-".join(path) for path, _ in made]
    for (path, command), name in zip(made, names, strict=True):
        near = [one for one in names if one != name and (path == ("digitize",) or one.startswith(path[0]))]
        kin = [one for one in near if one in ("digitize", "-".join(path[:-1])) or one.startswith(f"{name}-")]
        yield f"{name}.1", "\n".join(_page(session.catalogue, path, command, kin)) + "\n"


def write(folder: Path) -> None:
    """Write all pages; those of commands that are no more go."""
    for language, place in ((Language.EN, "man1"), (Language.VI, "vi/man1")):
        target = folder / place
        target.mkdir(parents=True, exist_ok=True)
        for old in target.glob("*.1"):
            old.unlink()
        for name, text in pages(language):
            (target / name).write_text(text, "utf-8")


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _commands(inner, (*path, name))


def _page(catalogue: Catalogue, path: tuple[str, ...], command: Any, kin: list[str]) -> Iterator[str]:
    name = "-".join(path)
    about = command.help or ""
    context = typer.Context(command, info_name=" ".join(path), help_option_names=["--help", "-h"])
    yield f'.\\" {catalogue.text("man.made")}'
    yield f'.TH {name.upper()} 1 "{_DAY}" "digitize {digitize.__version__}" "{catalogue.text("man.book")}"'
    yield ".nh\n.ad l"
    yield f".SH {catalogue.text('man.name')}"
    yield f"{_plain(name)} \\- {_plain(about.rstrip('.'))}"
    yield f".SH {catalogue.text('man.synopsis')}"
    yield f".B {_plain(' '.join(path))}"
    yield _plain(" ".join(command.collect_usage_pieces(context)))
    yield f".SH {catalogue.text('man.description')}"
    yield _line(about)
    yield from _listed(catalogue, command, context)
    if command.epilog:
        yield f".SH {catalogue.text('man.examples')}"
        yield "\n".join([".nf", *map(_shielded, examples_of(command.epilog)[1]), ".fi"])
    if path == ("digitize",):
        yield from _surroundings(catalogue)
    yield f".SH {catalogue.text('man.see_also')}"
    yield ",\n".join(f".BR {_plain(one)} (1)" for one in kin).replace(",\n", " ,\n")


def _listed(catalogue: Catalogue, command: Any, context: typer.Context) -> Iterator[str]:
    """Arguments, options and commands, each with what it means."""
    params = command.get_params(context)
    for kind in ("argument", "option"):
        own = [param for param in params if param.param_type_name == kind]
        if own:
            yield f".SH {catalogue.text(f'help_page.{kind}s').upper()}"
        for param in own:
            yield ".TP"
            yield _heading(catalogue, param, is_option=kind == "option")
            yield _line(" ".join(filter(None, [param.help, _default(catalogue, param)])))
    inner = getattr(command, "commands", {})
    if inner:
        yield f".SH {catalogue.text('help_page.commands').upper()}"
    for name, one in inner.items():
        yield f".TP\n.B {_plain(name)}\n{_line(one.help or '')}"


def _heading(catalogue: Catalogue, param: Any, *, is_option: bool) -> str:
    if not is_option:
        return f".I {_plain(param.metavar)}"
    names = ", ".join(f"\\fB{_plain(name)}\\fR" for name in sorted(param.opts, key=len, reverse=True))
    value = None if param.is_flag else param.metavar or type_name(catalogue, param)
    return f"{names} \\fI{_plain(value)}\\fR" if value else names


def _default(catalogue: Catalogue, param: Any) -> str:
    default = param.default
    if param.required or default in (None, False, (), []) or callable(default) or param.show_default is False:
        return ""
    return catalogue.text("help_page.default").format(getattr(default, "value", default))


def _surroundings(catalogue: Catalogue) -> Iterator[str]:
    yield f".SH {catalogue.text('man.exit_status')}"
    for code in ExitCode:
        yield f".TP\n.B {code.value}\n{_line(catalogue.text(f'man.exit_{code.value}'))}"
    yield f".SH {catalogue.text('man.environment')}"
    for name in _VARIABLES:
        yield f".TP\n.B {name}\n{_line(catalogue.text(f'man.variable_{name}'))}"
    yield f".SH {catalogue.text('man.files')}"
    yield f".TP\n.I digitize.toml\n{_line(catalogue.text('man.settings'))}"
    yield f".TP\n.I ledger.db\n{_line(catalogue.text('man.ledger'))}"


def _plain(text: str) -> str:
    """A text in which every sign stands for itself."""
    return _SPECIAL.sub(lambda found: _CODES[found[0]], text)


def _line(text: str) -> str:
    """A text as lines of their own, which no sign at their beginning makes requests."""
    return "\n".join(map(_shielded, textwrap.wrap(text, 72, break_long_words=False, break_on_hyphens=False)))


def _shielded(line: str) -> str:
    return ("\\&" if line[:1] in (".", "'") else "") + _plain(line)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if sys.argv[1:] else _HOME)
