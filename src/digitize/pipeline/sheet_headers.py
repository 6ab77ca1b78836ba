"""Columns of the sheets that offices and archives keep, and how what stands there is written down."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from digitize.archive.elements import code_list
from digitize.vietnamese.dates import parse_date
from digitize.vietnamese.folding import fold

_LEAST_HEADERS = 3
"""Columns that a row of headings names at least."""

_LOOKED_AT = 40
"""Rows at the top among which the headings are."""

_ISO = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_WITH_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?")
_SHORT_YEAR = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})")


class Level(StrEnum):
    """Whether a column speaks of a dossier or of one of its documents."""

    DOSSIER = "dossier"
    DOCUMENT = "document"


class ColumnType(StrEnum):
    """How what stands in a column is understood."""

    TEXT = "text"
    DATE = "date"
    COUNT = "count"
    CODE = "code"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Header(_Data):
    """What a column is called, and what stands in it."""

    labels: tuple[str, ...]
    type: ColumnType = ColumnType.TEXT
    list: str = ""


class CodeList(_Data):
    """Codes and the words for them; words that ``rest_pattern`` fits, folded, have the code ``rest``."""

    names: dict[str, tuple[str, ...]]
    rest: str = ""
    rest_pattern: str = ""


class _Headers(_Data):
    dossier: dict[str, Header]
    document: dict[str, Header]
    codes: dict[str, CodeList]


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet: its place from 0, whose it is, its key and how it is understood."""

    place: int
    level: Level
    key: str
    header: Header
    label: str


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of a sheet: the last of their rows, and the columns that are known."""

    row: int
    columns: tuple[SheetColumn, ...]
    unknown: tuple[str, ...]


class Misfit(ValueError):
    """What stands in a cell cannot be understood."""


@cache
def _data() -> _Headers:
    text = resources.files("digitize.pipeline").joinpath("sheet_headers.toml").read_text("utf-8")
    return _Headers.model_validate(tomllib.loads(text))


def plain(text: str) -> str:
    """A text as labels and words for codes are compared: without accents, case, punctuation."""
    return " ".join(re.findall(r"[a-z0-9]+", fold(text)))


@cache
def kind_codes() -> Mapping[str, str]:
    """The archive's codes of kinds of documents, by their names."""
    return code_list("document_kinds")


@cache
def _labels() -> Mapping[str, Mapping[Level, str]]:
    """Keys by level, for each label."""
    found: dict[str, dict[Level, str]] = {}
    for level, headers in ((Level.DOSSIER, _data().dossier), (Level.DOCUMENT, _data().document)):
        for key, header in headers.items():
            for label in header.labels:
                found.setdefault(plain(label), {})[level] = key
    return found


def dossier_column(place: int, label: str) -> SheetColumn | None:
    """The column that a label heads, where it can be one of a dossier."""
    key = _labels().get(plain(label), {}).get(Level.DOSSIER)
    return SheetColumn(place, Level.DOSSIER, key, _data().dossier[key], label) if key else None


def find_headings(rows: Mapping[int, Sequence[str]]) -> Headings | None:
    """The row of headings near the top of a sheet; None where none names enough columns.

    Headings may stand in two rows, of which the lower divides a column of the upper.
    """
    best: Headings | None = None
    numbers = sorted(rows)[:_LOOKED_AT]
    for position, number in enumerate(numbers):
        single = _named(number, rows[number])
        if position + 1 < len(numbers) and numbers[position + 1] == number + 1:
            lower = rows[number + 1]
            width = max(len(rows[number]), len(lower))
            upper = [*rows[number], *[""] * (width - len(rows[number]))]
            below = [*lower, *[""] * (width - len(lower))]
            # Only a lower row that is itself made of labels belongs to the headings.
            both = _named(
                number + 1, [b if plain(b) in _labels() else u for u, b in zip(upper, below, strict=True)]
            )
            if len(both.columns) > len(single.columns) and any(plain(b) in _labels() for b in below):
                single = both
        if len(single.columns) >= _LEAST_HEADERS and (
            best is None or len(single.columns) > len(best.columns)
        ):
            best = single
    return best


def _named(row: int, cells: Sequence[str]) -> Headings:
    columns: list[SheetColumn] = []
    taken: set[tuple[Level, str]] = set()
    unknown = []
    side = Level.DOSSIER
    for place, label in enumerate(cells):
        keys = _labels().get(plain(label))
        if keys is None:
            if label:
                unknown.append(label)
            continue
        level = next(iter(keys)) if len(keys) == 1 else side
        if (level, keys[level]) in taken:
            other = next((one for one in keys if (one, keys[one]) not in taken), None)
            if other is None:
                unknown.append(label)
                continue
            level = other
        if len(keys) == 1:
            side = level
        taken.add((level, keys[level]))
        headers = _data().dossier if level is Level.DOSSIER else _data().document
        columns.append(SheetColumn(place, level, keys[level], headers[keys[level]], label))
    return Headings(row, tuple(columns), tuple(unknown))


def understood(column: SheetColumn, text: str) -> str:
    """What a cell says in the form in which it is kept: dates ISO 8601, codes of the archive.

    Raises:
        Misfit: it is no date, number or word of the column's kind.

    """
    match column.header.type:
        case ColumnType.DATE:
            return _date(text)
        case ColumnType.COUNT:
            digits = text.replace(" ", "")
            if not digits.isdecimal() or len(digits) > 9:
                raise Misfit(text)
            return str(int(digits))
        case ColumnType.CODE:
            return code_of(column.header.list, text)
        case ColumnType.TEXT:
            return text


def code_of(name: str, text: str) -> str:
    """The code for a word, or the code itself; codes lose their noughts in spreadsheets.

    Raises:
        Misfit: the list has no such word.

    """
    codes = _data().codes[name]
    names = {code: tuple(map(plain, words)) for code, words in codes.names.items()}
    if name == "doc_type":
        names = {code: (plain(word),) for word, code in kind_codes().items()} | names
    word = plain(text)
    for code, words in names.items():
        if (
            word in words
            or text == code
            or (text.isdecimal() and int(text) == int(code) and len(text) <= len(code))
        ):
            return code
    if codes.rest and re.fullmatch(codes.rest_pattern, word):
        return codes.rest
    raise Misfit(text)


def _date(text: str) -> str:
    if found := _WITH_TIME.fullmatch(text):
        return found[1]
    if _ISO.fullmatch(text):
        day = text if len(text) == 10 else None
        parsed = parse_date("/".join(reversed(text.split("-")))) if day else text
        if parsed:
            return parsed
        raise Misfit(text)
    if short := _SHORT_YEAR.fullmatch(text):
        # 25 may be 1925 or 2025.
        raise Misfit(short[0])
    parsed = parse_date(text)
    if parsed is None:
        raise Misfit(text)
    return parsed


def word_for(name: str, code: str) -> str:
    """The word for a code; what is no code of the list stays as it is."""
    words = _data().codes[name].names.get(code)
    return words[0] if words else code
