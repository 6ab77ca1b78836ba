"""The reading picture: grey, even, without seals and rulings, at a size Tesseract likes.

What helps one page hurts another, so each step looks at the page before it acts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from digitize.imaging.cells import Grid, find_cells
from digitize.imaging.components import Components
from digitize.imaging.ink import flattened, ink, paper, to_grey, without_colour
from digitize.imaging.leaders import Leader
from digitize.imaging.picture import Mask, Pixels
from digitize.imaging.rulings import find_rulings, paper_level, without_rulings
from digitize.imaging.zones import Zone, ZoneKind, cut_zones

_MOST_DPI = 220.0
_LEAST_DPI = 180.0
_READING_DPI = 200.0
"""Tesseract scales every line to 36 pixels; more resolution costs time and, on worn pages, accuracy."""

_NOISY = 9.0
"""Standard deviation of the paper, of 255, from which a median filter helps more than it hurts."""

_SHINES_THROUGH = 0.3
"""Share of pale ink by itself from which the other side of the sheet is wiped away. On made-up and real
pages without show-through it measures at most 0.2; wiping costs those a little faint print."""

_DARK, _PALE_INK, _PALE = 184, 209, 230
"""Of 255, beside white paper: ink, the palest ink of a page with show-through, anything but paper."""

_LID = 110
"""Of 255; the dark beside a sheet is darker."""

_LEAST_BORDER = 2.5
_SHORTEST_BORDER, _WEDGE = 25.0, 20.0
"""Millimetres: borders are broader than rules and longer than what is drawn, and lie near the edge."""

_BESIDE = 0.06
"""Inches around dark ink."""

_UNEVEN = 40.0
"""Difference between the lightest and the darkest paper, of 255, from which it is evened out;
Tesseract copes with less, and dividing costs fine strokes."""

_COLOURED_PAGE = 0.5
"""Where more than this share of the ink has colour, the colour is the text (a printed form in
red, a blue copy), and is kept."""


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A page without rulings, and where they were.

    Attributes:
        pixels: the cleaned page in grey.
        dpi: its resolution.
        scale: the factor from page pixels to its pixels.
        leaders: where dots of leaders were.
        grid: cells of tables and rows of boxes for digits, in ``pixels``.

    """

    pixels: Pixels
    dpi: float
    scale: float
    leaders: tuple[Leader, ...]
    grid: Grid


@dataclass(frozen=True, slots=True)
class ReadingPicture(CleanPicture):
    """What OCR is fed.

    Attributes:
        zones: what is to be read by itself: values over leaders, cells, digits in boxes.
        rest: ``pixels`` without the zones.
        ink: the ink of the rest.
        fine: the page in grey as scanned, with its rulings but without marks of footnotes, at full
            resolution, for second looks.

    """

    zones: tuple[Zone, ...]
    rest: Pixels
    ink: Mask
    fine: Pixels


def clean_picture(page: Pixels, dpi: float) -> CleanPicture:
    """Clean an upright, straightened page without preparing it for OCR."""
    return _cleaned(_text_grey(page), dpi)[0]


def reading_picture(page: Pixels, dpi: float) -> ReadingPicture:
    """Make the reading picture of an upright, straightened page."""
    fine = _text_grey(page)
    clean, written, level = _cleaned(fine, dpi)
    zones, rest, ink_of_rest = cut_zones(clean.pixels, written, clean.leaders, clean.grid, clean.dpi, level)
    return ReadingPicture(
        pixels=clean.pixels,
        dpi=clean.dpi,
        scale=clean.scale,
        leaders=clean.leaders,
        grid=clean.grid,
        zones=tuple(zones),
        rest=rest,
        ink=ink_of_rest,
        fine=_without_marks(fine, zones, clean.scale),
    )


def _cleaned(grey: Pixels, dpi: float) -> tuple[CleanPicture, Mask, int]:
    """A page in grey without rulings, the writing on it, and how bright its paper is."""
    scale = _scale(dpi)
    if scale != 1.0:
        smaller = scale < 1.0
        size = (round(grey.shape[1] * scale), round(grey.shape[0] * scale))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC).astype(
            np.uint8
        )
    if paper_noise(grey) > _NOISY:
        grey = cv2.medianBlur(grey, 3).astype(np.uint8)
    dpi *= scale
    whole, grey = grey, without_border(grey, dpi)
    background = paper(grey)
    flat = flattened(grey, background)
    if grey is not whole or unevenness(background) > _UNEVEN:
        grey = flat
    if show_through(flat, dpi) > _SHINES_THROUGH:
        grey = near_ink(grey, flat, background)
    rulings = find_rulings(flat, dpi)
    pixels = without_rulings(grey, rulings)
    grid = find_cells(rulings.across, rulings.upright, dpi)
    clean = CleanPicture(pixels, dpi, scale, rulings.leaders, grid)
    return clean, rulings.written & ~rulings.mask, paper_level(grey)


