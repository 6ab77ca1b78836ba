"""Signs that another dossier begins: sheets as they are printed, and what is none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
import segno

from digitize.imaging.patch import A4, BARS, EDGE, HEIGHT, LENGTH, NARROW, find_patch
from digitize.imaging.picture import Pixels
from digitize.imaging.separator_code import MOST_BYTES, SheetLabel, read_label, write_label
from digitize.imaging.signs import find_sign
from digitize.imaging.straighten import turn
from digitize.model import Sign, SignKind
from digitize.pipeline.separators import print_separators
from digitize.times import now

CODE = "000.19.29.H99-230412-0001"
VIETNAMESE = "Hồ sơ khai sinh: Nguyễn Thị Ánh, năm 1998 (50%)"
PROVINCIAL = "000.19.29.H99-230412-0001|1.001193|012345678901|Tờ khai đăng ký khai sinh"

Box = tuple[float, float, float, float]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sheets."""
    folder = tmp_path_factory.mktemp("sheets")
    listed = folder / "list.csv"
    listed.write_text(f'Mã hồ sơ;Loại giấy tờ\n{CODE};birth_registration\n"{VIETNAMESE}";\n', "utf-8")
    print_separators(folder / "sheets.pdf", now, source=listed)
    return folder / "sheets.pdf"


def rendered(path: Path, page: int = 0, dpi: int = 150) -> Pixels:
    document = pypdfium2.PdfDocument(path)
    try:
        return np.asarray(document[page].render(scale=dpi / 72).to_pil().convert("L"))
    finally:
        document.close()


@pytest.fixture(scope="module")
def sheet(printed: Path) -> Pixels:
    """The first sheet at 150 dpi."""
    return rendered(printed)


def painted(page: Pixels, *boxes: Box, dpi: int = 150, shade: int = 255) -> Pixels:
    """A page with boxes (left, top, right, bottom in millimetres) painted over."""
    page = page.copy()
    for box in boxes:
        left, top, right, bottom = (round(side * dpi / 25.4) for side in box)
        page[top:bottom, left:right] = shade
    return page


def empty(dpi: int = 150) -> Pixels:
    return np.full((round(A4[1] * dpi / 25.4), round(A4[0] * dpi / 25.4)), 250, np.uint8)


def with_code(text: str, left: float, top: float, side: float, dpi: int = 200) -> Pixels:
    """A page with a QR code on it."""
    matrix = np.array(
        [[0 if dark else 255 for dark in row] for row in segno.make(text, micro=False).matrix], np.uint8
    )
    size = round(side * dpi / 25.4)
    page = empty(dpi)
    x, y = round(left * dpi / 25.4), round(top * dpi / 25.4)
    page[y : y + size, x : x + size] = cv2.resize(matrix, (size, size), interpolation=cv2.INTER_NEAREST)
    return page


UPPER, LOWER = (10.0, 40.0, 80.0, 110.0), (130.0, 185.0, 200.0, 257.0)
"""Around both QR codes of a sheet, millimetres."""

HEAD, FOOT = (0.0, 0.0, 210.0, 36.0), (0.0, 261.0, 210.0, 297.0)
"""Around both patch codes."""


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("skew", [-8.0, 0.0, 8.0])
def test_a_sheet_is_found_however_it_lies(sheet: Pixels, skew: float, quarters: int) -> None:
    page = np.ascontiguousarray(np.rot90(turn(sheet, -skew) if skew else sheet, -quarters))
    expected = Sign(SignKind.SEPARATOR, CODE, "birth_registration", None, (-90 * quarters) % 360)
    assert find_sign(page, 150) == expected


@pytest.mark.parametrize("dpi", [100, 200, 300, 600])
def test_a_sheet_is_found_at_any_resolution(printed: Path, dpi: int) -> None:
    page = cv2.cvtColor(rendered(printed, 1, dpi), cv2.COLOR_GRAY2RGB).astype(np.uint8)
    # The code is also the name of a file: a colon is none of its signs.
    assert find_sign(page, dpi) == Sign(SignKind.SEPARATOR, VIETNAMESE.replace(":", "_"))


def test_one_spoiled_code_is_made_up_for_by_the_other(sheet: Pixels) -> None:
    for box in (UPPER, LOWER):
        sign = find_sign(painted(sheet, box, HEAD, FOOT, shade=0), 150)
        assert sign is not None
        assert sign.code == CODE


@pytest.mark.parametrize("quarters", range(4))
def test_a_sheet_without_a_readable_code_is_told_by_its_bars(sheet: Pixels, quarters: int) -> None:
    spoiled = turn(painted(sheet, UPPER, LOWER), 6.0)
    sign = find_sign(np.ascontiguousarray(np.rot90(spoiled, -quarters)), 150)
    # Which end is up cannot be told from the bars.
    assert sign == Sign(SignKind.SEPARATOR, None, turned=90 if quarters % 2 else 0)


def test_bars_that_a_fold_and_a_stroke_have_spoiled_are_found(sheet: Pixels) -> None:
    spoiled = painted(sheet, UPPER, LOWER, (0, 16, 85, 20))
    spoiled = painted(spoiled, (100, 0, 108, 297), shade=0)
    assert find_sign(spoiled, 150) == Sign(SignKind.SEPARATOR, None)


