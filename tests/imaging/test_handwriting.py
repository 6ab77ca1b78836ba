"""Handwriting is told from print by the shapes of its letters."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from digitize.fonts import Face, find_font
from digitize.imaging.handwriting import is_handwritten
from digitize.imaging.picture import Pixels

TEXT = "Nguyễn Thị Phượng"


def line_of(text: str, *, unsteady: float) -> Pixels:
    """A line at 200 dpi, whose letters vary in size and level by so many pixels."""
    random = Random(3)
    image = Image.new("L", (900, 130), 250)
    draw = ImageDraw.Draw(image)
    x = 20.0
    for letter in text:
        size = round(38 + random.uniform(-1.6, 1.6) * unsteady)
        font = ImageFont.truetype(str(find_font(Face.TIMES)), size)
        draw.text((x, 80 + random.uniform(-1, 1) * unsteady), letter, font=font, fill=30, anchor="ls")
        x += font.getlength(letter) + 3
    return np.asarray(image)


@pytest.mark.parametrize("confidence", [0.95, 0.85])
def test_print_is_no_handwriting(confidence: float) -> None:
    assert not is_handwritten(line_of(TEXT, unsteady=0), 200, confidence)


def test_letters_of_many_heights_on_no_level_that_are_read_badly_are_handwriting() -> None:
    assert is_handwritten(line_of(TEXT, unsteady=9), 200, 0.5)


def test_a_few_letters_say_nothing() -> None:
    assert not is_handwritten(line_of("Nữ", unsteady=9), 200, 0.2)
