"""Notice identity cards: their lines in English, which no letter and no form has, and two sides on a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from digitize.model import Word
from digitize.vietnamese.folding import fold

_FRONT = (
    "socialist republic of viet nam",
    "independence - freedom - happiness",
    "citizen identity card",
    "date of birth",
    "full name",
)
_BACK = ("ministry of public security", "director general of the police", "personal identification:")
_ZONE = re.compile(r"idvnm|[a-z0-9]<<|<<<")
"""The machine-readable zone (ICAO 9303-5) with the name of the country."""

_LIKE = 80.0
"""Of 100."""


def is_of_card(line: str) -> bool:
    """Whether a line of text is one of the front of an identity card."""
    return _has(line, _FRONT)


def is_of_back(line: str) -> bool:
    """Whether a line of text is one of the back of an identity card."""
    return _has(line, _BACK) or _ZONE.search(line.replace(" ", "").lower()) is not None


def shows_both_sides(words: Iterable[Word]) -> bool:
    """Whether words of a page are those of the front and of the back of an identity card."""
    lines: dict[int, list[str]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word.text)
    texts = [" ".join(line) for line in lines.values()]
    front = any(map(is_of_card, texts))
    return front and any(map(is_of_back, texts))


def _has(line: str, phrases: Sequence[str]) -> bool:
    # A shorter line would be contained in nearly any phrase.
    text = fold(line)
    return any(
        len(text) >= len(phrase) - 2 and fuzz.partial_ratio(phrase, text) >= _LIKE for phrase in phrases
    )
