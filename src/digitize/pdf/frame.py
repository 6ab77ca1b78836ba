"""A page as it is seen, and the room on it."""

from __future__ import annotations

from dataclasses import dataclass

Rectangle = tuple[int, int, int, int]
"""Left, bottom, right and top in points."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A page as its annotations see it.

    Attributes:
        box: its visible part, in the page's own coordinates.
        turn: degrees by which it is turned clockwise before anybody sees it: 0, 90, 180 or 270.

    """

    box: Rectangle
    turn: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as it is seen."""
        left, bottom, right, top = self.box
        width, height = right - left, top - bottom
        return (width, height) if self.turn % 180 == 0 else (height, width)

    def own(self, seen: Rectangle) -> Rectangle:
        """A rectangle in the page's own coordinates that is seen there, from the seen lower left."""
        left, bottom, right, top = self.box
        x0, y0, x1, y1 = seen
        if self.turn == 90:
            return (right - y1, bottom + x0, right - y0, bottom + x1)
        if self.turn == 180:
            return (right - x1, top - y1, right - x0, top - y0)
        if self.turn == 270:
            return (left + y0, top - x1, left + y1, top - x0)
        return (left + x0, bottom + y0, left + x1, bottom + y1)
