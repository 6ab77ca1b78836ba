"""Find the dots of leaders, also those that have grown together with what is written over them.

A leader is a row of small marks of one size, on one level, at one pitch. Dots over or under letters
(``ị ạ``) never come in such rows. Where free dots give away a leader's level and pitch, the places
of its other dots are known, and the writing over them can be told from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from digitize.imaging.components import Components
from digitize.imaging.dots import TOLERANCE, Dots, Floats, Ink, Ints, Places
from digitize.imaging.picture import Mask

_LEAST_DOTS = 5
"""Fewer free dots in step are an ellipsis, or chance."""

_LEAST_SCATTERED = 3
_LEAST_PLACES = 4
"""So many free dots, on so many places, make a leader of a kind that the page is known to have."""

_STRONG = 7
"""A page with leaders has one with so many free dots side by side; the others are like it."""


_SAME_PITCH = 0.03
_MOST_KINDS = 4

_WIDEST_GAP = 45.0
"""Millimetres of writing that may hide every dot of a leader."""

_LEVEL = 0.45
"""Millimetres by which a mark may lie off the level of the last one in its row."""

_WIDEST_PITCH = 2.7
"""Millimetres from dot to dot."""

_NARROWEST_PITCH = 0.5
"""Millimetres; what is closer together are pieces of a worn line."""

_NEARLY_ALL = 0.8
"""Where writing stands over a leader, at least this share of its places has ink; where it stands
in a gap of the leader, letters hit only some of them."""

_FEW = 8
_NEARLY_ALL_OF_MANY = 0.88

_FREE, _ABOVE = 0.7, 1.5
"""Millimetres before and above a dot."""

_WINDOW = 8


@dataclass(frozen=True, slots=True)
class Leader:
    """Where a leader runs, in pixels: from ``left`` to ``right``, at ``level`` (its dots' middle)."""

    left: float
    right: float
    level: float


def find_leaders(mask: Mask, parts: Components, millimetre: float) -> tuple[Mask, list[Leader]]:
    """The dots of leaders, and where the leaders run.

    Args:
        mask: ink of a straightened page.
        parts: its connected components.
        millimetre: pixels in a millimetre.

    """
    small = (parts.width <= 1.1 * millimetre + 1) & (parts.height <= 0.75 * millimetre + 1)
    found = np.zeros_like(mask)
    runs: list[Leader] = []
    candidates = np.flatnonzero(small)
    if len(candidates) < _LEAST_DOTS:
        return found, runs
    rows = [row for row in _rows(parts, candidates, millimetre) if len(row) >= _LEAST_DOTS]
    sure = [dots for row in rows if (dots := _dots(parts, row, millimetre)) is not None]
    # Specks of a seal lie in step by chance, a few here and a few there.
    strong = [dots for dots in sure if dots.longest() >= _STRONG]
    sure = [dots for dots in sure if any(dots.is_like(one) for one in strong)]
    if not sure:
        return found, runs
    ink = Ink(mask, np.asarray(cv2.integral(mask.view(np.uint8)), np.int32), parts, small)
    taken = np.zeros(len(small), bool)
    for dots in sure:
        members, leaders = _paint(found, ink, dots)
        taken[members] = True
        runs += leaders
    # Dots that have been found are no ink any more: no other leader runs through them.
    left = mask & ~found
    ink = Ink(left, np.asarray(cv2.integral(left.view(np.uint8)), np.int32), parts, small)
    kinds = _kinds(sure)
    levels = list(runs)
    for row in _rows(parts, candidates[~taken[candidates]], millimetre):
        if len(row) > 1:
            for dots in _scattered(ink, row, kinds, levels, millimetre):
                runs += _paint(found, ink, dots)[1]
    return found, _apart(runs, millimetre)


def _apart(runs: list[Leader], millimetre: float) -> list[Leader]:
    """Leaders of which no two lie on each other."""
    apart: list[Leader] = []
    for run in sorted(runs, key=lambda run: run.left):
        for index, other in enumerate(apart):
            if abs(run.level - other.level) <= millimetre and run.left <= other.right:
                longer = max(run, other, key=lambda one: one.right - one.left)
                right = max(run.right, other.right)
                apart[index] = Leader(min(run.left, other.left), right, longer.level)
                break
        else:
            apart.append(run)
    return apart


def _rows(parts: Components, candidates: Ints, millimetre: float) -> Iterator[Ints]:
    """Chains of points, each next one to the right of the last and on its level.

    A point that two chains could take goes to the one whose level is nearer, so that dots of letters
    that hang lower make a chain of their own.
    """
    xs, ys = parts.x[candidates], parts.y[candidates]
    level, gap = _LEVEL * millimetre, _WIDEST_GAP * millimetre
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
            yield candidates[chain.members]


@dataclass(slots=True)
class _Chain:
    members: list[int]
    x: float
    y: float


def _dots(parts: Components, chain: Ints, millimetre: float) -> Dots | None:
    """The leader that a chain of marks holds: one size, one level, one pitch; None if there is none."""
    xs, ys = parts.x[chain], parts.y[chain]
    gaps = np.diff(xs)
    near = gaps[(gaps > _NARROWEST_PITCH * millimetre) & (gaps <= _WIDEST_PITCH * millimetre)]
    if len(near) < _LEAST_DOTS - 1:
        return None
    pitch = _commonest(near)
    beside = np.abs(gaps - pitch) <= TOLERANCE * pitch + 0.7
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
    alone = np.diff(xs[core]) <= pitch * (1 + TOLERANCE) + 0.7
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
    return Dots(chain[core], xs[core], ys[core], chain[single], pitch, width, height)


def _kinds(sure: list[Dots]) -> list[Dots]:
    """One leader of each kind that a page has, those with most dots first."""
    kinds: list[Dots] = []
    for dots in sorted(sure, key=lambda dots: -len(dots.members)):
        if not any(
            abs(dots.pitch / kind.pitch - 1) < _SAME_PITCH and abs(dots.height - kind.height) <= 1
            for kind in kinds
        ):
            kinds.append(dots)
    return kinds[:_MOST_KINDS]


def _scattered(ink: Ink, row: Ints, kinds: list[Dots], levels: list[Leader], millimetre: float) -> list[Dots]:
    """Leaders of a row of marks under so much writing that no free dots stand side by side.

    They are of the kind of another leader of the page: their dots are as large, and as far apart, and
    there is ink at nearly all the places between those that are free.
    """
    parts = ink.parts
    for kind in kinds:
        area = float(np.median(parts.area[kind.members]))
        alike = row[
            (parts.area[row] > 0.5 * area)
            & (parts.area[row] < 1.6 * area)
            & (np.abs(parts.height[row] - kind.height) <= 1)
            & (np.abs(parts.width[row] - kind.width) <= 1.5)
        ]
        if len(alike) < 2:
            continue
        alike = alike[np.argsort(parts.x[alike], kind="stable")]
        chains: list[list[int]] = []
        for mark in alike:
            for chain in reversed(chains[-2:]):
                if _between(ink, kind, chain[-1], int(mark)) is not None:
                    chain.append(int(mark))
                    break
            else:
                chains.append([int(mark)])
        found = []
        for chain in chains:
            if len(chain) < 2:
                continue
            x, y = parts.x[chain], parts.y[chain]
            places = round((x[-1] - x[0]) / kind.pitch) + 1
            # Two full stops may have letters at all places between them by chance; beside a leader on
            # the same level they hardly do.
            beside = any(
                abs(run.level - y[0]) <= 0.3 * millimetre
                and min(abs(run.left - x[-1]), abs(x[0] - run.right)) <= _WIDEST_GAP * millimetre
                for run in levels
            )
            # Nor do two full stops stand side by side.
            adjacent = bool((np.diff(x) <= (1 + TOLERANCE) * kind.pitch).any())
            enough = adjacent or (places >= _LEAST_PLACES and _begins_free(ink, x[0], y[0], kind, millimetre))
            if (beside and enough) or (len(chain) >= _LEAST_SCATTERED and places >= _LEAST_PLACES):
                members = np.array(chain)
                none = np.zeros(0, np.int64)
                found.append(Dots(members, x, y, none, kind.pitch, kind.width, kind.height))
        if found:
            return found
    return []


def _begins_free(ink: Ink, x: float, y: float, kind: Dots, millimetre: float) -> bool:
    """Whether there is paper right before a dot: the full stops of ``[09.3].`` stand close behind a sign."""
    right = round(x - kind.width / 2) - 1
    left, top = max(0, round(right - _FREE * millimetre)), max(0, round(y - _ABOVE * millimetre))
    return not ink.mask[top : round(y), left:right].any()


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
    level = np.asarray(np.polyval(weights, (xs - middle) / scale), np.float64)
    good = np.abs(ys - level) <= max(1.0, 2 * float(np.median(np.abs(ys - level))))
    if _LEAST_DOTS <= good.sum() < len(xs):
        weights = np.polyfit((xs[good] - middle) / scale, ys[good], degree)
        level = np.asarray(np.polyval(weights, (xs - middle) / scale), np.float64)
    return level


def _paint(found: Mask, ink: Ink, dots: Dots) -> tuple[Ints, list[Leader]]:
    """Mark the free dots, and those under writing: between the free dots, and beyond the outermost.

    Returns the free dots, and the leaders: a row of dots may hold several.
    """
    members, hidden = _joined(ink, dots)
    xs, ys = ink.parts.x[members], ink.parts.y[members]
    for member in members:
        ink.parts.paint(found, int(member))
    for places in hidden.values():
        if places is not None:
            places.paint(found, ink, dots)
    breaks = [-1, *sorted(left for left, places in hidden.items() if places is None), len(members) - 1]
    runs = []
    for before, end in pairwise(breaks):
        begin = before + 1
        floor = xs[begin - 1] if begin else 0.0
        limit = xs[end + 1] if end + 1 < len(xs) else float(found.shape[1])
        left = _paint_beyond(found, ink, dots, xs[begin], ys[begin], floor)
        right = _paint_beyond(found, ink, dots, xs[end], ys[end], limit)
        runs.append(Leader(left, right, float(np.median(ys[begin : end + 1]))))
    return members, runs


def _joined(ink: Ink, dots: Dots) -> tuple[Ints, dict[int, Places | None]]:
    """All free dots from left to right, and what hides between them.

    For the gaps wider than a pitch, numbered by the dot on their left: the places of hidden dots, or None
    where the leader is interrupted.
    """
    both = np.concatenate((dots.members, dots.single))
    order = np.argsort(ink.parts.x[both], kind="stable")
    everything = both[order]
    kept: Mask = order < len(dots.members)
    # A single dot before a leader is its beginning. One behind writing at the end of a leader is the
    # full stop of ``6.``, so single dots are only tried towards dots to the right.
    right = -1
    for index in range(len(everything) - 1, -1, -1):
        if not kept[index] and right >= 0:
            kept[index] = _between(ink, dots, everything[index], everything[right]) is not None
        if kept[index]:
            right = index
    members: Ints = everything[kept]
    steps = np.diff(ink.parts.x[members]) / dots.pitch
    wide = np.flatnonzero((np.round(steps) != 1) | (np.abs(steps - 1) > TOLERANCE))
    return members, {int(left): _between(ink, dots, members[left], members[left + 1]) for left in wide}


def _between(ink: Ink, dots: Dots, left: int, right: int) -> Places | None:
    """The places between two dots of a leader; None where there is something else between them."""
    x, y = ink.parts.x[[left, right]], ink.parts.y[[left, right]]
    steps = (x[1] - x[0]) / dots.pitch
    count = round(steps)
    if count < 1 or abs(steps - count) > TOLERANCE + 0.004 * count:
        return None
    share = np.arange(1, count) / count
    places = Places.at(ink, dots, x[0] + (x[1] - x[0]) * share, y[0] + (y[1] - y[0]) * share)
    least = _NEARLY_ALL if count <= _FEW else _NEARLY_ALL_OF_MANY
    return places if count == 1 or places.inked.mean() >= least else None


def _paint_beyond(found: Mask, ink: Ink, dots: Dots, x: float, y: float, limit: float) -> float:
    """Mark the dots that go on from an end of a leader towards ``limit``; return where they end."""
    step = dots.pitch if limit > x else -dots.pitch
    reach = np.arange(1, max(1, int(abs(limit - x) / dots.pitch))) * step
    beyond = Places.at(
        ink, dots, (x + reach).astype(np.float64), np.full(len(reach), y).astype(np.float64)
    ).without_small(ink)
    believed = _believed(beyond)
    if believed:
        beyond.first(believed).paint(found, ink, dots)
    return float(x + believed * step)


def _believed(places: Places) -> int:
    """How many places beyond the last free dot belong to the leader.

    As far as dots come that have nothing above them, the label before a leader having none.
    """
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
