"""Words of a page as strips for a network: as high as the letters around them say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitize.imaging.picture import Pixels
from digitize.model import Box
from digitize.ocr.line_strip import WORDS, sign_rows, strip_between

_AROUND = 35.0
"""Millimetres beside a word within which letters of its line tell how high they are."""

_BESIDE = 0.4
_OVER = 1.5
"""Millimetres of paper around a word."""

_EDGE = 0.8
"""Millimetres by which the boxes of words may cut into their letters."""


def word_strip(pixels: Pixels, dpi: float, box: Box, line: Sequence[Box]) -> NDArray[np.float32] | None:
    """A word of a page as a strip; None if there is nothing or it is too long.

    Args:
        pixels: the page in grey without rulings.
        dpi: its resolution.
        box: where the word stands.
        line: where the words of its line stand, the word itself among them.

    """
    unit = dpi / 25.4
    near = [one for one in line if one[0] < box[2] + _AROUND * unit and one[2] > box[0] - _AROUND * unit]
    near = [one for one in near if _overlap(one, box)] or [box]
    top = max(0, round(min(one[1] for one in near) - _EDGE * unit))
    bottom = round(max(one[3] for one in near) + _EDGE * unit)
    left, right = min(one[0] for one in near), max(one[2] for one in near)
    around = pixels[top:bottom, max(0, left) : right]
    if min(around.shape) < 2:
        return None
    rows = sign_rows(np.ascontiguousarray(around), dpi)
    over, beside = round(_OVER * unit), round(_BESIDE * unit)
    first = max(0, top - over)
    part = pixels[first : bottom + over, max(0, box[0] - beside) : box[2] + beside]
    if min(part.shape) < 2:
        return None
    return strip_between(np.ascontiguousarray(part), (rows[0] + top - first, rows[1] + top - first), WORDS)


def _overlap(one: Box, other: Box) -> bool:
    shared = min(one[3], other[3]) - max(one[1], other[1])
    return 2 * shared > min(one[3] - one[1], other[3] - other[1])
