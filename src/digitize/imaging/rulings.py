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
from numpy.typing import NDArray

from digitize.imaging.ink import ink
from digitize.imaging.picture import Mask, Pixels

_MILLIMETRE = 1 / 25.4

_LONGEST_STROKE = 11.0
"""Horizontal strokes of letters and dashes are shorter than this many millimetres."""

_TALLEST_STROKE = 1.9
"""Upright strokes are at most this many times the height of the text (b, d, Ấ, brackets)."""

_LEAST_DOTS = 7

_WIDEST_GAP = 12.0
"""Millimetres of writing that may stand over a leader and swallow its dots."""

_WINDOW = 8
"""Beyond its free dots a leader may go on while all but one of this many places have ink."""

_MOST = 0.85


def without_rulings(grey: Pixels, dpi: float) -> Pixels:
    """A copy of a straightened page without its rulings, the paper's brightness in their place."""
    mask = ink(grey)
    rulings = _with_fringe(mask, lines(mask, dpi)) | leaders(mask, dpi)
    if not rulings.any():
        return grey
    result = grey.copy()
    # A blurred ruling has a grey rim that is no ink by itself; it goes with its ruling, but not
    # where it is the rim of a letter.
    rim = _dilated(rulings, 3)
    letters = _dilated(mask & ~rulings, 3)
    result[rulings | (rim & ~letters)] = int(np.percentile(grey[::8, ::8], 80))
    return result


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


def lines(mask: Mask, dpi: float) -> Mask:
    """Solid lines, across and upright, without the letters that cross them."""
    millimetre = dpi * _MILLIMETRE
    height = text_height(mask, dpi)
    across = _open(mask, 1, round(_LONGEST_STROKE * millimetre))
    across = _thin(across, round(1.2 * millimetre))
    tall = max(round(_TALLEST_STROKE * height), round(4.6 * millimetre))
    upright = _open(mask, tall, 1)
    upright = _thin(upright.T, round(1.0 * millimetre)).T
    return _spare_crossings(mask, across) | _spare_crossings(mask.T, upright.T).T


def leaders(mask: Mask, dpi: float) -> Mask:
    """Runs of dots or short dashes on one level, and the dots among them that touch a letter."""
    millimetre = dpi * _MILLIMETRE
    count, labels, measured, middles = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    stats, centres = np.asarray(measured, np.int32), np.asarray(middles, np.float64)
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    small = (widths <= 1.1 * millimetre + 1) & (heights <= 0.75 * millimetre + 1)
    small[0] = False
    candidates = np.flatnonzero(small)
    chosen = np.zeros(count, dtype=bool)
    swallowed = np.zeros_like(mask)
    # A small mark of its own that is no dot of the leader is the dot of an ạ or a comma, also
    # where it has grown together with a dot of the leader.
    own = small[labels]
    for run in _runs(centres[candidates], level=0.45 * millimetre, gap=_WIDEST_GAP * millimetre):
        if len(run) < _LEAST_DOTS:
            continue
        members = candidates[run]
        leader = _leader(stats[members], centres[members])
        if leader is not None:
            chosen[members[leader.dots]] = True
            _mark_swallowed(swallowed, mask, leader)
    found: Mask = chosen[labels] | (swallowed & ~own)
    return found


@dataclass(frozen=True, slots=True)
class _Leader:
    """A dotted leader: which marks of a chain are its dots, and its geometry in pixels."""

    dots: Mask
    xs: NDArray[np.float64]
    level: float
    slope: float
    pitch: float
    width: float
    height: float

    def y(self, x: float) -> float:
        return self.level + self.slope * x


def _leader(stats: NDArray[np.int32], centres: NDArray[np.float64]) -> _Leader | None:
    """The leader that a chain of marks is: one size, one level, one pitch; None if it is none.

    A dot under a letter (ạ) that has come into the chain is told by its level and by its distance
    from the others.
    """
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    typical = float(np.median(areas))
    middle = float(np.median(centres[:, 1]))
    slope, offset = np.polyfit(centres[:, 0], centres[:, 1] - middle, 1)
    height = float(np.median(stats[:, cv2.CC_STAT_HEIGHT]))
    off_level = np.abs(centres[:, 1] - middle - slope * centres[:, 0] - offset)
    dots: Mask = (
        (areas > 0.35 * typical)
        & (areas < 1.7 * typical)
        & (stats[:, cv2.CC_STAT_HEIGHT] <= height + 1)
        & (off_level <= 0.25 * height + 0.5)
    )
    if dots.sum() < _LEAST_DOTS:
        return None
    gaps = np.diff(centres[dots, 0])
    # Writing over a leader swallows dots, so gaps are one pitch or several.
    pitch = float(np.median(gaps[gaps <= 1.5 * np.percentile(gaps, 25)]))
    steps = gaps / max(pitch, 1e-6)
    in_step = np.abs(steps - np.round(steps)) < 0.25
    neighbours = np.abs(steps - 1) < 0.25
    # Any marks are in step by chance half of the time; only dots stand pitch by pitch.
    if np.mean(in_step) < 0.6 or neighbours.sum() < _LEAST_DOTS - 2:
        return None
    # A dot is in step when it is so with its neighbour on either side.
    members = np.concatenate((in_step[:1], in_step)) | np.concatenate((in_step, in_step[-1:]))
    dots[np.flatnonzero(dots)[~members]] = False
    if dots.sum() < _LEAST_DOTS:
        return None
    return _Leader(
        dots=dots,
        xs=centres[dots, 0],
        level=middle + float(offset),
        slope=float(slope),
        pitch=pitch,
        width=float(np.median(stats[:, cv2.CC_STAT_WIDTH])),
        height=height,
    )


