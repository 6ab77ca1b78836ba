"""Which syllables Vietnamese can have, as far as tones tell.

A syllable that ends in p, t, c or ch bears sắc or nặng. OCR loses the dot below before it loses
anything else, and ``Kiêt`` or ``Thưc`` give that away.
"""

from __future__ import annotations

import re
import unicodedata

from digitize.vietnamese.folding import fold

_STOPPED = re.compile(r"[aeiouy](?:ch|[ptc])$")
_STOP_TONES = {"\u0301", "\u0323"}


def is_possible(word: str) -> bool:
    """Whether a word can be a Vietnamese syllable; words without a vowel and numbers pass."""
    letters = re.sub(r"\W", "", word)
    if not letters.isalpha() or not _STOPPED.search(fold(letters)):
        return True
    return any(mark in _STOP_TONES for mark in unicodedata.normalize("NFD", letters))
