"""Form templates: the shape of the data files, and what they say of a form's fields.

Cells of tables are fields like all others; their keys name the table, the row from 0 and the column:
``members.0.name``.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from digitize.model import Language


class FieldType(StrEnum):
    """Types of values, as the contract of ``read --json`` defines them."""

    TEXT = "text"
    NAME = "name"
    PARTY = "party"
    ADDRESS = "address"
    ETHNICITY = "ethnicity"
    NATIONALITY = "nationality"
    SEX = "sex"
    RELATION = "relation"
    DATE = "date"
    MONTH = "month"
    DATE_WORDS = "date_words"
    TIME = "time"
    IDDOC = "iddoc"
    PID = "pid"
    PHONE = "phone"
    EMAIL = "email"
    DIGITS = "digits"
    INT = "int"
    NUMBER = "number"
    CHECK = "check"
    TICK = "tick"
    CHOICE = "choice"
    SIGNATURE = "signature"
    SIGNER = "signer"
    TABLE = "table"
    GRID = "grid"
    LIST = "list"
    ENUM = "enum"


CARD_FIELDS = frozenset({"pid", "name", "dob", "issuer", "issued_on", "expires_on", "card_kind", "old_pid"})
"""What cards are read and compared by, whatever else a template has."""

_LITERAL = re.compile(r"\d+|Nam|Nữ|today")
"""What a check may name instead of a field."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Version(_Data):
    """An issue of a form.

    Attributes:
        id: as reported in ``form_version``.
        effective_from, effective_to: when it was to be used.
        source: the circular that prescribes it.
        verified: labels were compared with the form itself.
        signs: phrases that only this version has; the one most alike decides.
        fields: keys of fields that only this version has; one whose label is found decides.

    A version without signs and fields is what remains when no other one's are found.

    """

    id: str
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    source: str
    verified: bool = False
    signs: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


class Choice(_Data):
    """One of several boxes to tick: what is printed beside it, and the value it stands for."""

    label: tuple[str, ...]
    value: bool | int | str


class Column(_Data):
    """A column of a table or grid.

    Attributes:
        label: its heading and variants.
        key: of a table, the last part of its cells' keys; of a grid, what the keys of its cells begin
            with.
        type: type of a table's cells.
        pattern: of a table, what the whole value of a cell must look like; another one is flagged.
        known: of a table, words that its cells may hold though no list of the program has them.
        name: what people call it; of a table only.

    """

    label: tuple[str, ...]
    key: str
    type: FieldType = FieldType.TEXT
    pattern: str = ""
    known: tuple[str, ...] = ()
    name: dict[Language, str] = Field(default_factory=dict)


class Line(_Data):
    """A row of a grid: its label in the first column, and what the keys of its cells end with."""

    label: tuple[str, ...]
    key: str
    type: FieldType = FieldType.TEXT
    known: tuple[str, ...] = ()
    required: bool = False


class Second(_Data):
    """A second field on a line, written behind a stroke: ``telephone / e-mail``."""

    key: str
    type: FieldType = FieldType.TEXT


