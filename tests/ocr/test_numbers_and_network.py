"""What becomes of a number of which the engine and the network say the same, or not."""

from __future__ import annotations

import numpy as np
import pytest

from digitize.fonts import Face
from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.looks import text_of
from digitize.ocr.number_net import NumberReading
from digitize.ocr.numbers import (
    best_address,
    best_number,
    confirmed,
    is_contradicted,
    with_dates_checked,
    with_numbers_checked,
)
from digitize.ocr.second_look import read_line
from digitize.samples.sheet import Sheet
from support.words import said


def page_with(
    *runs: tuple[float, str], face: Face = Face.COURIER
) -> tuple[Pixels, list[tuple[int, int, int, int]]]:
    """A strip of a page with runs of text, each at its place in millimetres, and their boxes."""
    sheet = Sheet(extent=(150, 16))
    for x, text in runs:
        sheet.write(x, 10, text, face=face, size=12)
    return to_grey(np.array(sheet.image)), [one.box for one in sheet.inscriptions]


@pytest.mark.parametrize(
    ("read", "by_network", "sure"),
    [
        (("17", 0.6), ("17", 0.9), 0.9),
        (("17", 0.95), ("17", 0.6), 0.95),
        (("ngày 29/3/2024", 0.4), ("ngay 29/3/2024", 0.7), 0.7),
        (("0900 888 732", 0.2), ("0900888732", 0.1), 0.5),
    ],
)
def test_what_both_read_is_as_sure_as_the_surer(
    read: tuple[str, float], by_network: tuple[str, float], sure: float
) -> None:
    words = confirmed(said(*read), NumberReading(*by_network))
    assert words is not None
    assert text_of(words) == read[0]
    assert {word.confidence for word in words} == {sure}


def test_a_number_that_the_engine_parted_is_one_word_where_the_network_sees_no_space() -> None:
    words = confirmed(said("01/202 3", 0.6), NumberReading("01/2023", 0.9))
    assert words is not None
    assert [word.text for word in words] == ["01/2023"]
    assert words[0].confidence == pytest.approx(0.9)
    assert words[0].box[:2] == (10, 10)
    voted = best_number([said("1 50000 000", 0.6)], 9, NumberReading("150000000", 0.9))
    assert [word.text for word in voted] == ["150000000"]
    spaced = confirmed(said("0380 999 911", 0.6), NumberReading("0380 999 911", 0.9))
    assert spaced is not None
    assert text_of(spaced) == "0380 999 911"
    unsure = confirmed(said("0380 999 911", 0.6), NumberReading("0380999911", 0.6))
    assert unsure is not None
    assert text_of(unsure) == "0380 999 911"


@pytest.mark.parametrize(
    ("read", "by_network"),
    [("17", ("12", 0.99)), ("17", ("17", 0.3)), ("Nam", ("Nam", 0.99)), ("17a", ("17", 0.99))],
)
def test_anything_else_confirms_nothing(read: str, by_network: tuple[str, float]) -> None:
    assert confirmed(said(read), NumberReading(*by_network)) is None


@pytest.mark.parametrize(
    ("read", "confidence", "by_network", "contradicted"),
    [
        ("12", 0.6, ("17", 0.85), True),
        ("12", 0.95, ("17", 0.85), False),
        ("12", 0.95, ("17", 0.92), True),
        ("lá", 0.9, ("14", 0.95), True),
        ("", 0.0, ("05", 0.95), True),
        ("17", 0.6, ("17", 0.99), False),
        ("l7", 0.6, ("17", 0.99), False),
        ("Nam", 0.6, ("Nam", 0.99), False),
        # A sign that the network does not know.
        ("+0,25", 0.6, ("40,25", 0.99), False),
    ],
)
def test_the_network_contradicts_with_another_number_that_it_is_sure_of(
    read: str,
    confidence: float,
    by_network: tuple[str, float],
    contradicted: bool,  # noqa: FBT001 - a case
) -> None:
    assert is_contradicted(said(read, confidence), NumberReading(*by_network)) is contradicted


def test_one_look_that_says_what_the_network_says_is_enough() -> None:
    looks = [said("12", 0.9), said("12", 0.8), said("17", 0.7)]
    words = best_number(looks, 2, NumberReading("17", 0.85))
    assert [(word.text, word.confidence) for word in words] == [("17", 0.85)]


def test_points_that_the_engine_lost_among_dots_are_those_of_the_network() -> None:
    words = best_number([said("150 000000", 0.6)], 9, NumberReading("150.000.000", 0.87))
    assert [(word.text, word.confidence) for word in words] == [("150.000.000", 0.6)]
    assert words[0].box == (10, 10, 10 + 12 * 10, 30)


