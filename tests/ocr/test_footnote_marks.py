"""Raised marks of footnotes become words of their own, and nothing else is taken for one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import ImageDraw

from digitize.imaging.ink import to_grey
from digitize.imaging.reading import ReadingPicture, reading_picture
from digitize.imaging.zones import ZoneKind
from digitize.model import Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.footnote_marks import around_mark, read_mark, with_marks
from digitize.ocr.looks import text_of
from digitize.ocr.zones import read_picture
from digitize.samples.sheet import INK, Sheet

WORD_X, BASELINE, RAISED = 10.0, 12.0, 1.8

READABLE = [(200, digit) for digit in range(1, 10)] + [(150, 8), (150, 9), (300, 3), (300, 6)]


def paper(dpi: int = 200) -> Sheet:
    return Sheet(dpi=dpi, extent=(70, 20))


def marked(word: str, mark: str, dpi: int = 200, raised: float = RAISED) -> Sheet:
    """A word with a mark close behind it."""
    sheet = paper(dpi)
    end = sheet.write(WORD_X, BASELINE, word)
    sheet.write(end, BASELINE - raised, mark, size=8)
    return sheet


def picture_of(sheet: Sheet) -> ReadingPicture:
    return reading_picture(to_grey(np.array(sheet.image)), sheet.dpi)


def said(sheet: Sheet, text: str, scale: float = 1.0) -> Word:
    """What the engine reads of all that stands on a sheet, glued together."""
    lefts, tops, rights, bottoms = zip(*(one.box for one in sheet.inscriptions), strict=True)
    # Boxes of the engine are a little roomy.
    box = (min(lefts), min(tops) - 4, max(rights), max(bottoms))
    left, top, right, bottom = (round(edge * scale) for edge in box)
    return Word(text, (left, top, right, bottom), 0.9, 3)


@pytest.mark.parametrize("word", ["thân:", "quán"])
@pytest.mark.parametrize(("dpi", "digit"), READABLE)
def test_a_raised_mark_becomes_a_word_of_its_own_with_its_place(
    engine: OcrEngine, dpi: int, digit: int, word: str
) -> None:
    sheet = marked(word, f"({digit})", dpi)
    picture = picture_of(sheet)
    whole = said(sheet, f"{word}®", picture.scale)
    before, mark = with_marks([whole], picture, engine)
    assert (before.text, before.confidence, before.line) == (word, 0.9, 3)
    assert (mark.text, mark.line) == (f"({digit})", 3)
    left, top, right, bottom = whole.box
    edge = sheet.inscriptions[1].box[0] * picture.scale
    assert before.box[:2] == (left, top)
    assert mark.box[2:] == (right, bottom)
    assert before.box[2] == mark.box[0] == pytest.approx(edge, abs=3)


def test_the_other_words_of_the_line_stay_the_same_objects_in_their_order(engine: OcrEngine) -> None:
    sheet = marked("thân:", "(8)")
    before, behind = Word("Họ", (2, 60, 40, 96), 0.9, 3), Word("Nụ.", (300, 60, 340, 96), 0.8, 3)
    found = with_marks([before, said(sheet, "thân:®"), behind], picture_of(sheet), engine)
    assert [word.text for word in found] == ["Họ", "thân:", "(8)", "Nụ."]
    assert found[0] is before
    assert found[3] is behind


@pytest.mark.parametrize("text", ["tên)", "thân:)"])
def test_a_bracket_at_the_level_of_the_line_stays_with_its_word(engine: OcrEngine, text: str) -> None:
    sheet = paper()
    sheet.write(WORD_X, BASELINE, text)
    word = said(sheet, text)
    assert with_marks([word], picture_of(sheet), engine) == [word]


def test_a_mark_at_the_level_of_the_line_is_none(engine: OcrEngine) -> None:
    sheet = marked("thân:", "(8)", raised=0)
    word = said(sheet, "thân:®")
    assert with_marks([word], picture_of(sheet), engine) == [word]


@pytest.mark.parametrize("text", ["thú", "nhỏ", "Mỹ", "nữ", "sổ"])
def test_an_accent_over_the_last_letter_is_no_mark(engine: OcrEngine, text: str) -> None:
    sheet = paper()
    sheet.write(WORD_X, BASELINE, text)
    word = said(sheet, f"{text}?")
    assert with_marks([word], picture_of(sheet), engine) == [word]


@pytest.mark.parametrize("text", ["thân:", "15/08/1999", "038099991188", "—", "thân(8)12345", ""])
def test_words_that_do_not_end_in_an_odd_sign_are_not_looked_at(engine: OcrEngine, text: str) -> None:
    sheet = marked("thân:", "(8)")
    word = said(sheet, text)
    assert with_marks([word], picture_of(sheet), engine) == [word]


def test_a_mark_that_nobody_can_read_stays_a_word_of_its_own_as_it_was_read(engine: OcrEngine) -> None:
    sheet = marked("thân:", "(8)")
    left, top, right, bottom = sheet.inscriptions[1].box
    ImageDraw.Draw(sheet.image).rectangle((left + 2, top, right - 1, bottom - 2), fill=INK)
    before, mark = with_marks([said(sheet, "thân:®")], picture_of(sheet), engine)
    assert (before.text, before.confidence) == ("thân:", 0.9)
    assert (mark.text, mark.confidence) == ("®", 0.9)


def test_a_quotation_mark_that_is_no_number_stays_with_its_word(engine: OcrEngine) -> None:
    sheet = paper()
    sheet.write(WORD_X, BASELINE, "thân:”")
    word = said(sheet, "thân:”")
    assert with_marks([word], picture_of(sheet), engine) == [word]


def test_a_word_beside_the_page_or_without_extent_is_left(engine: OcrEngine) -> None:
    picture = picture_of(marked("thân:", "(8)"))
    high, wide = picture.pixels.shape
    words = [
        Word("thân:®", (wide - 3, 10, wide + 40, 40), 0.9, 0),
        Word("thân:®", (10, high - 2, 80, high + 30), 0.9, 0),
        Word("thân:®", (10, 10, 10, 10), 0.9, 0),
    ]
    assert with_marks(words, picture, engine) == words
    assert with_marks([], picture, engine) == []


# At 200 dpi the 7 touches its last bracket; such marks are left to ``with_marks``.
@pytest.mark.parametrize(("dpi", "digit"), [one for one in READABLE if one != (200, 7)])
def test_the_digit_of_a_mark_that_was_cut_out_is_read(dpi: int, digit: int) -> None:
    picture = picture_of(marked("thân:", f"({digit})", dpi))
    (zone,) = [zone for zone in picture.zones if zone.kind is ZoneKind.MARK]
    word = read_mark(zone, picture.dpi)
    assert (word.text, word.box) == (f"({digit})", zone.place)
    assert word.confidence > 0.5


def test_a_mark_whose_digit_cannot_be_read_has_no_confidence() -> None:
    sheet = marked("thân:", "(8)", 300)
    picture = picture_of(sheet)
    (zone,) = [zone for zone in picture.zones if zone.kind is ZoneKind.MARK]
    blotted = replace(zone, pixels=np.full_like(zone.pixels, 255))
    assert read_mark(blotted, picture.dpi) == Word("(?)", zone.place, 0.0, 0)


def test_label_mark_and_colon_are_read_in_their_order(engine: OcrEngine) -> None:
    sheet = paper()
    end = sheet.write(WORD_X, BASELINE, "bản sao")
    end = sheet.write(end, BASELINE - RAISED, "(6)", size=8)
    sheet.write(end + 0.6, BASELINE, ": Có")
    words = read_picture(picture_of(sheet), engine)
    assert text_of(words).split() == ["bản", "sao", "(6)", ":", "Có"]


def test_a_colon_is_parted_from_its_word_only_by_a_mark_between_them() -> None:
    line = [Word("sao:", (10, 10, 70, 30), 0.9, 2), Word("Có", (80, 10, 110, 30), 0.9, 2)]
    before, colon, behind = around_mark(line, (45, 6, 60, 20))
    assert (before.text, before.box) == ("sao", (10, 10, 45, 30))
    assert (colon.text, colon.box, colon.line) == (":", (60, 10, 70, 30), 2)
    assert behind is line[1]
    assert around_mark(line, (45, 40, 60, 60)) == line
    assert around_mark(line, (71, 6, 79, 20)) == line
    assert around_mark([replace(line[0], text="sao")], (45, 6, 60, 20))[0].text == "sao"
