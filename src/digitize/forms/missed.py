"""Writing on a form that page reading has missed, beside, between and below the words of a value."""

from __future__ import annotations

from collections.abc import Sequence

from digitize.forms.layout import surround
from digitize.forms.places import Place
from digitize.forms.view import PageView
from digitize.model import Box, Word

_WRITING = 1.3
"""Millimetres that ink must measure to be writing; what is left of leaders measures less."""

_GAP = 0.8
"""Millimetres behind a label in which its last letter may reach."""

_REACH = 25.0
"""Millimetres behind a value in which something unread belongs to it."""


def unread_writing(room: Box, words: Sequence[Word], view: PageView, *, dark: bool = False) -> list[Box]:
    """The writing in a room beside the words that were read in it; if ``dark``, in black ink alone."""
    slack = view.millimetres(0.6)
    grown = [(b[0] - slack, b[1] - slack, b[2] + slack, b[3] + slack) for b in (word.box for word in words)]
    return [
        mark
        for mark in view.marks(room, _WRITING, dark=dark)
        if _is_writing(mark, view) and not any(_meets(mark, box) for box in grown)
    ]


def _meets(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _is_writing(mark: Box, view: PageView) -> bool:
    """Whether a mark is as tall as writing; dots and dashes of a leader are flat."""
    return mark[3] - mark[1] >= view.millimetres(_WRITING)


def inner(room: Box, view: PageView) -> Box:
    """A room without its ends, where the label before and the one after reach in."""
    left, top, right, bottom = room
    return left + view.millimetres(1.0), top, right - view.millimetres(1.0), bottom


def unread_beside(place: Place, view: PageView, *, whole: bool) -> list[list[Box]]:
    """The writing before, between or right behind what was read, row by row: words that were missed.

    What stands behind a ``whole`` value is none of it.
    """
    gap, reach = view.millimetres(_GAP), view.millimetres(_REACH)
    filled = place.filled
    missed = []
    for row, room in filled:
        _, top, right, bottom = surround(word.box for word in row)
        end = right if whole and row is filled[-1][0] else min(right + reach, room[2])
        missed.append(unread_writing((room[0] + gap, top, end, bottom), row, view))
    return missed


def unread_below(place: Place, view: PageView) -> bool:
    """Whether there is writing on the lines of a value below those on which something was read."""
    last, _ = place.filled[-1]
    left = place.caption[0].box[0]
    _, _, _, bottom = surround(word.box for word in last)
    number = sum(1 for row in place.rows if row)
    height = bottom - min(word.box[1] for word in last)
    end = min(place.below[3] - height // 4, bottom + (len(place.rows) - number) * 2 * height)
    if end - bottom < height:
        return False
    room = (left, bottom + height // 4, view.right_margin, end)
    return bool(unread_writing(room, view.reading.words, view))
