"""Find the quarter turn that makes a page upright.

Two questions, the cheap one first. Do the lines of text run across or up? The projection profile
answers that from a small picture. Which way is up? A line is read both ways; upside-down print
reads as rubbish with low confidence. One line usually settles it; more are read only while the
answer is close.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitize.imaging.ink import ink, shrink
from digitize.imaging.picture import Pixels
from digitize.imaging.straighten import edgeless, skew_of_ink

Legibility = Callable[[Pixels], float]
"""Reads a picture of one line and says how much it looks like text: 0 (rubbish) to 1."""

_LONG_SIDE = 1000
_CLEAR_AXIS = 1.25
_CLEAR_LEAD = 0.35
_ENOUGH_LEAD = 0.12
_MOST_LINES = 5
_TO_TURN_OVER = 2
_PLAIN = 0.85
"""Legibility of a line that is the right way up for sure."""

_READABLE = 0.4
"""Legibility of a line that is read the right way up at least."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A clockwise turn in degrees (0, 90, 180, 270) and how sure it is (0 to 1)."""

    degrees: int
    confidence: float


def lines_run_up(grey: Pixels) -> Turn:
    """Whether lines of text run up the page: a turn of 0 or 90, leaving 180 open."""
    small, _ = shrink(grey, _LONG_SIDE)
    mask = edgeless(ink(small))
    across = skew_of_ink(mask)
    up = skew_of_ink(np.ascontiguousarray(mask.T))
    high, low = max(across.sharpness, up.sharpness), min(across.sharpness, up.sharpness)
    if low <= 0:
        return Turn(0, 0.0)
    confidence = min(1.0, (high / low - 1) / (2 * (_CLEAR_AXIS - 1)))
    return Turn(90 if up.sharpness > across.sharpness else 0, round(confidence, 3))


def upside_down(straight: Pixels, dpi: float, legibility: Legibility) -> Turn:
    """Whether a straightened page stands on its head: a turn of 0 or 180.

    Args:
        straight: grey picture whose lines run across and level.
        dpi: its resolution.
        legibility: how well one line reads; called for each line both ways, unless one is plain.

    """
    lead = best = overturned = 0.0
    for read, line in enumerate(sample_lines(straight, dpi), start=1):
        upright = legibility(line)
        # A line that reads as words through and through does not need the other way.
        flipped = 0.0 if upright >= _PLAIN else legibility(np.ascontiguousarray(line[::-1, ::-1]))
        lead += upright - flipped
        best, overturned = max(best, upright, flipped), max(overturned, flipped)
        # Most pages lie rightly: to turn one over takes more than one line, and one that can be read so.
        # Print that touches its leader reads as rubbish both ways, and as a little less of it upside down.
        enough = lead > 0 or (read >= _TO_TURN_OVER and overturned >= _READABLE)
        if (enough and abs(lead) >= _CLEAR_LEAD) or read == _MOST_LINES:
            break
    # What reads as rubbish both ways tells nothing.
    confidence = round(min(1.0, abs(lead) / _CLEAR_LEAD) * min(1.0, best / _READABLE), 3)
    if abs(lead) < _ENOUGH_LEAD or best < _READABLE / 2:
        # Not even a flipped page is turned on so little; the page is flagged instead.
        return Turn(0, confidence)
    return Turn(0 if lead > 0 else 180, confidence)


def sample_lines(straight: Pixels, dpi: float) -> list[Pixels]:
    """Pictures of single lines of text, those with the most ink in a line's height first."""
    small, scale = shrink(straight, _LONG_SIDE)
    mask = edgeless(ink(small))
    bands = _bands(mask, dpi * scale)
    lines = []
    for top, bottom in bands:
        columns = np.flatnonzero(mask[top:bottom].any(axis=0))
        left, right = int(columns[0]), int(columns[-1]) + 1
        # Half a line of text is as telling as a whole one.
        right = min(right, left + round(4.0 * dpi * scale))
        margin = max(1, round(0.03 * dpi * scale))
        box = [top - margin, bottom + margin, left - margin, right + margin]
        y0, y1, x0, x1 = (round(max(0, edge) / scale) for edge in box)
        lines.append(np.ascontiguousarray(straight[y0:y1, x0:x1]))
    return lines


def _bands(mask: NDArray[np.bool_], dpi: float) -> list[tuple[int, int]]:
    profile = mask.sum(axis=1)
    written = profile > 0.01 * mask.shape[1]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], written.view(np.int8), [0]))))
    bands = [(int(top), int(bottom)) for top, bottom in edges.reshape(-1, 2)]
    # From 8-point print to the caps of a heading, in inches.
    plausible = [(top, bottom) for top, bottom in bands if 0.06 * dpi <= bottom - top <= 0.35 * dpi]
    return sorted(plausible, key=lambda band: -int(profile[band[0] : band[1]].sum()))
