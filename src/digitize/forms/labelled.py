"""Read a form that has labels: each value runs from its label to the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

from digitize.forms.gaps import without_label
from digitize.forms.layout import into_rows
from digitize.forms.letters import read_letter
from digitize.forms.marks import chosen, signature, ticked, yes_or_no
from digitize.forms.places import Place, locate
from digitize.forms.signing import captions_apart, names_under
from digitize.forms.tables import read_grid, read_table
from digitize.forms.template import FieldType, Item, Template
from digitize.forms.view import PageView
from digitize.forms.written import Asked, read_written
from digitize.model import FieldReading, Problem, Word
from digitize.ocr.engine import OcrEngine
from digitize.vietnamese.folding import fold

_LABEL = 90.0
"""How alike, of 100, a value in doubt and a label must be for the value to be that label."""

_SHORTEST_LABEL = 8

_BESIDE_NAME = 20.0
"""Millimetres beside the name of a signer in which a part of it may have been left unread."""


def read_labelled(
    template: Template,
    version: str,
    views: Sequence[tuple[int, PageView]],
    engine: OcrEngine,
) -> dict[str, FieldReading]:
    """Read every field of a form, and every cell of its tables.

    Args:
        template: the form.
        version: its version.
        views: the pages of the document, with their index in the dossier.
        engine: reads single values again.

    """
    items = template.items_of(version)
    in_line = [item for item in items if not item.apart]
    places = locate(in_line, views)
    by_page = dict(views)
    fields: dict[str, FieldReading] = {
        # Keys of other versions: nothing is written, because there is no place for it.
        key: FieldReading(None, confidence=1.0)
        for key in template.field_keys
    }
    if template.like_letter:
        letter = read_letter(views, engine)
        fields |= {key: letter[key] for key in template.like_letter}
    for index, item in enumerate(in_line):
        place = places.get(index)
        if place is None:
            fields |= dict.fromkeys(_keys(item), without_label(index, places, by_page))
        else:
            fields |= _read(item, place, by_page[place.page], engine)
    fields |= _signed_apart([item for item in items if item.apart], views)
    labels = [label for item in items for label in item.label]
    fields = {key: _no_label(reading, labels) for key, reading in fields.items()}
    required = {key for item in items for key in _required(item, fields)}
    return {key: _asked_for(reading) if key in required else reading for key, reading in fields.items()}


def _keys(item: Item) -> tuple[str, ...]:
    """The fields that are missing when an item is; of a table the first cell stands for all."""
    if item.type is FieldType.TABLE:
        return (f"{item.key}.0.{item.columns[0].key}",)
    return tuple(item.own_fields)


def _read(item: Item, place: Place, view: PageView, engine: OcrEngine) -> Mapping[str, FieldReading]:
    if item.type is FieldType.TABLE:
        return read_table(item, place, view, engine)
    if item.type is FieldType.GRID:
        return read_grid(item, place, view, engine)
    if item.key is None:
        return {}
    if item.behind_stroke is not None:
        parted = place.divided("/")
        if parted is None:
            # Nothing tells which of the two is written.
            return {key: FieldReading.unread("stroke_not_found") for key in item.own_fields}
        before, behind = parted
        return {
            item.key: read_written(Asked(item.type), before, view, engine),
            item.behind_stroke.key: read_written(Asked(item.behind_stroke.type), behind, view, engine),
        }
    return {item.key: _read_one(item, place, view, engine)}


def _read_one(item: Item, place: Place, view: PageView, engine: OcrEngine) -> FieldReading:
    match item.type:
        case FieldType.SIGNATURE:
            return signature(view, place.page, place.caption, item.width)
        case FieldType.SIGNER:
            return _signer(item, place, view, engine)
        case FieldType.CHECK:
            return yes_or_no(view, place.page, _row_of(place.caption[-1], view))
        case FieldType.CHOICE:
            return chosen(view, place.page, _row_of(place.caption[-1], view), item.choices)
        case FieldType.TICK:
            return ticked(view, place.page, place.rooms[0])
        case _:
            return read_written(Asked(item.type, item.unit, item.pattern, item.known), place, view, engine)


def _signer(item: Item, place: Place, view: PageView, engine: OcrEngine) -> FieldReading:
    """The name of who has signed under a caption."""
    rows = names_under(view, place.caption, item.width)
    if len(rows) != 1:
        return FieldReading.unread("signer_unclear", place.page)
    left, top, right, bottom = rows[0].box
    beside = view.millimetres(_BESIDE_NAME)
    room = (left - beside, top, right + beside, bottom)
    name = Place(place.page, (rows[0].words,), (room,), place.caption, rows[0].box)
    return read_written(Asked(FieldType.NAME), name, view, engine)


def _signed_apart(items: Sequence[Item], views: Sequence[tuple[int, PageView]]) -> dict[str, FieldReading]:
    signed = {item.key: FieldReading.unread("label_not_found") for item in items if item.key}
    # Places to sign stand at the end; most forms have none side by side.
    for page, view in views if signed else ():
        captions = captions_apart(view, {item.key: item.label for item in items if item.key})
        for item in items:
            if item.key in captions:
                signed[item.key] = signature(view, page, captions[item.key], item.width)
    return signed


def _row_of(part: Word, view: PageView) -> Sequence[Word]:
    """The row in which a word stands; it may be a part of one that was read as a longer word."""
    for row in into_rows(view.reading.words):
        for word in row.words:
            left, top, right, bottom = word.box
            if left <= part.box[0] < right and (top, bottom) == (part.box[1], part.box[3]):
                return row.words
    return (part,)


def _required(item: Item, fields: Mapping[str, FieldReading]) -> list[str]:
    """The fields of an item that must not be empty."""
    if item.type is FieldType.GRID:
        return [column.key + row.key for row in item.rows if row.required for column in item.columns]
    when = item.required_when
    asked = item.required or (when and all(fields[key].value == value for key, value in when.items()))
    if item.key is None or not asked:
        return []
    return [] if any(fields[other].value is not None for other in item.required_unless) else [item.key]


def _no_label(reading: FieldReading, labels: Sequence[str]) -> FieldReading:
    """A reading, unless it is a printed label that was taken for a value."""
    if not (reading.needs_review and isinstance(reading.value, str)) or len(reading.value) < _SHORTEST_LABEL:
        return reading
    value = fold(reading.value)
    alike = (
        max(fuzz.ratio(value, part), fuzz.ratio(value, part[: len(value)])) for part in map(fold, labels)
    )
    if all(score < _LABEL for score in alike):
        return reading
    return FieldReading.unread("label_not_found", reading.page, reading.box)


def _asked_for(reading: FieldReading) -> FieldReading:
    """A required field; flagged if it is empty."""
    if reading.value is not None or reading.needs_review:
        return reading
    return reading.doubted(Problem("required_missing"))
