"""Which words count as read, and which only as places where something stands."""

from __future__ import annotations

from digitize.model import Word

_LEAST_DIGITS = 2

_DIRT = "|_\\~`^¬ƒ¦"
"""What lines and specks are read as; no letter or form of ours holds these."""

_LEGIBLE = 0.45
_LEGIBLE_NUMBER = 0.3
_LEGIBLE_MARK = 0.6
"""Words below this confidence are counted as unread. For marks without a letter or digit, which dirt
turns into most easily, more is asked: on real scans seven of eight such words were wrong. Numbers are
kept with less: a doubtful one is shown for a person to settle, a missing one has to be typed."""


def is_read(word: Word) -> bool:
    """Whether a word is a reading, and not what the engine makes of handwriting, lines and dirt."""
    if not word.text.strip(_DIRT):
        return False
    if not any(map(str.isalnum, word.text)):
        return word.confidence >= _LEGIBLE_MARK
    digits = sum(map(str.isdigit, word.text))
    number = digits >= _LEAST_DIGITS or "@" in word.text
    return word.confidence >= (_LEGIBLE_NUMBER if number else _LEGIBLE)
