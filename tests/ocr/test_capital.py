"""A first letter as high as a capital is one."""

from __future__ import annotations

import numpy as np
import pytest

from digitize.fonts import Face
from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.capital import with_capital
from digitize.samples.sheet import Sheet


def drawn(text: str, dpi: int, face: Face) -> tuple[Pixels, Word]:
    sheet = Sheet(dpi=dpi, extent=(80, 20))
    sheet.write(10, 12, text, face=face)
    return to_grey(np.array(sheet.image)), Word(text, sheet.inscriptions[0].box, 0.9, 0)


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize("face", [Face.TIMES, Face.COURIER])
@pytest.mark.parametrize("true", ["Con", "Vợ", "Sơn", "con", "vợ", "xã", "uỷ", "cháu", "Cháu", "Ông", "số"])
def test_the_case_of_the_first_letter_follows_its_height(true: str, face: Face, dpi: int) -> None:
    pixels, word = drawn(true, dpi, face)
    (told,) = with_capital([Word(true.lower(), word.box, 0.9, 0)], pixels)
    # Of others than those whose capitals have their shape the reading is believed.
    telling = true[0].lower() in "cosuvwxz" and true[1] in "oaơợ"
    assert told.text == (true if telling else true.lower())
    assert (told.box, told.confidence) == (word.box, 0.9)


def test_only_the_first_word_is_looked_at_and_nothing_is_nothing() -> None:
    pixels, word = drawn("Con Sơn", 200, Face.TIMES)
    half = (word.box[0] + word.box[2]) // 2
    first = Word("con", (word.box[0], word.box[1], half, word.box[3]), 0.9, 0)
    second = Word("sơn", (half, word.box[1], word.box[2], word.box[3]), 0.8, 0)
    assert [one.text for one in with_capital([first, second], pixels)] == ["Con", "sơn"]
    assert with_capital([], pixels) == ()
    blank = np.full((40, 60), 255, np.uint8)
    assert with_capital([Word("con", (0, 0, 60, 40), 0.5, 0)], blank)[0].text == "con"
