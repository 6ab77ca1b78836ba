"""Read what is written at a place of a form, doubt it, and say why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digitize.forms.hidden_dots import dot_lost, may_hide_dot
from digitize.forms.layout import surround
from digitize.forms.places import Place
from digitize.forms.second_look import (
    bare_look,
    clean_look,
    confirmed,
    contradicts,
    on_leader,
    same_number,
)
from digitize.forms.template import FieldType
from digitize.forms.values import ReadValue, clean, read_value, without_printed
from digitize.forms.view import PageView
from digitize.model import Box, FieldReading, Problem, Value, Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.looks import DOUBTFUL

_WRITING = 1.3
"""Millimetres that ink must measure to be writing; what is left of leaders measures less."""

_GAP = 0.8
"""Millimetres behind a label in which its last letter may reach."""

_REACH = 25.0
"""Millimetres behind a value in which something unread belongs to it."""

_AGREED = 0.9
"""Confidence of a value that two readings agree on, at least."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a place: the type of its value, the unit printed behind it, what it must look like."""

    type: FieldType
    unit: tuple[str, ...] = ()
    pattern: str = ""

    def read(self, text: str) -> ReadValue:
        """A text as a value."""
        read = read_value(self.type, clean(text))
        if self.pattern and read.value is not None and not re.fullmatch(self.pattern, str(read.value)):
            return ReadValue(read.value, (*read.problems, Problem("value_unfit")))
        return read


def read_written(asked: Asked, place: Place, view: PageView, engine: OcrEngine) -> FieldReading:
    """The value that is written at a place; None where nothing is."""
    place = place.before(asked.unit)
    raw = " ".join(word.text for word in place.words)
    if not without_printed(asked.type, clean(raw)):
        return _empty(place, view)
    return _read_text(asked, place, view, raw, engine)


def _empty(place: Place, view: PageView) -> FieldReading:
    """A field without readable words: truly empty, or written in a way that was not read."""
    room = place.rooms[0]
    if unread(_within(room, view), place.words, view):
        return FieldReading.unread("not_readable", place.page, room)
    return FieldReading(None, confidence=0.95, page=place.page, box=room)


def unread(room: Box, words: Sequence[Word], view: PageView) -> bool:
    """Whether there is writing in a room beside the words that were read in it."""
    slack = view.millimetres(0.6)
    grown = [(b[0] - slack, b[1] - slack, b[2] + slack, b[3] + slack) for b in (word.box for word in words)]
    return any(
        _is_writing(mark, view) and not any(_meets(mark, box) for box in grown)
        for mark in view.marks(room, _WRITING)
    )


