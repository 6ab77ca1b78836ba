"""Take rulings out of the reading picture: dotted leaders, underlines, table lines, boxes.

Rulings confuse the layout analysis of Tesseract so much that it loses whole lines which are
filled in over leaders. What is removed must not touch letters, so every size follows the
resolution and the measured height of the text:

- *Leaders* are runs of small marks of one size, evenly spaced on one level. Dots over or under
  letters never come in such runs.
- *Lines* are longer than any stroke of a letter. Where a letter crosses a line, the ink that goes
  on above and below the line stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from digitize.imaging.components import Components
from digitize.imaging.ink import INK_DARKNESS
from digitize.imaging.leaders import Leader, find_leaders
from digitize.imaging.picture import Mask, Pixels

_MILLIMETRE = 1 / 25.4

_LONGEST_STROKE = 11.0
"""Horizontal strokes of letters and dashes are shorter than this many millimetres."""

_TALLEST_STROKE = 1.9
"""Upright strokes are at most this many times the height of the text (b, d, Ấ, brackets)."""

_FAINT = 0.86
"""Dots are small and fade first: what is darker than this share of the paper may be one."""

_GRAIN = 0.0025
"""Inches of the standard deviation by which the grain of the scan is smoothed away before."""


@dataclass(frozen=True, slots=True)
class Rulings:
    """The rulings of a page.

    Attributes:
        ink: the ink of the page, rulings and all.
        mask: the pixels of the rulings, without the letters that cross them.
        leaders: where leaders run.
        across, upright: solid lines with the letters that cross them.

    """

    ink: Mask
    mask: Mask
    leaders: tuple[Leader, ...]
    across: Mask
    upright: Mask


def find_rulings(flat: Pixels, dpi: float) -> Rulings:
    """Find the rulings of a straightened page whose paper has been brought to white."""
    mask: Mask = flat < int(255 * INK_DARKNESS)
    faint: Mask = cv2.GaussianBlur(flat, (0, 0), _GRAIN * dpi) < int(255 * _FAINT)
    parts = Components.of(faint)
    across, upright = lines(mask, dpi, parts.text_height(dpi))
    solid = _spare_crossings(mask, across) | _spare_crossings(mask.T, upright.T).T
    dots, leaders = find_leaders(faint, parts, dpi * _MILLIMETRE)
    return Rulings(mask, _with_fringe(mask, solid) | dots, tuple(leaders), across, upright)


def without_rulings(grey: Pixels, rulings: Rulings) -> Pixels:
    """A copy of a page without its rulings, the paper's brightness in their place."""
    if not rulings.mask.any():
        return grey
    result = grey.copy()
    # A blurred ruling has a grey rim that is no ink by itself; it goes with its ruling, but not
    # where it is the rim of a letter.
    rim = _dilated(rulings.mask, 3)
    letters = _dilated(rulings.ink & ~rulings.mask, 3)
    result[rulings.mask | (rim & ~letters)] = paper_level(grey)
    return result


def paper_level(grey: Pixels) -> int:
    """The brightness of most of the paper."""
    return int(np.percentile(grey[::8, ::8], 80))


def _with_fringe(mask: Mask, rulings: Mask) -> Mask:
    """Lines with the ragged rows along them.

    Those are ink that lies within two pixels of a line and reaches no further. What reaches
    further is a letter that touches the line.
    """
    if not rulings.any():
        return rulings
    rest = mask & ~rulings
    near = _dilated(rulings, 5)
    count, labels = cv2.connectedComponents(rest.astype(np.uint8), connectivity=8)
    sizes = np.bincount(labels.ravel(), minlength=count)
    inside = np.bincount(labels[near], minlength=count)
    fringe = sizes == inside
    fringe[0] = False
    found: Mask = rulings | fringe[labels]
    return found


def _dilated(mask: Mask, side: int) -> Mask:
    grown: Mask = cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    return grown


def lines(mask: Mask, dpi: float, height: float) -> tuple[Mask, Mask]:
    """Solid lines, across and upright, with the letters that cross them."""
    millimetre = dpi * _MILLIMETRE
    across = _open(mask, 1, round(_LONGEST_STROKE * millimetre))
    across = _thin(across, round(1.2 * millimetre))
    tall = max(round(_TALLEST_STROKE * height), round(4.6 * millimetre))
    upright = _open(mask, tall, 1)
    upright = _thin(upright.T, round(1.0 * millimetre)).T
    return across, upright


def _open(mask: Mask, height: int, width: int) -> Mask:
    kernel = np.ones((max(1, height), max(1, width)), np.uint8)
    opened: Mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel) > 0
    return opened


def _thin(mask: Mask, thickest: int) -> Mask:
    """Only what is thinner than ``thickest`` pixels: a black border is no ruling."""
    thick = _open(mask, thickest + 1, 1)
    return mask & ~thick


def _spare_crossings(mask: Mask, line: Mask) -> Mask:
    """A horizontal line without the places where ink goes on both above and below it."""
    if not line.any():
        return line
    other = mask & ~line
    above = np.zeros_like(mask)
    below = np.zeros_like(mask)
    above[1:] = other[:-1]
    below[:-1] = other[1:]
    touched_above = _spread_down(above & line, line)
    touched_below = _spread_down((below & line)[::-1], line[::-1])[::-1]
    return line & ~(touched_above & touched_below)


def _spread_down(seed: Mask, within: Mask) -> Mask:
    """Grow a mask downwards inside another one."""
    grown = seed.copy()
    for row in range(1, grown.shape[0]):
        if within[row].any():
            grown[row] |= grown[row - 1] & within[row]
    return grown
