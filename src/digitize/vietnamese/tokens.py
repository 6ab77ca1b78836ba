"""Words of a text as a search knows them: with and without their diacritics."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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
        yield Token(match.start(), match.end(), _FOLDED[match[0]], _EXACT[match[0]])


def token_texts(text: str) -> tuple[str, str]:
    """The words of a text in NFC, parted by single spaces: all folded, and all exact."""
    words = _WORD.findall(text)
    return " ".join(map(_FOLDED.__getitem__, words)), " ".join(map(_EXACT.__getitem__, words))


def _exact(word: str) -> str:
    """A word in lower case, the tone behind its letters."""
    parts = unicodedata.normalize("NFD", word[:_LONGEST].lower())
    letters = "".join(part for part in parts if part not in _TONES)
    return unicodedata.normalize("NFC", letters) + "".join(sorted(part for part in parts if part in _TONES))


def _folded(word: str) -> str:
    return fold(word[:_LONGEST])


class _Remembered(dict[str, str]):
    """What words become, found out when they are first met; most words of a text are met again and again."""

    def __init__(self, made: Callable[[str], str]) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, word: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        made = self[word] = self._made(word)
        return made


_FOLDED = _Remembered(_folded)
_EXACT = _Remembered(_exact)
