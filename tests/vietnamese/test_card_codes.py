"""Codes on identity cards: what holds is told, all else is not."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitize.samples.mrz import mrz_lines
from digitize.vietnamese.card_codes import UNLIMITED, parse_mrz, parse_qr

CODE = "001190000017|012345678|NGUYỄN THỊ MẪU|15011990|Nữ|Số 1, Phường A, Thành phố Hà Nội|20052021"
LINES = (
    "IDVNM1900000174001190000017<<5",
    "9001158F3001156VNM<<<<<<<<<<<8",
    "NGUYEN<<THI<MAU<<<<<<<<<<<<<<<",
)
"""A person made up; every digit computed."""


def test_the_seven_parts_of_a_qr_code() -> None:
    facts = parse_qr(CODE)
    assert facts is not None
    assert (facts.pid, facts.old_pid, facts.name) == ("001190000017", "012345678", "NGUYỄN THỊ MẪU")
    assert (facts.dob, facts.sex, facts.issued_on) == ("1990-01-15", "Nữ", "2021-05-20")
    assert facts.residence == "Số 1, Phường A, Thành phố Hà Nội"


@pytest.mark.parametrize(
    "code",
    [
        CODE.replace("012345678", ""),
        CODE.replace("012345678|", ""),
        CODE + "|NGUYỄN VĂN CHA|TRẦN THỊ MẸ|",
        CODE.replace("|", " | "),
    ],
)
def test_an_empty_or_missing_old_number_and_further_parts_are_no_matter(code: str) -> None:
    facts = parse_qr(code)
    assert facts is not None
    assert (facts.pid, facts.dob, facts.issued_on) == ("001190000017", "1990-01-15", "2021-05-20")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "https://example.vn/?a=b",
        "001190000017|NGUYỄN THỊ MẪU",
        CODE.replace("001190000017", "00119000001"),
        CODE.replace("15011990", "31021990"),
        CODE.replace("Nữ", "X"),
        CODE.replace("NGUYỄN THỊ MẪU", ""),
        CODE.replace("012345678", "=1+1"),
    ],
)
def test_what_is_no_code_of_a_card_says_nothing(code: str) -> None:
    assert parse_qr(code) is None


@given(st.text())
def test_no_text_in_a_code_stops_the_program(text: str) -> None:
    parse_qr(text)
    parse_mrz([text])


def test_the_zone_of_a_card() -> None:
    facts = parse_mrz(LINES)
    assert facts is not None
    assert (facts.pid, facts.dob, facts.sex) == ("001190000017", "1990-01-15", "Nữ")
    assert facts.expires_on == "2030-01-15"
    assert facts.nationality == "Việt Nam"


@pytest.mark.parametrize("seen", ["E", "FE", "EF"])
def test_an_f_may_be_read_as_an_e(seen: str) -> None:
    facts = parse_mrz([LINES[0], LINES[1].replace("F", seen, 1)])
    assert facts is not None
    assert (facts.sex, facts.expires_on) == ("Nữ", "2030-01-15")


def test_a_card_that_never_runs_out() -> None:
    facts = parse_mrz(mrz_lines("001190000017", "NGUYỄN THỊ MẪU", dt.date(1990, 1, 15), "Nữ", None))
    assert facts is not None
    assert facts.expires_on == UNLIMITED


def test_letters_read_for_digits_are_digits_and_spaces_are_nothing() -> None:
    worn = [LINES[0].replace("0", "O").replace("5", "S", 1), " ".join(LINES[1])]
    facts = parse_mrz(worn)
    assert facts is not None
    assert (facts.pid, facts.dob) == ("001190000017", "1990-01-15")


@pytest.mark.parametrize("place", [*range(5, 14), 15, *range(16, 27), 29])
def test_a_wrong_digit_in_the_number_is_noticed(place: int) -> None:
    digit = LINES[0][place]
    if not digit.isdigit():
        pytest.skip("a filler")
    wrong = f"{LINES[0][:place]}{(int(digit) + 1) % 10}{LINES[0][place + 1 :]}"
    assert parse_mrz([wrong, *LINES[1:]]) is None


@pytest.mark.parametrize("place", [*range(7), *range(8, 15)])
def test_a_wrong_digit_in_the_dates_leaves_the_number_alone(place: int) -> None:
    wrong = f"{LINES[1][:place]}{(int(LINES[1][place]) + 1) % 10}{LINES[1][place + 1 :]}"
    facts = parse_mrz([LINES[0], wrong, LINES[2]])
    assert facts is not None
    assert (facts.pid, facts.dob, facts.expires_on) == ("001190000017", None, None)


def test_the_other_sex_or_century_than_the_number_says_is_not_believed() -> None:
    facts = parse_mrz([LINES[0], LINES[1].replace("F", "M", 1), LINES[2]])
    assert facts is not None
    assert facts.sex is None
