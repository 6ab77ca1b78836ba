"""Rulings go, letters stay: the reading picture of forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Hamming

from digitize.fonts import Face
from digitize.imaging.components import Components
from digitize.imaging.ink import flatten, ink, to_grey
from digitize.imaging.picture import Mask, Pixels
from digitize.imaging.reading import reading_picture
from digitize.imaging.rulings import find_rulings, without_rulings
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.zones import read_picture
from digitize.samples.sheet import Sheet
from digitize.vietnamese.folding import fold
from support.reading import LINES, upper_part, written_sheet

FILLED = "Ấp Bình Đông, xã Kỳ Xuân, tỉnh Hà Tĩnh"


def grey_of(sheet: Sheet, millimetres: float = 60) -> Pixels:
    return to_grey(upper_part(sheet, millimetres))


def mask_of(sheet: Sheet, millimetres: float = 60) -> Mask:
    return ink(grey_of(sheet, millimetres))


def cleaned(grey: Pixels, dpi: float) -> Pixels:
    return without_rulings(grey, find_rulings(flatten(grey), dpi))


def ruled(dpi: int) -> tuple[Sheet, Sheet]:
    """A sheet with words and rulings about them, and one with the words alone."""
    plain, sheet = Sheet(dpi=dpi), Sheet(dpi=dpi)
    for one in (plain, sheet):
        one.write(25, 20, "Nơi cư trú: " + FILLED)
        one.write(30, 42, "038099991188 Nguyễn Thị Phượng gjpqy")
    sheet.rule(20, 30, 190, 30)
    sheet.frame(25, 35, 185, 48)
    sheet.leader(110, 190, 20)
    return sheet, plain


@pytest.mark.parametrize("dpi", [150, 200, 300, 400])
def test_print_without_rulings_is_left_as_it_is(dpi: int) -> None:
    grey = grey_of(written_sheet(*LINES, "ẤỆỖẪ |ll| [Đ] — bdpqg: 1/2, 3.4; Ạ ạ ặ ợ", dpi=dpi))
    rulings = find_rulings(flatten(grey), dpi)
    assert not rulings.mask.any()
    assert not rulings.leaders
    assert without_rulings(grey, rulings) is grey


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_rules_frames_and_leaders_go_and_the_words_stay(dpi: int) -> None:
    sheet, plain = ruled(dpi)
    left = ink(cleaned(grey_of(sheet), dpi))
    words, everything = mask_of(plain), mask_of(sheet)
    rulings = everything & ~words
    assert left[words].mean() > 0.985
    assert left[rulings].mean() < 0.02


def test_a_black_border_is_no_ruling() -> None:
    grey = grey_of(written_sheet())
    grey[:, :60] = 0
    assert not find_rulings(grey, 200).mask[:, 5:55].any()


@pytest.mark.parametrize("lift", [1.2, 0.7, 0.4])
def test_dots_under_a_value_go_and_its_letters_stay(lift: float) -> None:
    value = "LỘC Thị Hạ, ấp Ngọ, đội 5"
    plain, sheet = Sheet(), Sheet()
    for one in (plain, sheet):
        one.write(40, 20 - lift, value)
    sheet.leader(30, 190, 20)
    left = ink(cleaned(grey_of(sheet, 30), 200))
    words, everything = mask_of(plain, 30), mask_of(sheet, 30)
    assert left[words].mean() > 0.95
    assert left[everything & ~words].mean() < 0.05


@settings(max_examples=12, deadline=None)
@given(st.floats(0.4, 1.4), st.sampled_from([Face.TIMES, Face.COURIER]), st.integers(11, 14))
def test_a_value_over_a_leader_is_read_to_its_last_letter(
    engine: OcrEngine, lift: float, face: Face, size: int
) -> None:
    sheet = Sheet()
    sheet.write(40, 20 - lift, "Bệnh viện Phụ sản", face=face, size=size)
    sheet.leader(38, 190, 20, size=12.5)
    part = cleaned(grey_of(sheet, 28), 200)[sheet.pixels(11) :]
    # A dot below that stands on a dot of the leader cannot be told from it, and the engine may take
    # one letter for another; none may be lost.
    read = fold("".join(word.text for word in engine.read(part, 200, Layout.LINE)))
    assert Hamming.distance("".join(filter(str.isalpha, read)), "benhvienphusan", pad=True) <= 1


def test_a_form_without_its_rulings_reads_whole_where_it_did_not_before(engine: OcrEngine) -> None:
    sheet = Sheet()
    for row, (label, value) in enumerate(
        (
            ("Quan hệ với người được khai sinh:", "Mẹ"),
            ("Nơi cư trú:", FILLED),
            ("Dân tộc:", "Kinh"),
            ("Quốc tịch:", "Việt Nam"),
        )
    ):
        y = 20 + 8 * row
        end = sheet.write(25, y, label)
        sheet.leader(end + 1, 190, y)
        sheet.write(end + 3, y - 0.7, value)
    grey = grey_of(sheet)
    before, after = (
        fold(" ".join(word.text for word in words))
        for words in (engine.read(grey, 200), read_picture(reading_picture(grey, 200), engine))
    )
    values = [fold(value) for value in ("khai sinh: Mẹ", FILLED, "Kinh", "Việt Nam")]
    assert [value for value in values if value not in after] == []
    assert [value for value in values if value not in before] != []


@pytest.mark.parametrize("dpi", [150, 300])
def test_the_height_of_text_follows_the_resolution(dpi: int) -> None:
    small, large = (
        Components.of(mask_of(written_sheet(dpi=dpi, size=size))).text_height(dpi) for size in (11, 16)
    )
    assert 0.04 * dpi < small < large < 0.25 * dpi
    assert Components.of(np.zeros((50, 50), bool)).text_height(dpi) == pytest.approx(0.12 * dpi)
