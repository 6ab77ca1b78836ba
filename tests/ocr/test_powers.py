"""Of ``m²`` the raised two is kept, where there is one."""

from __future__ import annotations

import numpy as np
import pytest

from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.model import Box, Word
from digitize.ocr.powers import with_powers
from digitize.samples.sheet import Sheet


def drawn(text: str, power: str = "", raised: float = 1.6, dpi: int = 200) -> tuple[Pixels, Box, int]:
    sheet = Sheet(dpi=dpi, extent=(60, 16))
    end = sheet.write(10, 10, text)
    if power:
        sheet.write(end, 10 - raised, power, size=8)
    lefts, tops, rights, bottoms = zip(*(one.box for one in sheet.inscriptions), strict=True)
    return to_grey(np.array(sheet.image)), (min(lefts), min(tops), max(rights), max(bottoms)), dpi


def read_as(text: str, pixels: Pixels, box: Box, dpi: int) -> str:
    (word,) = with_powers([Word(text, box, 0.8, 0)], pixels, dpi)
    assert (word.box, word.confidence) == (box, 0.8)
    return word.text


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize(("power", "sign"), [("2", "²"), ("3", "³")])
@pytest.mark.parametrize("text", ["m2", "m?", "m¿", "m“2"])
def test_a_raised_two_or_three_is_a_power(dpi: int, power: str, sign: str, text: str) -> None:
    assert read_as(text, *drawn("m", power, dpi=dpi)) == f"m{sign}"


def test_what_stands_before_and_behind_stays() -> None:
    assert read_as("m2.", *drawn("m", "2")) == "m²."
    assert read_as("30,5m2),", *drawn("m", "2")) == "30,5m²),"


def test_a_two_on_the_line_stays_one() -> None:
    assert read_as("m2", *drawn("m2")) == "m2"
    assert read_as("m2", *drawn("m", "2", raised=0)) == "m2"


@pytest.mark.parametrize("text", ["m", "m.", "năm2", "M2", "2", "m22", "km", "m-2", "", "m/2"])
def test_other_words_are_not_looked_at(text: str) -> None:
    assert read_as(text, *drawn("m", "2")) == text


def test_another_raised_sign_is_no_power() -> None:
    assert read_as("m?", *drawn("m", "x")) == "m?"


def test_a_word_beside_the_page_stays() -> None:
    pixels, box, dpi = drawn("m", "2")
    assert read_as("m2", pixels, (4000, 10, 4020, 30), dpi) == "m2"
    assert box[0] < 4000
