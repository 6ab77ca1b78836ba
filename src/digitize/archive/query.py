"""What somebody looks for, taken apart: words, phrases, fields, and what must not be there.

The language is small enough to be read character by character. Nothing of what is typed reaches the
database but words, which hold letters and digits alone, and values that are handed over as values.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from digitize.archive.catalogue_rows import is_citizen_number
from digitize.errors import UsageProblem
from digitize.vietnamese.tokens import tokens

_LONGEST = 1000
_MOST_PARTS = 32
_LEAST_PREFIX = 2
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*):")
_PLAIN = re.compile(r'[^\s"]+')
_RANGE = re.compile(r"(.*?)\.\.(.*)")
_PARTED = re.compile(r"[\s.\-]+")


class Special(StrEnum):
    """Names that mean something else than a field of a form."""

    FORM = "form"
    DOSSIER = "dossier"
    PID = "pid"


@dataclass(frozen=True, slots=True)
class Words:
    """Words one after another; one alone, or a phrase.

    Attributes:
        folded, exact: the words.
        prefix: the last one is the beginning of a word.
        digits: the citizen's number that it is; empty if it is none.

    """

    folded: tuple[str, ...]
    exact: tuple[str, ...]
    prefix: bool = False
    digits: str = ""

    @property
    def has_marks(self) -> bool:
        """Whether diacritics were typed, so that places with the very same ones go first."""
        return self.folded != self.exact and not self.prefix


@dataclass(frozen=True, slots=True)
class Range:
    """From one value to another, both included; an empty one leaves that end open."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked for.

    Attributes:
        wanted: whether it must be there, or must not.
        field: the name before the colon; empty for what may stand anywhere.
        text: what is asked for, as it was typed, in NFC.
        words: its words; None for a range.
        range: the range; None for words.

    """

    wanted: bool
    field: str
    text: str
    words: Words | None
    range: Range | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """Everything that is asked for."""

    text: str
    parts: tuple[Part, ...]


def parse_query(text: str) -> Query:
    """Take a query apart.

    Raises:
        UsageProblem: it cannot be understood; the problem says where.

    """
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > _LONGEST:
        raise UsageProblem("query_long", limit=_LONGEST)
    parts: list[Part] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        part, position = _part(text, position)
        if part is not None:
            parts.append(part)
    if len(parts) > _MOST_PARTS:
        raise UsageProblem("query_parts", limit=_MOST_PARTS)
    if not any(part.wanted for part in parts):
        raise UsageProblem("query_only_without" if parts else "query_empty")
    return Query(text, tuple(parts))


def _part(text: str, position: int) -> tuple[Part | None, int]:
    """The part that begins at a position, and where the next one may begin; None for signs alone."""
    wanted = True
    if text[position] == "-" and position + 1 < len(text) and not text[position + 1].isspace():
        wanted = False
        position += 1
    named = _FIELD.match(text, position)
    field = ""
    if named:
        field, position = named[1].lower(), named.end()
    value, position, quoted = _value(text, position)
    if field and not value.strip():
        raise UsageProblem("query_value_missing", field=field)
    if field and not quoted and (match := _RANGE.fullmatch(value)):
        return Part(wanted, field, value, None, _range(field, match[1], match[2])), position
    words = _words(value, quoted=quoted, prefix=not quoted and value.endswith("*"))
    if words is None:
        if field:
            raise UsageProblem("query_value_missing", field=field)
        return None, position
    return Part(wanted, field, value, words), position


def _value(text: str, position: int) -> tuple[str, int, bool]:
    if position < len(text) and text[position] == '"':
        end = text.find('"', position + 1)
        if end < 0:
            raise UsageProblem("query_quote", text=text[position:])
        return text[position + 1 : end], end + 1, True
    match = _PLAIN.match(text, position)
    return (match[0], match.end(), False) if match else ("", position, False)


def _range(field: str, first: str, last: str) -> Range:
    if not first and not last:
        raise UsageProblem("query_value_missing", field=field)
    return Range(first, last)


def _words(value: str, *, quoted: bool, prefix: bool) -> Words | None:
    found = list(tokens(value))
    if not found:
        return None
    if prefix and len(found[-1].folded) < _LEAST_PREFIX:
        raise UsageProblem("query_prefix_short", text=value, least=_LEAST_PREFIX)
    digits = _PARTED.sub("", value)
    return Words(
        folded=tuple(token.folded for token in found),
        exact=tuple(token.exact for token in found),
        prefix=prefix,
        digits=digits if is_citizen_number(digits) and (quoted or digits == value) else "",
    )
