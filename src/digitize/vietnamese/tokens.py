"""Words of a text as a search knows them: with and without their diacritics."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from digitize.vietnamese.folding import fold

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_LONGEST = 64
"""Characters of a word that count; what is longer is no word."""

_REMEMBERED = 1 << 17
_LONGEST_REMEMBERED = 256
"""How many pieces of texts are remembered, and the characters of the longest of them."""


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
        yield Token(match.start(), match.end(), _folded(match[0]), _exact(match[0]))


def token_texts(text: str) -> tuple[str, str]:
    """The words of a text in NFC, parted by single spaces: all folded, and all exact."""
    folded, exact = token_data(text.split())
    return folded.decode(), exact.decode()


def token_data(pieces: Sequence[str]) -> tuple[bytes, bytes]:
    """The same in UTF-8 of a text that is parted at its white space, which no word goes across.

    To part a text so is far quicker than to look for its words, and most pieces are known.
    """
    return b"".join(map(_FOLDED.__getitem__, pieces))[:-1], b"".join(map(_EXACT.__getitem__, pieces))[:-1]


def _exact(word: str) -> str:
    """A word in lower case, the tone behind its letters."""
    parts = unicodedata.normalize("NFD", word[:_LONGEST].lower())
    letters = "".join(part for part in parts if part not in _TONES)
    return unicodedata.normalize("NFC", letters) + "".join(sorted(part for part in parts if part in _TONES))


def _folded(word: str) -> str:
    return fold(word[:_LONGEST])


class _Remembered(dict[str, bytes]):
    """What pieces of texts become, found out when they are first met; most are met again and again.

    Each word in a piece is followed by a space.
    """

    def __init__(self, made: Callable[[str], str]) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, piece: str) -> bytes:
        made = "".join(f"{self._made(word)} " for word in _WORD.findall(piece)).encode()
        if len(self) >= _REMEMBERED:
            self.clear()
        if len(piece) <= _LONGEST_REMEMBERED:
            self[piece] = made
        return made


_FOLDED = _Remembered(_folded)
_EXACT = _Remembered(_exact)
