"""What an office has added to forms without writing templates: variants of labels, and words of its own.

They stand in ``additions.toml`` beside an office's own templates. Each entry says who has taken it and when.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from digitize.errors import UsageProblem
from digitize.forms.template import FieldType, Item, Template
from digitize.vietnamese.folding import fold, single_spaced

ADDITIONS = "additions.toml"
"""The name of the file; no template can bear it."""

WordType = Literal[
    FieldType.ADDRESS,
    FieldType.TEXT,
    FieldType.ETHNICITY,
    FieldType.NATIONALITY,
    FieldType.RELATION,
    FieldType.IDDOC,
]
"""Types of fields that may have words of an office's own: never names of people, numbers, days."""

_SHORTEST_LABEL = 4

_HEAD = """\
# What this office has added to the forms. Written by `digitize forms take`, which shows each entry first;
# `digitize forms take --undo ID` takes one out again. `digitize forms check` says whether it is good.
"""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9-]{3,40}$")
    text: str = Field(min_length=2, max_length=200)
    by: str
    on: dt.date

    @model_validator(mode="after")
    def _is_plain(self) -> Self:
        if self.text != single_spaced(self.text) or not self.text.isprintable():
            message = "text must be one line with single spaces"
            raise ValueError(message)
        return self


class AddedLabel(_Entry):
    """One more variant of a label: of which form and field, who has taken it and when."""

    form: str
    key: str


class AddedWord(_Entry):
    """Words that fields of a type may hold, though no list of the program has them."""

    type: WordType


class Additions(BaseModel):
    """Everything that an office has added."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    labels: tuple[AddedLabel, ...] = ()
    words: tuple[AddedWord, ...] = ()

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        ids = [one.id for one in self.entries]
        if len(set(ids)) != len(ids):
            message = "two entries have the same id"
            raise ValueError(message)
        return self

    @property
    def entries(self) -> tuple[AddedLabel | AddedWord, ...]:
        """All of them."""
        return (*self.labels, *self.words)

    def entry(self, number: str) -> AddedLabel | AddedWord | None:
        """The entry with an id."""
        return next((one for one in self.entries if one.id == number), None)

    def with_entry(self, entry: AddedLabel | AddedWord) -> Additions:
        """These and one more."""
        if isinstance(entry, AddedLabel):
            return self.model_copy(update={"labels": (*self.labels, entry)})
        return self.model_copy(update={"words": (*self.words, entry)})

    def without(self, number: str) -> Additions:
        """These without the one with an id."""
        return Additions(
            labels=tuple(one for one in self.labels if one.id != number),
            words=tuple(one for one in self.words if one.id != number),
        )


def load_additions(path: Path) -> Additions:
    """What an office has added; nothing where there is no such file.

    Raises:
        UsageProblem: the file cannot be read or has a mistake.

    """
    return additions_from(path, read_text(path)) if path.exists() else Additions()


def read_text(path: Path) -> str:
    """The text of a file with forms or with what belongs to them.

    Raises:
        UsageProblem: it cannot be read.

    """
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        detail = getattr(error, "strerror", None) or "UTF-8"
        raise UsageProblem("template_unreadable", path=str(path), detail=detail) from error


def additions_from(path: Path, text: str) -> Additions:
    """What the text of a file adds.

    Raises:
        UsageProblem: it has a mistake.

    """
    try:
        return Additions.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UsageProblem("additions_wrong", path=str(path), detail=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "-"
        detail = f"{where}: {first['msg'].removeprefix('Value error, ')}"
        raise UsageProblem("additions_wrong", path=str(path), detail=detail) from error


def additions_text(additions: Additions) -> str:
    """The file, in the order in which entries were taken."""
    return "\n".join([_HEAD, *map(entry_text, additions.entries)])


def entry_text(entry: AddedLabel | AddedWord) -> str:
    """An entry as it stands in the file."""
    head = "labels" if isinstance(entry, AddedLabel) else "words"
    lines = [f"[[{head}]]"]
    for key, value in entry.model_dump(mode="json").items():
        told = value if key == "on" else _quoted(str(value))
        lines.append(f"{key} = {told}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def with_additions(
    templates: Mapping[str, Template], additions: Additions, path: Path
) -> dict[str, Template]:
    """The forms with what an office has added to them.

    Raises:
        UsageProblem: a label is for a field that the form does not have, or is the label of another one.

    """
    found = dict(templates)
    for label in additions.labels:
        template = found.get(label.form)
        detail = unfit_label(template, label.key, label.text)
        if template is None or detail:
            raise UsageProblem("additions_wrong", path=str(path), detail=f"{label.id}: {detail}")
        items = tuple(_labelled(item, label) for item in template.items)
        found[label.form] = template.model_copy(update={"items": items})
    if additions.words:
        found = {form: _knowing(template, additions.words) for form, template in found.items()}
    return found


def unfit_label(template: Template | None, key: str, text: str) -> str:
    """Why a text cannot be a variant of a field's label; empty if it can."""
    from digitize.forms.labels import is_same_label

    if template is None:
        return "no such form"
    own = [item for item in template.items if item.key == key]
    if not own:
        return f"{template.id} has no labelled field {key}"
    if sum(map(str.isalpha, text)) < _SHORTEST_LABEL:
        return "a label needs four letters"
    near = [other for item in template.items if item.key != key for other in item.label]
    clash = next((other for other in near if is_same_label(text, other)), None)
    # Labels that stand several times on a form are told apart by their order; this one is like all of those.
    if clash is not None and not any(is_same_label(label, clash) for item in own for label in item.label):
        return f"it is like the label {clash!r} of another field"
    return ""


def _labelled(item: Item, label: AddedLabel) -> Item:
    known = any(fold(own) == fold(label.text) for own in item.label)
    if item.key != label.key or known:
        return item
    return item.model_copy(update={"label": (*item.label, label.text)})


def _knowing(template: Template, words: Sequence[AddedWord]) -> Template:
    """A form whose fields may hold some words."""

    def of(kind: FieldType) -> tuple[str, ...]:
        wanted = FieldType.TEXT if kind is FieldType.PARTY else kind
        return tuple(word.text for word in words if word.type is wanted)

    items = tuple(
        item.model_copy(
            update={
                "known": (*item.known, *of(item.type)),
                "columns": tuple(
                    one.model_copy(update={"known": (*one.known, *of(one.type))}) for one in item.columns
                ),
                "rows": tuple(
                    one.model_copy(update={"known": (*one.known, *of(one.type))}) for one in item.rows
                ),
            }
        )
        for item in template.items
    )
    return template.model_copy(update={"items": items})
