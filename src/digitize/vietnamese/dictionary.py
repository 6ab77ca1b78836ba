"""Which syllables are in the dictionary, where one is installed.

The list is that of the spelling checker (Debian's ``hunspell-vi``): one syllable a line, a slash before
its flags. Without it nothing is known of any word, and nothing is decided by it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from digitize.vietnamese.folding import fold

_PLACES = (
    Path("/usr/share/hunspell/vi_VN.dic"),
    Path("/usr/share/myspell/dicts/vi_VN.dic"),
    Path("/usr/share/hunspell/vi.dic"),
)
_LONGEST_ABBREVIATION = 4
_WORD = re.compile(r"[^\W\d_]+")
_VOWEL = re.compile(r"[aeiouy]")


def in_dictionary(text: str) -> bool | None:
    """Whether every word of a text is in the dictionary.

    None where that cannot be said: there is no dictionary, no word in the text, or an abbreviation
    (``UBND``, ``III``).
    """
    known = _known()
    words: list[str] = _WORD.findall(text)
    if not known or not words:
        return None
    found = [_key(word) in known for word in words]
    if any(_is_abbreviation(word) for word, there in zip(words, found, strict=True) if not there):
        return None
    return all(found)


def _is_abbreviation(word: str) -> bool:
    return not _VOWEL.search(fold(word)) or (word.isupper() and len(word) <= _LONGEST_ABBREVIATION)


def _key(word: str) -> str:
    """A word without its case and without where its tone mark stands: ``hoà`` is ``hòa``."""
    marks = [c for c in unicodedata.normalize("NFD", word.casefold()) if unicodedata.combining(c)]
    return fold(word) + ("đ" if "đ" in word.casefold() else "") + "".join(sorted(marks))


@cache
def _known() -> frozenset[str]:
    for place in _PLACES:
        if place.is_file():
            lines = place.read_text("utf-8").splitlines()
            return frozenset(_key(unicodedata.normalize("NFC", line.split("/")[0].strip())) for line in lines)
    return frozenset()
