"""Lines are found however worn, faint or short, and letters that stand on them or cross them stay whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitize.fonts import Face
from digitize.imaging.components import Components
from digitize.imaging.ink import INK_DARKNESS, flatten, to_grey
from digitize.imaging.lines import Lines, find_lines
from digitize.imaging.picture import Mask, Pixels
from digitize.samples.sheet import Sheet
from support.reading import LINES

RESOLUTIONS = pytest.mark.parametrize("dpi", [150, 200, 300])

INSIDE = 2
"""Pixels about a line that are no part of a letter."""


def paper(dpi: int = 200) -> Sheet:
    return Sheet(dpi=dpi, extent=(120, 50))


def grey_of(sheet: Sheet) -> Pixels:
    return to_grey(np.array(sheet.image))


def ink_of(sheet: Sheet) -> Mask:
    inked: Mask = grey_of(sheet) < 128
    return inked


def lines_in(grey: Pixels, dpi: int) -> Lines:
    flat = flatten(grey)
    dark: Mask = flat < int(255 * INK_DARKNESS)
    faint: Mask = cv2.GaussianBlur(flat, (0, 0), 0.0025 * dpi) < int(255 * 0.86)
    return find_lines(faint, dark, dpi / 25.4, Components.of(faint).text_height(dpi))


def lines_of(sheet: Sheet) -> Lines:
    return lines_in(grey_of(sheet), sheet.dpi)


def columns_of(mask: Mask) -> Mask:
    """The columns in which there is something."""
    return np.asarray(mask.any(axis=0), np.bool_)


def around(mask: Mask, by: int = INSIDE) -> Mask:
    side = 2 * by + 1
    grown: Mask = cv2.dilate(mask.view(np.uint8), np.ones((side, side), np.uint8)) > 0
    return grown


@RESOLUTIONS
def test_level_and_upright_lines_are_found_whole_and_nothing_beside_them(dpi: int) -> None:
    level, upright, both = paper(dpi), paper(dpi), paper(dpi)
    for sheet in (level, both):
        sheet.rule(20, 10, 110, 10)
        sheet.rule(30, 40, 110, 40.4)
    for sheet in (upright, both):
        sheet.rule(10, 8, 10, 45)
    lines = lines_of(both)
    assert lines.across[ink_of(level)].mean() > 0.97
    assert lines.upright[ink_of(upright)].mean() > 0.97
    assert not lines.across[~around(ink_of(level))].any()
    assert not lines.upright[~around(ink_of(upright))].any()
    assert not lines.crossed.any()


@RESOLUTIONS
@pytest.mark.parametrize(("gap", "inked"), [(3.0, 0), (7.5, 11)])
def test_a_worn_line_is_one_with_what_has_worn_away(dpi: int, gap: float, inked: int) -> None:
    sheet = paper(dpi)
    sheet.rule(10, 20, 110, 20)
    whole, grey = ink_of(sheet), grey_of(sheet)
    begin, end = sheet.pixels(50), sheet.pixels(50 + gap)
    worn = np.flatnonzero(np.arange(end - begin) % 20 >= inked) + begin
    grey[:, worn] = 255
    across = lines_in(grey, dpi).across
    assert across[whole].mean() > 0.97
    assert not across[~around(whole)].any()


@RESOLUTIONS
def test_paper_between_two_lines_on_one_level_is_none(dpi: int) -> None:
    sheet = paper(dpi)
    sheet.rule(10, 20, 50, 20)
    sheet.rule(57, 20, 110, 20)
    across = lines_of(sheet).across
    assert not across[:, sheet.pixels(51) : sheet.pixels(56)].any()
    assert across[ink_of(sheet)].mean() > 0.97


@RESOLUTIONS
@pytest.mark.parametrize("shade", [150, 180, 200])
def test_a_faint_line_is_found_from_end_to_end(dpi: int, shade: int) -> None:
    sheet = paper(dpi)
    sheet.rule(10, 20, 110, 20)
    inked = ink_of(sheet)
    across = lines_in(np.where(inked, shade, 255).astype(np.uint8), dpi).across
    assert columns_of(across)[columns_of(inked)].mean() > 0.99
    assert not across[~around(inked)].any()


@RESOLUTIONS
def test_the_short_underlines_of_a_date_are_lines_and_dashes_are_none(dpi: int) -> None:
    short, sheet = paper(dpi), paper(dpi)
    for one in (short, sheet):
        for x in (15, 45, 75):
            one.rule(x, 20, x + 10, 20)
    for x in (15, 45, 75):
        sheet.rule(x, 35, x + 7, 35)
        sheet.write(x + 12, 19.6, "tháng")
    lines = lines_of(sheet)
    assert lines.across[ink_of(short)].mean() > 0.97
    assert not lines.across[~around(ink_of(short))].any()


@pytest.mark.parametrize(("dpi", "below"), [(150, 0.1), (200, 0.1), (300, 0.0), (300, 0.1)])
@pytest.mark.parametrize("text", ["Hình ảnh mai HIMN", "HIMN HIMN", "Hà nam thu"])
def test_a_line_that_letters_stand_on_takes_none_of_their_feet(dpi: int, below: float, text: str) -> None:
    line, words, sheet = paper(dpi), paper(dpi), paper(dpi)
    for one in (words, sheet):
        one.write(20, 20, text, size=14)
    for one in (line, sheet):
        one.rule(10, 20 + below, 110, 20 + below)
    lines = lines_of(sheet)
    assert columns_of(lines.across)[columns_of(ink_of(line))].mean() > 0.97
    assert not (lines.across & ink_of(words) & ~ink_of(line)).any()
    # Feet end at the line: no letter goes on under it.
    assert not lines.crossed.any()


@RESOLUTIONS
def test_where_a_letter_goes_on_under_the_line_it_is_crossed_and_elsewhere_not(dpi: int) -> None:
    line, words, sheet = paper(dpi), paper(dpi), paper(dpi)
    for one in (words, sheet):
        one.write(20, 20, "gjpqy HIM gjpqy", size=14)
    for one in (line, sheet):
        one.rule(10, 20.15, 110, 20.15)
    lines = lines_of(sheet)
    both = ink_of(words) & ink_of(line)
    assert both.any()
    assert lines.across[ink_of(line)].mean() > 0.97
    assert lines.crossed[both].all()
    assert not (lines.crossed & ~lines.across).any()
    # Feet alone are not crossed, nor is the line beside the letters.
    assert not (lines.crossed & ~around(both, round(0.04 * dpi))).any()


@pytest.mark.parametrize(("dpi", "size"), [(150, 18), (200, 14), (200, 18), (300, 22)])
@pytest.mark.parametrize("text", ["TTXH", "BỘ TTTT", "TTTTTTTT"])
def test_the_tops_of_letters_are_no_line(dpi: int, size: float, text: str) -> None:
    sheet = paper(dpi)
    sheet.write(10, 20, text, size=size)
    assert not lines_of(sheet).across.any()


@RESOLUTIONS
@pytest.mark.parametrize("face", [Face.TIMES, Face.COURIER])
def test_plain_text_has_no_lines(dpi: int, face: Face) -> None:
    sheet = paper(dpi)
    for row, text in enumerate((*LINES, "ẤỆỖẪ |ll| [Đ] — bdpqg: 1/2, 3.4; Ạ ạ ặ ợ")):
        sheet.write(8, 8 + 8 * row, text, face=face, size=12)
    lines = lines_of(sheet)
    assert not lines.across.any()
    assert not lines.upright.any()


@RESOLUTIONS
def test_a_black_border_is_no_line(dpi: int) -> None:
    sheet = paper(dpi)
    grey = grey_of(sheet)
    grey[:, : sheet.pixels(6)] = 0
    grey[-sheet.pixels(3) :] = 0
    lines = lines_in(grey, dpi)
    assert not (lines.across | lines.upright).any()


@RESOLUTIONS
@pytest.mark.parametrize("high", [4.5, 5.5, 7.0, 11.0])
def test_the_sides_of_low_boxes_are_found_and_the_digits_in_them_are_none(dpi: int, high: float) -> None:
    sheet = paper(dpi)
    for place, digit in enumerate("147801"):
        sheet.frame(20 + 7 * place, 10, 27 + 7 * place, 10 + high)
        sheet.write(23.5 + 7 * place, 10 + high / 2 + 1.1, digit, align="centre", size=9)
    inside = lines_of(sheet).upright[sheet.pixels(10.6) : sheet.pixels(9.4 + high)]
    columns = np.flatnonzero(inside.any(axis=0)) * 25.4 / dpi
    sides = 20 + 7 * np.arange(7)
    distance = np.abs(columns[:, None] - sides)
    assert distance.min(axis=1).max() < 0.5
    assert distance.min(axis=0).max() < 0.5
    assert inside.mean(axis=0).max() == 1.0


def test_strokes_as_low_as_such_sides_are_none_without_lines_over_and_under_them() -> None:
    sheet = paper()
    for place in range(7):
        sheet.rule(20 + 7 * place, 10, 20 + 7 * place, 15)
    assert not lines_of(sheet).upright.any()
    sheet.rule(20, 15, 62, 15)
    assert not lines_of(sheet).upright.any()
    sheet.rule(20, 10, 62, 10)
    assert lines_of(sheet).upright.any()
