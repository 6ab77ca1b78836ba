"""Lines that the engine left out are found by their ink and read; scrawls and specks are not."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from PIL import ImageDraw

from digitize.imaging.ink import ink, to_grey
from digitize.imaging.picture import Mask
from digitize.imaging.reading import ReadingPicture, reading_picture
from digitize.model import Box, Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.looks import text_of
from digitize.ocr.missed import missed, read_missed
from digitize.samples.sheet import INK, Sheet

TEXTS = ("Nguyễn Thị Phượng Hạ", "Ấp Bình Đông, xã Kỳ Xuân, tỉnh Hà Tĩnh", "thường trú")
BY_LENGTH = (1, 0, 2)


def paper(dpi: int = 200, high: float = 60) -> Sheet:
    return Sheet(dpi=dpi, extent=(150, high))


def written(dpi: int = 200) -> Sheet:
    sheet = paper(dpi)
    for row, text in enumerate(TEXTS):
        sheet.write(20, 15 + 15 * row, text)
    return sheet


def boxes_of(sheet: Sheet) -> list[Box]:
    return [one.box for one in sheet.inscriptions]


def ink_of(sheet: Sheet) -> Mask:
    return ink(to_grey(np.array(sheet.image)))


def picture_of(sheet: Sheet) -> ReadingPicture:
    return reading_picture(np.array(sheet.image), sheet.dpi)


def scrawl(sheet: Sheet, x: float, y: float, width: float, height: float, seed: int) -> None:
    """A stroke of the pen that stands for no letters."""
    chance = Random(seed)
    points = [
        (sheet.pixels(x + width * step / 40), sheet.pixels(y + height * chance.uniform(-0.5, 0.5)))
        for step in range(41)
    ]
    ImageDraw.Draw(sheet.image).line(points, fill=INK, width=3)


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_lines_without_words_are_found_where_they_stand_the_longest_first(dpi: int) -> None:
    sheet = written(dpi)
    found = missed(ink_of(sheet), [], dpi)
    assert len(found) == len(TEXTS)
    for place, line in zip(found, BY_LENGTH, strict=True):
        # Dots below are too small to count.
        assert place == pytest.approx(boxes_of(sheet)[line], abs=0.05 * dpi)


def test_words_that_were_read_cover_theirs() -> None:
    sheet = written()
    boxes = boxes_of(sheet)
    first, _, last = boxes
    (found,) = missed(ink_of(sheet), [first, last], 200)
    assert found == pytest.approx(boxes[1], abs=8)
    assert missed(ink_of(sheet), boxes, 200) == []


def test_of_a_line_read_in_part_the_rest_is_found() -> None:
    sheet = written()
    first, second, third = boxes_of(sheet)
    middle = (second[0] + second[2]) // 2
    (found,) = missed(ink_of(sheet), [first, (second[0], second[1], middle, second[3]), third], 200)
    assert found[0] >= middle
    assert found[1:] == pytest.approx(second[1:], abs=8)


def test_of_many_lines_only_the_twelve_longest_are_looked_at() -> None:
    sheet = Sheet(extent=(200, 170))
    for row in range(16):
        sheet.write(15, 10 + 10 * row, "Hạ Lộc " + "xã Ấp " * row)
    found = missed(ink_of(sheet), [], 200)
    widths = [right - left for left, _, right, _ in found]
    assert widths == sorted(widths, reverse=True)
    assert sorted(top for _, top, _, _ in found) == pytest.approx(
        [box[1] for box in boxes_of(sheet)[4:]], abs=8
    )


def test_signatures_large_letters_rules_and_specks_are_no_lines() -> None:
    sheet = paper(high=110)
    scrawl(sheet, 20, 15, 40, 20, seed=1)
    sheet.write(75, 35, "HO", size=60)
    sheet.rule(20, 50, 120, 50)
    for place in range(30):
        sheet.rule(20 + 2 * place, 60, 20.4 + 2 * place, 60, width=0.5)
    assert ink_of(sheet).any()
    assert missed(ink_of(sheet), [], 200) == []


def test_bare_paper_misses_nothing() -> None:
    assert missed(ink_of(paper()), [], 200) == []


@pytest.mark.parametrize("confidence", [None, 0.3])
def test_a_line_left_out_or_illegible_is_read_with_its_place(
    engine: OcrEngine, confidence: float | None
) -> None:
    picture = picture_of(written())
    boxes = boxes_of(written())
    lines = [] if confidence is None else [[Word("~", box, confidence, 4)] for box in boxes]
    found = read_missed(picture, lines, engine)
    assert [text_of(words) for _, words in found] == [TEXTS[line] for line in BY_LENGTH]
    for (place, words), line in zip(found, BY_LENGTH, strict=True):
        left, top, right, bottom = boxes[line]
        assert place == pytest.approx(boxes[line], abs=8)
        assert words[0].box[0] == pytest.approx(left, abs=5)
        assert words[-1].box[2] == pytest.approx(right, abs=5)
        assert all(top - 5 <= word.box[1] < word.box[3] <= bottom + 5 for word in words)
        assert {word.line for word in words} == {0}


def test_lines_that_were_read_are_not_read_again(engine: OcrEngine) -> None:
    sheet = written()
    read = [[Word("đọc", box, 0.9, 0)] for box in boxes_of(sheet)]
    assert read_missed(picture_of(sheet), read, engine) == []
    ((_, words),) = read_missed(picture_of(sheet), read[1:], engine)
    assert text_of(words) == TEXTS[0]


def test_illegible_scrawls_give_nothing(engine: OcrEngine) -> None:
    sheet = paper(high=140)
    for seed in range(12):
        scrawl(sheet, 20 + 40 * (seed % 3), 15 + 30 * (seed // 3), 6 + seed / 3, 5, seed)
    picture = picture_of(sheet)
    assert len(missed(picture.ink, [], picture.dpi)) >= 10
    assert read_missed(picture, [], engine) == []
