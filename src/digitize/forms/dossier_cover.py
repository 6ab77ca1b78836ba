"""Read the cover of a dossier: labels, and the title, which has a place instead of one."""

from __future__ import annotations

from collections.abc import Sequence

from digitize.forms.labelled import read_labelled
from digitize.forms.layout import Row, into_rows, surround
from digitize.forms.places import Place, locate
from digitize.forms.template import FieldType, Template
from digitize.forms.view import PageView
from digitize.forms.written import Asked, read_written
from digitize.model import FieldReading
from digitize.ocr.engine import OcrEngine

_TITLE = "title"
_BELOW = "start_date"
"""The title stands above the field of this key."""

_LETTERS = 0.25
"""Share of letters that a row of a title has; what was read in leaders has none."""


def read_cover(
    template: Template, version: str, views: Sequence[tuple[int, PageView]], engine: OcrEngine
) -> dict[str, FieldReading]:
    """Every field of a cover; the title stands between the word in the largest letters and the dates."""
    fields = read_labelled(template, version, views, engine)
    return fields | {_TITLE: _title(template, version, views, engine)}


def _title(
    template: Template, version: str, views: Sequence[tuple[int, PageView]], engine: OcrEngine
) -> FieldReading:
    page, view = views[0]
    items = template.items_of(version)
    below = next((number for number, item in enumerate(items) if item.key == _BELOW), None)
    place = locate(items, views).get(below) if below is not None else None
    rows = into_rows(view.reading.words)
    if place is None or place.page != page or not rows:
        return FieldReading.unread("label_not_found", page)
    bottom = min(word.box[1] for word in place.caption)
    above = [row for row in rows if row.box[3] <= bottom]
    if not above:
        return FieldReading.unread("label_not_found", page)
    largest = max(above, key=_height)
    title = [row for row in above if row.box[1] >= largest.box[3] and _has_letters(row)]
    if not title:
        return FieldReading.unread("label_not_found", page)
    box = surround(row.box for row in title)
    written = Place(
        page,
        tuple(row.words for row in title),
        tuple((box[0], row.box[1], box[2], row.box[3]) for row in title),
        largest.words,
        box,
    )
    return read_written(Asked(FieldType.TEXT), written, view, engine)


def _height(row: Row) -> int:
    return row.box[3] - row.box[1]


def _has_letters(row: Row) -> bool:
    text = row.text.replace(" ", "")
    digits_and_letters = sum(sign.isalnum() for sign in text)
    return digits_and_letters >= 2 and digits_and_letters >= _LETTERS * len(text)