def _mark_swallowed(swallowed: Mask, mask: Mask, leader: _Leader) -> None:
    """Mark the dots of a leader that have grown together with letters standing over it.

    They lie where the pitch puts them. Between free dots they are believed if there is ink at
    nearly every place; where writing interrupts a leader instead of standing over it, letters hit
    only some places. Beyond the outermost free dots they are believed as far as dots come that
    have nothing above them; the label before the leader has none.
    """
    for before, after in zip(leader.xs, leader.xs[1:], strict=False):
        places = round((after - before) / leader.pitch)
        between = [
            _Place.at(mask, leader, before + (after - before) * place / places) for place in range(1, places)
        ]
        if sum(place.inked for place in between) >= _MOST * len(between):
            _mark(swallowed, mask, between)
    for start, step in ((leader.xs[0], -leader.pitch), (leader.xs[-1], leader.pitch)):
        tried: list[_Place] = []
        believed = 0
        x = start + step
        while 0 <= x < mask.shape[1] and sum(not p.inked for p in tried[-_WINDOW:]) <= 1:
            tried.append(_Place.at(mask, leader, x))
            if tried[-1].inked and not tried[-1].written_over:
                believed = len(tried)
            x += step
        _mark(swallowed, mask, tried[:believed])


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a dot of a leader should be: rows ``top:bottom``, columns ``left:right``.

    Attributes:
        inked: there is ink.
        written_over: there is ink close above as well.
        goes_on: the ink goes on below.

    """

    top: int
    bottom: int
    left: int
    right: int
    inked: bool
    written_over: bool
    goes_on: bool

    @classmethod
    def at(cls, mask: Mask, leader: _Leader, x: float) -> _Place:
        y = leader.y(x)
        top, bottom = round(y - leader.height / 2), round(y + leader.height / 2) + 1
        left, right = round(x - leader.width / 2), round(x + leader.width / 2) + 1
        if left < 0 or top < 0 or right > mask.shape[1] or bottom + 2 > mask.shape[0]:
            return cls(top, bottom, left, right, inked=False, written_over=False, goes_on=False)
        reach = max(0, top - round(3 * leader.height))
        return cls(
            top,
            bottom,
            left,
            right,
            inked=bool(mask[top:bottom, left:right].mean() >= 0.45),
            written_over=bool(mask[reach:top, left:right].any()),
            goes_on=bool(mask[bottom : bottom + 2, left:right].all(axis=0).any()),
        )


def _mark(swallowed: Mask, mask: Mask, places: list[_Place]) -> None:
    for place in places:
        if place.inked and not place.goes_on:
            # The topmost row may be the rounded foot of the letter above.
            top = place.top + 1 if place.written_over else place.top
            window = (slice(top, place.bottom), slice(place.left, place.right))
            swallowed[window] |= mask[window]


def text_height(mask: Mask, dpi: float) -> float:
    """Typical height in pixels of small letters and capitals; a usual size if there are few."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    widths = stats[1:, cv2.CC_STAT_WIDTH]
    letters = heights[(heights > 0.04 * dpi) & (heights < 0.25 * dpi) & (widths < 3 * heights)]
    return float(np.percentile(letters, 70)) if len(letters) >= 20 else 0.12 * dpi


@dataclass(slots=True)
class _Run:
    members: list[int]
    x: float
    y: float


def _runs(centres: NDArray[np.float64], *, level: float, gap: float) -> list[list[int]]:
    """Chains of points, each next one to the right of the last and on its level.

    A point that two chains could take goes to the one that ends closer to it, so that dots which
    jitter about their level stay in one chain.
    """
    rows: dict[int, list[_Run]] = {}
    for index in np.argsort(centres[:, 0], kind="stable"):
        x, y = float(centres[index, 0]), float(centres[index, 1])
        row = int(y // level)
        best: _Run | None = None
        for near in (row - 1, row, row + 1):
            for run in rows.get(near, ()):
                fits = abs(run.y - y) <= level and x - run.x <= gap
                if fits and (best is None or run.x > best.x):
                    best = run
        if best is None:
            best = _Run([], x, y)
        else:
            rows[int(best.y // level)].remove(best)
        best.members.append(int(index))
        best.x, best.y = x, 0.8 * best.y + 0.2 * y
        rows.setdefault(int(best.y // level), []).append(best)
    return [run.members for runs in rows.values() for run in runs]


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
