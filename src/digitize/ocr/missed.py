"""Read what looks like text where nothing was read: layout analysis leaves out lines beside seals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from digitize.imaging.components import Components
from digitize.imaging.picture import Mask
from digitize.imaging.reading import ReadingPicture
from digitize.imaging.rulings import paper_level
from digitize.model import Box, Word
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.legible import is_read
from digitize.ocr.looks import DOUBTFUL, confidence_of, moved
from digitize.ocr.numbers import is_number
from digitize.ocr.second_look import read_line
from digitize.vietnamese.dictionary import in_dictionary

_DPI = 100.0
"""Resolution at which it is looked for."""

_AROUND_WORD = 0.5
"""Millimetres around a word that was read."""

_LETTERS = (1.0, 7.0)
"""Millimetres that letters are high."""

_WIDEST_LETTER = 12.0
_GAP = 2.0
"""Millimetres between letters and words of one line."""

_LEAST_WIDTH = 1.4
_LINES = (1.4, 8.0)
"""Millimetres that a line is high."""

_MOST = 12
"""Lines of a page that are looked at; a page of scrawls must not cost many times what print does."""

_MARGIN = 1.5
_VALUE = 12.0
"""Millimetres; what is shorter is a value, which is read several ways."""

_LEGIBLE = 0.8
_LEGIBLE_IF_KNOWN, _KNOWN = 0.6, 0.7
"""What is read with less confidence was no text; words of the language, by so large a share, need less."""


def read_missed(
    picture: ReadingPicture, lines: Iterable[Sequence[Word]], engine: OcrEngine
) -> list[tuple[Box, list[Word]]]:
    """Lines of text that no legible word stands for: where they lie, and their words.

    Args:
        picture: the page.
        lines: what was read of its rest.
        engine: reads them.

    """
    legible = [word.box for line in lines for word in line if is_read(word)]
    places = missed(picture.ink, legible, picture.dpi)
    if not places:
        return []
    rest = picture.rest.copy()
    paper = paper_level(rest)
    for box in legible:
        rest[max(0, box[1]) : box[3], max(0, box[0]) : box[2]] = paper
    found = []
    margin = round(_MARGIN * picture.dpi / 25.4)
    for place in places:
        left, top, right, bottom = place
        x, y = max(0, left - margin), max(0, top - margin)
        part = np.ascontiguousarray(rest[y : bottom + margin, x : right + margin])
        if right - left < _VALUE * picture.dpi / 25.4:
            read = read_line(part, picture.dpi, engine, dotted=False)
        else:
            read = engine.read(part, picture.dpi, Layout.LINE)
        # Only forms have numbers typed over leaders; on letters they are written by hand.
        on_form = bool(picture.leaders)
        if _is_text(read) or (on_form and is_number(read) and confidence_of(read) >= DOUBTFUL):
            found.append((place, [moved(word, x, y) for word in read]))
    return found


def _is_text(words: Sequence[Word]) -> bool:
    """Whether a reading is one of text, not of a scrawl."""
    letters = sum(len(word.text) for word in words if any(map(str.isalnum, word.text)))
    known = sum(len(word.text) for word in words if in_dictionary(word.text))
    sure = confidence_of(words)
    return letters > 0 and (sure >= _LEGIBLE or (sure >= _LEGIBLE_IF_KNOWN and known >= _KNOWN * letters))


def missed(ink: Mask, words: Iterable[Box], dpi: float) -> list[Box]:
    """Where ink looks like a line of letters and no word was read, the longest first."""
    factor = max(1, round(dpi / _DPI))
    unit = dpi / 25.4 / factor
    height, width = (-(-side // factor) for side in ink.shape)
    small = cv2.resize(ink.view(np.uint8) * 255, (width, height), interpolation=cv2.INTER_AREA) > 40
    around = round(_AROUND_WORD * unit)
    for left, top, right, bottom in words:
        rows = slice(max(0, top // factor - around), bottom // factor + around + 1)
        small[rows, max(0, left // factor - around) : right // factor + around + 1] = False
    parts = Components.of(small)
    letters = (
        (parts.height >= _LETTERS[0] * unit)
        & (parts.height <= _LETTERS[1] * unit)
        & (parts.width <= _WIDEST_LETTER * unit)
    )
    kept = np.concatenate(([False], letters))[parts.labels].astype(np.uint8)
    reach = np.ones((1, 2 * round(_GAP * unit / 2) + 1), np.uint8)
    lines = Components.of(cv2.morphologyEx(kept, cv2.MORPH_CLOSE, reach) > 0)
    fit = (
        (lines.height >= _LINES[0] * unit)
        & (lines.height <= _LINES[1] * unit)
        & (lines.width >= _LEAST_WIDTH * unit)
    )
    longest = sorted(np.flatnonzero(fit), key=lambda line: -int(lines.width[line]))[:_MOST]
    return [
        (
            int(lines.left[line]) * factor,
            int(lines.top[line]) * factor,
            int(lines.left[line] + lines.width[line]) * factor,
            int(lines.top[line] + lines.height[line]) * factor,
        )
        for line in longest
    ]
