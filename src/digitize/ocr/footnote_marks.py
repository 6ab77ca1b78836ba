"""Read the raised marks of footnotes, ``thân:⁽³⁾``, which layout analysis glues to their word: ``thân:®``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from digitize.imaging.components import Components
from digitize.imaging.ink import darker_half
from digitize.imaging.picture import Pixels
from digitize.imaging.reading import ReadingPicture
from digitize.imaging.zones import Zone
from digitize.model import Box, Word
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.looks import confidence_of, text_of
from digitize.ocr.number_net import read_number

_GLUED = re.compile(
    r"^(?P<word>.*?[^\W\d_]\)?[:;.]?)(?P<mark>[^\w\s:;.,/-][^\s]{0,3}|\d[^\w\s:;.,/-][^\s]{0,2})$"
)
_MARK = re.compile(r"^\(?(\d)[)1]?$")
_SIGNS = "()0123456789"

_UNMISTAKABLE = re.compile(r"[®©?]")
"""What only marks are read as, not quotation marks."""

_COLON = re.compile(r"^(?P<word>.*\w\)?)(?P<end>[:;.,]+)$")

_UNREAD = "(?)"
_DIGITS = re.compile(r"^[1-9]\d?$")

_RAISED = 0.17
"""Share of the height of the word by which the foot of a mark lies over the line."""

_BELOW = 0.3
"""A piece with ink below it, along this share of its width, is an accent."""

_LEAST_WIDTH, _MOST_WIDTH = 0.3, 1.6
"""Widths of a mark, as shares of the height of the word."""

_HEIGHT, _DPI = 44, 300.0
"""Pixels that a mark is high when it is read, and the resolution which that stands for."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A mark in the picture of a word: its picture, and where it begins there."""

    pixels: Pixels
    left: int


def with_marks(line: Sequence[Word], picture: ReadingPicture, engine: OcrEngine) -> list[Word]:
    """The words of a line, marks of footnotes as words of their own."""
    words = []
    for word in line:
        glued = _GLUED.match(word.text)
        mark = _mark_in(picture, word) if glued else None
        if not glued or mark is None:
            words.append(word)
            continue
        found = _read(mark, engine)
        if found is None and not _UNMISTAKABLE.search(glued["mark"]):
            words.append(word)
            continue
        text, confidence = found or (glued["mark"], word.confidence)
        left, top, right, bottom = word.box
        edge = left + mark.left
        words.append(replace(word, text=glued["word"], box=(left, top, edge, bottom)))
        words.append(replace(word, text=text, box=(edge, top, right, bottom), confidence=confidence))
    return words


def read_mark(zone: Zone, dpi: float) -> Word:
    """The mark that a zone holds; one without confidence if its digits cannot be read."""
    found = read_number(zone.pixels, dpi)
    if found is None or not _DIGITS.match(found.text):
        return Word(_UNREAD, zone.box, 0.0, 0)
    return Word(f"({found.text})", zone.box, found.confidence, 0)


def around_mark(line: Sequence[Word], mark: Box) -> list[Word]:
    """The words of a line, a colon behind a mark parted from the word before it: ``sao⁽⁶⁾:``."""
    words = []
    for word in line:
        left, top, right, bottom = word.box
        parted = _COLON.match(word.text)
        if parted and left < mark[0] and mark[2] <= right and top < mark[3] and mark[1] < bottom:
            words.append(replace(word, text=parted["word"], box=(left, top, mark[0], bottom)))
            words.append(replace(word, text=parted["end"], box=(mark[2], top, right, bottom)))
        else:
            words.append(word)
    return words


def _read(mark: _Mark, engine: OcrEngine) -> tuple[str, float] | None:
    for layout in (Layout.WORD, Layout.LINE, Layout.RAW_LINE):
        found = engine.read(mark.pixels, _DPI, layout, only=_SIGNS)
        number = _MARK.match(text_of(found).replace(" ", ""))
        if number:
            return f"({number[1]})", confidence_of(found)
    return None


def _mark_in(picture: ReadingPicture, word: Word) -> _Mark | None:
    """What is raised at the end of a word and has nothing below it."""
    left, top, right, bottom = word.box
    part = picture.pixels[max(0, top) : bottom, max(0, left) : right]
    if min(part.shape) < 5:
        return None
    parts = Components.of(darker_half(part))
    if len(parts.left) < 3:
        return None
    ends, feet = parts.left + parts.width, parts.top + parts.height
    tall = parts.height >= 0.5 * parts.height.max()
    first = tall & (parts.left < part.shape[1] / 2)
    foot = float(np.median(feet[first if first.any() else tall]))
    height = float(parts.height.max())
    begin = part.shape[1]
    for piece in np.argsort(-ends):
        overlap = np.minimum(ends, ends[piece]) - np.maximum(parts.left, parts.left[piece])
        below = (feet >= foot - 0.08 * height) & (overlap >= _BELOW * parts.width[piece])
        if feet[piece] > foot - _RAISED * height or below.any():
            break
        begin = int(parts.left[piece])
    wide = part.shape[1] - begin
    if not _LEAST_WIDTH * height <= wide <= _MOST_WIDTH * height:
        return None
    mark = parts.left >= begin
    rows = slice(int(parts.top[mark].min()), int(feet[mark].max()))
    cut = part[rows, begin:]
    pixels = np.pad(_larger(cut, cut.shape[0]), _HEIGHT // 3, constant_values=int(np.percentile(part, 90)))
    return _Mark(pixels, begin)


def _larger(pixels: Pixels, height: int) -> Pixels:
    """A picture in which a mark is so high as it is read."""
    factor = _HEIGHT / max(1, height)
    return cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
