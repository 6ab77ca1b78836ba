"""The patch code on a separator sheet: four bars across the sheet, at its head and at its foot.

Patch T of the set that document scanners know: two narrow and two wide bars, narrow spaces between them,
0.8 inches in all; from the edge that enters the scanner first: narrow, wide, narrow, wide. Our sheets bear it
at both ends, each with its first bar towards its edge, so that a sheet may enter with either; and only a page
that shows both is taken for a sheet.

The bars are looked for as a scanner does it, on lines across them: a line that is spoiled by a fold or a hole
costs no other.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitize.imaging.picture import Mask, Pixels

NARROW, WIDE = 2.032, 5.08
"""Millimetres: 0.08 and 0.20 inches."""

BARS = (NARROW, WIDE, NARROW, WIDE)
"""From the edge of the sheet inwards; narrow spaces lie between them."""

HEIGHT = sum(BARS) + 3 * NARROW
LENGTH = 100.0
"""Of the bars, in millimetres; scanners want 51 at least."""

EDGE = 12.0
"""Millimetres from the edge of the sheet to the first bar; printers leave up to 6 white."""

A4 = (210.0, 297.0)

_APART = A4[1] - 2 * EDGE - HEIGHT
"""Millimetres between the middles of both codes."""

_DPI = 75.0
_STEP = 1.5
"""Millimetres between the lines that are looked at."""

_SCALES = (0.8, 1.25)
"""How much smaller or larger a copying machine may have made the sheet."""

_FIRST, _SECOND = 0.5, 0.7
"""By how many narrow bars the edges of the same side of two bars, and the widths of bars may be off."""

_QUIET = 1.7
"""White beside the code at least, in narrow bars; the sheets have 3."""

_FAINTEST = 0.22
"""By which share of the paper's brightness bars are darker at least; what shines through is fainter."""

_AROUND = 16.0
"""Millimetres around a pixel in which paper and ink are looked for; more than a wide bar."""

_STEEPEST = 12
"""Degrees by which a sheet lies askew at most."""

_WITHIN = 2.0
"""Millimetres by which hits of one code stray from a straight line."""

_LEAST, _LEAST_TOGETHER = 0.2, 0.7
"""Shares of the length of the bars that must be seen at each end, and at both together (of 2)."""

