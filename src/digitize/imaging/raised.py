"""Find the raised marks of footnotes, ``thân:⁽³⁾``, by their shape: layout analysis loses them.

Worse, it loses the word before them as well, and that is the label of a field.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digitize.imaging.components import Components, Ints
from digitize.imaging.picture import Mask
from digitize.model import Box

_HEIGHTS = (1.5, 3.5)
"""Millimetres that their brackets are high."""

_BRACKET = 0.5
_BULGE = 0.05, 0.4
"""Beside the height of a bracket: its width at most, and how far it reaches out in its middle."""

_STROKE = 0.8
"""Share of the rows of a mark in which its first bracket has ink."""

_APART, _LEVEL = 0.35, 0.12
"""Of the same height: the widest gap between digit and bracket, and how far a digit reaches over and under
it at most."""

_DIGIT = 0.45, 0.88
_DIGIT_WIDTHS = 0.12, 1.2
"""Of the same height: how high digits are, and how wide one or two of them."""

_RAISED = (0.15, 1.1)
"""Of the same height: how far the foot of a mark lies over the feet of the letters before it."""

_BEFORE, _NEXT = 12.0, 1.6
"""Millimetres before a mark in which letters tell the line, and in which the next one stands."""

_LETTERS = (1.1, 5.0)
"""Millimetres that those are high."""

_LEAST_LETTERS, _NEAREST = 2, 6


@dataclass(frozen=True, slots=True)
class Raised:
    """A raised mark: where it stands, and its digits without the brackets, in pixels."""

    box: Box
    digits: Box


def raised_marks(mask: Mask, millimetre: float) -> list[Raised]:
    """Find the marks of footnotes on a straightened page.

    Each is found by the bracket that ends it, since the one that begins it has often grown together with
    the word before.

    Args:
        mask: its ink without rulings.
        millimetre: pixels in a millimetre.

    """
    parts = Components.of(mask)
    high = (
        (parts.height >= _HEIGHTS[0] * millimetre)
        & (parts.height <= _HEIGHTS[1] * millimetre)
        & (parts.width <= _BRACKET * parts.height)
    )
    order = np.argsort(parts.left, kind="stable").astype(np.int32)
    found: list[Raised] = []
    for bracket in map(int, order[high[order]]):
        if _closes(parts, bracket):
            mark = _mark_before(parts, bracket, order)
            if mark is not None and _is_raised(parts, mark.box, millimetre):
                found.append(mark)
    return found


def _closes(parts: Components, piece: int) -> bool:
    window = parts.window(piece)
    return _opens((parts.labels[window] == piece + 1)[:, ::-1])


def _mark_before(parts: Components, bracket: int, order: Ints) -> Raised | None:
    """The digit in brackets that ends with a piece; None if that is no such thing."""
    height, wide = int(parts.height[bracket]), int(parts.width[bracket])
    left, top = int(parts.left[bracket]), int(parts.top[bracket])
    ends, feet = parts.left + parts.width, parts.top + parts.height
    level = _LEVEL * height
    reach = (_DIGIT_WIDTHS[1] + _APART) * height
    begin, stop = np.searchsorted(parts.left[order], (left - reach, left))
    near = order[begin:stop]
    digit: list[int] = []
    begins = left
    for piece in map(int, near[np.argsort(-ends[near], kind="stable")]):
        within = parts.top[piece] >= top - level and feet[piece] <= top + height + level
        if not within or ends[piece] > left + level:
            continue
        # What is as high as a bracket is the first one.
        if begins - ends[piece] > _APART * height or parts.height[piece] > _DIGIT[1] * height:
            break
        digit.append(piece)
        begins = min(begins, int(parts.left[piece]))
    if not digit:
        return None
    begins, end = int(parts.left[digit].min()), int(ends[digit].max())
    tall = int(feet[digit].max()) - int(parts.top[digit].min())
    if not (
        _DIGIT[0] * height <= tall <= _DIGIT[1] * height
        and _DIGIT_WIDTHS[0] * height <= end - begins <= _DIGIT_WIDTHS[1] * height
    ):
        return None
    # Both brackets are as far from the digit.
    first = begins - (left + wide - end)
    if first < 0:
        return None
    ink: Mask = parts.labels[top : top + height, first:begins] > 0
    if float(ink.any(axis=1).mean()) < _STROKE:
        return None
    digits = (begins, int(parts.top[digit].min()), end, int(feet[digit].max()))
    return Raised((first, top, left + wide, top + height), digits)


def _opens(ink: Mask) -> bool:
    """Whether the left side of a mark is that of a bracket, which reaches out in its middle."""
    rows = np.flatnonzero(ink.any(axis=1))
    height = len(rows)
    side = ink[rows].argmax(axis=1)
    end = max(1, height // 7)
    middle = float(side[height // 3 : height - height // 3].mean())
    least, most = (share * height for share in _BULGE)
    return all(least <= float(part.mean()) - middle <= most for part in (side[:end], side[-end:]))


def _is_raised(parts: Components, box: Box, millimetre: float) -> bool:
    """Whether the letters before a mark stand lower."""
    left, top, right, bottom = box
    ends, feet = parts.left + parts.width, parts.top + parts.height
    letters = np.flatnonzero(
        (parts.height >= _LETTERS[0] * millimetre)
        & (parts.height <= _LETTERS[1] * millimetre)
        & (parts.left < left - 1)
        & (ends < right)
        & (left - ends <= _BEFORE * millimetre)
        & (parts.top < bottom)
        & (feet > top)
    )
    if len(letters) < _LEAST_LETTERS or left - int(ends[letters].max()) > _NEXT * millimetre:
        return False
    foot = float(np.median(feet[letters[np.argsort(-ends[letters])][:_NEAREST]]))
    least, most = (share * (bottom - top) for share in _RAISED)
    return least <= foot - bottom <= most
