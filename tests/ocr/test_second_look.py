"""Lines are read again where it pays, and readings that differ are decided or doubted."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitize.fonts import Face
from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.model import Box, Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.looks import confidence_of, placed, text_of, tidied
from digitize.ocr.second_look import better, read_line
from digitize.samples.sheet import Sheet
from support.words import said

NUMBERS = ("038099991188", "15/08/1999", "0912345678", "24-08-1986", "12.500.000")


def line_of(text: str, dpi: int = 200, face: Face = Face.TIMES) -> tuple[Pixels, Box]:
    """A line with a millimetre of paper around it, as zones are, and where its ink stands in it."""
    sheet = Sheet(dpi=dpi, extent=(140, 16))
    sheet.write(10, 10, text, face=face)
    left, top, right, bottom = sheet.inscriptions[0].box
    margin = sheet.pixels(1)
    grey = to_grey(np.array(sheet.image))[top - margin : bottom + margin, left - margin : right + margin]
    return np.ascontiguousarray(grey), (margin, margin, right - left + margin, bottom - top + margin)


def test_what_two_of_three_readings_agree_on_is_taken_as_it_was_read() -> None:
    one, other = said("15/08/1999", 0.6), said("18/08/1999", 0.9)
    assert better(one, other, said("15/08/1999", 0.4)) == one
    assert better(one, other, said("18/08/1999", 0.4)) == other
    assert better(other, one, said("15/08/1999", 0.4)) == one


def test_a_third_reading_that_is_illegible_has_no_vote() -> None:
    one, other = said("15/08/1999", 0.6), said("18/08/1999", 0.9)
    assert text_of(better(one, other, said("15/08/1999", 0.2))) == "18/08/1999"


@pytest.mark.parametrize("third", [(), said("16/08/1999", 0.99)])
def test_where_all_readings_differ_numbers_are_doubted_and_words_are_not(third: tuple[Word, ...]) -> None:
    best = better(said("sinh ngày 15/08/1999", 0.6), said("sinh ngày 18/08/1999", 0.9), third)
    assert text_of(best) == "sinh ngày 18/08/1999"
    assert [word.confidence for word in best[:2]] == [0.9, 0.9]
    assert best[2].confidence <= 0.5


def test_doubt_never_adds_confidence() -> None:
    best = better(said("1234", 0.3), said("1284", 0.2), ())
    assert text_of(best) == "1234"
    assert confidence_of(best) == pytest.approx(0.3)


def test_confidence_goes_by_letters_and_nothing_has_none() -> None:
    assert confidence_of(said("Thượng", 0.9) + said("ở", 0.2)) == pytest.approx((6 * 0.9 + 0.2) / 7)
    assert confidence_of(()) == 0


@pytest.mark.parametrize(
    ("read", "kept"),
    [
        ("..Nguyễn Thị Hạ…", "Nguyễn Thị Hạ"),
        ("_ Kinh .", "Kinh"),
        ("Kinh.._", "Kinh"),
        ("Tp. Vinh, Nghệ An", "Tp. Vinh, Nghệ An"),
        ("Hạ . Lộc", "Hạ Lộc"),
        ("bố & mẹ", "bố & mẹ"),
        ("90 %", "90 %"),
        ("ha.le(@saomai.vn", "ha.le@saomai.vn"),
        ("ha.le@)saomai.vn", "ha.le@saomai.vn"),
        ("..-12,5", "12,5"),
        ("… — .", ""),
    ],
)
def test_what_dots_of_a_leader_were_taken_for_goes_and_the_value_stays(read: str, kept: str) -> None:
    assert text_of(tidied(said(read))) == kept


def test_digits_close_together_are_one_number_with_the_box_of_both_and_the_lesser_confidence() -> None:
    words = (Word("0380", (10, 12, 60, 30), 0.9, 3), Word("99991188", (66, 10, 160, 31), 0.7, 3))
    assert tidied(words) == (Word("038099991188", (10, 10, 160, 31), 0.7, 3),)


def test_digits_far_apart_and_words_beside_digits_stay_apart() -> None:
    apart = (Word("12", (10, 10, 34, 30), 0.9, 0), Word("2003", (60, 10, 110, 30), 0.9, 0))
    assert tidied(apart) == apart
    beside = (Word("tổ", (10, 10, 34, 30), 0.9, 0), Word("5", (37, 10, 49, 30), 0.9, 0))
    assert tidied(beside) == beside


def test_as_many_words_take_the_boxes_of_the_other_reading_and_keep_what_they_say() -> None:
    like = said("sinh ngày 15", 0.9, at=40)
    found = placed(said("sinh ngay 16", 0.3), like, 900, 60)
    assert [word.box for word in found] == [word.box for word in like]
    assert [(word.text, word.confidence) for word in found] == [("sinh", 0.3), ("ngay", 0.3), ("16", 0.3)]


def test_words_of_another_number_are_spread_over_the_line_by_their_length() -> None:
    like = said("mườihai thángtám", at=100)
    first, second, third = placed(said("mười hai tháng8"), like, 900, 60)
    assert (first.box[0], third.box[2]) == (like[0].box[0], like[-1].box[2])
    assert [(word.box[1], word.box[3]) for word in (first, second, third)] == [(10, 30)] * 3
    assert first.box[2] - first.box[0] == pytest.approx(4 / 15 * (third.box[2] - first.box[0]), abs=1)


@settings(max_examples=60)
@given(st.lists(st.text("abđ1", min_size=1, max_size=9), min_size=1, max_size=8), st.integers(300, 900))
def test_spread_words_stand_side_by_side_within_the_picture(texts: list[str], width: int) -> None:
    found = placed(said(" ".join(texts)), (), width, 40)
    assert [word.text for word in found] == texts
    assert (found[0].box[0], found[-1].box[2]) == (0, width)
    assert all((word.box[1], word.box[3]) == (0, 40) for word in found)
    assert all(word.box[0] < word.box[2] for word in found)
    assert all(left.box[2] <= right.box[0] for left, right in pairwise(found))


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("face", [Face.TIMES, Face.COURIER])
def test_a_number_is_read_whole_surely_and_where_it_stands(
    engine: OcrEngine, number: str, face: Face
) -> None:
    pixels, box = line_of(number, face=face)
    (word,) = read_line(pixels, 200, engine)
    assert word.text == number
    assert word.confidence > 0.8
    assert word.box == pytest.approx(box, abs=5)


def test_a_line_of_words_is_read_with_its_accents(engine: OcrEngine) -> None:
    text = "Nguyễn Thị Phượng Hạ"
    words = read_line(line_of(text)[0], 200, engine)
    assert text_of(words) == text
    assert all(left.box[2] < right.box[0] for left, right in pairwise(words))


def test_bare_paper_has_no_words(engine: OcrEngine) -> None:
    assert text_of(read_line(np.full((40, 300), 250, np.uint8), 200, engine)) == ""


def test_a_number_too_blurred_to_be_read_is_never_sure(engine: OcrEngine) -> None:
    for number in NUMBERS:
        blurred = cv2.GaussianBlur(line_of(number)[0], (0, 0), 3.5).astype(np.uint8)
        words = read_line(blurred, 200, engine)
        assert text_of(words) == number or confidence_of(words) <= 0.8
