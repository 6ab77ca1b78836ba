"""Dots below vowels that may have gone with the dots of a leader.

A leader's dots stand where dots below stand (ạ, ộ). Where the two fall together, removing the leader takes
the mark; what a look at the row as scanned sees with a dot there may be the mark, or the leader itself. Only
the language tells: most words are none with a dot (``VĂN`` is a name, ``VẶN`` is none).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from digitize.model import Word
from digitize.vietnamese.dictionary import in_dictionary
from digitize.vietnamese.names import unusual_syllable

_DOT = "\u0323"
_TONES = ("\u0300", "\u0301", "\u0303", "\u0309", _DOT)
"""Tone marks, taken apart from their vowels."""


def dot_lost(words: Sequence[Word], bare: str, proven: AbstractSet[str], *, name: bool) -> str | None:
    """A word that a bare look sees with a dot below and the words have without, or None.

    The dots of the leader themselves look like it; so the word with the dot must be one of the language, or
    of a name what names are made of. Words whose accents are proven otherwise are not looked for.
    """
    looked: list[str] = re.findall(r"[^\W\d_]+", bare)
    seen = {_undotted(word): word for word in looked}
    parts = _parts(words)
    for place, text in enumerate(parts):
        other = seen.get(text.casefold())
        if other is None or other.casefold() == text.casefold():
            continue
        if not proven.isdisjoint((text.casefold(), other.casefold())):
            continue
        if _is_plausible(other, parts, place, name=name):
            return other
    return None


def may_hide_dot(words: Sequence[Word], *, name: bool) -> bool:
    """Whether one of some words would be another word with a dot below its vowel."""
    parts = _parts(words)
    return any(
        _is_plausible(other, parts, place, name=name)
        for place, part in enumerate(parts)
        for other in _dotted(part)
    )


def _parts(words: Sequence[Word]) -> list[str]:
    return [part for word in words for part in re.findall(r"[^\W\d_]+", word.text)]


def _undotted(word: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", word).replace(_DOT, "")).casefold()


def _dotted(word: str) -> list[str]:
    """A word with a dot below one of its vowels; none if it bears a tone already."""
    apart = unicodedata.normalize("NFD", word)
    if any(tone in apart for tone in _TONES):
        return []
    return [
        unicodedata.normalize("NFC", f"{apart[: at + 1]}{_DOT}{apart[at + 1 :]}")
        for at, letter in enumerate(apart)
        if letter.casefold() in "aeiouy"
    ]


def _is_plausible(word: str, parts: Sequence[str], place: int, *, name: bool) -> bool:
    """Whether a word may stand at its place: in a name what names have there, else a word of the language."""
    if not name:
        return in_dictionary(word.casefold()) is True
    return unusual_syllable(" ".join((*parts[:place], word, *parts[place + 1 :]))) != word
