"""What is cut from a page, and what stays in memory."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from digitize.errors import ItemProblem
from digitize.review.pictures import Pictures, cutting, fitting

WIDTH, HEIGHT = 1240, 1754
ACROSS, DOWN = st.integers(-50, WIDTH + 50), st.integers(-50, HEIGHT + 50)


@given(left=ACROSS, top=DOWN, right=ACROSS, bottom=DOWN, dpi=st.sampled_from([72.0, 150.0, 600.0]))
def test_a_cutting_lies_on_its_page_and_the_mark_on_the_cutting(
    left: int, top: int, right: int, bottom: int, dpi: float
) -> None:
    cut = cutting((left, top, right, bottom), WIDTH, HEIGHT, dpi)
    assert 0 <= cut.box[0] < cut.box[2] <= WIDTH
    assert 0 <= cut.box[1] < cut.box[3] <= HEIGHT
    assert 0 <= cut.mark[0] < cut.mark[2] <= cut.width
    assert 0 <= cut.mark[1] < cut.mark[3] <= cut.height
    assert fitting("-".join(map(str, cut.box)), WIDTH, HEIGHT) == cut.box


def test_a_field_is_shown_with_what_stands_around_it() -> None:
    cut = cutting((400, 500, 800, 540), WIDTH, HEIGHT, 150.0)
    assert cut.mark[0] >= 30
    assert cut.mark[1] >= 25
    assert cut.width - cut.mark[2] >= 30
    assert cut.height - cut.mark[3] >= 25
    assert cut.width < 900, "it is cut large, not shown with half the page"


@pytest.mark.parametrize("text", ["", "1-2-3", "1-2-3-4-5", "a-0-9-9", "٣-0-9-9", "9-0-9-9", "0-0-1241-9"])
def test_what_is_no_place_on_the_page_is_none(text: str) -> None:
    assert fitting(text, WIDTH, HEIGHT) is None


def test_small_pieces_are_enlarged_and_pages_leave_the_memory(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path in paths:
        Image.new("L", (200, 100), 200).save(path)
    pictures = Pictures(1.0, most_bytes=25_000)
    for path in paths:
        data, kind = pictures.cut(path, (0, 0, 150, 40))
        assert (Image.open(io.BytesIO(data)).size, kind) == ((450, 120), "image/jpeg")
    assert len(pictures._kept) == 1
    Image.new("L", (200, 100), 0).save(paths[2])
    again, _ = pictures.cut(paths[2], (0, 0, 150, 40))
    assert Image.open(io.BytesIO(again)).getpixel((5, 5)) == 0, "a page that was made anew is read anew"


def test_a_picture_that_is_too_large_is_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    Image.new("1", (2000, 1000)).save(path)
    with pytest.raises(ItemProblem):
        Pictures(1.0).cut(path, (0, 0, 9, 9))