def _without_marks(fine: Pixels, zones: Iterable[Zone], scale: float) -> Pixels:
    """The page without the raised marks of footnotes, which are no part of the words before them."""
    marks = [zone.place for zone in zones if zone.kind is ZoneKind.MARK]
    if not marks:
        return fine
    result, level = fine.copy(), paper_level(fine)
    for left, top, right, bottom in marks:
        rows = slice(max(0, math.floor((top - 1) / scale)), math.ceil((bottom + 1) / scale))
        result[rows, max(0, math.floor((left - 1) / scale)) : math.ceil((right + 1) / scale)] = level
    return result


def without_border(grey: Pixels, dpi: float) -> Pixels:
    """Grey in which the dark of an open lid beside the sheet is as bright as the sheet.

    Tesseract takes one threshold for a page; beside so much black, pale print is paper.
    """
    small = cv2.resize(grey, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    unit = dpi / 25.4 / 8
    dark = (small < _LID).astype(np.uint8)
    side = max(2, round(_LEAST_BORDER * unit))
    # Straightening has put wedges of paper between the border and the edge of the picture.
    reach = max(1, round(_WEDGE * unit))
    broad = np.pad(cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((side, side), np.uint8)), 1)
    parts = Components.of(broad > 0)
    high, wide = small.shape
    long = np.maximum(parts.width, parts.height) >= _SHORTEST_BORDER * unit
    right, bottom = parts.left + parts.width, parts.top + parts.height
    beside = (parts.left <= reach) | (parts.top <= reach) | (right >= wide - reach) | (bottom >= high - reach)
    edge = np.concatenate(([False], long & beside))[parts.labels][1:-1, 1:-1]
    if not edge.any() or edge.all():
        return grey
    # With the grey seam along the sheet.
    grown = cv2.dilate(edge.astype(np.uint8), np.ones((5, 5), np.uint8))
    lid = cv2.resize(grown, grey.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    result = grey.copy()
    result[lid] = np.uint8(np.percentile(small[~edge], 80))
    return result


def unevenness(background: Pixels) -> float:
    """How much the brightness of the paper varies over the page, of 255."""
    low, high = np.percentile(background[::8, ::8], (5, 95))
    return float(high - low)


def show_through(flat: Pixels, dpi: float) -> float:
    """How much pale ink stands away from dark ink, as a share of the dark.

    Pale strokes of worn print lie beside dark ones; what stands by itself is the other side of the
    sheet.
    """
    half = cv2.resize(flat, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    dark = (half < _DARK).astype(np.uint8)
    side = max(3, round(_BESIDE * dpi / 2))
    pale = (half < _PALE) & (cv2.dilate(dark, np.ones((side, side), np.uint8)) == 0)
    return float(pale.sum()) / max(1, int(dark.sum()))


def near_ink(grey: Pixels, flat: Pixels, background: Pixels) -> Pixels:
    """``grey`` where there is ink, with the soft edges of its strokes; elsewhere the paper."""
    inked = (flat < _PALE_INK).astype(np.uint8)
    strokes = cv2.dilate(inked, np.ones((5, 5), np.uint8)) > 0
    return np.where(strokes, grey, np.maximum(grey, background)).astype(np.uint8)


def paper_noise(grey: Pixels) -> float:
    """Standard deviation of the bare paper, estimated from the quiet half of the page."""
    high, wide = (side - side % 16 for side in grey.shape)
    if high < 32 or wide < 32:
        return 0.0
    # The difference to a small median is grain; text, shading and gradients take no part in it.
    grain = grey.astype(np.int16) - cv2.medianBlur(grey, 3).astype(np.int16)
    # Every other row of blocks is enough.
    rows = grain[:high, :wide].reshape(high // 16, 16, wide // 16, 16)[::2]
    blocks = rows.std(axis=(1, 3))
    return float(np.median(blocks))


def _text_grey(page: Pixels) -> Pixels:
    if page.ndim == 2:
        return page
    grey = to_grey(page)
    colourless = without_colour(page)
    all_ink = int(ink(grey).sum())
    black_ink = int(ink(colourless).sum())
    return grey if all_ink and black_ink < (1 - _COLOURED_PAGE) * all_ink else colourless


def _scale(dpi: float) -> float:
    if _LEAST_DPI <= dpi <= _MOST_DPI:
        return 1.0
    # Enlarging more than twofold makes letters larger than Tesseract was taught on.
    return min(2.0, _READING_DPI / dpi)
