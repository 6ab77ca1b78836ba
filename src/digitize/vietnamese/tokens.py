"""Words of a text as a search knows them: with and without their diacritics."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from digitize.vietnamese.folding import fold

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_LONGEST = 64
"""Characters of a word that count; what is longer is no word."""

_REMEMBERED = 1 << 17


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text.

    Attributes:
        start, end: where it stands in the text.
        folded: in lower case without diacritics, ``đ`` as ``d``.
        exact: in lower case with its diacritics, the tone behind the letters: ``hòa`` and ``hoà``
            are one word.

    """

    start: int
    end: int
    folded: str
    exact: str


def tokens(text: str) -> Iterator[Token]:
    """The words of a text in NFC; letters and digits count, signs and spaces part them."""
    for match in _WORD.finditer(text):
        folded, exact = keys(match[0])
        yield Token(match.start(), match.end(), folded, exact)


def token_texts(text: str) -> tuple[str, str]:
    """The words of a text in NFC, parted by single spaces: all folded, and all exact."""
    found = [keys(word) for word in _WORD.findall(text)]
    return " ".join([folded for folded, _ in found]), " ".join([exact for _, exact in found])


@lru_cache(maxsize=_REMEMBERED)
def keys(word: str) -> tuple[str, str]:
    """A word folded, and with its diacritics."""
    cut = word[:_LONGEST]
    parts = unicodedata.normalize("NFD", cut.lower())
    letters = "".join(part for part in parts if part not in _TONES)
    tones = sorted(part for part in parts if part in _TONES)
    return fold(cut), unicodedata.normalize("NFC", letters) + "".join(tones)
