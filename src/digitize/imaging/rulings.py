"""Take rulings out of the reading picture: dotted leaders, underlines, table lines, boxes.

Rulings confuse the layout analysis of Tesseract so much that it loses whole lines which are
filled in over leaders. What is removed must not touch letters, so every size follows the
resolution and the measured height of the text:

- *Leaders* are runs of small marks of one size, evenly spaced on one level. Dots over or under
  letters never come in such runs.
- *Lines* are longer than any stroke of a letter. Where a letter crosses a line, the ink that goes
  on above and below the line stays.
- *Boxes to tick* have four corners; no letter of their size has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from digitize.imaging.check_boxes import find_check_boxes
from digitize.imaging.components import Components
from digitize.imaging.ink import INK_DARKNESS
from digitize.imaging.leaders import Leader, find_leaders
from digitize.imaging.lines import find_lines
from digitize.imaging.picture import Mask, Pixels

_MILLIMETRE = 1 / 25.4

_DOT = 0.5
"""Millimetres above and below the level of a leader that its dots may reach."""

_FAINT = 0.86
"""Dots are small and fade first: what is darker than this share of the paper may be one."""

_PALE_LETTER, _DARK_IN_LETTER = 0.84, 0.76
"""Shares of the brightness of the paper: worn ink, and the ink that shows that it is of this side."""

_GRAIN = 0.0025
"""Inches of the standard deviation by which the grain of the scan is smoothed away before."""


@dataclass(frozen=True, slots=True)
class Rulings:
    """The rulings of a page.

    Attributes:
        ink: the ink of the page, rulings and all.
        mask: the pixels of the rulings, without the letters that cross them.
        written: the ink of the page, worn letters whole: pale ink that hangs together with dark ink.
        leaders: where leaders run.
        across, upright: solid lines with the letters that cross them.

    """

    ink: Mask
    mask: Mask
    written: Mask
    leaders: tuple[Leader, ...]
    across: Mask
    upright: Mask


def find_rulings(flat: Pixels, dpi: float) -> Rulings:
    """Find the rulings of a straightened page whose paper has been brought to white."""
    mask: Mask = flat < int(255 * INK_DARKNESS)
    faint: Mask = cv2.GaussianBlur(flat, (0, 0), _GRAIN * dpi) < int(255 * _FAINT)
    parts = Components.of(faint)
    millimetre = dpi * _MILLIMETRE
    dots, leaders = find_leaders(faint, parts, millimetre)
    # Blurred, the dots of a leader touch each other.
    lines = find_lines(_without_leaders(faint, leaders, millimetre), mask, millimetre, parts.text_height(dpi))
    solid = (lines.across | lines.upright) & ~lines.crossed
    return Rulings(
        mask,
        _with_fringe(mask, solid) | dots | find_check_boxes(parts, millimetre),
        written(flat, parts),
        tuple(leaders),
        lines.across,
        lines.upright,
    )


def written(flat: Pixels, parts: Components) -> Mask:
    """The ink of letters; pieces of faint ink without any that is dark shine through from the other side."""
    dark = np.bincount(parts.labels[flat < int(255 * _DARK_IN_LETTER)], minlength=len(parts.left) + 1) > 0
    dark[0] = False
    inked: Mask = dark[parts.labels] & (flat < int(255 * _PALE_LETTER))
    return inked


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


def _without_leaders(mask: Mask, leaders: Iterable[Leader], millimetre: float) -> Mask:
    bare = mask.copy()
    for leader in leaders:
        top, bottom = (max(0, round(leader.level + side * millimetre)) for side in (-_DOT, _DOT))
        bare[top : bottom + 1, max(0, round(leader.left)) : round(leader.right) + 1] = False
    return bare


def _with_fringe(mask: Mask, solid: Mask) -> Mask:
    """Lines with the ragged rows along them.

    Those are ink that lies within two pixels of a line and reaches no further. What reaches further is
    a letter that touches the line.
    """
    if not solid.any():
        return solid
    near = _dilated(solid, 5)
    rest = mask & ~solid
    letters = _dilated(rest & ~near, 5)
    found: Mask = solid | (rest & near & ~letters)
    return found


def _dilated(mask: Mask, side: int) -> Mask:
    grown: Mask = cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    return grown
