"""The network that reads numbers reads them, and knows when it does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitize.fonts import Face
from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.imaging.reading import reading_picture
from digitize.ocr.line_strip import NUMBERS as SHAPE
from digitize.ocr.line_strip import line_strip
from digitize.ocr.number_net import read_number
from digitize.samples.sheet import Sheet

FACES = pytest.mark.parametrize("face", [Face.TIMES, Face.TIMES_BOLD, Face.COURIER])
NUMBERS = ("17", "05", "2026", "038099991188", "15/08/1999", "24-08-1986", "12.500.000", "1117741")


def line_of(text: str, *, dpi: int = 200, face: Face = Face.TIMES, size: float = 12) -> Pixels:
    """A line with a millimetre of paper around it, as zones are."""
    sheet = Sheet(dpi=dpi, extent=(140, 16))
    sheet.write(10, 10, text, face=face, size=size)
    left, top, right, bottom = sheet.inscriptions[0].box
    edge = round(dpi / 25.4)
    return to_grey(np.array(sheet.image))[top - edge : bottom + edge, left - edge : right + edge]


@FACES
@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_are_read(text: str, dpi: int, face: Face) -> None:
    found = read_number(line_of(text, dpi=dpi, face=face), dpi)
    assert found is not None
    assert found.text == text
    assert found.confidence > 0.7


@FACES
@pytest.mark.parametrize("text", ["17", "07", "28", "1994"])
def test_numbers_over_dots_are_read(text: str, face: Face) -> None:
    sheet = Sheet(extent=(200, 60))
    sheet.write(30, 20, "ngày")
    sheet.write(42.5, 19.6, text, face=face, size=11)
    sheet.leader(41, 150, 20)
    picture = reading_picture(np.array(sheet.image), 200)
    (zone,) = picture.zones
    found = read_number(zone.pixels, picture.dpi)
    assert found is not None
    assert found.text == text


@pytest.mark.parametrize("text", ["ngochan@example.vn", "QD-UBND", "B2", "Nam"])
def test_letters_are_no_digits(text: str) -> None:
    found = read_number(line_of(text, dpi=300), 300)
    assert found is not None
    assert sum(map(str.isdigit, found.text)) <= sum(map(str.isdigit, text))


def test_what_is_blurred_away_is_not_read_with_confidence() -> None:
    clear = line_of("38", size=11)
    blurred = cv2.GaussianBlur(clear, (0, 0), 9).astype(np.uint8)
    found = read_number(blurred, 200)
    assert found is not None
    assert found.confidence < 0.5


def test_an_empty_picture_says_nothing() -> None:
    found = read_number(np.full((30, 60), 240, np.uint8), 200)
    assert found is not None
    assert found.text == ""


def test_a_line_too_long_is_not_read() -> None:
    assert read_number(np.full((30, 3000), 240, np.uint8), 200) is None


@pytest.mark.parametrize("dpi", [150, 200, 300, 600])
def test_signs_stand_in_the_middle_of_a_strip_twenty_pixels_high(dpi: int) -> None:
    strip = line_strip(line_of("2408", dpi=dpi), dpi)
    assert strip is not None
    rows = np.flatnonzero((strip > 0.5).any(axis=1))
    assert strip.shape[0] == SHAPE.height
    assert abs(rows[0] - SHAPE.over) <= 1.5
    assert abs(rows[-1] - SHAPE.over - SHAPE.body + 1) <= 1.5
