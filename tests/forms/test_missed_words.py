"""Words of a value that page reading has missed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitize.forms.layout import surround
from digitize.forms.places import Place
from digitize.forms.template import FieldType
from digitize.forms.view import PageView
from digitize.forms.written import Asked, read_written
from digitize.model import FieldReading
from digitize.ocr.engine import OcrEngine
from digitize.samples.sheet import Sheet
from support.reading import scanned, view_of


def read(engine: OcrEngine, value: str, *lost: str, stroke: float | None = None) -> FieldReading:
    """A name behind its label, read by a page of which some words are lost.

    Args:
        engine: reads.
        value: what is written.
        lost: words of it that page reading has missed.
        stroke: millimetres from the left at which a stroke stands that is no word.

    """
    sheet = Sheet(dpi=200)
    sheet.write(25, 20, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=13)
    sheet.write(25, 40, f"Tên: {value}", size=13)
    sheet.write(25, 60, "Tôi cam đoan những nội dung khai trên đây là đúng.", size=13)
    if stroke is not None:
        sheet.rule(stroke, 36.5, stroke, 40.0)
    whole = view_of(scanned(sheet), engine)
    found = [word for word in whole.reading.words if word.text in ("Tên:", *value.split())]
    kept = [word for word in whole.reading.words if word.text not in lost]
    view = PageView(replace(whole.reading, words=tuple(kept)), lambda: whole.pixels)
    caption = [word for word in kept if word.text == "Tên:"]
    words = tuple(word for word in kept if word.text in value.split())
    _, top, _, bottom = surround(word.box for word in found)
    room = (caption[0].box[2], top, whole.reading.width, bottom)
    below = (0, bottom, whole.reading.width, bottom + whole.millimetres(10))
    place = Place(0, (words,), (room,), tuple(caption), below)
    return read_written(Asked(FieldType.NAME), place, view, engine)


@pytest.mark.parametrize("lost", [(), ("LÒ",), ("THỊ",), ("MAI",)])
def test_a_word_that_page_reading_missed_is_read_from_the_field(
    engine: OcrEngine, lost: tuple[str, ...]
) -> None:
    reading = read(engine, "LÒ THỊ MAI", *lost)
    assert (reading.value, reading.needs_review) == ("LÒ THỊ MAI", False)


def test_a_missed_mark_that_no_look_makes_a_word_of_leaves_the_value_to_a_person(engine: OcrEngine) -> None:
    reading = read(engine, "LÒ THỊ MAI", stroke=72.0)
    assert reading.needs_review
    assert reading.value == "LÒ THỊ MAI"
