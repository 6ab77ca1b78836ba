"""The network that reads words reads them with their marks, and knows when it does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitize.fonts import Face
from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.imaging.reading import reading_picture
from digitize.model import Box
from digitize.ocr.line_strip import WORDS, line_strip
from digitize.ocr.word_net import read_line_of_words, read_word_of_line
from digitize.ocr.word_strip import word_strip
from digitize.samples.sheet import Sheet

FACES = pytest.mark.parametrize("face", [Face.TIMES, Face.TIMES_BOLD, Face.COURIER])
TEXTS = ("Nguyễn Thị Phượng Hạ", "THẠCH HIỂU", "phường Bến Nghé", "Ấp 5", "xã Kỳ Xuân, tỉnh Hà Tĩnh")


def row(words: tuple[str, ...], *, dpi: int = 200, face: Face = Face.TIMES) -> tuple[Pixels, list[Box]]:
    """Words of a line on a page, and where they stand."""
    sheet, x = Sheet(dpi=dpi, extent=(160, 24)), 10.0
    for word in words:
        x = sheet.write(x, 14, word, face=face, size=12) + 2.0
    return to_grey(np.array(sheet.image)), [one.box for one in sheet.inscriptions]


@FACES
@pytest.mark.parametrize("dpi", [180, 200, 220])
@pytest.mark.parametrize("text", TEXTS)
def test_lines_are_read_with_their_marks(text: str, dpi: int, face: Face) -> None:
    grey, (box,) = row((text,), dpi=dpi, face=face)
    edge = round(dpi / 25.4)
    left, top, right, bottom = box
    outputs = read_line_of_words(grey[top - edge : bottom + edge, left - edge : right + edge], dpi)
    assert outputs is not None
    seen, sure = outputs.best()
    assert seen == text
    assert sure > 0.5
    assert outputs.probability(text) == pytest.approx(sure)


@FACES
def test_words_of_a_page_are_read_each_by_itself(face: Face) -> None:
    words = ("Ông", "Trần", "cư", "trú", "tại", "Hà", "Tĩnh", "từ", "2019")
    grey, boxes = row(words, face=face)
    seen = []
    for box in boxes:
        outputs = read_word_of_line(grey, 200, box, boxes)
        assert outputs is not None
        seen.append(outputs.best()[0])
    assert tuple(seen) == words


def test_values_over_dots_are_read() -> None:
    sheet = Sheet(extent=(200, 60))
    sheet.write(30, 20, "Nơi cư trú:")
    sheet.write(54, 19.5, "Ấp Bình Đông, xã Kỳ Xuân", face=Face.COURIER, size=11)
    sheet.leader(53, 180, 20)
    picture = reading_picture(np.array(sheet.image), 200)
    (zone,) = picture.zones
    outputs = read_line_of_words(zone.pixels, picture.dpi)
    assert outputs is not None
    assert outputs.best()[0].strip(" .") == "Ấp Bình Đông, xã Kỳ Xuân"


def test_what_is_blurred_away_is_not_read_with_confidence() -> None:
    grey, (box,) = row(("Thưởng",))
    blurred = cv2.GaussianBlur(grey, (0, 0), 5).astype(np.uint8)
    outputs = read_word_of_line(blurred, 200, box, [box])
    assert outputs is not None
    assert outputs.best()[0] == "Thưởng" or outputs.best()[1] < 0.5


def test_low_letters_are_as_high_as_those_around_them_say() -> None:
    grey, boxes = row(("UBND", "xe", "THÔN", "oan"))
    among = word_strip(grey, 200, boxes[1], boxes)
    alone = word_strip(grey, 200, boxes[1], [boxes[1]])
    assert among is not None
    assert alone is not None
    assert among.shape[1] < 0.85 * alone.shape[1]


def test_nothing_and_what_is_too_long_are_not_read() -> None:
    page = np.full((200, 300), 240, np.uint8)
    outside = (400, 10, 450, 40)
    assert read_word_of_line(page, 200, outside, [outside]) is None
    assert read_line_of_words(np.full((30, 5000), 240, np.uint8), 200) is None


@pytest.mark.parametrize("dpi", [150, 200, 300, 600])
def test_capitals_stand_at_their_place_in_a_strip(dpi: int) -> None:
    grey, (box,) = row(("HẺO",), dpi=dpi)
    edge = round(dpi / 25.4)
    strip = line_strip(np.ascontiguousarray(grey[box[1] - edge : box[3] + edge, box[0] : box[2]]), dpi, WORDS)
    assert strip is not None
    assert strip.shape[0] == WORDS.height
    ink = np.flatnonzero((strip[:, : strip.shape[1] // 4] > 0.5).any(axis=1))
    assert abs(ink[0] - WORDS.over) <= 2
    assert abs(ink[-1] - WORDS.over - WORDS.body + 1) <= 2
