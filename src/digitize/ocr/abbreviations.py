"""Read abbreviations in capitals by the network as well: no dictionary tells that ``OLHC`` is ``QLHC``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.looks import DOUBTFUL
from digitize.ocr.number_net import read_word
from digitize.vietnamese.dictionary import in_dictionary
from digitize.vietnamese.folding import fold

_SHORT = re.compile(r"^(?P<letters>[A-ZĐ][A-ZĐ.]{0,6}[A-ZĐ])(?P<end>[.,;:)]*)$")
_CAPITALS = re.compile(r"^[A-Z]{2,8}$")

_SURE = 0.9
"""Probability that the network gives its reading from which it has a voice."""

_LONGER = 1
"""Letters by which the two may differ: of ``Q`` the engine makes ``QI``."""


def with_abbreviations_checked(line: Sequence[Word], pixels: Pixels, dpi: float) -> list[Word]:
    """The words of a line; in abbreviations the letters that the network is sure of, and then in doubt.

    Args:
        line: words with boxes in pixels of the picture.
        pixels: the page in grey without rulings.
        dpi: its resolution.

    """
    return [_checked(word, pixels, dpi) for word in line]


def _checked(word: Word, pixels: Pixels, dpi: float) -> Word:
    said = _SHORT.match(word.text)
    if said is None or in_dictionary(said["letters"]) is not None:
        return word
    by_network = read_word(word.box, pixels, dpi)
    if by_network is None or by_network.confidence < _SURE:
        return word
    seen = by_network.text.rstrip(".,;: ")
    if not _CAPITALS.match(seen):
        return word
    letters = said["letters"]
    if seen == fold(letters).upper():
        return replace(word, confidence=max(word.confidence, by_network.confidence))
    if len(seen) == len(letters):
        # The network does not know marks.
        pairs = zip(letters, seen, strict=True)
        seen = "".join(mine if fold(mine).upper() == its else its for mine, its in pairs)
    elif abs(len(seen) - len(letters)) > _LONGER or "Đ" in letters:
        return word
    return replace(word, text=seen + said["end"], confidence=min(word.confidence, DOUBTFUL))
