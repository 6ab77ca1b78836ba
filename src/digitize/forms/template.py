"""Form templates: the shape of the data files, and loading them."""

from __future__ import annotations

import datetime as dt
import tomllib
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from digitize.model import Language


class FieldType(StrEnum):
    """Types of values, as the contract of ``read --json`` defines them."""

    TEXT = "text"
    NAME = "name"
    ADDRESS = "address"
    ETHNICITY = "ethnicity"
    NATIONALITY = "nationality"
    SEX = "sex"
    RELATION = "relation"
    DATE = "date"
    DATE_WORDS = "date_words"
    IDDOC = "iddoc"
    CHECK = "check"
    SIGNATURE = "signature"
    INT = "int"
    LIST = "list"
    ENUM = "enum"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Version(_Data):
    """An issue of a form.

    Attributes:
        id: as reported in ``form_version``.
        effective_from, effective_to: when it was to be used.
        source: the circular that prescribes it.
        verified: labels were compared with the form itself.
        signs: phrases that only this version has; one of them decides. A version without signs
            is what remains when no other one's are found.

    """

    id: str
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    source: str
    verified: bool = False
    signs: tuple[str, ...] = ()


class Item(_Data):
    """A label on the form, in reading order, and the field written after it.

    An item without ``key`` is an anchor: it ends the value before it and holds none itself.

    Attributes:
        label: the label and its variants, without footnote marks and colons.
        key: key of the field.
        type: type of the field.
        versions: the versions that have this item; all if empty.
        required: an empty field is a matter for a person.
        required_unless: not if one of these fields is filled.
        lines: most lines that the value may run over.

    """

    label: tuple[str, ...]
    key: str | None = None
    type: FieldType = FieldType.TEXT
    versions: tuple[str, ...] = ()
    required: bool = False
    required_unless: tuple[str, ...] = ()
    lines: int = 1


class Check(_Data):
    """A rule between fields: which rule, and the fields in the order that the rule takes them."""

    rule: Literal["words_agree", "number_fits_birth", "number_fits_sex", "not_after", "same_person"]
    fields: tuple[str, ...]


class Template(_Data):
    """One form.

    Attributes:
        id: as reported in ``form``.
        title: what people call it.
        titles: the printed title and its variants.
        not_words: words that make a similar title another form's (``ĐĂNG KÝ LẠI``).
        reader: ``labels`` reads ``items``; ``letter`` is for official letters, which have places
            instead of labels.
        items: labels in reading order.
        keys: further keys that the form has, beyond those of ``items``, with their types.
        names: what people call each field, by its key.

    """

    id: str
    title: dict[Language, str]
    titles: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()
    reader: Literal["labels", "letter"] = "labels"
    versions: tuple[Version, ...] = Field(min_length=1)
    items: tuple[Item, ...] = ()
    keys: dict[str, FieldType] = Field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    names: dict[str, dict[Language, str]]

    @model_validator(mode="after")
    def _names_every_field(self) -> Self:
        if set(self.names) != set(self.field_keys):
            odd = ", ".join(sorted(set(self.names) ^ set(self.field_keys)))
            message = f"names and fields differ: {odd}"
            raise ValueError(message)
        return self

    @property
    def field_keys(self) -> tuple[str, ...]:
        """Every key that a document of this form reports."""
        own = dict.fromkeys(item.key for item in self.items if item.key)
        return (*own, *(key for key in self.keys if key not in own))

    def type_of(self, key: str) -> FieldType:
        """The type of a field."""
        types = {item.key: item.type for item in self.items if item.key}
        return types.get(key) or self.keys.get(key, FieldType.TEXT)

    def items_of(self, version: str) -> tuple[Item, ...]:
        """The labels of one version, in reading order."""
        return tuple(i for i in self.items if not i.versions or version in i.versions)


@cache
def load_templates() -> dict[str, Template]:
    """All templates that come with the program, by id."""
    folder = resources.files("digitize.forms") / "templates"
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            template = Template.model_validate(tomllib.loads(entry.read_text("utf-8")))
            found[template.id] = template
    return found
