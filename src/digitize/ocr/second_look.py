"""Read a single line, and again where it pays: numbers, and what was read badly.

A page holds few numbers, and a wrong digit in one of them does more harm than any other mistake. They
have no neighbours and no dictionary that could help the engine. So a line with digits is read by the
network for numbers too; where the two differ, the engine looks at it in its other way and twice as digits
only, and all of these vote (``numbers.py``). A line in capitals, which on forms is a name, is read in both
ways of the engine as well: of ``HIẾU``, ``HIỀU`` and ``HIỂU`` no dictionary knows which was meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from statistics import fmean

import cv2
import numpy as np

from digitize.imaging.ink import darker_half
from digitize.imaging.picture import Pixels
from digitize.model import Box, Word
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.looks import DOUBTFUL, LEGIBLE, confidence_of, doubted, moved, placed, text_of, tidied
from digitize.ocr.number_net import NumberReading, read_number
from digitize.ocr.numbers import (
    best_address,
    best_number,
    confirmed,
    count_of_signs,
    is_contradicted,
    is_number,
)
from digitize.ocr.word_net import read_line_of_words
from digitize.ocr.words_settled import with_words_settled
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

_AGREES, _TELLS = 0.3, 0.8
"""Probability that the network for words gives a line that it confirms, and one that it corrects."""

_BADLY_READ = 0.75
"""Confidence of the engine below which the network for words is believed rather, and doubted."""

_EDGES = " .,;:_-"


def read_line(pixels: Pixels, dpi: float, engine: OcrEngine, *, dotted: bool = True) -> tuple[Word, ...]:
    """The words of a picture of one line, with boxes in its pixels.

    Args:
        pixels: the line with a little paper around it.
        dpi: its resolution.
        engine: reads it.
        dotted: whether it stood over a leader, remains of which are softened away.

    """
    line = _Line(pixels, dpi, engine, dotted=dotted)
    if not is_number(line.first) and _is_confirmed(line.first, line.by_words):
        sure = line.by_words.confidence
        return tuple(replace(word, confidence=max(word.confidence, sure)) for word in line.first)
    words = _again(line) if _pays(line.first) else line.first
    if is_number(words):
        return words
    seen = line.by_words
    return with_words_settled(as_seen(words, seen.text, seen.confidence), pixels, dpi)


class _Line:
    """A line and the ways to look at it; each look is taken when first asked for."""

    def __init__(self, pixels: Pixels, dpi: float, engine: OcrEngine, *, dotted: bool) -> None:
        self.pixels, self.dpi, self._engine = pixels, dpi, engine
        self.soft, self.sharp = softened(pixels, dpi), pixels
        if not dotted:
            self.soft, self.sharp = self.sharp, self.soft
        self.first = self.padded(self.soft)

    @cached_property
    def by_words(self) -> NumberReading:
        """What the network for words reads."""
        outputs = read_line_of_words(self.pixels, self.dpi)
        return NumberReading(*("", 0.0) if outputs is None else outputs.best())

    def as_words(self) -> tuple[Word, ...]:
        """What the network for words reads, as words where those of the first look stand."""
        seen = self.by_words
        words = tuple(Word(text, (0, 0, 0, 0), seen.confidence, 0) for text in seen.text.split())
        return placed(tidied(words), self.first, self.pixels.shape[1], self.pixels.shape[0])

    def raw(self, only: str = "") -> tuple[Word, ...]:
        """A look that takes the whole picture for the line, so it gets no more paper around it."""
        raw = tidied(self._engine.read(self.soft, self.dpi, Layout.RAW_LINE, only=only))
        # Where the words are it does not say.
        return placed(raw, self.first, self.pixels.shape[1], self.pixels.shape[0])

    def padded(self, pixels: Pixels, only: str = "") -> tuple[Word, ...]:
        """A look at the line with paper around it."""
        pad = round(_PADDING * self.dpi / 25.4)
        padded = np.pad(pixels, pad, mode="edge")
        read = self._engine.read(padded, self.dpi, Layout.LINE, only=only)
        return tidied([moved(word, -pad, -pad) for word in read])


def _again(line: _Line) -> tuple[Word, ...]:
    """The words of a line that is worth more than one look."""
    first = line.first
    by_network = read_number(line.pixels, line.dpi)
    sure = None if by_network is None else confirmed(first, by_network)
    if sure is not None:
        return sure
    second = line.raw()
    address = best_address((first, second), by_network) or best_address((first, second), line.by_words)
    if address is not None:
        return address
    contradicted = is_contradicted(first, by_network)
    if text_of(first) == text_of(second) and not contradicted:
        return first
    if is_number(first) or is_number(second) or contradicted:
        if not first:
            first = (Word("", _ink_box(line.pixels), 0.0, 0),)
        looks = [first, second, line.raw(_DIGITS), line.padded(line.sharp, _DIGITS)]
        if line.by_words.confidence >= _TELLS:
            looks.append(line.as_words())
        return best_number(looks, count_of_signs(line.pixels, line.dpi), by_network)
    return better(first, second, line.padded(line.sharp))


def _is_confirmed(words: Sequence[Word], seen: NumberReading) -> bool:
    """Whether the network for words reads a line just as the engine does."""
    text = text_of(words)
    if not text:
        return False
    least = _TELLS if any(map(str.isdigit, text)) else _AGREES
    return seen.text.rstrip(".,") == text.rstrip(".,") and seen.confidence >= least


def as_seen(words: tuple[Word, ...], seen: str, sure: float) -> tuple[Word, ...]:
    """Words of a line as the network for words parts them, and what it reads where they are badly read.

    Args:
        words: of the line.
        seen: what the network reads of it.
        sure: how probable that is, 0 to 1.

    """
    texts = seen.strip(_EDGES).split()
    if not words or not texts or sure < _TELLS or in_dictionary(seen) is False:
        return words
    if _letters(seen) == _letters(text_of(words)):
        if len(texts) == len(words):
            return words
        confidence = confidence_of(words)
    elif confidence_of(words) < _BADLY_READ and not any(map(str.isdigit, seen)):
        confidence = DOUBTFUL
    else:
        return words
    read = [replace(words[0], text=text, confidence=confidence) for text in texts]
    left, top, right, bottom = zip(*(word.box for word in words), strict=True)
    around = replace(words[0], box=(min(left), min(top), max(right), max(bottom)))
    return placed(read, [around], around.box[2], around.box[3])


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


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
