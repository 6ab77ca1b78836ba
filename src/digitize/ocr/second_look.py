"""Read a single line, and again where it pays: numbers, and what was read badly.

A page holds few numbers, and a wrong digit in one of them does more harm than any other mistake. They
have no neighbours and no dictionary that could help the engine. So a line with digits is read by the
network for numbers too; where the two differ, the engine looks at it in its other way and twice as digits
only, and all of these vote (``numbers.py``). A line in capitals, which on forms is a name, is read in both
ways of the engine as well: of ``HIẾU``, ``HIỀU`` and ``HIỂU`` no dictionary knows which was meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import cv2
import numpy as np

from digitize.imaging.ink import darker_half
from digitize.imaging.picture import Pixels
from digitize.model import Box, Word
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.looks import LEGIBLE, confidence_of, doubted, moved, placed, text_of, tidied
from digitize.ocr.number_net import read_number
from digitize.ocr.numbers import (
    best_address,
    best_number,
    confirmed,
    count_of_signs,
    is_contradicted,
    is_number,
)
from digitize.vietnamese.dictionary import in_dictionary

_SOFTENED = 0.127
"""Standard deviation in millimetres by which a line is blurred: remains of the dots that stood under
letters disappear, strokes of letters are wider. One pixel at 200 dpi."""

_PADDING = 2.5
"""Millimetres of paper around the line."""

_WELL_READ = 0.8

_LONGEST = 40
"""Characters of the longest line that is read again for its digits or capitals."""

_SHORT = 3
"""Characters of a reading that no dictionary knows and that may be a number."""

_DIGITS = "0123456789/-.,:+"


def read_line(pixels: Pixels, dpi: float, engine: OcrEngine, *, dotted: bool = True) -> tuple[Word, ...]:
    """The words of a picture of one line, with boxes in its pixels.

    Args:
        pixels: the line with a little paper around it.
        dpi: its resolution.
        engine: reads it.
        dotted: whether it stood over a leader, remains of which are softened away.

    """
    soft, sharp = softened(pixels, dpi), pixels
    if not dotted:
        soft, sharp = sharp, soft
    pad = round(_PADDING * dpi / 25.4)

    def raw_look(only: str = "") -> tuple[Word, ...]:
        # This way of looking takes the whole picture for the line, so it gets no more paper around it;
        # where the words are it does not say.
        raw = tidied(engine.read(soft, dpi, Layout.RAW_LINE, only=only))
        return placed(raw, first, pixels.shape[1], pixels.shape[0])

    def padded_look(pixels: Pixels, only: str = "") -> tuple[Word, ...]:
        padded = np.pad(pixels, pad, mode="edge")
        return tidied([moved(word, -pad, -pad) for word in engine.read(padded, dpi, Layout.LINE, only=only)])

    first = padded_look(soft)
    if not _pays(first):
        return first
    by_network = read_number(pixels, dpi)
    sure = None if by_network is None else confirmed(first, by_network)
    if sure is not None:
        return sure
    second = raw_look()
    address = best_address((first, second), by_network)
    if address is not None:
        return address
    contradicted = is_contradicted(first, by_network)
    if text_of(first) == text_of(second) and not contradicted:
        return first
    if is_number(first) or is_number(second) or contradicted:
        if not first:
            first = (Word("", _ink_box(pixels), 0.0, 0),)
        looks = (first, second, raw_look(_DIGITS), padded_look(sharp, _DIGITS))
        return best_number(looks, count_of_signs(pixels, dpi), by_network)
    return better(first, second, padded_look(sharp))


def _ink_box(pixels: Pixels) -> Box:
    """Where ink lies in a picture of a line."""
    rows, columns = (np.flatnonzero(darker_half(pixels).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 0, pixels.shape[1], pixels.shape[0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def softened(pixels: Pixels, dpi: float) -> Pixels:
    """A line with its strokes blurred a little."""
    return cv2.GaussianBlur(pixels, (0, 0), _SOFTENED * dpi / 25.4).astype(np.uint8)


def better(first: Sequence[Word], second: Sequence[Word], third: Sequence[Word]) -> tuple[Word, ...]:
    """The best of readings of one line that differ.

    What two of three readings agree on is believed. Otherwise the one with more confidence in its
    letters is taken, and doubted.
    """
    if third and confidence_of(third) >= LEGIBLE and text_of(third) in (text_of(first), text_of(second)):
        return tuple(first) if text_of(third) == text_of(first) else tuple(second)
    return doubted(max((first, second), key=confidence_of))


def _pays(words: Sequence[Word]) -> bool:
    text = text_of(words)
    if not text:
        return True
    if fmean(word.confidence for word in words) < _WELL_READ:
        return True
    if len(text) <= _SHORT and in_dictionary(text) is not True:
        return True
    telling = any(map(str.isdigit, text)) or text.isupper()
    return "@" in text or (telling and len(text) <= _LONGEST)
