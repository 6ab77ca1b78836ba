"""What field reading sees of a page: its words, and its picture when it must look closer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from digitize.imaging.ink import black_ink, ink, to_grey
from digitize.imaging.picture import Mask, Pixels
from digitize.imaging.reading import CleanPicture, clean_picture
from digitize.model import Box, PageReading

_MARGIN = 4.0
"""Millimetres that writing may reach beyond the longest line."""


@dataclass(frozen=True)
class PageView:
    """A page of a dossier.

    Attributes:
        reading: what page work found.
        load: decodes the archival picture; called once, and only if something must be looked at.

    """

    reading: PageReading
    load: Callable[[], Pixels]

    @cached_property
    def pixels(self) -> Pixels:
        """The archival picture of the page, loaded when first asked for."""
        return self.load()

    @cached_property
    def cleaned(self) -> CleanPicture:
        """The page without rulings and seals."""
        return clean_picture(self.pixels, self.reading.dpi)

    @cached_property
    def right_margin(self) -> int:
        """Where the lines of the page end; beyond it lie the edge of the sheet and the dark beside it."""
        longest = max((word.box[2] for word in self.reading.words), default=self.reading.width)
        return min(self.reading.width, longest + self.millimetres(_MARGIN))

    @cached_property
    def cells(self) -> tuple[Box, ...]:
        """Cells of tables, as boxes in page pixels."""
        return tuple(map(self._on_page, self.cleaned.grid.cells))

    @cached_property
    def combs(self) -> tuple[tuple[Box, ...], ...]:
        """Rows of boxes for one digit each, in page pixels."""
        return tuple(tuple(map(self._on_page, comb)) for comb in self.cleaned.grid.combs)

    def _on_page(self, box: Box) -> Box:
        left, top, right, bottom = (round(edge / self.cleaned.scale) for edge in box)
        return left, top, right, bottom

    @cached_property
    def writing(self) -> Mask:
        """Ink of the page, coloured ink included, without rulings; in page pixels."""
        return ink(to_grey(self.pixels))

    @cached_property
    def dark(self) -> Mask:
        """Black ink of the page; seals and blue signatures are not in it. In page pixels."""
        return black_ink(self.pixels)

    def marks(self, box: Box, least: float, *, dark: bool = False) -> list[Box]:
        """Separate marks of writing in a part of the page, in page pixels.

        Args:
            box: where to look.
            least: millimetres that a mark must measure in height or width.
            dark: look at black ink alone.

        """
        left, top, right, bottom = self._within(box)
        layer = self.dark if dark else self.writing
        part = layer[top:bottom, left:right].astype(np.uint8)
        if not part.size:
            return []
        _, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
        pixels = least * self.reading.dpi / 25.4
        return [
            (left + int(x), top + int(y), left + int(x + w), top + int(y + h))
            for x, y, w, h, _ in stats[1:]
            if max(w, h) >= pixels
        ]

    def millimetres(self, amount: float) -> int:
        """Millimetres on this page in pixels."""
        return round(amount * self.reading.dpi / 25.4)

    def _within(self, box: Box) -> Box:
        left, top, right, bottom = box
        return (
            max(0, left),
            max(0, top),
            min(self.reading.width, right),
            min(self.reading.height, bottom),
        )
