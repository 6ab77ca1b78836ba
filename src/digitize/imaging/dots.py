"""The dots of a leader, the ink they may be hidden in, and the places where they should be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitize.imaging.components import Components
from digitize.imaging.picture import Mask

TOLERANCE = 0.22
"""Share of the pitch by which a dot may lie beside its place."""

_LIKE_PITCH = 0.12
_LIKE_WIDTH = 1.5
"""By which share in pitch, and how many pixels in width, leaders of one kind differ at most."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dots:
    """The dots of a leader, or of several on one level: the free ones, and their geometry in pixels.

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

    def longest(self) -> int:
        """The most free dots that follow each other."""
        beside = np.abs(np.diff(self.xs) - self.pitch) <= TOLERANCE * self.pitch + 0.7
        breaks = np.flatnonzero(np.concatenate(([True], ~beside, [True])))
        return int(np.diff(breaks).max())

    def is_like(self, other: Dots) -> bool:
        """Whether it may be a leader of the same kind."""
        return (
            abs(self.pitch / other.pitch - 1) <= _LIKE_PITCH
            and abs(self.height - other.height) <= 1
            and abs(self.width - other.width) <= _LIKE_WIDTH
        )


@dataclass(frozen=True, slots=True)
class Ink:
    """The ink of a page: its mask, the sums of it, its pieces, and which of them are small."""

    mask: Mask
    sums: NDArray[np.int32]
    parts: Components
    small: Mask

    def count(self, top: Ints, left: Ints, high: int, wide: int) -> NDArray[np.int32]:
        """Ink in windows of one size."""
        sums = self.sums
        inside: NDArray[np.int32] = (
            sums[top + high, left + wide] - sums[top, left + wide] - sums[top + high, left] + sums[top, left]
        )
        return inside


@dataclass(frozen=True, slots=True)
class Places:
    """Where dots should be: windows, whether they have ink, and whether ink lies above them."""

    top: Ints
    left: Ints
    high: int
    wide: int
    inked: Mask
    written_over: Mask

    @classmethod
    def at(cls, ink: Ink, dots: Dots, xs: Floats, ys: Floats) -> Places:
        """Windows around places given by their middles."""
        high, wide = max(1, round(dots.height)), max(1, round(dots.width))
        rows, columns = ink.mask.shape
        top = np.clip(np.round(ys - (high - 1) / 2), 0, max(0, rows - high)).astype(np.int64)
        left = np.clip(np.round(xs - (wide - 1) / 2), 0, max(0, columns - wide)).astype(np.int64)
        reach = round(2.5 * high)
        above = np.maximum(top - reach, 0)
        inside = ink.count(top, left, high, wide)
        # Rows from ``above`` down to ``top``: the window with them, less the window.
        sums = ink.sums
        over = sums[top, left + wide] - sums[above, left + wide] - sums[top, left] + sums[above, left]
        return cls(top, left, high, wide, inside >= 0.4 * high * wide, over > 0)

    def first(self, count: int) -> Places:
        """The first ``count`` places."""
        return Places(
            self.top[:count],
            self.left[:count],
            self.high,
            self.wide,
            self.inked[:count],
            self.written_over[:count],
        )

    def without_small(self, ink: Ink) -> Places:
        """The same places; small marks of their own, which have been judged already, are no ink."""
        labels = ink.parts.labels[self.top + self.high // 2, self.left + self.wide // 2]
        own = (labels > 0) & ink.small[labels - 1]
        # Nor is the foot of a letter that goes on at both sides, as that of a U does.
        middle = self.top + self.high // 2
        before = np.maximum(self.left - 2, 0)
        behind = np.minimum(self.left + self.wide + 1, ink.mask.shape[1] - 1)
        own |= ink.mask[middle, before] & ink.mask[middle, behind]
        return Places(self.top, self.left, self.high, self.wide, self.inked & ~own, self.written_over)

    def paint(self, found: Mask, ink: Ink, dots: Dots) -> None:
        """Mark the dots; what letters have of the same ink stays."""
        high, wide, mask = self.high, self.wide, ink.mask
        feet = self._feet(ink, dots)
        for y, x in zip(self.top[self.inked], self.left[self.inked], strict=True):
            window = (slice(y, y + high), slice(x, x + wide))
            below = mask[y + high : y + high + 2, x : x + wide].any(axis=0)
            dot = mask[window] & ~below
            if y >= 2:
                # Under a stroke from above, the part down to where the letters stand is the letter's.
                above = mask[y - 2 : y, x : x + wide].all(axis=0)
                dot[:feet, above] = False
            labels = ink.parts.labels[window]
            # A small mark of its own that is no dot of the leader is the dot of an ạ or a comma.
            label = int(labels[high // 2, wide // 2])
            if label and ink.small[label - 1] and ink.parts.height[label - 1] > dots.height + 1:
                dot &= labels != label
            found[window] |= dot

    def _feet(self, ink: Ink, dots: Dots) -> int:
        """Rows of the windows, from the top, that letters standing over the leader reach into."""
        mask, high = ink.mask, self.high
        half = round(dots.pitch / 2)
        depths = []
        for y, x in zip(self.top[self.written_over], self.left[self.written_over], strict=True):
            for column in (x + self.wide // 2 - half, x + self.wide // 2 + half):
                if not 0 <= column < mask.shape[1] or y < 2 or not mask[y - 2 : y, column].all():
                    continue
                gone = np.flatnonzero(~mask[y : y + high + 2, column])
                if len(gone):
                    depths.append(int(gone[0]))
        return int(np.median(depths)) if len(depths) >= 2 else 1
