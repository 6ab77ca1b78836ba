"""Letters that were read for digits become digits, and what is no number or address stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitize.ocr.lookalikes import as_email, as_number

SIGNS = st.text("0123456789oOQDlI|TSsBgzZ?§¿aạAbcđHN/-.,: ()@_", max_size=14)


@pytest.mark.parametrize(
    ("read", "number"),
    [
        ("2O25", "2025"),
        ("O912345678", "0912345678"),
        ("l5/O8/1999", "15/08/1999"),
        ("12.5OO.000", "12.500.000"),
        ("03B0999g1l88", "038099991188"),
        ("?5", "75"),
        ("1¿", "12"),
        ("£1", "61"),
        ("q4", "04"),
        ("2z-ạ8-198S", "22-08-1985"),
    ],
)
def test_lookalikes_among_digits_become_digits(read: str, number: str) -> None:
    assert as_number(read) == number


@pytest.mark.parametrize(
    "text",
    [
        "12a",
        "B2",
        "Q1",
        "(2024",
        "5B",
        "7D",
        "118A",
        "Quy",
        "A4",
        "7/GBT",
        "T.Tr",
        "lO",
        "SOS",
        "5%",
        "3đ",
        "24h",
        "12(3)",
        "",
        "/",
    ],
)
def test_houses_words_and_what_holds_other_letters_are_no_numbers(text: str) -> None:
    assert as_number(text) == text


@pytest.mark.parametrize("number", ["038099991188", "15/08/1999", "24-08-1986", "12.500.000", "7", "1.,"])
def test_a_number_stays_as_it_is(number: str) -> None:
    assert as_number(number) == number


@given(SIGNS)
def test_digits_and_signs_between_them_stay_in_their_places(text: str) -> None:
    found = as_number(text)
    assert len(found) == len(text)
    assert all(new == old for new, old in zip(found, text, strict=True) if old.isdigit() or old in "/-.,:")


@given(SIGNS)
def test_what_changes_becomes_a_number_of_which_half_was_digits(text: str) -> None:
    found = as_number(text)
    if found != text:
        assert all(sign.isdigit() or sign in "/-.,:" for sign in found)
        assert sum(map(str.isdigit, text)) * 2 >= sum(map(str.isdigit, found))


@given(SIGNS)
def test_a_number_made_is_not_made_again(text: str) -> None:
    assert as_number(as_number(text)) == as_number(text)


@given(st.text().filter(lambda text: not any(map(str.isdigit, text))))
def test_what_has_no_digit_is_never_a_number(text: str) -> None:
    assert as_number(text) == text


@pytest.mark.parametrize("sign", ["(@", "@)", "©", "®", "(", "«@"])
def test_an_address_gets_its_sign_back(sign: str) -> None:
    assert as_email(f"ha.le{sign}saomai.example.vn") == "ha.le@saomai.example.vn"


@pytest.mark.parametrize(
    "text",
    [
        "ha.le@saomai.example.vn",
        "saomai.example.vn",
        "ha.le(@saomai",
        "Điều(khoản.vn",
        "12.500.000",
        "15/08/1999",
        "24-08-1986",
        "TP.HCM",
        "15/08.1999",
        "12,500.000",
        "12:30.45",
        "TP/ha.noi",
        "http://example.vn",
        "ha,le@saomai.vn",
        "",
    ],
)
def test_an_address_and_what_is_none_stay(text: str) -> None:
    assert as_email(text) == text


@given(st.from_regex(r"[a-z.]{1,4}[@(©)/ ,]{1,2}[a-z]{1,4}(\.[a-z]{1,3}){0,2}", fullmatch=True))
def test_an_address_made_has_one_sign_and_is_not_made_again(text: str) -> None:
    found = as_email(text)
    assert as_email(found) == found
    assert found == text or found.count("@") == 1
    assert [sign for sign in found if sign.isalnum()] == [sign for sign in text if sign.isalnum()]
