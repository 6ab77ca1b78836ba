"""Read a form that has labels: each value runs from its label to the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from digitize.forms.labels import Found, find_labels
from digitize.forms.layout import PageText, into_rows, page_text, surround
from digitize.forms.marks import signature, yes_or_no
from digitize.forms.second_look import bare_look, clean_look, contradicts, same_number
from digitize.forms.template import FieldType, Item, Template
from digitize.forms.values import clean, read_value
from digitize.forms.view import PageView
from digitize.model import Box, FieldReading, Problem, Value, Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.looks import DOUBTFUL

_WRITING = 1.3
"""Millimetres that ink must measure to be writing; what is left of leaders measures less."""

_REACH = 25.0
"""Millimetres behind a value in which something unread belongs to it."""

_STRAGGLER = 2.0
"""Millimetres from which punctuation behind a label is no part of it."""

_AGREED = 0.9
"""Confidence of a value that two readings agree on, at least."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the value of an item stands.

    Attributes:
        page: index of the page.
        rows: the words of the value, row by row.
        rooms: for each row, the part of it that a value may fill, up to the next label.
        caption: the words of the label.
        runs_on: there is more text before the next label than the form has lines for.

    """

    page: int
    rows: tuple[tuple[Word, ...], ...]
    rooms: tuple[Box, ...]
    caption: tuple[Word, ...]
    runs_on: bool


def read_labelled(
    template: Template,
    version: str,
    views: Sequence[tuple[int, PageView]],
    engine: OcrEngine,
) -> dict[str, FieldReading]:
    """Read every field of a form.

    Args:
        template: the form.
        version: its version.
        views: the pages of the document, with their index in the dossier.
        engine: reads single values again.

    """
    items = template.items_of(version)
    places = _locate(items, views)
    by_page = dict(views)
    fields: dict[str, FieldReading] = {
        # Keys of other versions: nothing is written, because there is no place for it.
        key: FieldReading(None, confidence=1.0)
        for key in template.field_keys
    }
    for index, item in enumerate(items):
        if item.key is None:
            continue
        place = places.get(index)
        if place is None:
            fields[item.key] = _missing()
        else:
            fields[item.key] = _read(item, place, by_page[place.page], engine)
    return {key: _required(key, reading, items, fields) for key, reading in fields.items()}


def _locate(items: Sequence[Item], views: Sequence[tuple[int, PageView]]) -> dict[int, _Place]:
    places: dict[int, _Place] = {}
    first = 0
    for page, view in views:
        text = page_text(view.reading.words)
        found = find_labels(text, [item.label for item in items[first:]])
        for label, following in zip(found, [*found[1:], None], strict=False):
            index = first + label.item
            places[index] = _place(page, view, text, label, following, items[index].lines)
        if found:
            first += found[-1].item + 1
    return places


def _place(
    page: int, view: PageView, text: PageText, label: Found, following: Found | None, lines: int
) -> _Place:
    stop = following.start if following else len(text.text)
    caption = _without_stragglers(text.words_between(label.start, label.end), view)
    first_row = text.rows[text.word_at(label.end - 1)]
    words = text.numbered_words_between(label.end, stop)
    rows = tuple(
        tuple(word for number, word in words if number == row) for row in range(first_row, first_row + lines)
    )
    beyond = any(number >= first_row + lines for number, _ in words)
    rooms = []
    for offset, row in enumerate(rows):
        if offset and not row:
            continue
        level = surround(word.box for word in (row or caption))
        left = caption[-1].box[2] if offset == 0 else level[0]
        right = _right_end(view, text, first_row + offset, following)
        rooms.append((left, level[1], max(left, right), level[3]))
    return _Place(page, rows, tuple(rooms), caption, runs_on=beyond and following is not None)


def _without_stragglers(caption: Sequence[Word], view: PageView) -> tuple[Word, ...]:
    """A caption without punctuation that stands far behind it: what lies between is the value."""
    kept = list(caption)
    while len(kept) > 1 and not any(map(str.isalnum, kept[-1].text)):
        if kept[-1].box[0] - kept[-2].box[2] < view.millimetres(_STRAGGLER):
            break
        kept.pop()
    return tuple(kept)


def _right_end(view: PageView, text: PageText, row: int, following: Found | None) -> int:
    """Where the room of a value ends in a row: at the next label, or at the edge of the page."""
    if following is not None:
        word = text.word_at(following.start)
        if text.rows[word] == row:
            return text.words[word].box[0] - view.millimetres(1.5)
    return view.reading.width


def _missing() -> FieldReading:
    return FieldReading(None, needs_review=True, problems=(Problem("label_not_found"),))


def _read(item: Item, place: _Place, view: PageView, engine: OcrEngine) -> FieldReading:
    if item.type is FieldType.SIGNATURE:
        return signature(view, place.page, place.caption)
    if item.type is FieldType.CHECK:
        return yes_or_no(view, place.page, _row_of(place.caption[-1], view))
    words = [word for row in place.rows for word in row]
    raw = " ".join(word.text for word in words)
    if not clean(raw):
        return _empty(place, view)
    return _read_text(item, place, view, raw, engine)


def _row_of(part: Word, view: PageView) -> Sequence[Word]:
    """The row in which a word stands; it may be a part of one that was read as a longer word."""
    for row in into_rows(view.reading.words):
        for word in row.words:
            left, top, right, bottom = word.box
            if left <= part.box[0] < right and (top, bottom) == (part.box[1], part.box[3]):
                return row.words
    return (part,)


def _empty(place: _Place, view: PageView) -> FieldReading:
    """A field without readable words: truly empty, or written in a way that was not read."""
    room = place.rooms[0]
    if any(_is_writing(mark, view) for mark in view.marks(_within(room, view), _WRITING)):
        problem = (Problem("not_readable"),)
        return FieldReading(None, page=place.page, box=room, needs_review=True, problems=problem)
    return FieldReading(None, confidence=0.95, page=place.page, box=room)


def _is_writing(mark: Box, view: PageView) -> bool:
    """Whether a mark is as tall as writing; dots and dashes of a leader are flat."""
    return mark[3] - mark[1] >= view.millimetres(_WRITING)


def _within(room: Box, view: PageView) -> Box:
    """A room without its ends, where the label before and the one after reach in."""
    left, top, right, bottom = room
    return left + view.millimetres(1.0), top, right - view.millimetres(1.0), bottom


def _unread_beside(place: _Place, view: PageView) -> bool:
    """Whether there is writing right before or behind what was read: a word that was missed."""
    filled = [(row, room) for row, room in zip(place.rows, place.rooms, strict=False) if row]
    first, first_room = filled[0]
    last, last_room = filled[-1]
    gap = view.millimetres(0.8)
    left, top, _, bottom = surround(word.box for word in first)
    before = (first_room[0] + gap, top, left - gap, bottom)
    _, top, right, bottom = surround(word.box for word in last)
    end = min(right + view.millimetres(_REACH), last_room[2])
    behind = (right + gap, top, end, bottom)
    return any(
        _is_writing(mark, view) for beside in (before, behind) for mark in view.marks(beside, _WRITING)
    )


def _filled(rows: Sequence[tuple[Word, ...]]) -> list[tuple[Word, ...]]:
    return [row for row in rows if row]


def _read_text(item: Item, place: _Place, view: PageView, raw: str, engine: OcrEngine) -> FieldReading:
    telling = [w for row in place.rows for w in row if any(map(str.isalnum, w.text))]
    confidence = min((word.confidence for word in telling), default=0.0)
    first = read_value(item.type, raw)
    problems = list(first.problems)
    value = first.value
    boxes = [surround(word.box for word in row) for row in _filled(place.rows)]
    vouched = None
    # Where the network alone has read a number, it cannot vouch for itself.
    if len(boxes) == 1 and confidence > DOUBTFUL and not problems:
        vouched = same_number(view, surround(word.box for word in telling), clean(raw))
    if vouched is not None:
        raw = vouched
        value = read_value(item.type, raw).value
    bare = raw if vouched is not None else bare_look(view, boxes, engine)
    if read_value(item.type, bare).value != value:
        again = clean_look(view, boxes, engine)
        second = read_value(item.type, again)
        against = _against(item, value, raw, bare)
        if second.value != value:
            other = again
            if first.problems and not second.problems and second.value is not None:
                # Only one of the two readings fits the type; it is shown, and still looked at.
                value, problems, other = second.value, [], raw
            problems.append(Problem("readings_disagree", {"other": clean(other)}))
        elif against is not None:
            problems.append(Problem("readings_disagree", {"other": against}))
    if value is not None and not problems and confidence <= DOUBTFUL:
        # Its readers differ.
        problems.append(Problem("low_confidence"))
    sure = value is not None and not problems
    confidence = max(confidence, _AGREED) if sure else min(confidence, 0.5)
    if place.runs_on:
        problems.append(Problem("value_runs_on"))
    if _unread_beside(place, view):
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


def _against(item: Item, value: Value, raw: str, bare: str) -> str | None:
    """What in a bare look speaks against a value, or None."""
    if item.type is FieldType.DATE:
        seen = read_value(item.type, bare).value
        return str(seen) if seen is not None and seen != value else None
    return contradicts(clean(raw), bare)


def _required(
    key: str,
    reading: FieldReading,
    items: Sequence[Item],
    fields: dict[str, FieldReading],
) -> FieldReading:
    """Flag an empty field that the form requires."""
    item = next((item for item in items if item.key == key), None)
    if item is None or not item.required or reading.value is not None or reading.needs_review:
        return reading
    if any(fields[other].value is not None for other in item.required_unless):
        return reading
    return replace(reading, needs_review=True, problems=(Problem("required_missing"),))
