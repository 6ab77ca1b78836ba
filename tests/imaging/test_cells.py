"""What lines rule off: cells of tables, boxes for digits; and what they do not."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest

from digitize.imaging.cells import Grid, find_cells
from digitize.imaging.ink import flatten, to_grey
from digitize.imaging.rulings import find_rulings
from digitize.model import Box
from digitize.samples.sheet import Sheet

RESOLUTIONS = pytest.mark.parametrize("dpi", [150, 200, 300])

COLUMNS = (20.0, 60.0, 120.0, 190.0)
ROWS = (20.0, 30.0, 40.0, 50.0)
TABLE = [(left, top, right, bottom) for top, bottom in pairwise(ROWS) for left, right in pairwise(COLUMNS)]


def grid_of(sheet: Sheet) -> Grid:
    rulings = find_rulings(flatten(to_grey(np.array(sheet.image))), sheet.dpi)
    return find_cells(rulings.across, rulings.upright, sheet.dpi)


def placed(sheet: Sheet, boxes: Iterable[Box]) -> list[tuple[float, ...]]:
    """Boxes in millimetres, row by row."""
    inches = [tuple(edge * 25.4 / sheet.dpi for edge in box) for box in boxes]
    return sorted(inches, key=lambda box: (round(box[1] / 5), box[0]))


def broken(sheet: Sheet, x0: float, y0: float, x1: float, y1: float, piece: float) -> None:
    """A line in pieces, 0.4 mm apart."""
    long = max(x1 - x0, y1 - y0)
    at = 0.0
    while at < long:
        end = min(long, at + piece)
        if x1 > x0:
            sheet.rule(x0 + at, y0, x0 + end, y1)
        else:
            sheet.rule(x0, y0 + at, x1, y0 + end)
        at = end + 0.4


@RESOLUTIONS
def test_a_ruled_table_gives_its_cells(dpi: int) -> None:
    sheet = Sheet(dpi=dpi, extent=(210, 60))
    for y in ROWS:
        sheet.rule(COLUMNS[0], y, COLUMNS[-1], y)
    for x in COLUMNS:
        sheet.rule(x, ROWS[0], x, ROWS[-1])
    for left, top, _, _ in TABLE:
        sheet.write(left + 2, top + 6.5, "Hạ Lộc 15")
    grid = grid_of(sheet)
    assert grid.combs == ()
    assert len(grid.cells) == len(TABLE)
    for found, drawn in zip(placed(sheet, grid.cells), TABLE, strict=True):
        assert found == pytest.approx(drawn, abs=0.7)


@RESOLUTIONS
def test_worn_lines_give_their_cells_all_the_same(dpi: int) -> None:
    sheet = Sheet(dpi=dpi, extent=(210, 60))
    for y in ROWS:
        broken(sheet, COLUMNS[0], y, COLUMNS[-1], y, 28)
    for x in COLUMNS:
        broken(sheet, x, ROWS[0], x, ROWS[-1], 7)
    grid = grid_of(sheet)
    assert len(grid.cells) == len(TABLE)
    for found, drawn in zip(placed(sheet, grid.cells), TABLE, strict=True):
        assert found == pytest.approx(drawn, abs=1.2)


@RESOLUTIONS
@pytest.mark.parametrize("boxes", [5, 9, 12])
def test_a_row_of_boxes_is_one_comb_from_left_to_right(dpi: int, boxes: int) -> None:
    sheet = Sheet(dpi=dpi, extent=(210, 50))
    for place in range(boxes):
        sheet.frame(40 + 6 * place, 15, 46 + 6 * place, 22)
    sheet.frame(20, 30, 100, 42)
    grid = grid_of(sheet)
    assert [len(comb) for comb in grid.combs] == [boxes]
    lefts = [box[0] * 25.4 / dpi for box in grid.combs[0]]
    assert lefts == pytest.approx([40 + 6 * place for place in range(boxes)], abs=0.8)
    # What is a box for a digit is no cell besides.
    assert placed(sheet, grid.cells) == [pytest.approx((20, 30, 100, 42), abs=0.8)]


def test_rows_of_boxes_one_under_the_other_are_combs_of_their_own() -> None:
    sheet = Sheet(extent=(210, 60))
    for y, count in ((15, 12), (30, 9)):
        for place in range(count):
            sheet.frame(40 + 6 * place, y, 46 + 6 * place, y + 7)
    assert sorted(len(comb) for comb in grid_of(sheet).combs) == [9, 12]


def test_four_boxes_are_cells_and_no_number() -> None:
    sheet = Sheet(extent=(210, 40))
    for place in range(4):
        sheet.frame(40 + 6 * place, 15, 46 + 6 * place, 22)
    grid = grid_of(sheet)
    assert (len(grid.cells), grid.combs) == (4, ())


def test_lines_across_alone_or_upright_alone_rule_nothing_off() -> None:
    across, upright = Sheet(extent=(210, 60)), Sheet(extent=(210, 60))
    for y in ROWS:
        across.rule(20, y, 190, y)
    for x in COLUMNS:
        upright.rule(x, 10, x, 50)
    for sheet in (across, upright):
        sheet.write(25, 26, "Họ và tên: Lê Thị Hạ")
        assert grid_of(sheet) == Grid((), ())


def test_a_side_that_is_open_makes_no_cell() -> None:
    sheet = Sheet(extent=(210, 60))
    sheet.rule(20, 20, 100, 20)
    sheet.rule(20, 40, 100, 40)
    sheet.rule(20, 20, 20, 40)
    assert grid_of(sheet).cells == ()
    sheet.rule(100, 20, 100, 40)
    assert len(grid_of(sheet).cells) == 1


def test_a_frame_around_half_a_page_is_no_cell_and_what_is_in_it_is() -> None:
    sheet = Sheet(extent=(210, 200))
    sheet.frame(15, 15, 195, 160)
    sheet.frame(30, 60, 120, 80)
    sheet.frame(15, 170, 195, 190)
    found = placed(sheet, grid_of(sheet).cells)
    assert found == [
        pytest.approx((30, 60, 120, 80), abs=0.8),
        pytest.approx((15, 170, 195, 190), abs=0.8),
    ]
