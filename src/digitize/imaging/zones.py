"""Cut out what stands in a place of its own: values over leaders, cells, numbers in boxes, footnote marks.

Layout analysis takes a page for running text. A value that somebody wrote over a leader stands a
little higher than its label, the text of a cell ends at its border, and digits in boxes stand too
far apart for a word; so each of these is read from a picture of its own, and the page without them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from digitize.imaging.cells import Grid
from digitize.imaging.components import Components
from digitize.imaging.leaders import Leader
from digitize.imaging.picture import Mask, Pixels
from digitize.imaging.raised import Raised, raised_marks
from digitize.model import Box

_RISE = 5.8
_SINK = 2.2
"""Millimetres over and under the level of a leader in which the middle of a letter or accent lies."""

_BEFORE = 0.3
_BEHIND = 0.2
"""Millimetres by which a letter's middle may lie outside the leader under it."""

_NEXT_LETTER = 0.6
_LEAST_LETTER = 1.3
"""Beside the ends of a leader a value goes on as far as letters adjoin, which are at least this high and
not farther apart, in millimetres; the comma that is printed there is none."""

_MARGIN = 1.0
"""Millimetres of paper around a cut-out."""

_APART = 0.16
"""Share of their height that is left between digits moved together, as in print."""

_LEAST_BODY = 1.1
"""Millimetres; letters are higher, accents are not."""

_ACCENT = 1.3
"""Millimetres from the farther accent of an Ấ to its letter."""

_LINE, _FOOT = 2.8, 0.4
"""Millimetres over and under the level of a leader between which its line of text stands."""

_EDGE = 0.45
"""Millimetres along the sides of a cell in which ragged remains of its lines lie."""

_SPECK = 0.25
"""Millimetres; what is smaller in both directions says nothing by itself."""


class ZoneKind(StrEnum):
    """What a zone holds."""

    VALUE = "value"
    CELL = "cell"
    DIGITS = "digits"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Zone:
    """A cut-out of the reading picture.

    Attributes:
        kind: what it holds.
        box: where its ink lies in the reading picture.
        pixels: the ink alone on paper, with a margin.
        origin: where the left upper corner of ``pixels`` lies in the reading picture.
        place: where it belongs in the order of the page: its cell, or the height of a line on its
            leader, whatever the ink in it reaches to.

    """

    kind: ZoneKind
    box: Box
    pixels: Pixels
    origin: tuple[int, int]
    place: Box


def cut_zones(
    grey: Pixels, mask: Mask, leaders: Iterable[Leader], grid: Grid, dpi: float, paper: int
) -> tuple[list[Zone], Pixels, Mask]:
    """Cut the zones out of a page without rulings; return them, and the page and its ink without them.

    Args:
        grey: the page without rulings.
        mask: its ink.
        leaders: where leaders were.
        grid: where cells and boxes were.
        dpi: resolution.
        paper: brightness of the paper.

    """
    cutter = _Cutter(grey, mask.copy(), grey.copy(), dpi / 25.4, paper)
    zones: list[Zone | None] = [cutter.mark(mark) for mark in raised_marks(mask, dpi / 25.4)]
    zones += [cutter.comb(comb) for comb in grid.combs]
    zones += [cutter.cell(cell) for cell in grid.cells]
    zones += [cutter.value(leader) for leader in leaders]
    found = [zone for zone in zones if zone is not None]
    return found, cutter.rest if found else grey, cutter.mask