_SLANT = 0.035
"""By how much the slopes of both ends may differ."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _End:
    """A code at one end: slope, and the place of its middle along and across the lines, in millimetres."""

    slope: float
    across: float
    along: float
    share: float


def find_patch(grey: Pixels, dpi: float) -> int | None:
    """By how many degrees, clockwise, a page with patch codes at both ends is to be turned: 0 or 90.

    The codes look the same after half a turn, so it may stand on its head afterwards. None where there is no
    pair of codes.
    """
    dark, dpi = _dark(grey, dpi)
    if _at_both_ends(dark.T, dpi):
        return 0
    return 90 if _at_both_ends(dark, dpi) else None


def _dark(grey: Pixels, dpi: float) -> tuple[Mask, float]:
    """Where it is darker than the middle between paper and ink around it, on a small picture."""
    scale = min(1.0, _DPI / dpi)
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    dpi *= scale
    kernel = np.ones((max(3, round(_AROUND / 25.4 * dpi / 2)),) * 2, np.uint8)
    half = cv2.resize(small, (max(1, size[0] // 2), max(1, size[1] // 2)), interpolation=cv2.INTER_AREA)
    paper = cv2.resize(cv2.dilate(half, kernel), size).astype(np.int16)
    ink = cv2.resize(cv2.erode(half, kernel), size).astype(np.int16)
    dark: Mask = (small < (paper + ink) // 2) & (paper - ink > _FAINTEST * paper)
    return dark, dpi


def _at_both_ends(lines: Mask, dpi: float) -> bool:
    """Whether lines (one in each row) run through a code at one end and its mirror image at the other."""
    step = max(1, round(_STEP / 25.4 * dpi))
    forward, backward = _hits(lines[::step], dpi)
    least = _LEAST * LENGTH / _STEP
    if min(len(forward), len(backward)) < least:
        return False
    first, second = _straightest(forward, step, dpi), _straightest(backward, step, dpi)
    apart, aside = second.along - first.along, second.across - first.across
    slope = (first.slope + second.slope) / 2
    return (
        min(first.share, second.share) >= _LEAST
        and first.share + second.share >= _LEAST_TOGETHER
        and abs(first.slope - second.slope) <= _SLANT
        and _SCALES[0] * _APART <= np.hypot(apart, aside) <= _SCALES[1] * _APART
        and apart > 0
        # The one lies straight over the other, as the bars run.
        and abs(aside + slope * apart) <= LENGTH / 2
    )


def _hits(lines: Mask, dpi: float) -> tuple[Numbers, Numbers]:
    """Where lines run through a code, and where through its mirror image: numbers of lines, middles in mm."""
    count, length = lines.shape
    padded = np.zeros((count, length + 2), np.int8)
    padded[:, 1:-1] = lines
    # With white at both ends every line has its own edges: dark begins, dark ends, and so on.
    row, place = np.nonzero(np.diff(padded, axis=1))
    edges = place.astype(np.float64) * 25.4 / dpi
    if len(edges) < 8:
        empty = np.empty((0, 2))
        return empty, empty
    windows = np.lib.stride_tricks.sliding_window_view(edges, 8)
    total = windows[:, 7] - windows[:, 0]
    most = _SCALES[1] * HEIGHT / np.cos(np.radians(_STEEPEST))
    on_one_line = (row[:-7] == row[7:]) & _starts_dark(row)[:-7]
    starts = np.flatnonzero(on_one_line & (total >= _SCALES[0] * HEIGHT) & (total <= most))
    windows, module = windows[starts], total[starts] / (HEIGHT / NARROW)
    alone = _gap(edges, row, starts - 1, starts) >= _QUIET * module
    alone &= _gap(edges, row, starts + 7, starts + 8) >= _QUIET * module
    found = []
    for bars in (BARS, BARS[::-1]):
        fits = alone & _fits(windows, module, bars)
        found.append(np.column_stack((row[starts][fits], windows[fits].mean(axis=1))))
    return found[0], found[1]


def _starts_dark(row: NDArray[np.intp]) -> Mask:
    """Of each edge whether dark begins there: the first of a line, the third, and so on."""
    first = np.searchsorted(row, row)
    starts: Mask = (np.arange(len(row)) - first) % 2 == 0
    return starts


def _gap(edges: Numbers, row: NDArray[np.intp], first: NDArray[np.intp], second: NDArray[np.intp]) -> Numbers:
    """Between two edges of a line; without an end where the one or the other is not on it."""
    inside = (first >= 0) & (second < len(edges))
    one, other = np.clip(first, 0, None), np.clip(second, None, len(edges) - 1)
    inside &= row[one] == row[other]
    return np.where(inside, edges[other] - edges[one], np.inf)


def _fits(windows: Numbers, module: Numbers, bars: tuple[float, ...]) -> Mask:
    """Whether eight edges are those of the bars, however much copying has thickened or thinned them."""
    widths = np.array([bars[0], NARROW, bars[1], NARROW, bars[2], NARROW, bars[3]]) / NARROW
    runs = np.diff(windows, axis=1) / module[:, None]
    pairs, wanted = runs[:, :-1] + runs[:, 1:], widths[:-1] + widths[1:]
    near = (np.abs(pairs - wanted) <= _FIRST).all(axis=1)
    return np.asarray(near & (np.abs(runs - widths) <= _SECOND).all(axis=1))


def _straightest(hits: Numbers, step: int, dpi: float) -> _End:
    """The straight line on which most hits lie."""
    across, along = hits[:, 0] * step * 25.4 / dpi, hits[:, 1]
    slopes = np.tan(np.radians(np.arange(-_STEEPEST, _STEEPEST + 0.5, 0.5)))
    best, chosen = -1, (0.0, np.zeros(len(hits), bool))
    for slope in slopes:
        level = along - slope * across
        order = np.sort(level)
        ends = np.searchsorted(order, order + _WITHIN, side="right")
        number = int((ends - np.arange(len(order))).max())
        if number > best:
            start = order[int((ends - np.arange(len(order))).argmax())]
            best, chosen = number, (float(slope), (level >= start) & (level <= start + _WITHIN))
    slope, on_it = chosen
    share = len(np.unique(hits[on_it, 0])) * step * 25.4 / dpi / LENGTH
    return _End(slope, float(np.median(across[on_it])), float(np.median(along[on_it])), share)