def _meets(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _is_writing(mark: Box, view: PageView) -> bool:
    """Whether a mark is as tall as writing; dots and dashes of a leader are flat."""
    return mark[3] - mark[1] >= view.millimetres(_WRITING)


def _within(room: Box, view: PageView) -> Box:
    """A room without its ends, where the label before and the one after reach in."""
    left, top, right, bottom = room
    return left + view.millimetres(1.0), top, right - view.millimetres(1.0), bottom


def _unread_beside(place: Place, view: PageView) -> bool:
    """Whether there is writing before, between or right behind what was read: a word that was missed."""
    gap, reach = view.millimetres(_GAP), view.millimetres(_REACH)
    for row, room in place.filled:
        _, top, right, bottom = surround(word.box for word in row)
        if unread((room[0] + gap, top, min(right + reach, room[2]), bottom), row, view):
            return True
    return False


def _unread_below(place: Place, view: PageView) -> bool:
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
    return unread(room, view.reading.words, view)


def _read_text(asked: Asked, place: Place, view: PageView, raw: str, engine: OcrEngine) -> FieldReading:
    telling = [word for word in place.words if any(map(str.isalnum, word.text))]
    confidence = min((word.confidence for word in telling), default=0.0)
    first = asked.read(raw)
    problems = list(first.problems)
    value = first.value
    boxes = [surround(word.box for word in row) for row, _ in place.filled]
    comb = _comb_of(telling, view)
    if comb is not None and len(clean(raw).replace(" ", "")) != len(comb):
        problems.append(Problem("digits_missing"))
    sound = value is not None and not problems and confidence > DOUBTFUL
    vouched = None
    # Where the network alone has read a number, it cannot vouch for itself.
    if len(boxes) == 1 and sound:
        vouched = same_number(view, surround(word.box for word in telling), clean(raw))
    if vouched is not None:
        raw = vouched
        value = asked.read(raw).value
    elif comb is None and not (sound and confirmed(view, telling)):
        value, more = _looked_again(asked, first, raw, boxes, view, engine)
        problems = more if value != first.value else problems + more
    elif comb is None:
        problems += _hidden_dots(asked, telling, boxes, view, engine)
    if value is not None and not problems and confidence <= DOUBTFUL:
        # Its readers differ.
        problems.append(Problem("low_confidence"))
    sure = value is not None and not problems
    confidence = max(confidence, _AGREED) if sure else min(confidence, 0.5)
    if place.runs_on:
        problems.append(Problem("value_runs_on"))
    if comb is None and (_unread_beside(place, view) or _unread_below(place, view)):
        problems.append(Problem("unread_beside"))
    return FieldReading(
        value=value,
        raw=clean(raw),
        confidence=round(confidence, 3),
        page=place.page,
        box=surround(word.box for word in telling) if telling else place.rooms[0],
        needs_review=bool(problems),
        problems=tuple(problems),
    )


def _comb_of(words: Sequence[Word], view: PageView) -> Sequence[Box] | None:
    """The boxes, one for each digit, in which some words stand; page reading has looked well at each."""
    if not words or any(sum(map(str.isdigit, word.text)) < len(word.text) for word in words):
        return None
    left, top, right, bottom = surround(word.box for word in words)
    for comb in view.combs:
        around = surround(comb)
        if around[1] <= (top + bottom) / 2 < around[3] and around[0] <= (left + right) / 2 < around[2]:
            return comb
    return None


def _looked_again(
    asked: Asked, first: ReadValue, raw: str, boxes: Sequence[Box], view: PageView, engine: OcrEngine
) -> tuple[Value, list[Problem]]:
    """A value after two more looks of the engine, and what they say against it."""
    value = first.value
    bare = bare_look(view, boxes, engine)
    if _same(asked.read(bare).value, value):
        return value, []
    again = clean_look(view, boxes, engine)
    second = asked.read(again)
    if _same(second.value, value):
        against = _against(asked, value, raw, bare)
        return value, [] if against is None else [Problem("readings_disagree", {"other": against})]
    if first.problems and not second.problems and second.value is not None:
        # Only one of the two readings fits the type; it is shown, and still looked at.
        return second.value, [Problem("readings_disagree", {"other": clean(raw)})]
    return value, [Problem("readings_disagree", {"other": clean(again)})]


def _hidden_dots(
    asked: Asked, words: Sequence[Word], boxes: Sequence[Box], view: PageView, engine: OcrEngine
) -> list[Problem]:
    """What a bare look says of dots below that may have gone with the dots of a leader."""
    name = asked.type is FieldType.NAME
    if not may_hide_dot(words, name=name) or not any(on_leader(view, box) for box in boxes):
        return []
    other = dot_lost(words, bare_look(view, boxes, engine), name=name)
    return [] if other is None else [Problem("readings_disagree", {"other": other})]


def _same(one: Value, other: Value) -> bool:
    """Whether two readings agree; who issued a paper is one of few, known by less than all letters."""
    if isinstance(one, dict) and isinstance(other, dict):
        parts = ("number", "issued_on")
        return all(one.get(part) is not None and one.get(part) == other.get(part) for part in parts)
    return one == other


def _against(asked: Asked, value: Value, raw: str, bare: str) -> str | None:
    """What in a bare look speaks against a value, or None."""
    if asked.type is FieldType.DATE:
        seen = asked.read(bare).value
        return str(seen) if seen is not None and seen != value else None
    return contradicts(clean(raw), bare)
