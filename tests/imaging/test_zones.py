"""What stands in a place of its own is cut out whole, and nothing else with it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from digitize.fonts import Face
from digitize.imaging.ink import without_colour
from digitize.imaging.picture import Mask, Pixels
from digitize.imaging.reading import ReadingPicture, reading_picture
from digitize.imaging.zones import Zone, ZoneKind
from digitize.samples.sheet import Sheet

DPI = 200
NUMBER = "038099991188"


def paper(height: float = 60) -> Sheet:
    return Sheet(dpi=DPI, extent=(200, height))


def dark(pixels: Pixels) -> Mask:
    found: Mask = pixels < 180
    return found


def ink_of(sheet: Sheet) -> Mask:
    return dark(without_colour(np.array(sheet.image)))


def picture_of(sheet: Sheet) -> ReadingPicture:
    picture = reading_picture(np.array(sheet.image), DPI)
    assert picture.scale == 1.0
    return picture


def laid_back(zone: Zone, shape: tuple[int, int]) -> Mask:
    """The ink of a zone where it stood on its page."""
    page = np.zeros(shape, bool)
    (x, y), (high, wide) = zone.origin, zone.pixels.shape
    page[y : y + high, x : x + wide] = dark(zone.pixels)
    return page


def groups(zone: Zone) -> list[tuple[int, int]]:
    """The columns from which to which there is ink in a zone: its digits."""
    columns = np.concatenate(([False], dark(zone.pixels).any(axis=0), [False])).astype(int)
    steps = np.diff(columns)
    return list(zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True))


def boxed(sheet: Sheet, x: float, top: float, number: str) -> None:
    """A number in boxes, a digit in each."""
    for place, digit in enumerate(number):
        sheet.frame(x + 6 * place, top, x + 6 * place + 6, top + 7)
        sheet.write(x + 6 * place + 3, top + 5.2, digit, align="centre")


def form() -> Sheet:
    """A page with print, values over leaders, a table and a number in boxes."""
    sheet = paper(100)
    sheet.write(25, 14, "Căn cứ đơn của ông Mạc Thị Nụ, ngụ ở Hạ Lộc")
    sheet.write(25, 22, "Nơi cư trú:")
    sheet.leader(48, 150, 22)
    sheet.write(55, 21.2, "ẤP BỘ LỘC, xã Kỹ Ồ, phường Sao Mai")
    sheet.write(25, 30, "Ngày")
    sheet.leader(36, 60, 30)
    sheet.write(44, 29.2, "12")
    sheet.write(60.8, 30, ", tháng bảy")
    sheet.write(25, 42, "Số định danh:")
    boxed(sheet, 60, 37, NUMBER)
    for y in (50, 62, 74):
        sheet.rule(25, y, 180, y)
    for x in (25, 90, 180):
        sheet.rule(x, 50, x, 74)
    for x, y, text in ((28, 57, "Lê Thị Hạ"), (93, 57, "Ấp Ngọ"), (28, 69, "Vũ Bộ"), (93, 69, "15/08")):
        sheet.write(x, y, text)
    sheet.write(25, 86, "Người lập biểu")
    return sheet


@pytest.mark.parametrize(
    ("written", "above"), [("ẤP BỘ LỘC Ổ Ẫ Ỹ xã Kỳ", 12.6), ("xã Hạ Lộc, bố và mẹ", 13.4), ("15 tuổi", 13.6)]
)
def test_a_value_is_cut_out_with_all_its_marks_and_without_those_of_the_lines_about_it(
    written: str, above: float
) -> None:
    value, others, sheet = paper(), paper(), paper()
    for one in (value, sheet):
        one.write(55, 18.4, written)
    for one in (others, sheet):
        # Dots of the line above, and accents of the line below, lie in the band of the value.
        one.write(25, above, "Hạ Lộc Mạc Nụ Thị Ngọ Hạ Lộc Mạc Nụ Thị Ngọ Hạ Lộc")
        one.write(25, 25.2, "ẤN ẨM Ổ ẦU ẴM Ế ẤN ẨM Ổ ẦU ẴM Ế ẤN ẨM Ổ ẦU ẴM Ế")
    sheet.leader(48, 170, 20)
    picture = picture_of(sheet)
    (zone,) = picture.zones
    assert zone.kind is ZoneKind.VALUE
    cut = laid_back(zone, picture.rest.shape)
    assert cut[ink_of(value)].mean() > 0.995
    assert not cut[ink_of(others)].any()
    assert dark(picture.rest)[ink_of(others)].all()
    assert not dark(picture.rest)[ink_of(value)].any()


def test_the_box_of_a_value_is_where_its_ink_stands() -> None:
    sheet = paper(30)
    sheet.write(55, 18.6, "Ấp Bộ")
    sheet.leader(48, 170, 20)
    (zone,) = picture_of(sheet).zones
    assert zone.box == pytest.approx(sheet.inscriptions[0].box, abs=2)
    margin = zone.box[0] - zone.origin[0]
    assert margin == zone.box[1] - zone.origin[1] > 0
    assert zone.pixels.shape == (
        zone.box[3] - zone.box[1] + 2 * margin,
        zone.box[2] - zone.box[0] + 2 * margin,
    )


def test_a_value_that_goes_on_beyond_its_leader_is_not_cut_in_two() -> None:
    sheet = paper(30)
    sheet.leader(40, 80, 20)
    sheet.write(66, 18.6, "Ấp Bình Đông")
    (zone,) = picture_of(sheet).zones
    word = sheet.width_of("Ấp Bình", Face.TIMES, 13)
    assert zone.box[2] >= sheet.pixels(66 + word) - 2


@pytest.mark.parametrize("behind", [",", ";", ".", ", tháng"])
def test_what_is_printed_behind_a_leader_stays_on_the_page(behind: str) -> None:
    mark, sheet = paper(30), paper(30)
    for one in (mark, sheet):
        one.write(60.8, 20, behind)
    sheet.write(25, 20, "Ngày")
    sheet.leader(36, 60, 20)
    sheet.write(44, 19.2, "12")
    picture = picture_of(sheet)
    (zone,) = picture.zones
    assert len(groups(zone)) == 2
    assert dark(picture.rest)[ink_of(mark)].all()


def test_a_leader_with_nothing_over_it_is_no_zone_and_leaves_no_ink() -> None:
    label, sheet = paper(30), paper(30)
    for one in (label, sheet):
        one.write(25, 20, "Nghề nghiệp:")
    sheet.leader(52, 170, 20)
    picture = picture_of(sheet)
    assert picture.zones == ()
    assert (dark(picture.rest) == ink_of(label)).all()


def test_digits_in_boxes_are_moved_together_in_their_order() -> None:
    plain, sheet = paper(30), paper(30)
    plain.write(20, 20, NUMBER)
    boxed(sheet, 60, 12, NUMBER)
    (zone,) = picture_of(sheet).zones
    assert zone.kind is ZoneKind.DIGITS
    found = groups(zone)
    assert len(found) == len(NUMBER)
    high = zone.box[3] - zone.box[1]
    assert all(0 < right[0] - left[1] < 0.5 * high for left, right in pairwise(found))
    # The whole is about as wide as the number is in print, and not as its boxes.
    left, _, right, _ = plain.inscriptions[0].box
    assert found[-1][1] - found[0][0] == pytest.approx(right - left, rel=0.2)
    assert zone.box[2] - zone.box[0] > sheet.pixels(66)
    # A 1 is the narrowest digit.
    widths = [end - begin for begin, end in found]
    assert sorted(sorted(range(12), key=lambda place: widths[place])[:2]) == [8, 9]


def test_an_empty_box_leaves_out_a_digit_and_empty_boxes_are_no_zone() -> None:
    sheet = paper(40)
    boxed(sheet, 20, 5, " " * 12)
    boxed(sheet, 20, 20, "03809999 188")
    (zone,) = picture_of(sheet).zones
    assert zone.box[1] > sheet.pixels(18)
    assert len(groups(zone)) == 11


def test_a_cell_is_cut_out_with_what_stands_in_it_alone() -> None:
    sheet = form()
    picture = picture_of(sheet)
    cells = [zone for zone in picture.zones if zone.kind is ZoneKind.CELL]
    assert len(cells) == 4
    for text in ("Lê Thị Hạ", "Ấp Ngọ", "Vũ Bộ", "15/08"):
        box = next(one.box for one in sheet.inscriptions if one.text == text)
        assert [zone for zone in cells if zone.box == pytest.approx(box, abs=3)] != []


def test_the_page_and_its_zones_together_hold_all_the_ink() -> None:
    picture = picture_of(form())
    kinds = [zone.kind for zone in picture.zones]
    assert {kind: kinds.count(kind) for kind in ZoneKind} == {
        ZoneKind.VALUE: 2,
        ZoneKind.CELL: 4,
        ZoneKind.DIGITS: 1,
        ZoneKind.MARK: 0,
    }
    ink, rest = dark(picture.pixels), dark(picture.rest)
    kept = rest.copy()
    for zone in picture.zones:
        if zone.kind is ZoneKind.DIGITS:
            left, top, right, bottom = zone.box
            lifted = (ink & ~rest)[top:bottom, left:right]
            assert lifted.sum() == dark(zone.pixels).sum()
            kept[top:bottom, left:right] |= lifted
        else:
            laid = laid_back(zone, rest.shape)
            # What is cut out is not left on the page as well.
            assert not (laid & rest).any()
            kept |= laid
    assert (kept == ink).all()


def test_a_page_without_places_of_their_own_is_left_as_it_is() -> None:
    sheet = paper()
    sheet.write(25, 20, "Ủy ban nhân dân phường Sao Mai thông báo")
    sheet.rule(25, 24, 120, 24)
    picture = picture_of(sheet)
    assert picture.zones == ()
    assert picture.rest is picture.pixels
