"""Find the dots of leaders, also those that have grown together with what is written over them.

A leader is a row of small marks of one size, on one level, at one pitch. Dots over or under letters
(``ị ạ``) never come in such rows. Where free dots give away a leader's level and pitch, the places
of its other dots are known, and the writing over them can be told from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitize.imaging.components import Components
from digitize.imaging.picture import Mask

_LEAST_DOTS = 5
"""Fewer free dots in step are an ellipsis, or chance."""

_WIDEST_GAP = 45.0
"""Millimetres of writing that may hide every dot of a leader."""

_LEVEL = 0.45
"""Millimetres by which a mark may lie off the level of the last one in its row."""

_WIDEST_PITCH = 2.7
"""Millimetres from dot to dot."""

_TOLERANCE = 0.22
"""Share of the pitch by which a dot may lie beside its place."""

_NEARLY_ALL = 0.8
"""Where writing stands over a leader, at least this share of its places has ink; where it stands
in a gap of the leader, letters hit only some of them."""

_WINDOW = 8

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def leaders(mask: Mask, parts: Components, millimetre: float) -> Mask:
    """The dots of leaders.

    Args:
        mask: ink of a straightened page.
        parts: its connected components.
        millimetre: pixels in a millimetre.

    """
    widths, heights = parts.width, parts.height
    small = (widths <= 1.1 * millimetre + 1) & (heights <= 0.75 * millimetre + 1)
    candidates = np.flatnonzero(small)
    found = np.zeros_like(mask)
    for run in _rows(parts.x[candidates], parts.y[candidates], _LEVEL * millimetre, _WIDEST_GAP * millimetre):
        if len(run) < _LEAST_DOTS:
            continue
        members = candidates[run]
        leader = _leader(parts, members, millimetre)
        if leader is not None:
            _paint(found, mask, parts, leader, small)
    return found


@dataclass(frozen=True, slots=True)
class _Leader:
    """A leader, or several on one level: their free dots, and their geometry in pixels.

    Attributes:
        members: pieces that are dots for sure, from left to right, with their middles ``xs, ys``.
        single: pieces like dots that have no neighbour.
        pitch, width, height: from dot to dot, and of a dot.

    """

    members: Ints
    xs: Floats
    ys: Floats
    single: Ints
    pitch: float
    width: float
    height: float


def _rows(xs: Floats, ys: Floats, level: float, gap: float) -> Iterator[list[int]]:
    """Chains of points, each next one to the right of the last and on its level.

    A point that two chains could take goes to the one whose level is nearer, so that dots of letters
    that hang lower make a chain of their own.
    """
    rows: dict[int, list[_Chain]] = {}
    for index in np.argsort(xs, kind="stable"):
        x, y = float(xs[index]), float(ys[index])
        row = int(y // level)
        best: _Chain | None = None
        for near in (row - 1, row, row + 1):
            for chain in rows.get(near, ()):
                off = abs(chain.y - y)
                if off <= level and x - chain.x <= gap and (best is None or off < abs(best.y - y)):
                    best = chain
        if best is None:
            best = _Chain([], x, y)
        else:
            rows[int(best.y // level)].remove(best)
        best.members.append(int(index))
        best.x, best.y = x, 0.8 * best.y + 0.2 * y
        rows.setdefault(int(best.y // level), []).append(best)
    for chains in rows.values():
        for chain in chains:
            yield chain.members


@dataclass(slots=True)
class _Chain:
    members: list[int]
    x: float
    y: float


def _leader(parts: Components, chain: Ints, millimetre: float) -> _Leader | None:
    """The leader that a chain of marks holds: one size, one level, one pitch; None if there is none."""
    xs, ys = parts.x[chain], parts.y[chain]
    gaps = np.diff(xs)
    near = gaps[(gaps > 0.25 * millimetre) & (gaps <= _WIDEST_PITCH * millimetre)]
    if len(near) < _LEAST_DOTS - 1:
        return None
    pitch = _commonest(near)
    beside = np.abs(gaps - pitch) <= _TOLERANCE * pitch + 0.7
    # A dot of a leader has another one at its side.
    core = np.concatenate((beside, [False])) | np.concatenate(([False], beside))
    if core.sum() < _LEAST_DOTS:
        return None
    areas, heights = parts.area[chain].astype(np.float64), parts.height[chain]
    typical, height = float(np.median(areas[core])), float(np.median(heights[core]))
    core &= (areas > 0.3 * typical) & (areas < 1.9 * typical) & (heights <= height + 1)
    level = _running_level(xs[core], ys[core])
    if level is not None:
        core[core] = np.abs(ys[core] - level) <= 0.3 * height + 0.6
    # A mark that was taken out leaves its neighbours alone.
    alone = np.diff(xs[core]) <= pitch * (1 + _TOLERANCE) + 0.7
    core[core] = np.concatenate((alone, [False])) | np.concatenate(([False], alone))
    if core.sum() < _LEAST_DOTS:
        return None
    steps = np.diff(xs[core])
    pitch = float(np.mean(steps[steps <= 1.5 * pitch]))
    width = float(np.median(parts.width[chain][core]))
    # Between letters stand single dots, which have no neighbour, but are as far from the others as
    # dots are: several times the pitch, with ink at nearly all the places in between.
    alike = (areas > 0.5 * typical) & (areas < 1.6 * typical) & (np.abs(heights - height) <= 1)
    single = np.flatnonzero(alike & ~core)
    return _Leader(chain[core], xs[core], ys[core], chain[single], pitch, width, height)


def _commonest(gaps: Floats) -> float:
    """The gap that most others are near to."""
    near = np.abs(gaps[:, None] - gaps[None, :]) <= 0.12 * gaps[:, None] + 0.6
    best = int(near.sum(axis=1).argmax())
    return float(np.mean(gaps[near[best]]))


def _running_level(xs: Floats, ys: Floats) -> Floats | None:
    """The level of a row at each of its dots; sheets are not quite flat, so it may bend a little."""
    if len(xs) < _LEAST_DOTS:
        return None
    middle = float(xs.mean())
    degree = 2 if len(xs) >= 4 * _LEAST_DOTS else 1 if np.ptp(xs) > 0 else 0
    scale = max(1.0, float(np.ptp(xs)))
    weights = np.polyfit((xs - middle) / scale, ys, degree)
    level = np.polyval(weights, (xs - middle) / scale)
    good = np.abs(ys - level) <= max(1.0, 2 * float(np.median(np.abs(ys - level))))
    if _LEAST_DOTS <= good.sum() < len(xs):
        weights = np.polyfit((xs[good] - middle) / scale, ys[good], degree)
        level = np.polyval(weights, (xs - middle) / scale)
    result: Floats = level
    return result


def _paint(found: Mask, mask: Mask, parts: Components, leader: _Leader, small: Mask) -> None:
    """Mark the free dots, and those under writing: between the free dots, and beyond the outermost."""
    members, filled = _joined(mask, parts, leader)
    xs, ys = parts.x[members], parts.y[members]
    for member in members:
        parts.paint(found, int(member))
    for left, places in enumerate(filled):
        if places is not None:
            places.paint(found, mask, parts, small, leader)
        if places is None or left == len(filled) - 1:
            # Here a leader ends, and the next one begins.
            end, begin = (left, left + 1) if places is None else (left + 1, None)
            limit = xs[begin] if begin is not None else mask.shape[1]
            _paint_beyond(found, mask, parts, small, leader, xs[end], ys[end], limit)
            if begin is not None:
                _paint_beyond(found, mask, parts, small, leader, xs[begin], ys[begin], xs[end])
    _paint_beyond(found, mask, parts, small, leader, xs[0], ys[0], 0)


def _joined(mask: Mask, parts: Components, leader: _Leader) -> tuple[Ints, list[_Places | None]]:
    """All free dots from left to right, and what hides in each gap between two of them: places of
    dots, none where they are neighbours, None where the leader is interrupted."""
    order = np.argsort(parts.x[np.concatenate((leader.members, leader.single))], kind="stable")
    everything = np.concatenate((leader.members, leader.single))[order]
    sure = np.concatenate((np.ones(len(leader.members), bool), np.zeros(len(leader.single), bool)))[order]
    kept = sure.copy()
    # A single dot before a leader is its beginning. One behind writing at the end of a leader is the
    # full stop of ``6.``, so single dots are only tried towards dots to the right.
    right = -1
    for index in range(len(everything) - 1, -1, -1):
        if not kept[index] and right >= 0:
            kept[index] = _between(mask, parts, leader, everything[index], everything[right]) is not None
        if kept[index]:
            right = index
    members: Ints = everything[kept]
    gaps = [
        _between(mask, parts, leader, left, right)
        for left, right in zip(members[:-1], members[1:], strict=True)
    ]
    return members, gaps


def _between(mask: Mask, parts: Components, leader: _Leader, left: int, right: int) -> _Places | None:
    """The places between two dots of a leader; None where there is something else between them."""
    x, y = parts.x[[left, right]], parts.y[[left, right]]
    steps = (x[1] - x[0]) / leader.pitch
    count = round(steps)
    if count < 1 or abs(steps - count) > _TOLERANCE + 0.004 * count:
        return None
    share = np.arange(1, count) / count
    places = _Places.at(mask, leader, x[0] + (x[1] - x[0]) * share, y[0] + (y[1] - y[0]) * share)
    return places if count == 1 or places.inked.mean() >= _NEARLY_ALL else None


def _paint_beyond(
    found: Mask, mask: Mask, parts: Components, small: Mask, leader: _Leader, x: float, y: float, limit: float
) -> None:
    """Mark the dots that go on from an end of a leader towards ``limit``."""
    step = leader.pitch if limit > x else -leader.pitch
    reach = np.arange(1, max(1, int(abs(limit - x) / leader.pitch))) * step
    beyond = _Places.at(mask, leader, x + reach, np.full(len(reach), y)).without_small(parts, small, leader)
    believed = _believed(beyond)
    if believed:
        beyond.first(believed).paint(found, mask, parts, small, leader)


def _believed(places: _Places) -> int:
    """How many places beyond the last free dot belong to the leader: as far as dots come that have
    nothing above them, the label before a leader having none."""
    believed = missing = 0
    for index in range(len(places.inked)):
        if index >= _WINDOW and not places.inked[index - _WINDOW]:
            missing -= 1
        missing += not places.inked[index]
        if missing > 1:
            break
        if places.inked[index] and not places.written_over[index]:
            believed = index + 1
    return believed


@dataclass(frozen=True, slots=True)
class _Places:
    """Where dots should be: for each place its window, whether it has ink, and whether ink lies above."""

    top: Ints
    left: Ints
    inked: Mask
    written_over: Mask

    @classmethod
    def at(cls, mask: Mask, leader: _Leader, xs: Floats, ys: Floats) -> _Places:
        high, wide = _window(leader)
        top = np.clip(np.round(ys - (high - 1) / 2), 0, max(0, mask.shape[0] - high)).astype(np.int64)
        left = np.clip(np.round(xs - (wide - 1) / 2), 0, max(0, mask.shape[1] - wide)).astype(np.int64)
        inked = np.zeros(len(xs), bool)
        above = np.zeros(len(xs), bool)
        reach = round(2.5 * high)
        for index, (y, x) in enumerate(zip(top, left, strict=True)):
            inked[index] = mask[y : y + high, x : x + wide].mean() >= 0.4
            above[index] = mask[max(0, y - reach) : y, x : x + wide].any()
        return cls(top, left, inked, above)

    def first(self, count: int) -> _Places:
        return _Places(self.top[:count], self.left[:count], self.inked[:count], self.written_over[:count])

    def without_small(self, parts: Components, small: Mask, leader: _Leader) -> _Places:
        """The same places; small marks of their own, which have been judged already, are no ink."""
        high, wide = _window(leader)
        inked = self.inked.copy()
        for index in np.flatnonzero(inked):
            label = parts.labels[self.top[index] + high // 2, self.left[index] + wide // 2]
            inked[index] = not (label and small[label - 1])
        return _Places(self.top, self.left, inked, self.written_over)

    def paint(self, found: Mask, mask: Mask, parts: Components, small: Mask, leader: _Leader) -> None:
        """Mark the dots; what letters have of the same ink stays."""
        high, wide = _window(leader)
        feet = self._feet(mask, leader)
        for y, x in zip(self.top[self.inked], self.left[self.inked], strict=True):
            window = mask[y : y + high, x : x + wide]
            below = mask[y + high : y + high + 2, x : x + wide].any(axis=0)
            above = mask[max(0, y - 2) : y, x : x + wide].all(axis=0) if y >= 2 else np.zeros(wide, bool)
            dot = window & ~below[None, :]
            # Under a stroke from above, the part down to where the letters stand is the letter's.
            dot[: max(0, feet), above] = False
            labels = parts.labels[y : y + high, x : x + wide]
            # A small mark of its own that is no dot of the leader is the dot of an ạ or a comma.
            dot &= ~_own(labels, small, parts, leader)
            found[y : y + high, x : x + wide] |= dot

    def _feet(self, mask: Mask, leader: _Leader) -> int:
        """Rows of the windows, from the top, that letters standing over the leader reach into."""
        high, wide = _window(leader)
        half = round(leader.pitch / 2)
        depths = []
        for y, x in zip(self.top[self.written_over], self.left[self.written_over], strict=True):
            for column in (x + wide // 2 - half, x + wide // 2 + half):
                if not 0 <= column < mask.shape[1] or y < 2 or not mask[y - 2 : y, column].all():
                    continue
                gone = np.flatnonzero(~mask[y : y + high + 2, column])
                if len(gone):
                    depths.append(int(gone[0]))
        return int(np.median(depths)) if len(depths) >= 2 else 1


def _own(labels: NDArray[np.int32], small: Mask, parts: Components, leader: _Leader) -> Mask:
    inside = np.zeros(labels.shape, bool)
    for label in np.unique(labels):
        if label and small[label - 1] and parts.height[label - 1] > leader.height + 1:
            inside |= labels == label
    return inside


def _window(leader: _Leader) -> tuple[int, int]:
    return max(1, round(leader.height)), max(1, round(leader.width))
