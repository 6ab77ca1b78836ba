"""Signs that no office prints are made those that were meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitize.model import Word
from digitize.ocr.looks import text_of
from digitize.ocr.usual_signs import with_usual_signs
from support.words import said


@pytest.mark.parametrize(
    ("read", "kept"),
    [
        ("{01}. Họ", "[01]. Họ"),
        ("[11.2đ]. Xã", "[11.2d]. Xã"),
        ("điểm đ)", "điểm đ)"),
        ("'TỜ ˆTHẠCH `Tổng", "TỜ THẠCH Tổng"),
        ("'trích' dẫn", "'trích' dẫn"),
        (",ngày 05", ", ngày 05"),
        ("1,5 ,5 a,b", "1,5 ,5 a,b"),
        ("' ^", "' ^"),
    ],
)
def test_signs_are_those_that_offices_print(read: str, kept: str) -> None:
    assert text_of(with_usual_signs(said(read))) == kept


def test_a_comma_and_the_word_behind_it_share_the_place_of_both() -> None:
    (comma, word) = with_usual_signs([Word(",ngày", (10, 5, 60, 25), 0.8, 4)])
    assert (comma.box[0], word.box[2]) == (10, 60)
    assert comma.box[2] == word.box[0]
    assert (word.confidence, word.line) == (0.8, 4)


@given(st.lists(st.text("{}[]đd'’`,;năm12.^", min_size=1, max_size=9), max_size=5))
def test_no_letter_is_lost_and_doing_it_twice_changes_nothing_more(texts: list[str]) -> None:
    line = [Word(text, (0, 0, 90, 20), 0.9, 0) for text in texts]
    once = with_usual_signs(line)

    def letters(words: list[Word]) -> str:
        return "".join(sign for word in words for sign in word.text if sign.isalnum()).replace("đ", "d")

    assert letters(once) == letters(line)
    assert with_usual_signs(once) == once
