"""Whether anything is written on a page. Blank pages are marked, never dropped."""

from __future__ import annotations

import cv2
import numpy as np

from digitize.imaging.ink import ink, to_grey
from digitize.imaging.picture import Mask, Pixels
from digitize.imaging.straighten import edgeless

_MARK = 1.2
"""Millimetres that a mark must measure across to count; dust and staple holes are smaller."""

_MOST_MARKS = 2

_CERTAINLY_TEXT = 60
"""Marks in a quarter of the page from which nobody need look at the rest."""

_TRACE_DPI = 100.0
"""Resolution at which traces are looked for: grain is evened out, a stroke of a pencil is two pixels wide."""

_AROUND = 8.0
"""Millimetres of paper around each point that it is held against."""

_FAINTEST, _ABOVE_GRAIN = 4.0, 6.0
"""Of 255: so much darker than the paper around it is a trace, and so many times the grain of the paper."""

_TRACE = 1.5
"""Millimetres that a trace measures across at least; dust is smaller."""

_MARGIN = 2.0
"""Millimetres at the edges where sheets cast shadows."""


def is_blank(page: Pixels, dpi: float) -> bool:
    """True where there is no more than dust, holes and shadow at the edges.

    Show-through from the other side is too pale to count as ink. When in doubt a page is not
    blank: a full page taken for a blank one would be read by nobody.
    """
    grey = to_grey(page)
    quarter = grey[grey.shape[0] // 4 : grey.shape[0] // 2]
    if quarter.size and _marks_in(ink(quarter), dpi) >= _CERTAINLY_TEXT:
        return False
    return _marks_in(edgeless(ink(grey)), dpi) <= _MOST_MARKS


def _marks_in(mask: Mask, dpi: float) -> int:
    # Specks of the scanner do not hang together.
    solid = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    sides = np.maximum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    return int((sides > _MARK * dpi / 25.4).sum())


def is_empty(page: Pixels, dpi: float) -> bool:
    """True where there is not the slightest trace of writing: no pencil, no pale stamp, no show-through.

    Much stricter than ``is_blank``: on this an empty back is left out of what people see. What is a little
    darker than the paper around it and longer than dust counts, whatever its colour.
    """
    darkest = page if page.ndim == 2 else page.min(axis=2)
    scale = min(1.0, _TRACE_DPI / dpi)
    small = cv2.resize(darkest, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    unit = dpi * scale / 25.4
    around = cv2.medianBlur(small, 2 * round(_AROUND * unit / 2) + 1).astype(np.int16)
    soft = cv2.GaussianBlur(small, (0, 0), 0.8).astype(np.int16)
    darker = around - soft
    grain = 1.4826 * float(np.median(np.abs(darker - np.median(darker))))
    mask = edgeless(darker > max(_FAINTEST, _ABOVE_GRAIN * grain))
    margin = max(1, round(_MARGIN * unit))
    inside = np.ascontiguousarray(mask[margin:-margin, margin:-margin]).astype(np.uint8)
    if not inside.size:
        return False
    _, _, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    sides = np.maximum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    return not bool((sides > _TRACE * unit).any())
