"""Two pages scanned side by side are told of."""

from __future__ import annotations

import numpy as np
import pytest

from digitize.imaging.picture import Picture
from digitize.model import Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.page import read_page
from digitize.ocr.two_up import is_two_up
from support.reading import upper_part, written_sheet

SIZE = (2338, 1654)


def text_in(left: int, right: int, *, top: int = 150, rows: int = 20) -> list[Word]:
    """Lines of words between two edges."""
    return [
        Word("chữ", (x, y, x + 70, y + 30), 0.9, row)
        for row, y in enumerate(range(top, top + 60 * rows, 60))
        for x in range(left, right - 70, 90)
    ]


def test_two_blocks_of_text_side_by_side_are_two_pages() -> None:
    assert is_two_up([*text_in(150, 1080), *text_in(1290, 2200)], *SIZE)


@pytest.mark.parametrize(
    ("words", "size"),
    [
        pytest.param(text_in(150, 2200), SIZE, id="lines across the picture"),
        pytest.param([*text_in(150, 1080), *text_in(1290, 2200)], (2338, 3300), id="an upright page"),
        pytest.param(
            [*text_in(150, 1080), *text_in(1290, 2200), Word("TIÊU", (1100, 90, 1240, 130), 0.9, 99)],
            SIZE,
            id="a title over both columns",
        ),
        pytest.param([*text_in(150, 1080), *text_in(1290, 1500, rows=4)], SIZE, id="few words at the right"),
        pytest.param(
            [*text_in(150, 1080, rows=9), *text_in(1290, 2200, top=900, rows=9)],
            SIZE,
            id="one below the other",
        ),
        pytest.param(text_in(150, 1080), SIZE, id="one page and an empty one"),
        pytest.param([], SIZE, id="nothing"),
    ],
)
def test_anything_else_is_one_page(words: list[Word], size: tuple[int, int]) -> None:
    assert not is_two_up(words, *size)


def test_the_clerk_is_told_of_two_pages_on_one_picture(engine: OcrEngine) -> None:
    lines = ["Ủy ban nhân dân phường thông báo danh sách hồ sơ"] * 12
    page = upper_part(written_sheet(*lines), 140)
    both = np.hstack([page, page])
    two, one = (read_page(Picture(pixels, 200.0, 24), engine).reading for pixels in (both, page))
    assert "two_up" in [problem.code for problem in two.problems]
    assert "two_up" not in [problem.code for problem in one.problems]
