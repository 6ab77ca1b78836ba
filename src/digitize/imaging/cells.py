"""Find the cells of tables, the boxes in which a number is written digit by digit, frames."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from digitize.imaging.picture import Mask
from digitize.model import Box

_DPI = 100.0
"""Resolution at which cells are looked for."""

_GAP = 0.6
"""Millimetres of a line that may have worn away."""

_SIDES = (3.0, 205.0)
_HEIGHTS = (3.2, 60.0)
"""Millimetres that cells measure; a frame around half a page is none."""

_FILLED = 0.8
"""A cell fills at least this share of the box around it."""

_DIGIT_WIDTHS = (3.0, 9.5)
_DIGIT_HEIGHTS = (3.8, 12.0)
_LEAST_DIGITS = 5
_BESIDE = 3.0
"""Millimetres between boxes for the digits of one number."""


@dataclass(frozen=True, slots=True)
class Grid:
    """What is ruled off on a page, as boxes in its pixels.

    Attributes:
        cells: of tables and frames.
        combs: rows of boxes for one digit each.

    """

    cells: tuple[Box, ...]
    combs: tuple[tuple[Box, ...], ...]


def find_cells(across: Mask, upright: Mask, dpi: float) -> Grid:
    """Find what solid lines rule off.

    Args:
        across: the level lines of a straightened page.
        upright: its upright lines.
        dpi: its resolution.

    """
    if not across.any() or not upright.any():
        return Grid((), ())
    factor = max(1, round(dpi / _DPI))
    millimetre = dpi / 25.4 / factor
    reach = max(1, round(_GAP * millimetre)) * 2 + 1
    lines = _grown(across, factor, (reach, 1)) | _grown(upright, factor, (1, reach))
    lines = np.pad(lines, 1, constant_values=0)
    _, _, stats, _ = cv2.connectedComponentsWithStats((lines == 0).astype(np.uint8), connectivity=4)
    found: list[Box] = []
    high, wide = lines.shape
    for left, top, width, height, area in stats[1:]:
        inside = left > 0 and top > 0 and left + width < wide and top + height < high
        fits = (
            _SIDES[0] * millimetre <= width + 1 <= _SIDES[1] * millimetre
            and _HEIGHTS[0] * millimetre <= height + 1 <= _HEIGHTS[1] * millimetre
        )
        if inside and fits and area >= _FILLED * width * height:
            found.append(
                (
                    int(left - 1) * factor,
                    int(top - 1) * factor,
                    int(left + width - 1) * factor,
                    int(top + height - 1) * factor,
                )
            )
    combs = _combs(found, dpi / 25.4)
    digits = {box for comb in combs for box in comb}
    return Grid(tuple(box for box in found if box not in digits), combs)


def _grown(lines: Mask, factor: int, size: tuple[int, int]) -> np.ndarray:
    height, width = (-(-side // factor) for side in lines.shape)
    small = cv2.resize(lines.view(np.uint8) * 255, (width, height), interpolation=cv2.INTER_AREA)
    return cv2.dilate((small > 0).astype(np.uint8), np.ones(size[::-1], np.uint8))


def _combs(boxes: list[Box], millimetre: float) -> tuple[tuple[Box, ...], ...]:
    small = sorted(
        (
            box
            for box in boxes
            if _DIGIT_WIDTHS[0] <= (box[2] - box[0]) / millimetre <= _DIGIT_WIDTHS[1]
            and _DIGIT_HEIGHTS[0] <= (box[3] - box[1]) / millimetre <= _DIGIT_HEIGHTS[1]
        ),
        key=lambda box: box[0],
    )
    combs: list[list[Box]] = []
    for box in small:
        for comb in combs:
            last = comb[-1]
            level = abs(box[1] - last[1]) <= millimetre and abs(box[3] - last[3]) <= millimetre
            alike = abs((box[2] - box[0]) - (last[2] - last[0])) <= millimetre
            if level and alike and -1 <= box[0] - last[2] <= _BESIDE * millimetre:
                comb.append(box)
                break
        else:
            combs.append([box])
    return tuple(tuple(comb) for comb in combs if len(comb) >= _LEAST_DIGITS)
