"""Read form templates from their files, and say where a mistake in one stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.forms.additions import (
    ADDITIONS,
    Additions,
    additions_from,
    load_additions,
    read_text,
    with_additions,
)
from digitize.forms.template import Template


@dataclass(frozen=True, slots=True)
class OwnForms:
    """What an office has in its folder of forms, whole: it can be sent to where the folder is not.

    Attributes:
        files: path and text of each file, in the order of their names.

    """

    files: tuple[tuple[Path, str], ...] = ()


def read_own_forms(folder: Path | None) -> OwnForms:
    """The files of an office's folder of forms; none where there is no folder.

    Raises:
        UsageProblem: one of them cannot be read.

    """
    if folder is None or not folder.is_dir():
        return OwnForms()
    return OwnForms(tuple((path, read_text(path)) for path in sorted(folder.glob("*.toml"))))


def load_templates(folder: Path | None = None) -> dict[str, Template]:
    """All templates by id: those that come with the program, and those of an office's own folder.

    Args:
        folder: the office's; None, or one that does not exist, has none.

    Raises:
        UsageProblem: a file of the folder is no template; its facts name the line and the key.

    """
    return templates_with(read_own_forms(folder))


def templates_with(own: OwnForms) -> dict[str, Template]:
    """All templates by id: those that come with the program, and those of an office.

    One of the office takes the place of one of ours that has its id. What the office has added to forms is
    added to either.

    Raises:
        UsageProblem: a file is no template; its facts name the line and the key.

    """
    return dict(_with_own(own) if own.files else _ours())


def load_unchanged(folder: Path) -> dict[str, Template]:
    """All templates by id, without what the office has added to them.

    Raises:
        UsageProblem: a file of the folder is no template; its facts name the line and the key.

    """
    return _ours() | _from_files(file for file in read_own_forms(folder).files if file[0].name != ADDITIONS)


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
def _with_own(own: OwnForms) -> dict[str, Template]:
    found = _ours() | _from_files([file for file in own.files if file[0].name != ADDITIONS])
    for path, text in own.files:
        if path.name == ADDITIONS:
            found = with_additions(found, additions_from(path, text), path)
    return found


def _from_files(files: Iterable[tuple[Path, str]]) -> dict[str, Template]:
    found: dict[str, Template] = {}
    for path, text in files:
        template = _template_from(path, text)
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
    return _template_from(path, read_text(path))


def _template_from(path: Path, text: str) -> Template:
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
