"""Words are found whatever became of their diacritics, and told apart by them."""

from __future__ import annotations

import unicodedata

import pytest

from digitize.vietnamese.tokens import token_texts, tokens


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ĐẶNG đình Đức", "dang dinh duc"),
        ("Ngô Minh Nghĩa", "ngo minh nghia"),
        ("Số 12/QĐ-UBND, ngày 03/04/2025.", "so 12 qd ubnd ngay 03 04 2025"),
        ("một_hai", "mot hai"),
        ('"NEAR(a* b)" AND -c:d ^e', "near a b and c d e"),
        ("", ""),
        ("…—;", ""),
    ],
)
def test_words_are_folded_and_parted_by_signs(text: str, folded: str) -> None:
    assert token_texts(text)[0] == folded


@pytest.mark.parametrize(("one", "other"), [("hòa", "hoà"), ("THÚY", "thuý"), ("khỏe", "khoẻ"), ("Đ", "đ")])
def test_where_the_tone_stands_makes_no_other_word(one: str, other: str) -> None:
    assert token_texts(one) == token_texts(other)


@pytest.mark.parametrize(("one", "other"), [("hòa", "hóa"), ("đa", "da"), ("cân", "căn"), ("nghĩa", "nghia")])
def test_other_diacritics_make_another_word_that_folds_alike(one: str, other: str) -> None:
    assert token_texts(one)[0] == token_texts(other)[0]
    assert token_texts(one)[1] != token_texts(other)[1]


def test_decomposed_text_has_the_same_words() -> None:
    text = "Nguyễn Thị Thùy Đương ở phường Hòa Bình"
    assert token_texts(unicodedata.normalize("NFD", text))[1] == token_texts(text)[1]


def test_tokens_stand_where_the_text_has_them() -> None:
    text = "Họ tên:  NGÔ Đình"
    assert [text[one.start : one.end] for one in tokens(text)] == ["Họ", "tên", "NGÔ", "Đình"]
    assert [one.folded for one in tokens(text)] == ["ho", "ten", "ngo", "dinh"]


@pytest.mark.parametrize(
    "text",
    [
        " Số\t12/QĐ-UBND,\x1cngày … 03/04\u00a0–\u2003Hòa\n",
        unicodedata.normalize("NFD", "Nguyễn Thị Thùy_Đương"),
        "một/" * 400 + " " + "x" * 70,
        "— … ,",
    ],
)
def test_the_words_of_a_text_are_its_tokens_wherever_it_is_parted(text: str) -> None:
    for _ in range(2):
        folded, exact = token_texts(text)
        assert folded == " ".join(token.folded for token in tokens(text))
        assert exact == " ".join(token.exact for token in tokens(text))
