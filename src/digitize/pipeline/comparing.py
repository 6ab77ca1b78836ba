"""Whether two statements about a paper agree; tolerant only where that is safe."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz

from digitize.model import Language
from digitize.pipeline.sheet_headers import kind_codes
from digitize.vietnamese.folding import fold
from digitize.vietnamese.vocabulary import DOCUMENT_KINDS

_LONG_WORD = 4
"""Letters from which on a word may differ in one that was misread."""

_INITIALS = 3


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Comparison(_Data):
    """How statements under a key are compared, and what people call it."""

    kind: Literal["number", "notation", "date", "kind", "text", "body", "sheets"]
    alike: float = 100.0
    name: dict[Language, str]


class _Subject(_Data):
    beginnings: tuple[str, ...]


class Comparisons(_Data):
    """The data file: comparisons of documents and of the whole dossier, by key."""

    document: dict[str, Comparison]
    whole: dict[str, Comparison]
    subject: _Subject


@cache
def comparisons() -> Comparisons:
    """How everything is compared."""
    text = resources.files("digitize.pipeline").joinpath("differences.toml").read_text("utf-8")
    return Comparisons.model_validate(tomllib.loads(text))


def agree(how: Comparison, one: str, other: str) -> bool:
    """Whether two statements agree."""
    match how.kind:
        case "number":
            return _number(one) == _number(other)
        case "notation":
            return _notation(one) == _notation(other)
        case "date":
            # A month or a year alone says less, not something else.
            shorter, longer = sorted((one, other), key=len)
            return longer.startswith(shorter)
        case "kind":
            return _bare(one) == _bare(other)
        case "text":
            return _alike(one, other, how.alike)
        case "body":
            return _same_body(one, other, how.alike)
        case "sheets":
            return _first_sheet(one) == _first_sheet(other)


def kind_and_subject(text: str) -> tuple[str, str]:
    """A title parted into the kind of document, which may be empty, and its subject."""
    folded = fold(text)
    # The longest first: "Giấy ủy quyền" before any kind that it begins with.
    for kind in sorted({*DOCUMENT_KINDS, *kind_codes()}, key=len, reverse=True):
        if folded.startswith(fold(kind)) and not folded[len(kind) : len(kind) + 1].isalnum():
            return kind, without_beginning(text[len(kind) :])
    return "", without_beginning(text)


def without_beginning(text: str) -> str:
    """A subject without the words that only lead to it."""
    text = text.strip(" .:-")
    for beginning in comparisons().subject.beginnings:
        if fold(text).startswith(fold(beginning) + " "):
            return text[len(beginning) :].strip(" .:-")
    return text


def number_and_notation(code: str) -> tuple[str, str]:
    """``136/ĐN-CC`` as its number and its notation; either may be empty."""
    before, stroke, behind = code.partition("/")
    if stroke:
        return before.strip(), behind.replace(" ", "").strip()
    return (code.strip(), "") if code.strip().isdecimal() else ("", code.replace(" ", "").strip())


def _number(text: str) -> str:
    bare = text.replace(" ", "").casefold()
    return bare.lstrip("0") or "0" if bare.isdecimal() else bare


def _notation(text: str) -> str:
    return re.sub(r"[\s.]", "", fold(text))


def _bare(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", fold(text)))


def _alike(one: str, other: str, least: float) -> bool:
    first, second = _bare(without_beginning(one)), _bare(without_beginning(other))
    numbers = [Counter(re.findall(r"\d+", text)) for text in (first, second)]
    return numbers[0] == numbers[1] and fuzz.ratio(first, second) >= least


def _same_body(one: str, other: str, least: float) -> bool:
    """Whether two names may be of one body: each word of one is in the other, or its initials are."""
    first, second = _bare(one).split(), _bare(other).split()
    return _within(first, second, least) or _within(second, first, least)


def _within(words: Sequence[str], others: Sequence[str], least: float) -> bool:
    left = list(others)
    for word in words:
        found = next((other for other in left if _same_word(word, other, least)), None)
        if found is not None:
            left.remove(found)
            continue
        initials = _initials(word, left)
        if initials is None:
            return False
        del left[initials : initials + len(word)]
    return True


def _same_word(word: str, other: str, least: float) -> bool:
    if word == other:
        return True
    long = min(len(word), len(other)) >= _LONG_WORD
    return long and not any(map(str.isdigit, word + other)) and fuzz.ratio(word, other) >= least


def _initials(word: str, others: Sequence[str]) -> int | None:
    """Where words begin of which a word has the initials."""
    if len(word) < _INITIALS:
        return None
    letters = "".join(other[0] for other in others)
    place = letters.find(word)
    return place if place >= 0 else None


def _first_sheet(text: str) -> str:
    found = re.search(r"\d+", text)
    return _number(found[0]) if found else text


def names_of(language: Language) -> Mapping[str, str]:
    """What people call each key."""
    data = comparisons()
    return {key: how.name[language] for part in (data.document, data.whole) for key, how in part.items()}
