"""The dots of leaders are found, also under writing; other dots are let alone."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from digitize.fonts import Face
from digitize.imaging.ink import flatten, to_grey
from digitize.imaging.leaders import Leader
from digitize.imaging.picture import Mask, Pixels
from digitize.imaging.rulings import Rulings, find_rulings
from digitize.samples.sheet import Sheet

RESOLUTIONS = pytest.mark.parametrize("dpi", [150, 200, 300])


def strip(dpi: int = 200, height: float = 30) -> Sheet:
    """A strip of paper as wide as a page: less paper is searched faster."""
    return Sheet(dpi=dpi, extent=(200, height))


def grey_of(sheet: Sheet) -> Pixels:
    return to_grey(np.array(sheet.image))


def searched(sheet: Sheet) -> Rulings:
    return find_rulings(flatten(grey_of(sheet)), sheet.dpi)


def ink_of(sheet: Sheet) -> Mask:
    dark: Mask = grey_of(sheet) < 180
    return dark


def ends(sheet: Sheet, leader: Leader) -> tuple[float, float]:
    """Where a leader begins and ends, in millimetres."""
    return leader.left * 25.4 / sheet.dpi, leader.right * 25.4 / sheet.dpi


def drawn_ends(sheet: Sheet, start: float, end: float) -> tuple[float, float]:
    """The middles of the first and the last dot of a leader that was drawn, in millimetres."""
    alone = Sheet(dpi=sheet.dpi, extent=sheet.extent)
    alone.leader(start, end, 20)
    columns = np.flatnonzero(ink_of(alone).any(axis=0))
    dot = np.flatnonzero(np.diff(columns) > 1)[0] / 2
    return (columns[0] + dot) * 25.4 / sheet.dpi, (columns[-1] - dot) * 25.4 / sheet.dpi


@RESOLUTIONS
@pytest.mark.parametrize("lift", [0.4, 0.7, 1.2])
def test_a_leader_under_a_value_is_one_from_its_first_dot_to_its_last(dpi: int, lift: float) -> None:
    sheet, dots = strip(dpi), strip(dpi)
    sheet.write(45, 20 - lift, "Nguyễn Thị Phượng Hạ")
    for one in (sheet, dots):
        one.leader(30, 150, 20)
    found = searched(sheet)
    assert len(found.leaders) == 1
    assert ends(sheet, found.leaders[0]) == pytest.approx(drawn_ends(sheet, 30, 150), abs=0.4)
    level = np.flatnonzero(ink_of(dots).any(axis=1)).mean()
    assert found.leaders[0].level == pytest.approx(level, abs=1.2)
    # Of the dots under the value as well; where a letter stands on one, some of it is the letter's.
    assert found.mask[ink_of(dots)].mean() > 0.9


@pytest.mark.parametrize("value", ["UBND HUYỆN NGHI LỘC", "Thành phố Hồ Chí Minh"])
@RESOLUTIONS
def test_a_leader_nearly_hidden_by_its_value_is_told_by_another_of_its_kind(dpi: int, value: str) -> None:
    sheet = strip(dpi, 45)
    end = sheet.write(40.7, 19.6, value)
    sheet.leader(40, end + 0.8, 20)
    sheet.leader(40, 150, 35)
    hidden = [leader for leader in searched(sheet).leaders if leader.level < sheet.pixels(25)]
    assert len(hidden) == 1
    left, right = ends(sheet, hidden[0])
    assert left == pytest.approx(40.5, abs=0.4)
    assert right > 40 + 0.5 * (end - 40)


@RESOLUTIONS
def test_leaders_on_one_level_with_words_between_are_several(dpi: int) -> None:
    sheet = strip(dpi)
    runs = [(32, 60), (76, 110), (124, 170)]
    for (start, end), label, value in zip(runs, ("Ngày", "tháng", "năm"), ("12", "Bảy", "2003"), strict=True):
        sheet.write(start - 1, 20, label, align="right")
        sheet.leader(start, end, 20)
        sheet.write(start + 6, 19.3, value)
    found = sorted(searched(sheet).leaders, key=lambda leader: leader.left)
    assert len(found) == 3
    for leader, (start, end) in zip(found, runs, strict=True):
        assert ends(sheet, leader) == pytest.approx(drawn_ends(sheet, start, end), abs=0.4)


@RESOLUTIONS
@pytest.mark.parametrize("word", ["và", "/", "hay"])
def test_a_short_word_between_two_leaders_is_no_value_over_one(dpi: int, word: str) -> None:
    sheet, words = strip(dpi), strip(dpi)
    for one in (sheet, words):
        one.write(61, 20, word)
    end = 61 + sheet.width_of(word, Face.TIMES, 13)
    sheet.leader(30, 60, 20)
    sheet.leader(end + 1, end + 40, 20)
    found = searched(sheet)
    assert len(found.leaders) == 2
    assert not found.mask[ink_of(words)].any()


@RESOLUTIONS
@pytest.mark.parametrize("number", ["6.", "12.", "a."])
def test_the_full_stop_of_a_number_behind_a_leader_stays(dpi: int, number: str) -> None:
    sheet, words = strip(dpi), strip(dpi)
    sheet.leader(30, 100, 20)
    for one in (sheet, words):
        end = one.write(102, 20, number)
        one.write(end + 1, 20, "Dân tộc:")
    sheet.write(45, 19.3, "Kinh, họ Lộc")
    found = searched(sheet)
    assert len(found.leaders) == 1
    assert found.leaders[0].right < sheet.pixels(101)
    assert not found.mask[ink_of(words)].any()


@RESOLUTIONS
@pytest.mark.parametrize(
    "text",
    [
        "Ngọ ạ ộ ị ệ ậ ạ ọ ụ ự ợ ặ lạ họ Lộc Thị Hạ",
        "ấp Mạ, xã Lộc Hạ, huyện Mộ Đạo, họ Ngọ, tổ Nhị, thị trấn Vị Thượng",
        "chờ kết quả...",
        "Gồm: sổ hộ khẩu... và giấy khai sinh",
        "Một. Hai. Ba. Bốn. Năm. Sáu. Bảy. Tám. Chín.",
        "I. i. ii. iii. iv. 1.2.3.4.5.6.7.8.9",
    ],
)
def test_dots_of_letters_full_stops_and_an_ellipsis_are_no_leader(dpi: int, text: str) -> None:
    sheet = strip(dpi)
    sheet.write(20, 20, text)
    found = searched(sheet)
    assert found.leaders == ()
    assert not found.mask.any()


@RESOLUTIONS
def test_faded_dots_are_found(dpi: int) -> None:
    sheet = strip(dpi)
    sheet.leader(30, 150, 20)
    dark = grey_of(sheet)
    faded = (250 - (255 - dark.astype(np.float64)) * 45 / (255 - dark.min())).round().astype(np.uint8)
    assert (faded.min(), faded.max()) == (205, 250)
    (leader,) = find_rulings(flatten(faded), dpi).leaders
    assert ends(sheet, leader) == pytest.approx(drawn_ends(sheet, 30, 150), abs=0.4)


@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("seed", range(6))
def test_pieces_of_a_broken_underline_are_no_leader(dpi: int, seed: int) -> None:
    chance, sheet = Random(seed), strip(dpi)
    end = sheet.write(30, 19, "Xác nhận của cơ quan đăng ký hộ tịch")
    x = 30.0
    while x < end:
        piece = chance.uniform(0.3, 2.5)
        sheet.rule(x, 20, x + piece, 20)
        x += piece + chance.uniform(0.15, 0.35)
    assert searched(sheet).leaders == ()


def test_crumbs_of_a_worn_line_closer_than_dots_are_no_leader_however_even() -> None:
    sheet = strip(400)
    for step in range(200):
        sheet.rule(30 + 0.43 * step, 20, 30.12 + 0.43 * step, 20)
    assert searched(sheet).leaders == ()


@RESOLUTIONS
def test_hyphens_in_typewriting_and_a_rule_are_no_leader(dpi: int) -> None:
    sheet = strip(dpi)
    sheet.write(20, 20, "Độc lập - Tự do - Hạnh phúc", face=Face.COURIER)
    sheet.rule(60, 24, 120, 24)
    assert searched(sheet).leaders == ()


def test_bare_paper_and_a_few_dots_have_no_leader() -> None:
    sheet = strip()
    assert searched(sheet).leaders == ()
    sheet.write(20, 20, "....")
    assert searched(sheet).leaders == ()


@pytest.mark.parametrize("text", ["[09.3]. Tỉnh:", "[12.4]. Xã:"])
def test_full_stops_of_a_number_beside_a_leader_are_no_dots_of_it(text: str) -> None:
    sheet = strip(200)
    end = sheet.write(20, 15, "." * 30, size=13)
    sheet.write(end + 2, 15, text, size=13)
    stops = sheet.inscriptions[1].box
    rulings = searched(sheet)
    assert not rulings.mask[stops[1] : stops[3] + 2, stops[0] : stops[2]].any()
    assert rulings.mask[stops[1] : stops[3] + 2, : stops[0]].any()