@dataclass(frozen=True, slots=True)
class _Cutter:
    grey: Pixels
    mask: Mask
    rest: Pixels
    millimetre: float
    paper: int

    def mark(self, mark: Raised) -> Zone:
        """The digits of a raised mark; its brackets go with it, and the grey rim of both."""
        x0, y0, x1, y1 = self._clipped(_wider(mark.digits))
        margin = round(_MARGIN * self.millimetre)
        pixels = np.pad(self.grey[y0:y1, x0:x1], margin, constant_values=self.paper)
        left, top, right, bottom = self._clipped(_wider(mark.box))
        self.rest[top:bottom, left:right] = self.paper
        self.mask[top:bottom, left:right] = False
        return Zone(ZoneKind.MARK, mark.box, pixels, (x0 - margin, y0 - margin), mark.box)

    def value(self, leader: Leader) -> Zone | None:
        """What is written over a leader."""
        unit = self.millimetre
        left, right = leader.left - _BEFORE * unit, leader.right + _BEHIND * unit
        top, bottom = leader.level - _RISE * unit, leader.level + _SINK * unit
        # The lines over and under it are looked at too: to tell whose an accent is.
        around = self._clipped((left - 6 * unit, top - 4 * unit, right + 6 * unit, bottom + 4 * unit))
        zone = self._cut(ZoneKind.VALUE, around, (left, top, right, bottom), goes_on=True)
        if zone is None:
            return None
        line = (round(leader.level - _LINE * unit), round(leader.level + _FOOT * unit))
        return replace(zone, place=(zone.box[0], line[0], zone.box[2], line[1]))

    def cell(self, cell: Box) -> Zone | None:
        """What is written in a cell: all of it, since its sides part it from everything else."""
        x0, y0, x1, y1 = around = self._clipped(cell)
        if x1 - x0 < 2 or y1 - y0 < 2:
            return None
        parts = Components.of(np.ascontiguousarray(self.mask[y0:y1, x0:x1]))
        box = self._box(parts, ~self._at_edge(parts), around)
        if box is None:
            return None
        margin = round(_MARGIN * self.millimetre)
        inner = self.grey[box[1] : box[3], box[0] : box[2]]
        pixels = np.pad(inner, margin, constant_values=self.paper)
        self.rest[y0:y1, x0:x1] = self.paper
        self.mask[y0:y1, x0:x1] = False
        return Zone(ZoneKind.CELL, box, pixels, (box[0] - margin, box[1] - margin), cell)

    def comb(self, comb: tuple[Box, ...]) -> Zone | None:
        """The digits of a row of boxes, moved together."""
        cells = [zone for zone in map(self.cell, comb) if zone is not None]
        if not cells:
            return None
        margin = round(_MARGIN * self.millimetre)
        top = min(zone.origin[1] for zone in cells)
        high = max(zone.origin[1] + zone.pixels.shape[0] for zone in cells) - top
        gap = np.full((high, round(_APART * (high - 2 * margin))), self.paper, np.uint8)
        edge = np.full((high, margin), self.paper, np.uint8)
        strip: list[Pixels] = [edge]
        for zone in cells:
            inner = zone.pixels[:, margin:-margin]
            digit = np.full((high, inner.shape[1]), self.paper, np.uint8)
            digit[zone.origin[1] - top :][: inner.shape[0]] = inner
            strip += [digit, gap]
        strip.append(edge)
        box = (cells[0].box[0], min(z.box[1] for z in cells), cells[-1].box[2], max(z.box[3] for z in cells))
        return Zone(ZoneKind.DIGITS, box, np.hstack(strip), cells[0].origin, box)

    def _cut(
        self,
        kind: ZoneKind,
        around: Box,
        middle: tuple[float, float, float, float],
        *,
        goes_on: bool = False,
    ) -> Zone | None:
        """Cut out the pieces of ink around a place whose middle lies in it."""
        x0, y0, x1, y1 = around
        if x1 - x0 < 2 or y1 - y0 < 2:
            return None
        parts = Components.of(np.ascontiguousarray(self.mask[y0:y1, x0:x1]))
        x, y = parts.x + x0, parts.y + y0
        inside = (x >= middle[0]) & (x < middle[2]) & (y >= middle[1]) & (y < middle[3])
        if goes_on and inside.any():
            inside = self._with_their_own(parts, inside)
        if goes_on and inside.any():
            inside = self._followed(parts, inside, (y >= middle[1]) & (y < middle[3]))
            inside = self._with_their_own(parts, inside)
        box = self._box(parts, inside, around)
        return None if box is None else self._lifted(kind, box, around, parts, inside)

    def _at_edge(self, parts: Components) -> Mask:
        """The pieces that reach no farther from the sides of a cell than what is left of its lines."""
        edge = _EDGE * self.millimetre
        high, wide = parts.labels.shape
        right, bottom = parts.left + parts.width, parts.top + parts.height
        at_side: Mask = (right <= edge) | (parts.left >= wide - edge)
        at_end: Mask = (bottom <= edge) | (parts.top >= high - edge)
        return at_side | at_end

    def _box(self, parts: Components, inside: Mask, around: Box) -> Box | None:
        """The box around pieces of ink, specks left out; None if there are only specks."""
        speck = max(1.0, _SPECK * self.millimetre)
        telling = inside & ((parts.width > speck) | (parts.height > speck))
        if not telling.any():
            return None
        left, top = int(parts.left[telling].min()), int(parts.top[telling].min())
        right = int((parts.left + parts.width)[telling].max())
        bottom = int((parts.top + parts.height)[telling].max())
        return around[0] + left, around[1] + top, around[0] + right, around[1] + bottom

    def _with_their_own(self, parts: Components, inside: Mask) -> Mask:
        """``inside``, with each accent, dot and comma counted to the letter that it is nearest to."""
        letters = np.flatnonzero(parts.height >= _LEAST_BODY * self.millimetre)
        small = np.flatnonzero(parts.height < _LEAST_BODY * self.millimetre)
        if not len(letters) or not len(small):
            return inside
        right, bottom = parts.left + parts.width, parts.top + parts.height
        across = np.maximum(
            parts.left[letters][None, :] - right[small][:, None],
            parts.left[small][:, None] - right[letters][None, :],
        ).clip(0)
        down = np.maximum(
            parts.top[letters][None, :] - bottom[small][:, None],
            parts.top[small][:, None] - bottom[letters][None, :],
        ).clip(0)
        apart = across.astype(np.int64) ** 2 + down.astype(np.int64) ** 2
        nearest = letters[apart.argmin(axis=1)]
        near = apart.min(axis=1) <= (_ACCENT * self.millimetre) ** 2
        result = inside.copy()
        result[small] = np.where(near, inside[nearest], inside[small])
        # What the edge cuts is no accent, but the rest of a letter of another line.
        high = parts.labels.shape[0]
        result[small] &= (parts.top[small] > 0) & (bottom[small] < high)
        return result

    def _followed(self, parts: Components, inside: Mask, level: Mask) -> Mask:
        """The pieces ``inside`` with the letters that adjoin them on either side: no word is cut."""
        inside = inside.copy()
        right = parts.left + parts.width
        letters = np.flatnonzero(~inside & level & (parts.height >= _LEAST_LETTER * self.millimetre))
        reach = _NEXT_LETTER * self.millimetre
        end, begin = int(right[inside].max()), int(parts.left[inside].min())
        for piece in letters[np.argsort(parts.left[letters], kind="stable")]:
            if -parts.width[piece] / 2 <= parts.left[piece] - end <= reach:
                inside[piece] = True
                end = max(end, int(right[piece]))
        for piece in letters[np.argsort(-right[letters], kind="stable")]:
            if -parts.width[piece] / 2 <= begin - right[piece] <= reach:
                inside[piece] = True
                begin = min(begin, int(parts.left[piece]))
        return inside

    def _lifted(self, kind: ZoneKind, box: Box, around: Box, parts: Components, inside: Mask) -> Zone:
        x0, y0, x1, y1 = around
        chosen = np.concatenate(([False], inside))[parts.labels]
        grown = _grown(chosen)
        other = _grown((parts.labels > 0) & ~chosen)
        picture = np.where(grown & ~other | chosen, self.grey[y0:y1, x0:x1], self.paper).astype(np.uint8)
        view = self.rest[y0:y1, x0:x1]
        view[chosen | (grown & ~other)] = self.paper
        margin = round(_MARGIN * self.millimetre)
        padded = np.pad(picture, margin, constant_values=self.paper)
        left, top, right, bottom = box[0] - x0, box[1] - y0, box[2] - x0, box[3] - y0
        pixels = np.ascontiguousarray(padded[top : bottom + 2 * margin, left : right + 2 * margin])
        # What has been cut out is not there for the next.
        self.mask[y0:y1, x0:x1] &= ~chosen
        return Zone(kind, box, pixels, (box[0] - margin, box[1] - margin), box)

    def _clipped(self, box: tuple[float, float, float, float]) -> Box:
        height, width = self.grey.shape
        return (
            max(0, round(box[0])),
            max(0, round(box[1])),
            min(width, round(box[2])),
            min(height, round(box[3])),
        )


def _wider(box: Box) -> Box:
    return box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1


def _grown(mask: Mask) -> Mask:
    grown: NDArray[np.bool_] = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:-1] |= mask[1:]
    sideways = grown.copy()
    grown[:, 1:] |= sideways[:, :-1]
    grown[:, :-1] |= sideways[:, 1:]
    return grown
