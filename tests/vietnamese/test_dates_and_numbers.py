"""Dates in digits and words, and the numbers that they are made of."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitize.vietnamese.dates import date_in_words, parse_date, parse_date_words, written_date
from digitize.vietnamese.folding import fold
from digitize.vietnamese.numbers import number_from_words, number_in_words

DATES = st.dates(dt.date(1890, 1, 1), dt.date(2099, 12, 31))


def test_every_number_below_ten_thousand_comes_back_from_its_words() -> None:
    for number in range(10_000):
        assert number_from_words(fold(number_in_words(number)).split()) == number


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (101, "một trăm linh một"),
        (1995, "một nghìn chín trăm chín mươi lăm"),
        (2004, "hai nghìn không trăm linh bốn"),
        (2026, "hai nghìn không trăm hai mươi sáu"),
    ],
)
def test_numbers_are_spelled_as_offices_spell_them(number: int, words: str) -> None:
    assert number_in_words(number) == words


@pytest.mark.parametrize("number", [-1, 10_000])
def test_numbers_out_of_range_have_no_words(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        number_in_words(number)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "hai ba",
        "bon bon",
        "tram",
        "muoi muoi",
        "hai muoi muoi",
        "muoi linh mot",
        "linh nam",
        "hai nghin linh",
        "mot tram hai nghin",
        "hai nghin ba nghin",
        "hai nghin nam linh",
        "hai nghin va sau",
    ],
)
def test_words_that_are_no_number_give_none_and_no_guess(words: str) -> None:
    assert number_from_words(words.split()) is None


@settings(max_examples=60)
@given(DATES)
def test_a_date_comes_back_from_its_words_with_or_without_accents(date: dt.date) -> None:
    words = date_in_words(date)
    assert parse_date_words(words) == date.isoformat()
    assert parse_date_words(fold(words).upper()) == date.isoformat()


@settings(max_examples=60)
@given(DATES)
def test_a_date_comes_back_from_every_way_of_writing_it_in_digits(date: dt.date) -> None:
    day, month, year = date.day, date.month, date.year
    for text in (
        written_date(date),
        f"{day}/{month}/{year}",
        f"{day:02}-{month:02}-{year}",
        f"{day:02} . {month:02} . {year}",
        f"Ngày {day} tháng {month} năm {year}.",
    ):
        assert parse_date(text) == date.isoformat(), text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("04/2025", "2025-04"),
        ("tháng 4 năm 2025", "2025-04"),
        ("1992", "1992"),
        ("Năm 1992.", "1992"),
        ("cấp ngày 26/10/2022", "2022-10-26"),
        ("29/02/2024", "2024-02-29"),
    ],
)
def test_partial_and_embedded_dates_are_read(text: str, value: str) -> None:
    assert parse_date(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "không rõ",
        "31/02/2025",
        "29/02/2023",
        "12/13/2025",
        "00/12/2025",
        "13/2025",
        "04/04/25",
        "130/4/2025",
        "30/4/20255",
        "ngày 10 tháng 02 năm 2o21",
        "khoảng 1992",
        "1992 hoặc 1993",
        "01/01/2025 02/02/2025",
        "ngày 1 tháng 2 năm 2021, 3/4/2022",
        "ngày 04/04/2025 và tháng 5/2024",
        "04/04/2025 2024",
    ],
)
def test_what_is_no_date_or_two_dates_gives_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("ngày mùng một tháng giêng năm hai nghìn", "2000-01-01"),
        ("ngày hai mươi mốt tháng chạp năm hai ngàn lẻ năm", "2005-12-21"),
        ("ngày năm tháng năm năm một nghìn chín trăm chín mươi lăm", "1995-05-05"),
        ("ngày ba mươi mốt tháng hai năm hai nghìn", None),
        ("tháng tư năm hai nghìn", None),
        ("ngày bốn tháng tư", None),
        ("ngày hai ba tháng tư năm hai nghìn", None),
        ("ngày bốn tháng tư năm hai nghìn không trăm hai lăm", None),
        ("ngày bốm tháng tư năm hai nghìn", None),
    ],
)
def test_dates_in_words_are_understood_whole_or_not_at_all(words: str, value: str | None) -> None:
    assert parse_date_words(words) == value


def test_letters_pad_days_below_ten_and_the_first_two_months() -> None:
    assert written_date(dt.date(2026, 2, 5)) == "ngày 05 tháng 02 năm 2026"
    assert written_date(dt.date(2026, 11, 25)) == "ngày 25 tháng 11 năm 2026"
    assert written_date(dt.date(2026, 3, 9)) == "ngày 09 tháng 3 năm 2026"
