"""Find the frames of boxes to tick, which are no letters: of ``□`` the engine makes ``[_]`` and ``L ]``."""

from __future__ import annotations

import cv2
import numpy as np

from digitize.imaging.components import Components
from digitize.imaging.picture import Mask

_SIDES = (3.1, 8.0)
"""Millimetres that a side of a box measures; shorter ones are those of letters."""

_ASKEW = 1.33
"""How many times longer one side may be than the other."""

_STROKE = 0.55
"""Millimetres from the edge of a box within which the stroke lies, its wobbles included."""

_INKED = 0.9
"""Share of a side that is inked on one level; letters of this size have no four such sides."""

_CORNER = 0.42
"""Millimetres around a corner in which there is ink; those of a ``D`` are round."""

_THIN = 0.62
"""Millimetres that the stroke is thick at most; stems of letters of this size are thicker."""

_OF_BOX = 0.75
"""Share of the ink that lies in the box: a tick runs out of it, but not far."""

_REACH = 1.6
"""How many times as long as a box what hangs together with it may be: a tick runs out of it."""


def find_check_boxes(parts: Components, millimetre: float) -> Mask:
    """The pixels of the frames of boxes to tick, without what is ticked in them.

    Args:
        parts: the pieces of ink of a straightened page.
        millimetre: in pixels.

    """
    low, high = _SIDES[0] * millimetre, _SIDES[1] * _REACH * millimetre
    fits = (parts.width >= low) & (parts.height >= low) & (parts.width <= high) & (parts.height <= high)
    frames = np.zeros(parts.labels.shape, bool)
    for piece in np.flatnonzero(fits):
        window = parts.window(int(piece))
        mask: Mask = parts.labels[window] == piece + 1
        frame = _frame_of(mask, millimetre)
        if frame is not None:
            frames[window] |= frame
    return frames


def _frame_of(mask: Mask, millimetre: float) -> Mask | None:
    """The stroke around a box in a piece of ink; None if it is no box."""
    least = round(_SIDES[0] * millimetre)
    whole = cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    columns = np.flatnonzero(cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((least, 1), np.uint8)).any(0))
    rows = np.flatnonzero(cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, least), np.uint8)).any(1))
    if not len(columns) or not len(rows):
        return None
    left, right, top, bottom = columns[0], columns[-1] + 1, rows[0], rows[-1] + 1
    wide, high = int(right - left), int(bottom - top)
    most = _SIDES[1] * millimetre
    if min(wide, high) < least or max(wide, high) > min(most, _ASKEW * min(wide, high)):
        return None
    inside = mask[top:bottom, left:right]
    stroke = max(2, round(_STROKE * millimetre))
    sides = _sides(inside, stroke)
    if min(_straightest(side) for side in sides) < _INKED or inside.sum() < _OF_BOX * mask.sum():
        return None
    if (
        max(float(np.median(side.sum(axis=0))) for side in _sides(inside, 3 * stroke // 2))
        > _THIN * millimetre
    ):
        return None
    if not _has_corners(inside, max(2, round(_CORNER * millimetre))):
        return None
    frame = np.zeros_like(mask)
    frame[top:bottom, left:right] = True
    frame[top + stroke : bottom - stroke, left + stroke : right - stroke] = False
    found: Mask = frame & mask
    return found


def _sides(inside: Mask, stroke: int) -> tuple[Mask, ...]:
    """What lies along the four sides, each as rows of what may be its stroke."""
    return inside[:stroke], inside[-stroke:], inside[:, :stroke].T, inside[:, -stroke:].T


def _straightest(side: Mask) -> float:
    """How much of a side is inked along its best level, a pixel up or down."""
    levels = side.shape[0]
    return max(float(side[max(0, at - 1) : at + 2].any(axis=0).mean()) for at in range(levels))


def _has_corners(inside: Mask, size: int) -> bool:
    ends = slice(None, size), slice(-size, None)
    return all(inside[rows, columns].any() for rows in ends for columns in ends)
