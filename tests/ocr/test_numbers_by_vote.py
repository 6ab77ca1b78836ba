"""Readings of a number vote; where they differ, what the picture shows decides, and doubt stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitize.fonts import Face
from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.ocr.lookalikes import as_number
from digitize.ocr.looks import confidence_of, text_of
from digitize.ocr.numbers import best_number, count_of_signs
from digitize.samples.sheet import Sheet
from support.words import said

RIGHT, WRONG, SHORT = "038099991188", "038099997188", "03809999118"


def line_of(text: str, dpi: int = 200, face: Face = Face.TIMES) -> Pixels:
    """A line with a millimetre of paper around it, as zones are."""
    sheet = Sheet(dpi=dpi, extent=(140, 16))
    sheet.write(10, 10, text, face=face)
    left, top, right, bottom = sheet.inscriptions[0].box
    margin = sheet.pixels(1)
    grey = to_grey(np.array(sheet.image))[top - margin : bottom + margin, left - margin : right + margin]
    return np.ascontiguousarray(grey)


def scratched(pixels: Pixels, share: float, left: int = 0, right: int | None = None) -> Pixels:
    """A line with a level scratch at a share of the height of its ink."""
    rows = np.flatnonzero((pixels < 128).any(axis=1))
    y = round(rows[0] + share * (rows[-1] - rows[0]))
    result = pixels.copy()
    result[y - 1 : y + 1, left:right] = 255
    return result


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_two_of_three_agree_on_wins_and_is_not_doubted(place: int) -> None:
    looks = [said(RIGHT, 0.6), said(RIGHT, 0.7)]
    looks.insert(place, said(WRONG, 0.99))
    assert best_number(looks, 12) == said(RIGHT, 0.7)
    # Not even where the picture shows as many signs as the other has.
    looks[place] = said(SHORT, 0.99)
    assert best_number(looks, 11) == said(RIGHT, 0.7)


@pytest.mark.parametrize(("signs", "best"), [(12, RIGHT), (11, SHORT)])
def test_of_equals_the_one_with_as_many_signs_as_the_picture_wins_and_is_doubted(
    signs: int, best: str
) -> None:
    for right, short in ((0.6, 0.9), (0.9, 0.6)):
        found = best_number([said(RIGHT, right), said(SHORT, short)], signs)
        assert text_of(found) == best
        assert confidence_of(found) <= 0.5


def test_a_slash_is_a_sign_and_full_stops_commas_and_dashes_are_none() -> None:
    assert text_of(best_number([said("15/08/1999", 0.6), said("151081999", 0.9)], 10)) == "15/08/1999"
    assert text_of(best_number([said("12.500.000", 0.6), said("125500.000", 0.9)], 8)) == "12.500.000"
    assert text_of(best_number([said("24-08-1986", 0.6), said("24108-1986", 0.9)], 8)) == "24-08-1986"


def test_of_equals_with_as_many_signs_the_surer_wins_and_is_doubted() -> None:
    found = best_number([said(RIGHT, 0.6), said(WRONG, 0.8)], 12)
    assert found == said(WRONG, 0.5)


def test_where_two_stand_against_two_the_number_is_doubted() -> None:
    found = best_number([said(RIGHT), said(WRONG, 0.8), said(WRONG, 0.8), said(RIGHT)], 12)
    assert text_of(found) == RIGHT
    assert confidence_of(found) <= 0.5


def test_only_words_with_digits_are_doubted_and_doubt_never_adds_confidence() -> None:
    found = best_number([said("ngày 15/08/1999 tại 12", 0.9), said("ngày 16/08/1999 tại 12", 0.8)], 16)
    assert [word.confidence for word in found] == [0.9, 0.5, 0.9, 0.5]
    assert confidence_of(best_number([said("1234", 0.35), said("1284", 0.31)], 4)) == pytest.approx(0.35)


def test_lookalikes_become_digits_and_vote_as_such() -> None:
    found = best_number([said("O38O99991188", 0.9), said(RIGHT, 0.6), said(WRONG, 0.95)], 12)
    assert text_of(found) == RIGHT
    # But only one of them says just that.
    assert confidence_of(found) <= 0.5


def test_with_two_that_say_it_to_the_letter_lookalikes_cast_no_doubt() -> None:
    found = best_number([said("O38O99991188", 0.99), said(RIGHT, 0.6), said(RIGHT, 0.7)], 12)
    assert found == said(RIGHT, 0.7)


def test_two_that_agree_on_lookalikes_are_doubted() -> None:
    found = best_number([said("2O25", 0.9), said("2O25", 0.9)], 4)
    assert (text_of(found), confidence_of(found)) == ("2025", 0.5)


def test_what_is_illegible_or_empty_has_no_vote() -> None:
    found = best_number([said(WRONG, 0.2), said(WRONG, 0.2), (), said(RIGHT, 0.6)], 12)
    assert text_of(found) == RIGHT
    assert best_number([(), ()], 0) == ()
    assert text_of(best_number([said(WRONG, 0.1), said(RIGHT, 0.2)], 12)) == WRONG


@given(
    st.lists(
        st.tuples(st.text("01278OlSB/", min_size=1, max_size=5), st.floats(0, 1)), min_size=1, max_size=4
    ),
    st.integers(0, 5),
)
def test_the_best_is_one_of_the_readings_never_surer_than_it_was(
    read: list[tuple[str, float]], signs: int
) -> None:
    found = best_number([said(text, confidence) for text, confidence in read], signs)
    (word,) = found
    assert (word.text, True) in [
        (as_number(text), word.confidence <= confidence) for text, confidence in read
    ]
    if [text for text, _ in read].count(word.text) < 2 and any(map(str.isdigit, word.text)):
        assert word.confidence <= 0.5


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize("face", [Face.TIMES, Face.TIMES_BOLD, Face.COURIER])
@pytest.mark.parametrize(
    ("number", "signs"),
    [(RIGHT, 12), ("15/08/1999", 10), ("24-08-1986", 8), ("12.500.000", 8), ("1,5", 2), ("7", 1)],
)
def test_signs_are_counted_without_stops_commas_and_dashes(
    number: str, signs: int, face: Face, dpi: int
) -> None:
    assert count_of_signs(line_of(number, dpi, face), dpi) == signs


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize("share", [0.35, 0.5, 0.65])
def test_digits_that_a_scratch_parts_are_counted_once(share: float, dpi: int) -> None:
    assert count_of_signs(scratched(line_of("038099", dpi), share), dpi) == 6


@pytest.mark.parametrize("share", [0.2, 0.35, 0.8])
@pytest.mark.parametrize("digit", [0, 2, 5])
def test_one_broken_digit_among_whole_ones_is_one_sign(share: float, digit: int) -> None:
    pixels = line_of("038099")
    inked = np.concatenate(([0], (pixels < 128).any(axis=0).view(np.int8), [0]))
    steps = np.flatnonzero(np.diff(inked))
    broken = scratched(pixels, share, int(steps[2 * digit]), int(steps[2 * digit + 1]))
    assert not np.array_equal(broken, pixels)
    assert count_of_signs(broken, 200) == 6


def test_specks_and_bare_paper_are_no_signs() -> None:
    pixels = np.full((40, 300), 250, np.uint8)
    assert count_of_signs(pixels, 200) == 0
    pixels[10:13, 20:23] = pixels[30:34, 100:106] = 20
    assert count_of_signs(pixels, 200) == 0
