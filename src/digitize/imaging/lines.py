"""Find solid lines: underlines, the lines of tables, the sides of boxes; also worn and broken ones.

A line is where, for longer than any stroke of a letter, nearly every column has ink on one level, and
where most of that ink is thin. Its level and thickness are measured where nothing touches it, so that it
can be taken from under a letter that stands on it without taking the foot of the letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitize.imaging.components import Components
from digitize.imaging.picture import Mask

_LONGEST_STROKE = 11.0
"""Millimetres over which a level line must show; strokes of letters and dashes are shorter."""

_TALLEST_STROKE = 2.2
_LEAST_UPRIGHT = 7.0
"""Upright strokes are at most this many times the height of the text (b, d, Ấ, brackets), and lower than
this many millimetres."""

_THICKEST = 1.2
"""Millimetres; a black border is no line."""

_COVERED = 0.85
_CLEAR = 0.5
"""Shares of the columns of a line that have ink, and that have the ink of a line alone: as thin, and
with paper above and below it."""

_BESIDE = 0.6
"""Millimetres above and below the middle of a line where there is paper, if no letter stands there."""

_WIDEST_GAP = 8.0
_STILL_COVERED = 0.5
_SAME_LEVEL = 0.3
"""Two lines are one if they are not farther apart than this, in millimetres, on one level, give or take
these millimetres, and so much of the gap has ink."""

_LEAST_PIECE = 1.5
_WORN = 0.4
"""At its ends, a line begins with a piece of this length in which nothing wider has worn away; in
millimetres. What is shorter are feet of the letters beside it."""

_ATTACHED, _NOT_ATTACHED = 0.14, 0.03
"""Shares of the columns in which letters are attached to what may be their bars or feet, and in which there
is ink at the other side."""

_FEW_CAPITALS, _ATTACHED_TO_SHORT = 20.0, 0.12
"""Millimetres; and the share of the columns of a shorter line from which strokes go on. From lines under
values it is at most 0.08."""

_LONGEST_ARC, _BEND = 25.0, 0.15
"""Millimetres: what is shorter and bends away from a straight line by more is a piece of a seal."""

_HALO = 2
"""Pixels by which lines look thicker in faint ink."""

_BEYOND_EDGE = (2, 3)
"""Pixels from the edge of a line at which it is seen whether a letter goes on."""

_SMOOTH = 6.0
"""Millimetres along a line over which its level hardly changes."""

_HIGHEST_BOX, _LOWEST_BOX = 12.5, 3.4
"""Millimetres between the lines over and under boxes for digits."""

_SIDE = 0.8
"""Share of the height of a box that its side covers."""

_THICKEST_SIDE = 0.8

_COLUMN_STEP = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lines:
    """The solid lines of a page.

    Attributes:
        across, upright: the pixels of lines, what has worn away in between and what letters hide included.
        crossed: those of them that belong to a letter, which goes on at both sides.

    """

    across: Mask
    upright: Mask
    crossed: Mask


@dataclass(frozen=True, slots=True)
class _Line:
    """A level line: from column ``left`` on, the first and the last of its rows in each column."""

    left: int
    tops: NDArray[np.int64]
    bottoms: NDArray[np.int64]

    @property
    def right(self) -> int:
        return self.left + len(self.tops)

    def rows(self) -> Iterator[NDArray[np.int64]]:
        """Its rows from the top, one in each column."""
        for shift in range(int((self.bottoms - self.tops).max()) + 1):
            yield np.minimum(self.tops + shift, self.bottoms)


def find_lines(mask: Mask, dark: Mask, millimetre: float, text_height: float) -> Lines:
    """Find the lines of a straightened page.

    Args:
        mask: its ink, faint ink included.
        dark: its ink without what is faint.
        millimetre: pixels in a millimetre.
        text_height: height of its letters in pixels.

    """
    level = [
        line
        for line in _level_lines(mask, dark, _LONGEST_STROKE * millimetre, millimetre)
        if not _is_of_letters(dark, line, millimetre)
    ]
    turned = np.ascontiguousarray(mask.T)
    least = max(_LEAST_UPRIGHT * millimetre, _TALLEST_STROKE * text_height)
    tall = list(_level_lines(turned, np.ascontiguousarray(dark.T), least, millimetre))
    across = _painted(mask, level)
    upright = np.ascontiguousarray(_painted(turned, tall).T)
    _paint_sides(upright, mask, level, millimetre)
    # In faint ink a line has a halo, which is no letter.
    letters = dark & ~across & ~upright
    crossed = _crossed(letters, level) | _crossed(np.ascontiguousarray(letters.T), tall).T
    return Lines(across, upright, crossed & mask)


def _level_lines(mask: Mask, dark: Mask, length: float, millimetre: float) -> Iterator[_Line]:
    ink = mask.view(np.uint8)
    thickest = round(_THICKEST * millimetre)
    thick = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((thickest + 1, 1), np.uint8)).astype(np.uint8)
    thin = ink & ~thick
    window = max(3, round(length) | 1)
    # A line may rise or fall by a pixel within the window.
    near = np.ones((3, 1), np.uint8)
    clear = cv2.dilate(_clear(ink, thin, max(2, round(_BESIDE * millimetre))), near).astype(np.uint8)
    sure: Mask = _share(clear, window) >= _CLEAR
    if not sure.any():
        return
    covered = cv2.dilate(ink, near).astype(np.uint8)
    sure &= _share(covered, window) >= _COVERED
    along = cv2.dilate(sure.view(np.uint8), np.ones((1, window), np.uint8))
    # What is as long as a window needs no more than every fourth column to be told apart.
    parts = Components.of(np.ascontiguousarray(along[:, ::_COLUMN_STEP]).view(bool))
    found = []
    for piece in range(len(parts.left)):
        rows, few = parts.window(piece)
        columns = slice(few.start * _COLUMN_STEP, min(few.stop * _COLUMN_STEP, ink.shape[1]))
        own = np.repeat(parts.labels[rows, few] == piece + 1, _COLUMN_STEP, axis=1)
        inside = own[:, : columns.stop - columns.start] & (thin[rows, columns] > 0)
        line = _measured(inside, dark[rows, columns], rows.start, columns.start, millimetre)
        if line is not None and len(line.tops) >= 0.8 * length and not _is_bent(line, millimetre):
            found.append(line)
    yield from _joined(found, covered, millimetre)


def _clear(ink: NDArray[np.uint8], thin: NDArray[np.uint8], beside: int) -> NDArray[np.uint8]:
    """Thin ink with paper at some distance above and below it."""
    clear = thin.copy()
    clear[beside:] &= ~ink[:-beside]
    clear[:-beside] &= ~ink[beside:]
    return np.asarray(clear & 1, np.uint8)


def _joined(lines: list[_Line], covered: NDArray[np.uint8], millimetre: float) -> list[_Line]:
    """Lines with those in one piece that only wear has broken."""
    joined: list[_Line] = []
    for line in sorted(lines, key=lambda one: one.left):
        for index, before in enumerate(joined):
            gap = line.left - before.right
            fall = int(line.tops[0] - before.tops[-1])
            if not 0 < gap <= _WIDEST_GAP * millimetre or abs(fall) > max(2.0, _SAME_LEVEL * millimetre):
                continue
            tops = np.round(np.linspace(before.tops[-1], line.tops[0], gap)).astype(np.int64)
            high = int(np.median(np.concatenate((before.bottoms - before.tops, line.bottoms - line.tops))))
            columns = np.arange(before.right, line.left)
            middle = (tops + high // 2).clip(0, covered.shape[0] - 1)
            if covered[middle, columns].mean() >= _STILL_COVERED:
                tops = np.concatenate((before.tops, tops, line.tops))
                joined[index] = _Line(before.left, tops, tops + high)
                break
        else:
            joined.append(line)
    return joined


def _share(ink: NDArray[np.uint8], window: int) -> NDArray[np.float32]:
    """Share of ink in the row around each pixel."""
    share = cv2.boxFilter(ink, cv2.CV_32F, (window, 1), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(share, np.float32)


def _measured(inside: Mask, dark: Mask, top: int, left: int, millimetre: float) -> _Line | None:
    """Where a line runs of which these are the thin pixels, and as thick as its dark ones."""
    counts = inside.sum(axis=0)
    ends = _ends(counts > 0, millimetre)
    if ends is None:
        return None
    begin, end = ends
    inside, counts = inside[:, begin:end], counts[begin:end]
    columns = np.flatnonzero(counts)
    rows = np.arange(inside.shape[0])[:, None]
    middles = (inside * rows).sum(axis=0)[columns] / counts[columns]
    level = np.interp(np.arange(end - begin), columns, middles)
    level = _smoothed(level, round(_SMOOTH * millimetre))
    thickness = float(np.median((inside & dark[:, begin:end]).sum(axis=0)[columns]))
    thickness = max(thickness, float(np.median(counts[columns])) - _HALO)
    first = np.round(level - (max(1.0, thickness) - 1) / 2).astype(np.int64) + top
    return _Line(left + begin, first, first + max(1, round(thickness)) - 1)


def _ends(inked: Mask, millimetre: float) -> tuple[int, int] | None:
    """From where to where a row is a line: without the short pieces at its ends."""
    worn = max(1, round(_WORN * millimetre))
    # Small gaps closed, pieces shorter than a beginning left out.
    row = np.pad(inked, worn).astype(np.uint8)[None]
    closed = cv2.morphologyEx(row, cv2.MORPH_CLOSE, np.ones((1, worn + 1), np.uint8))[0, worn:-worn]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], closed, [0]))))
    begins, ends = edges[::2], edges[1::2]
    long = np.flatnonzero(ends - begins >= _LEAST_PIECE * millimetre)
    return (int(begins[long[0]]), int(ends[long[-1]])) if len(long) else None


def _smoothed(level: Floats, window: int) -> Floats:
    """The running median of a level along a line."""
    size = min(window, len(level)) | 1
    half = size // 2
    step = max(1, size // 16)
    padded = np.pad(level, half, mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(padded, size)[:, ::step]
    return np.asarray(np.median(views, axis=1), np.float64)


def _is_of_letters(dark: Mask, line: _Line, millimetre: float) -> bool:
    """Whether a line is the bars of letters such as ``TTXH``, or the feet of ``CCCD``.

    Many strokes hang from the one, with nothing over it, or stand on the other, with nothing under it.
    """
    columns = np.arange(line.left, line.right)
    last = dark.shape[0] - 1

    def attached(near: int) -> tuple[float, float]:
        """Shares of the columns with ink at a distance, and beyond: above, and below."""
        above = dark[(line.tops - near).clip(0), columns] & dark[(line.tops - near - 1).clip(0), columns]
        low = (line.bottoms + near).clip(0, last)
        below = dark[low, columns] & dark[(low + 1).clip(0, last), columns]
        return float(above.mean()), float(below.mean())

    standing, hanging = attached(2)
    if hanging >= _ATTACHED and standing <= _NOT_ATTACHED:
        return True
    short = len(columns) < _FEW_CAPITALS * millimetre
    return short and max(attached(3)) >= _ATTACHED_TO_SHORT


def _is_bent(line: _Line, millimetre: float) -> bool:
    """Whether a short line is a piece of a seal."""
    length = len(line.tops)
    if length > _LONGEST_ARC * millimetre:
        return False
    along = np.linspace(-1, 1, length)
    bend = float(np.polyfit(along, (line.tops + line.bottoms) / 2, 2)[0])
    return abs(bend) > max(_BEND * millimetre, 1.2)


def _painted(mask: Mask, lines: list[_Line]) -> Mask:
    painted = np.zeros_like(mask)
    last = mask.shape[0] - 1
    for line in lines:
        columns = np.arange(line.left, line.right)
        for rows in line.rows():
            painted[rows.clip(0, last), columns] = True
    return painted


def _crossed(letters: Mask, lines: list[_Line]) -> Mask:
    """The pixels of lines with a letter both above and below them."""
    crossed = np.zeros_like(letters)
    last = letters.shape[0] - 1
    for line in lines:
        columns = np.arange(line.left, line.right)
        above, below = np.zeros(len(columns), bool), np.zeros(len(columns), bool)
        # The ragged rows of the line itself are no letter either.
        for beside in _BEYOND_EDGE:
            above |= letters[(line.tops - beside).clip(0), columns]
            below |= letters[(line.bottoms + beside).clip(0, last), columns]
        both = _spread(above, 2) & _spread(below, 2)
        for rows in line.rows():
            crossed[rows[both].clip(0, last), columns[both]] = True
    return crossed


def _spread(row: Mask, by: int) -> Mask:
    grown = cv2.dilate(row.astype(np.uint8)[None], np.ones((1, 2 * by + 1), np.uint8))[0]
    return np.asarray(grown > 0)


def _paint_sides(upright: Mask, mask: Mask, lines: list[_Line], millimetre: float) -> None:
    """Mark the sides of low boxes: they reach from the line over them to the one under them."""
    by_level = sorted(lines, key=lambda line: float(line.tops.mean()))
    for index, upper in enumerate(by_level):
        for lower in by_level[index + 1 :]:
            apart = float(lower.tops.mean() - upper.bottoms.mean())
            if apart > _HIGHEST_BOX * millimetre:
                break
            left, right = max(upper.left, lower.left), min(upper.right, lower.right)
            if apart < _LOWEST_BOX * millimetre or right - left < _LOWEST_BOX * millimetre:
                continue
            top = int(upper.bottoms[left - upper.left : right - upper.left].max()) + 1
            bottom = int(lower.tops[left - lower.left : right - lower.left].min())
            _paint_sides_between(upright, mask, top, bottom, left, right, millimetre)
            break


def _paint_sides_between(
    upright: Mask, mask: Mask, top: int, bottom: int, left: int, right: int, millimetre: float
) -> None:
    if bottom - top < 3:
        return
    left, right = max(0, left - 2), min(mask.shape[1], right + 2)
    strip = mask[top:bottom, left:right].astype(np.uint8)
    wide = cv2.dilate(strip, np.ones((1, 3), np.uint8))
    sides = wide.mean(axis=0) >= _SIDE
    edges = np.flatnonzero(np.diff(np.concatenate(([0], sides.view(np.uint8), [0])).astype(np.int8)))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        if end - begin <= _THICKEST_SIDE * millimetre + 2:
            # The dilation made it wider by a pixel on either side.
            upright[top:bottom, left + begin : left + end] = True
