"""Raised marks of footnotes are found by their shape, and nothing else is taken for one."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageDraw

from digitize.imaging.ink import ink, to_grey
from digitize.imaging.raised import Raised, raised_marks
from digitize.imaging.reading import reading_picture
from digitize.imaging.zones import ZoneKind
from digitize.model import Box
from digitize.samples.sheet import INK, Sheet

WORD_X, BASELINE, RAISED = 10.0, 12.0, 1.8


def paper(dpi: int = 200) -> Sheet:
    return Sheet(dpi=dpi, extent=(90, 20))


def marked(mark: str, dpi: int = 200, raised: float = RAISED, size: float = 8) -> Sheet:
    """A label with a mark close behind it, and a value."""
    sheet = paper(dpi)
    end = sheet.write(WORD_X, BASELINE, "Nơi cư trú:")
    end = sheet.write(end, BASELINE - raised, mark, size=size)
    sheet.write(end + 4, BASELINE, "Số 7")
    return sheet


def found_on(sheet: Sheet) -> list[Raised]:
    return raised_marks(ink(to_grey(np.array(sheet.image))), sheet.dpi / 25.4)


def is_within(inner: Box, outer: Box) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("digit", range(1, 10))
def test_a_raised_mark_is_found_with_its_digit(dpi: int, digit: int) -> None:
    sheet = marked(f"({digit})", dpi)
    (mark,) = found_on(sheet)
    assert mark.box == pytest.approx(sheet.inscriptions[1].box, abs=3)
    assert is_within(mark.digits, mark.box)
    left, right = mark.digits[0] - mark.box[0], mark.box[2] - mark.digits[2]
    assert left == pytest.approx(right, abs=4)


def test_a_mark_of_two_digits_is_one() -> None:
    sheet = marked("(12)")
    (mark,) = found_on(sheet)
    assert mark.box == pytest.approx(sheet.inscriptions[1].box, abs=3)


@pytest.mark.parametrize("digit", [2, 3, 5])
def test_a_first_bracket_that_has_grown_together_with_the_word_is_no_hindrance(digit: int) -> None:
    sheet = marked(f"({digit})")
    left, top, _, bottom = sheet.inscriptions[1].box
    middle = (top + bottom) // 2
    # From the colon into the bracket.
    ImageDraw.Draw(sheet.image).rectangle((left - 4, middle, left + 2, middle + 2), fill=INK)
    (mark,) = found_on(sheet)
    assert mark.box == pytest.approx(sheet.inscriptions[1].box, abs=4)


@pytest.mark.parametrize("digit", [2, 3, 5])
def test_nor_is_a_digit_that_touches_its_first_bracket(digit: int) -> None:
    sheet = marked(f"({digit})", 300)
    left, top, right, bottom = sheet.inscriptions[1].box
    middle = (top + bottom) // 2
    ImageDraw.Draw(sheet.image).rectangle((left + 3, middle, (left + right) // 2, middle + 2), fill=INK)
    (mark,) = found_on(sheet)
    assert mark.box == pytest.approx(sheet.inscriptions[1].box, abs=5)


@pytest.mark.parametrize("mark", ["(2)", "(8)"])
def test_brackets_at_the_level_of_the_line_are_no_mark(mark: str) -> None:
    assert found_on(marked(mark, raised=0, size=13)) == []
    assert found_on(marked(mark, raised=0)) == []


@pytest.mark.parametrize("text", ["09", "00", "2022", "ố", "CO", "ộ ấ", "10", "”", "°", "()", "()1"])
def test_other_raised_signs_are_no_marks(text: str) -> None:
    assert found_on(marked(text)) == []
    assert found_on(marked(text, size=13)) == []


def test_a_mark_without_a_word_before_it_is_none() -> None:
    sheet = paper()
    sheet.write(WORD_X, BASELINE, "(2)", size=8)
    assert found_on(sheet) == []


def test_a_mark_is_a_zone_of_its_own_and_its_brackets_are_nowhere_else() -> None:
    sheet = marked("(3)")
    picture = reading_picture(np.array(sheet.image), sheet.dpi)
    (zone,) = [zone for zone in picture.zones if zone.kind is ZoneKind.MARK]
    left, top, right, bottom = sheet.inscriptions[1].box
    assert zone.place == pytest.approx((left, top, right, bottom), abs=3)
    for pixels in (picture.rest, picture.fine):
        assert (pixels[top : bottom + 1, left : right + 1] > 200).all()
    # Of the label nothing has gone but a bit of the colon that the bracket almost touches.
    left, top, right, bottom = sheet.inscriptions[0].box
    before, after = (
        int((pixels[top:bottom, left:right] < 180).sum()) for pixels in (picture.pixels, picture.rest)
    )
    assert 0.99 * before <= after <= before
    assert (zone.pixels < 180).any()
