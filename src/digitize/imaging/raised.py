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

_DIGIT_ENDS = 0.62, 0.05
"""Of the same height: how far before the last bracket a digit begins and ends, as Times and Arial have it."""

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
    height = int(parts.height[bracket])
    left, top = int(parts.left[bracket]), int(parts.top[bracket])
    right, bottom = left + int(parts.width[bracket]), top + height
    digits = _by_itself(parts, bracket, order) or _in_proportion(parts, bracket)
    if digits is None:
        return None
    wide, tall = digits[2] - digits[0], digits[3] - digits[1]
    # Both brackets are as far from the digit.
    first = digits[0] - (right - digits[2])
    if (
        first < 0
        or not _DIGIT[0] * height <= tall <= _DIGIT[1] * height
        or not _DIGIT_WIDTHS[0] * height <= wide <= _DIGIT_WIDTHS[1] * height
    ):
        return None
    opening: Mask = parts.labels[top:bottom, first : digits[0]] > 0
    if float(opening.any(axis=1).mean()) < _STROKE:
        return None
    return Raised((_opening(parts, first, digits[0], top, bottom), top, right, bottom), digits)


def _opening(parts: Components, first: int, end: int, top: int, bottom: int) -> int:
    """Where the first bracket begins: at its piece, if it is one by itself, else where it should."""
    height = bottom - top
    labels = np.unique(parts.labels[top:bottom, first:end])
    pieces = [
        piece
        for piece in map(int, labels[labels > 0] - 1)
        if parts.width[piece] <= _BRACKET * height and parts.height[piece] >= _STROKE * height
    ]
    return min([first, *(int(parts.left[piece]) for piece in pieces)])


def _by_itself(parts: Components, bracket: int, order: Ints) -> Box | None:
    """The digits before a bracket, where they touch neither bracket."""
    height = int(parts.height[bracket])
    left, top = int(parts.left[bracket]), int(parts.top[bracket])
    ends, feet = parts.left + parts.width, parts.top + parts.height
    level = _LEVEL * height
    begin, stop = np.searchsorted(parts.left[order], (left - (_DIGIT_WIDTHS[1] + _APART) * height, left))
    near = order[begin:stop]
    digits: list[int] = []
    begins = left
    for piece in map(int, near[np.argsort(-ends[near], kind="stable")]):
        within = parts.top[piece] >= top - level and feet[piece] <= top + height + level
        if not within or ends[piece] > left + level:
            continue
        # What is as high as a bracket is the first one.
        if begins - ends[piece] > _APART * height or parts.height[piece] > _DIGIT[1] * height:
            break
        digits.append(piece)
        begins = min(begins, int(parts.left[piece]))
    if not digits:
        return None
    return begins, int(parts.top[digits].min()), int(ends[digits].max()), int(feet[digits].max())


def _in_proportion(parts: Components, bracket: int) -> Box | None:
    """Where one digit stands before a bracket by the proportions of type, if ink of its height is there."""
    height = int(parts.height[bracket])
    left, top = int(parts.left[bracket]), int(parts.top[bracket])
    begin, end = round(left - _DIGIT_ENDS[0] * height), round(left - _DIGIT_ENDS[1] * height)
    middle = (begin + end) // 2
    side = max(1, (end - begin) // 4)
    if begin < 0:
        return None
    rows = np.flatnonzero((parts.labels[top : top + height, middle - side : middle + side] > 0).any(axis=1))
    if not len(rows):
        return None
    return begin, top + int(rows[0]), end, top + int(rows[-1]) + 1


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
