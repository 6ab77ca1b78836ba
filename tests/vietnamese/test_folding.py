"""Folding keeps places and forgets accents."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from digitize.vietnamese.folding import fold, single_spaced

VIETNAMESE = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
TEXT = st.text(st.characters(codec="utf-8"), max_size=60)


def test_every_vietnamese_letter_folds_to_its_base_in_either_case() -> None:
    bases = "a" * 18 + "e" * 12 + "i" * 6 + "o" * 18 + "u" * 12 + "y" * 6 + "d"
    assert fold(VIETNAMESE) == bases
    assert fold(VIETNAMESE.upper()) == bases


@settings(max_examples=150)
@given(TEXT)
def test_folding_keeps_the_place_of_every_character(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert [fold(letter) for letter in text] == list(fold(text))


@settings(max_examples=100)
@given(TEXT)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(max_examples=100)
@given(TEXT)
def test_single_spacing_leaves_composed_words_with_one_space_between(text: str) -> None:
    spaced = single_spaced(text)
    assert spaced == unicodedata.normalize("NFC", spaced)
    assert spaced.split() == unicodedata.normalize("NFC", text).split()
    assert "  " not in spaced
    assert spaced == spaced.strip()


def test_decomposed_text_comes_back_composed() -> None:
    assert single_spaced(unicodedata.normalize("NFD", " Ủy  ban\tnhân dân\n")) == "Ủy ban nhân dân"