def test_what_the_network_alone_says_is_kept_and_doubted() -> None:
    words = best_number([said("12", 0.6), said("19", 0.6)], 2, NumberReading("17", 0.85))
    assert [(word.text, word.confidence) for word in words] == [("17", 0.5)]


def test_three_looks_that_agree_outvote_the_network_and_are_doubted() -> None:
    looks = [said("12", 0.6), said("12", 0.6), said("12", 0.6)]
    words = best_number(looks, 2, NumberReading("17", 0.99))
    assert [(word.text, word.confidence) for word in words] == [("12", 0.5)]


@pytest.mark.parametrize("by_network", [None, NumberReading("17", 0.6), NumberReading("ngay", 0.99)])
def test_without_a_voice_of_the_network_the_looks_vote_alone(by_network: NumberReading | None) -> None:
    words = best_number([said("12", 0.6), said("12", 0.7), said("17", 0.9)], 2, by_network)
    assert [(word.text, word.confidence) for word in words] == [("12", 0.7)]


def test_an_address_is_read_by_the_network_and_doubted_unless_a_look_says_the_same() -> None:
    by_network = NumberReading("an.12@example.vn", 0.6)
    looks = (said("on.12 8example.vn", 0.7), said("an.12@example.vn", 0.4))
    (agreed,) = best_address(looks, by_network) or ()
    assert (agreed.text, agreed.confidence) == ("an.12@example.vn", 0.6)
    (alone,) = best_address(looks[:1], by_network) or ()
    assert (alone.text, alone.confidence) == ("an.12@example.vn", 0.5)
    assert alone.box == (10, 10, looks[0][-1].box[2], 30)


@pytest.mark.parametrize(
    "by_network", [None, NumberReading("an.12@example.vn", 0.2), NumberReading("an.12@example", 0.9)]
)
def test_what_is_no_address_or_not_sure_is_none(by_network: NumberReading | None) -> None:
    assert best_address((said("an.12@example"),), by_network) is None


def test_numbers_of_running_text_are_checked_where_the_engine_is_not_sure() -> None:
    pixels, (first, second, third) = page_with((10, "17"), (40, "28"), (70, "1990"))
    words = (Word("12", first, 0.7, 0), Word("28", second, 0.6, 0), Word("1998", third, 0.95, 0))
    checked = with_numbers_checked(words, pixels, 200)
    assert [word.text for word in checked] == ["17", "28", "1998"]
    assert checked[0].confidence == 0.5
    assert checked[1].confidence > 0.8
    assert checked[2] is words[2]


def test_letters_that_look_like_the_digits_of_the_network_become_digits() -> None:
    pixels, (box,) = page_with((10, "31"))
    (word,) = with_numbers_checked((Word("3Í", box, 0.45, 0),), pixels, 200)
    assert word.text == "31"
    assert word.confidence > 0.8


def test_the_full_stop_behind_a_number_stays() -> None:
    pixels, (box,) = page_with((10, "5."), face=Face.TIMES)
    (word,) = with_numbers_checked((Word("5.", box, 0.9, 0),), pixels, 200)
    assert word.text == "5."


def test_parts_of_a_date_are_numbers_whatever_the_engine_took_them_for() -> None:
    pixels, boxes = page_with((10, "ngày"), (40, "14"), (60, "tháng"), (90, "11"))
    line = [Word(text, box, 0.97, 0) for text, box in zip(("ngày", "lá", "tháng", "lÍ"), boxes, strict=True)]
    checked = with_dates_checked(line, pixels, 200)
    assert [word.text for word in checked] == ["ngày", "14", "tháng", "11"]
    assert all(word.confidence <= 0.5 for word in checked[1::2])


def test_words_behind_day_and_month_stay_words() -> None:
    pixels, boxes = page_with((10, "ngày"), (40, "tháng"), (70, "năm"), (95, "sinh"))
    line = [
        Word(text, box, 0.9, 0) for text, box in zip(("ngày", "tháng", "năm", "sinh"), boxes, strict=True)
    ]
    assert with_dates_checked(line, pixels, 200) == line


@pytest.mark.parametrize("text", ["07", "17", "11", "28", "04-08-1990", "150.000.000"])
def test_short_lines_in_the_face_of_typewriters_are_read(engine: OcrEngine, text: str) -> None:
    sheet = Sheet(extent=(60, 10))
    sheet.write(3, 6.7, text, face=Face.COURIER, size=11)
    pixels = to_grey(np.array(sheet.image))
    words = read_line(pixels, 200, engine)
    assert text_of(words) == text
    assert min(word.confidence for word in words) >= 0.5


def test_the_network_does_not_vouch_for_what_it_has_read_itself() -> None:
    pixels, boxes = page_with((10, "ngày"), (40, "14/02"))
    line = [Word("ngày", boxes[0], 0.97, 0), Word("14/02", boxes[1], 0.5, 0)]
    assert with_dates_checked(line, pixels, 200) == line