class Item(_Data):
    """A label on the form, in reading order, and the field written after it.

    An item without ``key`` is an anchor: it ends the value before it and holds none itself.

    Attributes:
        label: the label and its variants, without footnote marks and colons.
        key: key of the field; of a table, the first part of the keys of its cells.
        type: type of the field.
        versions: the versions that have this item; all if empty.
        required: an empty field is a matter for a person.
        required_unless: not if one of these fields is filled.
        required_when: an empty field is so only if all of these fields have these values.
        lines: most lines that the value may run over.
        unit: what is printed behind the value (``bản``, ``m²``) and is no part of it.
        pattern: what the whole value must look like, as a regular expression; another one is flagged.
        known: words that the value may hold though no list of the program has them.
        behind_stroke: a second field, behind the stroke in the value.
        choices: the boxes of a ``choice``, from left to right.
        columns: of a ``table`` or ``grid``, from left to right; columns of no interest may be left out.
        rows: the rows of a ``grid``.
        apart: the label of a signature that stands in a block of its own, beside others, and may
            be broken over lines.
        width: millimetres of the place for a signature.

    """

    label: tuple[str, ...] = Field(min_length=1)
    key: str | None = None
    type: FieldType = FieldType.TEXT
    versions: tuple[str, ...] = ()
    required: bool = False
    required_unless: tuple[str, ...] = ()
    required_when: dict[str, bool | int | str] = Field(default_factory=dict)
    lines: int = Field(default=1, ge=1)
    unit: tuple[str, ...] = ()
    pattern: str = ""
    known: tuple[str, ...] = ()
    behind_stroke: Second | None = None
    choices: tuple[Choice, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[Line, ...] = ()
    apart: bool = False
    width: float = Field(default=46.0, gt=0)

    @model_validator(mode="after")
    def _has_its_parts(self) -> Self:
        needed = {
            FieldType.CHOICE: {"choices"},
            FieldType.TABLE: {"columns"},
            FieldType.GRID: {"columns", "rows"},
        }.get(self.type, set())
        for part in ("choices", "columns", "rows"):
            if bool(getattr(self, part)) != (part in needed):
                message = f"type {self.type} and {part} do not go together"
                raise ValueError(message)
        try:
            re.compile(self.pattern)
        except re.error as error:
            message = f"pattern is no regular expression: {error}"
            raise ValueError(message) from error
        if self.type is FieldType.TABLE and (self.key is None or any(not c.name for c in self.columns)):
            message = "a table needs a key, and its columns need names"
            raise ValueError(message)
        return self

    @property
    def own_fields(self) -> dict[str, FieldType]:
        """The keys of this item's fields and their types; none for an anchor or a table."""
        if self.type is FieldType.GRID:
            return {column.key + row.key: row.type for row in self.rows for column in self.columns}
        if self.key is None or self.type is FieldType.TABLE:
            return {}
        second = self.behind_stroke
        return {self.key: self.type} | ({second.key: second.type} if second else {})


class Check(_Data):
    """A rule between fields: which rule, and the fields in the order that the rule takes them."""

    rule: Literal[
        "words_agree",
        "amount_words_agree",
        "number_fits_birth",
        "number_fits_sex",
        "not_after",
        "at_least_years",
        "same_person",
        "within_days",
        "issuer_fits_date",
    ]
    fields: tuple[str, ...]


class PersonFields(_Data):
    """Which fields name one person: the number or identity paper, the name, the day of birth.

    They are held against the person's card, where there is one in the dossier.
    """

    number: str
    name: str
    dob: str = ""


class Template(_Data):
    """One form.

    Attributes:
        id: as reported in ``form``.
        title: what people call it.
        titles: the printed title and its variants.
        later_pages: what stands on the pages after the first, by which they are known when they come by
            themselves.
        not_words: words that make a similar title another form's (``ĐĂNG KÝ LẠI``).
        known_by: phrases all over the first page, of which most must be found; for a paper whose title is
            too short to tell it by.
        reader: ``labels`` reads ``items``; ``letter`` is for official letters, which have places
            instead of labels; ``card`` for identity cards, which carry codes; ``cover`` for covers of
            dossiers, whose title has a place instead of a label; ``index`` for a table over many pages.
        review: whether a person looks at what is in doubt. What an index of documents says is not taken over
            but compared with the documents: its doubts are told, and stop nothing.
        items: labels in reading order.
        like_letter: keys that have their places as on an official letter.
        keys: further keys that the form has, beyond those of ``items``, with their types.
        enums: what the keys of type ``enum`` may say: what is printed, and the value it stands for.
        persons: the people whom the form names.
        names: what people call each field and table, by its key.

    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: dict[Language, str]
    titles: tuple[str, ...] = ()
    later_pages: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()
    known_by: tuple[str, ...] = ()
    reader: Literal["labels", "letter", "card", "cover", "index"] = "labels"
    review: bool = True
    versions: tuple[Version, ...] = Field(min_length=1)
    items: tuple[Item, ...] = ()
    like_letter: tuple[Literal["issuer"], ...] = ()
    keys: dict[str, FieldType] = Field(default_factory=dict)
    enums: dict[str, tuple[Choice, ...]] = Field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    persons: tuple[PersonFields, ...] = ()
    names: dict[str, dict[Language, str]]

    @model_validator(mode="after")
    def _names_every_field(self) -> Self:
        asked = {*self.field_keys, *self.tables}
        if set(self.names) != asked:
            odd = ", ".join(sorted(set(self.names) ^ asked))
            message = f"names and fields differ: {odd}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _knows_the_fields_it_speaks_of(self) -> Self:
        known = set(self.field_keys)
        told = [(item.label[0], (*item.required_unless, *item.required_when)) for item in self.items]
        told += [("enums", tuple(self.enums))]
        told += [("persons", tuple(filter(None, (p.number, p.name, p.dob)))) for p in self.persons]
        told += [
            (check.rule, tuple(n for n in check.fields if not _LITERAL.fullmatch(n))) for check in self.checks
        ]
        for where, keys in told:
            if unknown := set(keys) - known:
                message = f"{where!r} names unknown fields: {', '.join(sorted(unknown))}"
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _has_what_its_reader_gives(self) -> Self:
        if self.reader == "index" and len(self.tables) != 1:
            message = "an index needs one table"
            raise ValueError(message)
        if self.reader == "card" and (lacking := CARD_FIELDS - set(self.field_keys)):
            message = f"a card needs the fields {', '.join(sorted(lacking))}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _knows_its_versions(self) -> Self:
        known = {version.id for version in self.versions}
        for item in self.items:
            if unknown := set(item.versions) - known:
                message = f"item {item.label[0]!r} names unknown versions: {', '.join(sorted(unknown))}"
                raise ValueError(message)
        return self

    @property
    def field_keys(self) -> tuple[str, ...]:
        """Every key that a document of this form reports, but for the cells of its tables."""
        own = dict.fromkeys(key for item in self.items for key in item.own_fields)
        return (*self.like_letter, *own, *(key for key in self.keys if key not in own))

    @property
    def tables(self) -> dict[str, Item]:
        """The tables of the form by their keys."""
        return {item.key: item for item in self.items if item.type is FieldType.TABLE and item.key}

    def type_of(self, key: str) -> FieldType:
        """The type of a field or of a cell of a table."""
        if column := self._column(key):
            return column.type
        types = {own: kind for item in self.items for own, kind in item.own_fields.items()}
        return types.get(key) or self.keys.get(key, FieldType.TEXT)

    def choices_of(self, key: str) -> tuple[Choice, ...]:
        """What a field may say, where that is one of a few things; empty where it is not."""
        chosen = next((item.choices for item in self.items if item.key == key), ())
        return chosen or self.enums.get(key, ())

    def pattern_of(self, key: str) -> str:
        """What the whole value of a field or of a cell must look like; empty where nothing is asked."""
        if column := self._column(key):
            return column.pattern
        return next((item.pattern for item in self.items if item.key == key and item.pattern), "")

    def name_of(self, key: str, language: Language) -> str:
        """What people call a field, or a cell of a table; its key if this form has it no more."""
        if column := self._column(key):
            table, row, _ = key.split(".")
            return f"{self.names[table][language]} {int(row) + 1}: {column.name[language]}"
        name = self.names.get(key)
        return name[language] if name else key

    def items_of(self, version: str) -> tuple[Item, ...]:
        """The labels of one version, in reading order."""
        return tuple(i for i in self.items if not i.versions or version in i.versions)

    def _column(self, key: str) -> Column | None:
        if not is_cell(key):
            return None
        table, _, own = key.split(".")
        found = self.tables.get(table)
        columns = found.columns if found else ()
        return next((column for column in columns if column.key == own), None)


def is_cell(key: str) -> bool:
    """Whether a key is that of a cell of a table, such as ``members.0.name``."""
    return key.count(".") == 2


def cell_key(table: str, row: int, column: str) -> str:
    """The key of a cell of a table; rows count from 0."""
    return f"{table}.{row}.{column}"
