"""Read a value again, from its own small picture.

Two looks of the engine, each independent of the first reading in another way. The *bare* look takes the row
as it was scanned, rulings and all: what was lost when rulings were removed is still there. The
*clean* look takes the row without rulings, enlarged. A value that no look contradicts is rarely
wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import replace

import cv2
import numpy as np

from digitize.forms.view import PageView
from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.model import Box, Word
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.numbers import vouched_for
from digitize.ocr.word_net import read_word_of_line
from digitize.ocr.words_settled import confirms, contradiction, is_word
from digitize.vietnamese.folding import fold

AGREED = 0.9
"""Confidence of a value that two readings agree on, at least."""

_DPI = 300.0
_MARGIN_INCHES = 0.035
_FRAME = 24
"""Pixels of paper around a row; Tesseract reads badly what touches the edge."""


def clean_look(view: PageView, boxes: Sequence[Box], engine: OcrEngine) -> str:
    """The text of some rows, read from enlarged pictures without rulings."""
    scale = view.cleaned.scale
    return _look(view.cleaned.pixels, view.cleaned.dpi, scale, boxes, engine)


def bare_look(view: PageView, boxes: Sequence[Box], engine: OcrEngine) -> str:
    """The text of some rows, read from enlarged pictures as scanned."""
    return _look(to_grey(view.pixels), view.reading.dpi, 1.0, boxes, engine)


def cell_look(view: PageView, box: Box, engine: OcrEngine) -> tuple[Word, ...]:
    """The words in a cell with lines of its own, read by itself without rulings; boxes in page pixels."""
    page = view.cleaned
    left, top, right, bottom = _scaled(box, page.scale)
    crop = page.pixels[max(0, top) : bottom, max(0, left) : right]
    if not crop.size:
        return ()
    factor = max(1.0, _DPI / page.dpi)
    words = engine.read(_framed(crop, factor), page.dpi * factor, Layout.BLOCK)
    size = factor * page.scale

    def on_page(one: Box) -> Box:
        return (
            box[0] + round((one[0] - _FRAME) / size),
            box[1] + round((one[1] - _FRAME) / size),
            box[0] + round((one[2] - _FRAME) / size),
            box[1] + round((one[3] - _FRAME) / size),
        )

    return tuple(replace(word, box=on_page(word.box)) for word in words)


def same_number(view: PageView, box: Box, raw: str) -> str | None:
    """A number as the network for numbers spaces it, if it reads just this one in a row without rulings."""
    page = view.cleaned
    return vouched_for(raw, _cut(page.pixels, page.dpi, page.scale, box), page.dpi)


def seen_otherwise(view: PageView, words: Sequence[Word]) -> str | None:
    """What the network for words, sure of it, reads instead of one of some words; None if nothing."""
    page = view.cleaned
    scaled = [_scaled(word.box, page.scale) for word in words]
    for word, box in zip(words, scaled, strict=True):
        outputs = read_word_of_line(page.pixels, page.dpi, box, scaled) if is_word(word.text) else None
        other = None if outputs is None else contradiction(word, outputs)
        if other is not None:
            return other
    return None


def confirmed(view: PageView, words: Sequence[Word]) -> bool:
    """Whether the network for words reads each of some words, of one row or several, as they were read."""
    page = view.cleaned
    scaled = [_scaled(word.box, page.scale) for word in words]
    for word, box in zip(words, scaled, strict=True):
        outputs = read_word_of_line(page.pixels, page.dpi, box, scaled)
        if outputs is None or not confirms(word, outputs):
            return False
    return True


def on_leader(view: PageView, box: Box) -> bool:
    """Whether a leader runs through a row: its dots were removed, and with them dots below vowels."""
    left, top, right, bottom = _scaled(box, view.cleaned.scale)
    slack = (bottom - top) // 4
    return any(
        leader.left < right and left < leader.right and top <= leader.level <= bottom + slack
        for leader in view.cleaned.leaders
    )


def contradicts(text: str, bare: str, proven: Container[str] = ()) -> str | None:
    """The first word of a bare look that speaks against a text, or None.

    A bare look is full of dots and rubbish; that says nothing. The same letters with other accents
    speak against the text, unless they are proven otherwise, and so does a number that differs in a few
    digits.
    """
    words = re.findall(r"[^\W_]+", text)
    seen = re.findall(r"[^\W_]+", bare)
    # Each word seen stands for one of the text: of ``tỉnh Hà Tĩnh`` the name says nothing about ``tỉnh``.
    pairs = ((word, other) for word in _unmatched(words, seen) for other in _unmatched(seen, words))
    return next(
        (other for word, other in pairs if word.casefold() not in proven and _speaks_against(word, other)),
        None,
    )


def _unmatched(words: Sequence[str], others: Sequence[str]) -> list[str]:
    """Words that are not among the others, each of which counts once."""
    left = Counter(other.casefold() for other in others)
    unmatched = []
    for word in words:
        if left[word.casefold()] > 0:
            left[word.casefold()] -= 1
        else:
            unmatched.append(word)
    return unmatched


def _speaks_against(word: str, other: str) -> bool:
    if len(word) != len(other):
        return False
    if any(map(str.isdigit, word)):
        # A short number resembles too many others to say anything.
        same = sum(a == b for a, b in zip(word, other, strict=True))
        return len(word) > 2 and other.isdigit() and 2 * same >= len(word)
    return fold(word) == fold(other)


def _look(pixels: Pixels, dpi: float, scale: float, boxes: Sequence[Box], engine: OcrEngine) -> str:
    return " ".join(word.text for box in boxes for word in _read(_cut(pixels, dpi, scale, box), dpi, engine))


def _cut(pixels: Pixels, dpi: float, scale: float, box: Box) -> Pixels:
    """A row of the page with a little paper around it."""
    margin = round(_MARGIN_INCHES * dpi)
    left, top, right, bottom = _scaled(box, scale)
    return pixels[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin]


def _scaled(box: Box, scale: float) -> Box:
    left, top, right, bottom = (round(edge * scale) for edge in box)
    return left, top, right, bottom


def _read(crop: Pixels, dpi: float, engine: OcrEngine) -> tuple[Word, ...]:
    factor = max(1.25, _DPI / dpi)
    return engine.read(_framed(crop, factor), dpi * factor, Layout.LINE)


def _framed(crop: Pixels, factor: float) -> Pixels:
    """A part of a page, enlarged, with paper around it."""
    enlarged = cv2.resize(crop, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    paper = int(np.percentile(enlarged, 80))
    framed = cv2.copyMakeBorder(enlarged, _FRAME, _FRAME, _FRAME, _FRAME, cv2.BORDER_CONSTANT, value=paper)
    return framed.astype(np.uint8)
