"""What a dictionary knows, and what cannot be said."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitize.vietnamese.dictionary import in_dictionary
from support.dictionaries import needs_dictionary, only_dictionaries

LIST = "6\nhoà/AB\nphẩm\nbuổi\nđường/\nHà\nTĩnh\n"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[None]:
    """A machine whose dictionary has the words of ``LIST``."""
    place = tmp_path / "vi_VN.dic"
    place.write_text(unicodedata.normalize("NFD", LIST), "utf-8")
    with only_dictionaries(tmp_path / "missing.dic", place):
        yield


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    "text", ["phẩm", "Phẩm", "PHẨM", "đường", "Hà Tĩnh", "hà tĩnh,", "(buổi)", "phẩm 12/2024"]
)
def test_words_of_the_list_are_known_whatever_their_case_and_what_stands_about_them(text: str) -> None:
    assert in_dictionary(text) is True


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("text", ["hoà", "hòa", "HOÀ", "Hòa"])
def test_a_tone_mark_may_stand_on_either_vowel(text: str) -> None:
    assert in_dictionary(text) is True


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    "text", ["phâm", "phảm", "pham", "buôi", "duong", "dường", "đương", "hoa", "hóa", "Hà Tỉnh", "phẩmm"]
)
def test_one_mark_less_or_another_one_makes_another_word(text: str) -> None:
    assert in_dictionary(text) is False


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("text", ["UBND", "III", "IH", "TNHH", "QSDĐ", "Nxb", "UBND đường"])
def test_of_abbreviations_nothing_can_be_said(text: str) -> None:
    assert in_dictionary(text) is None


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("text", ["", "2024", "15/08/1999", "—", "_"])
def test_of_what_is_no_word_nothing_can_be_said(text: str) -> None:
    assert in_dictionary(text) is None


@pytest.mark.usefixtures("own")
def test_capitals_too_long_for_an_abbreviation_are_words() -> None:
    assert in_dictionary("PHÂM") is None
    assert in_dictionary("ĐƯƠNG") is False
    assert in_dictionary("ĐƯỜNG") is True


@pytest.mark.parametrize("text", ["phẩm", "phâm", "UBND", ""])
def test_without_a_dictionary_nothing_is_known_of_any_word(tmp_path: Path, text: str) -> None:
    with only_dictionaries(tmp_path / "missing.dic"):
        assert in_dictionary(text) is None


def test_the_first_dictionary_that_is_there_is_the_one_asked(tmp_path: Path) -> None:
    first, second = tmp_path / "first.dic", tmp_path / "second.dic"
    first.write_text("1\nphẩm\n", "utf-8")
    second.write_text("1\nbuổi\n", "utf-8")
    with only_dictionaries(first, second):
        assert (in_dictionary("phẩm"), in_dictionary("buổi")) == (True, False)


@needs_dictionary
def test_the_dictionary_of_the_machine_knows_the_words_of_forms() -> None:
    known = "Giấy khai sinh chứng nhận quyền sử dụng đất hộ khẩu thường trú Nguyễn hòa hoà thủy thuỷ sổ đỏ"
    assert [word for word in known.split() if in_dictionary(word) is not True] == []
    assert [in_dictionary(word) for word in ("phâm", "buôi", "ngưòi")] == [False] * 3