def test_bars_at_one_end_alone_are_no_sign(sheet: Pixels) -> None:
    for box in (HEAD, FOOT):
        assert find_sign(painted(sheet, UPPER, LOWER, box), 150) is None


def test_other_patch_codes_and_ours_turned_over_are_no_sign() -> None:
    wide, narrow = max(BARS), min(BARS)
    for code in (
        (wide, narrow, narrow, wide),
        (wide, narrow, wide, narrow),
        (narrow, wide, wide, narrow),
        (wide, wide, narrow, narrow),
        (narrow, narrow, wide, wide),
    ):
        page = empty()
        for bars, top in ((code, EDGE), (code[::-1], A4[1] - EDGE - HEIGHT)):
            at = top
            for bar in bars:
                page = painted(page, (55, at, 55 + LENGTH, at + bar), shade=0)
                at += bar + NARROW
        assert find_patch(page, 150) is None


def test_a_ruled_table_and_bars_all_over_the_page_are_no_sign() -> None:
    table, bars = empty(), empty()
    for number in range(18):
        table = painted(table, (20, 15 + 15 * number, 190, 15.5 + 15 * number), shade=0)
    top = EDGE
    for number in range(30):
        bars = painted(bars, (55, top, 155, top + BARS[number % 4]), shade=0)
        top += BARS[number % 4] + NARROW
    assert find_patch(table, 150) is None
    assert find_patch(bars, 150) is None


def test_the_back_of_a_sheet_is_no_sign_though_its_front_shines_through(sheet: Pixels) -> None:
    back = 255 - (255 - sheet[:, ::-1].astype(np.float64)) * 0.15
    assert find_sign(back.astype(np.uint8), 150) is None


def test_a_picture_of_a_sheet_in_a_text_is_no_sign(sheet: Pixels) -> None:
    page = empty(600)
    small = cv2.resize(sheet, None, fx=1.2, fy=1.2, interpolation=cv2.INTER_AREA)
    page[400 : 400 + small.shape[0], 400 : 400 + small.shape[1]] = small
    assert find_sign(page, 600) is None


@pytest.mark.parametrize("quarters", range(4))
def test_the_provincial_code_at_the_top_left_is_a_sign(quarters: int) -> None:
    page = np.ascontiguousarray(np.rot90(with_code(PROVINCIAL, 15, 12, 22), -quarters))
    assert find_sign(page, 200) == Sign(
        SignKind.PROVINCIAL,
        "000.19.29.H99-230412-0001",
        "Tờ khai đăng ký khai sinh",
        "1.001193",
        (-90 * quarters) % 360,
    )


def test_the_provincial_code_anywhere_else_is_no_sign() -> None:
    for left, top in ((160, 12), (15, 250), (90, 140)):
        assert find_sign(with_code(PROVINCIAL, left, top, 22), 200) is None


@pytest.mark.parametrize(
    "text",
    [
        "012345678901|012345678|Nguyễn Văn Mẫu|01011990|Nam|Phường Sao Mai, Tỉnh Mẫu|01012022",
        "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN6304ABCD",
        "https://dichvucong.example.vn/tra-cuu?mahoso=000.19.29.H99-230412-0001",
        "DIGITIZE:1:S:000.19.29.H99-230412-0001::00000000",
    ],
)
def test_codes_of_others_are_no_sign(text: str) -> None:
    for side in (24, 62):
        assert find_sign(with_code(text, 15, 12, side), 200) is None


@pytest.mark.parametrize("shape", [(1, 1), (70_000, 1), (100, 70_000), (64, 64), (40, 40, 3), (300, 300)])
def test_pictures_of_any_shape_are_borne(shape: tuple[int, ...]) -> None:
    for dpi in (50.0, 2400.0):
        assert find_sign(np.full(shape, 128, np.uint8), dpi) is None


@pytest.mark.parametrize("code", [CODE, VIETNAMESE, "1", "a:b%3A%25", "Ký hiệu “Đ”"])
@pytest.mark.parametrize("paper", [None, "birth_registration", "Đơn: xin 100%"])
def test_what_a_sheet_says_is_read_as_it_was_written(code: str, paper: str | None) -> None:
    label = SheetLabel(code, paper)
    assert read_label(write_label(label).encode()) == label


def test_what_is_not_ours_to_the_last_sign_is_not_read() -> None:
    good = write_label(SheetLabel(CODE, "birth_registration"))
    assert read_label(good.encode()) is not None
    for text in (
        good.replace(":1:S:", ":2:S:"),
        good.replace(":1:S:", ":1:T:"),
        good.replace("0001", "0002"),
        good.lower(),
        good[:-1],
        good + " ",
        "x" + good,
        good.rpartition(":")[0],
        "",
    ):
        assert read_label(text.encode()) is None
    assert read_label(good.encode() + b"\xff") is None


@pytest.mark.parametrize("code", ["", "a\nb", "a\u202eb", "x" * MOST_BYTES])
def test_a_code_that_cannot_be_told_is_not_written(code: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        write_label(SheetLabel(code))
