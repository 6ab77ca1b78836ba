"""Read what is written at a place of a form, doubt it, and say why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from digitize.forms.hidden_dots import dot_lost, may_hide_dot
from digitize.forms.layout import surround
from digitize.forms.missed import inner, unread_below, unread_beside, unread_writing
from digitize.forms.places import Place
from digitize.forms.second_look import (
    AGREED,
    bare_look,
    clean_look,
    confirmed,
    contradicts,
    on_leader,
    same_number,
)
from digitize.forms.template import FieldType
from digitize.forms.value_texts import ReadValue, clean
from digitize.forms.values import is_body, read_value, without_printed
from digitize.forms.view import PageView
from digitize.model import Box, FieldReading, Problem, Value, Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.looks import DOUBTFUL

_AROUND = " .,;:"
_STROKE_BEHIND = re.compile(r" [1lI|]$")
"""The line of a table behind a value, taken for a letter."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a place.

    Attributes:
        type: of its value.
        unit: what is printed behind the value.
        pattern: what it must look like.
        known: words that it may hold though no list of the program has them.

    """

    type: FieldType
    unit: tuple[str, ...] = ()
    pattern: str = ""
    known: tuple[str, ...] = ()

    def read(self, text: str) -> ReadValue:
        """A text as a value."""
        read = read_value(self.type, clean(text), self.known)
        if self.pattern and read.value is not None and not re.fullmatch(self.pattern, str(read.value)):
            return replace(read, problems=(*read.problems, Problem("value_unfit")))
        return read


def read_written(asked: Asked, place: Place, view: PageView, engine: OcrEngine) -> FieldReading:
    """The value that is written at a place; None where nothing is."""
    place = place.before(asked.unit)
    raw = " ".join(word.text for word in place.words)
    if not without_printed(asked.type, clean(raw)):
        return _empty(place, view)
    if asked.type is FieldType.PARTY:
        asked = replace(asked, type=FieldType.TEXT if is_body(raw) else FieldType.NAME)
    return _read_text(asked, place, view, raw, engine)


def _empty(place: Place, view: PageView) -> FieldReading:
    """A field without readable words: truly empty, or written in a way that was not read."""
    room = place.rooms[0]
    if unread_writing(inner(room, view), place.words, view):
        return FieldReading.unread("not_readable", place.page, room)
    return FieldReading(None, confidence=0.95, page=place.page, box=room)


def _with_missed_words(
    asked: Asked, place: Place, missed: Sequence[Sequence[Box]], view: PageView, engine: OcrEngine
) -> FieldReading | None:
    """A value with the words that page reading has missed, where a look of the engine sees them all.

    It is for a person unless what was missed makes no difference to a value that was read with confidence, or
    a second look agrees. None where the look sees no more than was read before, or makes nothing of it.
    """
    boxes = [
        surround((*(word.box for word in row), *marks))
        for (row, _), marks in zip(place.filled, missed, strict=True)
    ]
    text = clean(clean_look(view, boxes, engine))
    found = asked.read(text)
    seen = text.casefold()
    told = [word.text.strip(_AROUND).casefold() for word in place.telling]
    more = len(seen.split()) > len(told) and all(word in seen for word in told)
    if found.value is None or found.problems or not more:
        return None
    problems = [Problem("value_runs_on")] if place.runs_on else []
    problems += [Problem("unread_beside")] if unread_below(place, view) else []
    sure = min((word.confidence for word in place.telling), default=0.0) > DOUBTFUL
    if not (sure and _same(found.value, asked.read(_text_of(place)).value)):
        bare = clean(bare_look(view, boxes, engine))
        problems += [] if _same(found.value, asked.read(bare).value) else [_disagreement(bare)]
    return _reading(found.value, text, place.page, surround(boxes), AGREED, problems)


def _text_of(place: Place) -> str:
    return clean(" ".join(word.text for word in place.words))


def _disagreement(other: str) -> Problem:
    return Problem("readings_disagree", {"other": other})


def _reading(
    value: Value, raw: str, page: int, box: Box, confidence: float, problems: Sequence[Problem]
) -> FieldReading:
    return FieldReading(
        value=value,
        raw=raw,
        confidence=round(confidence, 3),
        page=page,
        box=box,
        needs_review=bool(problems),
        problems=tuple(problems),
    )


def _read_text(asked: Asked, place: Place, view: PageView, raw: str, engine: OcrEngine) -> FieldReading:
    telling = place.telling
    comb = _comb_of(telling, view)
    first = asked.read(raw)
    missed = [] if comb else unread_beside(place, view, whole=first.whole)
    if any(missed) and (reading := _with_missed_words(asked, place, missed, view, engine)):
        return reading
    doubted = [word for word in telling if word.text.strip(_AROUND).casefold() not in first.proven]
    confidence = min((word.confidence for word in doubted), default=AGREED if telling else 0.0)
    if comb is None:
        value, raw, problems = _settled(asked, first, raw, place, confidence, view, engine)
    else:
        value = first.value
        whole = len(clean(raw).replace(" ", "")) == len(comb)
        problems = [*first.problems, *([] if whole else [Problem("digits_missing")])]
    if value is not None and not problems and confidence <= DOUBTFUL:
        # Its readers differ.
        problems.append(Problem("low_confidence"))
    sure = value is not None and not problems
    confidence = max(confidence, AGREED) if sure else min(confidence, 0.5)
    if place.runs_on:
        problems.append(Problem("value_runs_on"))
    if any(missed) or (comb is None and unread_below(place, view)):
        problems.append(Problem("unread_beside"))
    box = surround(word.box for word in telling) if telling else place.rooms[0]
    return _reading(value, clean(raw), place.page, box, confidence, problems)


def _settled(
    asked: Asked,
    first: ReadValue,
    raw: str,
    place: Place,
    confidence: float,
    view: PageView,
    engine: OcrEngine,
) -> tuple[Value, str, list[Problem]]:
    """A value that was read once, settled by other looks at it: the value, its text, what is against it."""
    boxes = [surround(word.box for word in row) for row, _ in place.filled]
    telling, problems = place.telling, list(first.problems)
    sound = first.value is not None and not problems and confidence > DOUBTFUL
    # Where the network alone has read a number, it cannot vouch for itself.
    if len(boxes) == 1 and sound:
        vouched = same_number(view, surround(word.box for word in telling), clean(raw))
        if vouched is not None:
            return asked.read(vouched).value, vouched, problems
    if sound and confirmed(view, telling):
        return first.value, raw, problems + _hidden_dots(asked, first, place, boxes, view, engine)
    value, more = _looked_again(asked, first, raw, boxes, view, engine)
    return value, raw, more if value != first.value else problems + more


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
        against = _against(asked, first, raw, bare)
        return value, [] if against is None else [_disagreement(against)]
    stroked = (
        isinstance(value, str) and second.value is not None and _STROKE_BEHIND.sub("", value) == second.value
    )
    if stroked or (first.problems and not second.problems and second.value is not None):
        # Only one of the two readings fits the type; it is shown, and still looked at.
        return second.value, [_disagreement(clean(raw))]
    if asked.type is FieldType.NAME and not first.problems and _is_no_name(second, value):
        other = asked.read(bare)
        return value, [] if _is_no_name(other, value) else [_disagreement(clean(bare))]
    return value, [_disagreement(clean(again))]


def _is_no_name(other: ReadValue, name: Value) -> bool:
    """Whether another look at a usual name made of it what no name is: ``LÊ PHƯƠNG GHI`` of a CHI."""
    return bool(other.problems) and len(str(other.value).split()) == len(str(name).split())


def _hidden_dots(
    asked: Asked, first: ReadValue, place: Place, boxes: Sequence[Box], view: PageView, engine: OcrEngine
) -> list[Problem]:
    """What a bare look says of dots below that may have gone with the dots of a leader."""
    name, words = asked.type is FieldType.NAME, place.telling
    if not may_hide_dot(words, name=name) or not any(on_leader(view, box) for box in boxes):
        return []
    other = dot_lost(words, bare_look(view, boxes, engine), first.proven, name=name)
    return [] if other is None else [_disagreement(other)]


def _same(one: Value, other: Value) -> bool:
    """Whether two readings agree; who issued a paper is one of few, known by less than all letters."""
    if isinstance(one, dict) and isinstance(other, dict):
        parts = ("number", "issued_on")
        return all(one.get(part) is not None and one.get(part) == other.get(part) for part in parts)
    return one == other


def _against(asked: Asked, read: ReadValue, raw: str, bare: str) -> str | None:
    """What in a bare look speaks against a value, or None."""
    if asked.type is FieldType.DATE:
        seen = asked.read(bare).value
        return str(seen) if seen is not None and seen != read.value else None
    return contradicts(clean(raw), bare, read.proven)
