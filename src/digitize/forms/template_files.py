"""Read form templates from their files, and say where a mistake in one stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.forms.additions import ADDITIONS, Additions, load_additions, with_additions
from digitize.forms.template import Template


def load_templates(folder: Path | None = None) -> dict[str, Template]:
    """All templates by id: those that come with the program, and those of an office's own folder.

    One of the office takes the place of one of ours that has its id. What the office has added to forms is
    added to either.

    Args:
        folder: the office's; None, or one that does not exist, has none.

    Raises:
        UsageProblem: a file of the folder is no template; its facts name the line and the key.

    """
    if folder is None or not folder.is_dir():
        return dict(_ours())
    return dict(_with_own(tuple((path, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.toml")))))


def load_unchanged(folder: Path) -> dict[str, Template]:
    """All templates by id, without what the office has added to them.

    Raises:
        UsageProblem: a file of the folder is no template; its facts name the line and the key.

    """
    own = sorted(path for path in folder.glob("*.toml") if path.name != ADDITIONS)
    return _ours() | _from_files(own)


def check_file(path: Path) -> Template | Additions:
    """What a file says: a template, or what an office has added to those that are known beside it.

    Raises:
        UsageProblem: it has a mistake; its facts say where.

    """
    if path.name != ADDITIONS:
        return load_template(path)
    additions = load_additions(path)
    with_additions(load_unchanged(path.parent), additions, path)
    return additions


@cache
def _ours() -> dict[str, Template]:
    folder = resources.files("digitize.forms") / "templates"
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            template = Template.model_validate(tomllib.loads(entry.read_text("utf-8")))
            found[template.id] = template
    return found


@lru_cache(maxsize=4)
def _with_own(files: tuple[tuple[Path, int], ...]) -> dict[str, Template]:
    """Ours with those of an office's files; their times make a file that was changed a new one."""
    found = _ours() | _from_files([path for path, _ in files if path.name != ADDITIONS])
    added = next((path for path, _ in files if path.name == ADDITIONS), None)
    return found if added is None else with_additions(found, load_additions(added), added)


def _from_files(files: Sequence[Path]) -> dict[str, Template]:
    found: dict[str, Template] = {}
    for path in files:
        template = load_template(path)
        if template.id in found:
            raise UsageProblem("template_twice", path=str(path), form=template.id)
        found[template.id] = template
    return found


def template_of(form: str, known: Mapping[str, Template]) -> Template:
    """The template of a paper that was read.

    Raises:
        EnvironmentProblem: an office's own template is no longer in its folder.

    """
    if form not in known:
        raise EnvironmentProblem("template_gone", form=form)
    return known[form]


def find_template(form: str, known: Mapping[str, Template]) -> Template:
    """A template by its id, or from a file.

    Args:
        form: the id, or the path of a file that ends in ``.toml``.
        known: the templates by their ids.

    Raises:
        UsageProblem: there is none, or the file is no template.

    """
    if form in known:
        return known[form]
    if form.endswith(".toml"):
        return load_template(Path(form))
    raise UsageProblem("form_unknown", form=form, known=", ".join(known))


def load_template(path: Path) -> Template:
    """A template from a file.

    Raises:
        UsageProblem: it cannot be read or is no template; its facts name the line and the key.

    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem("template_unreadable", path=str(path), detail=_reason(error)) from error
    try:
        return Template.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        number = int(line[1]) if line else text.count("\n") + 1
        raise UsageProblem("template_not_toml", path=str(path), line=number, detail=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = [part for part in first["loc"] if part != "tagged-union"]
        raise UsageProblem(
            "template_mistake",
            path=str(path),
            line=line_of(text, where),
            key=".".join(map(str, where)) or "-",
            detail=first["msg"].removeprefix("Value error, "),
        ) from error


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or "" if isinstance(error, OSError) else "UTF-8"


def line_of(text: str, where: Sequence[int | str]) -> int:
    """The line, from 1, of a key in a TOML file such as templates are; of its table if it is not there.

    Args:
        text: the file.
        where: the way to the key: names of keys, and the numbers of elements of lists.

    """
    lines = text.splitlines()
    at, end = 0, len(lines)
    for step, part in enumerate(where):
        if isinstance(part, int):
            # Which of the ``[[items]]`` it is; elements of a list in one line stand in that line.
            head = re.compile(rf"\s*\[\[\s*{re.escape(str(where[step - 1]))}\s*\]\]")
            heads = [number for number in range(at, end) if head.match(lines[number])]
            if part < len(heads):
                at = heads[part]
                end = next((n for n in range(at + 1, end) if lines[n].lstrip().startswith("[")), end)
            continue
        own = re.compile(
            rf"\s*{re.escape(part)}\s*=|\s*\[\s*{re.escape(part)}\s*\]|.*[{{,]\s*{re.escape(part)}\s*="
        )
        at = next((number for number in range(at, end) if own.match(lines[number])), at)
    return at + 1
