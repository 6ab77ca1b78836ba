"""Fold Vietnamese text so that words can be found whatever became of their accents."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Lower-case ``text`` without diacritics, character for character.

    The result has exactly the length of ``text``, so that positions found in it hold in the
    original. ``text`` is expected in NFC; ``đ`` becomes ``d``, other letters keep their base.
    """
    return text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """What characters become, found out when they are first met; ``str.translate`` is faster than a loop."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


_FOLDED = _Folded()


def _fold_character(character: str) -> str:
    if character in "đĐ":
        return "d"
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


def single_spaced(text: str) -> str:
    """``text`` in NFC, with every run of white space as one space and none at the ends."""
    return " ".join(pieces_of(text))


def pieces_of(text: str) -> list[str]:
    """``text`` in NFC, parted at its white space."""
    return unicodedata.normalize("NFC", text).split()
