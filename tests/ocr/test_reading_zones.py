"""The page and what was cut out of it come together in one order of reading."""

from __future__ import annotations

import numpy as np
import pytest

from digitize.imaging.reading import reading_picture
from digitize.model import Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.zones import read_picture
from digitize.samples.sheet import Sheet

NUMBER = "038099991188"


def paper(height: float) -> Sheet:
    return Sheet(extent=(200, height))


def read(sheet: Sheet, engine: OcrEngine) -> tuple[Word, ...]:
    return read_picture(reading_picture(np.array(sheet.image), sheet.dpi), engine)


def lines_of(words: tuple[Word, ...]) -> list[str]:
    """The text of every line; words of one line must come together, and lines in their order."""
    numbers = [word.line for word in words]
    assert numbers == sorted(numbers)
    assert sorted(set(numbers)) == list(range(len(set(numbers))))
    return [" ".join(word.text for word in words if word.line == line) for line in dict.fromkeys(numbers)]


def boxed(sheet: Sheet, x: float, top: float, number: str) -> None:
    for place, digit in enumerate(number):
        sheet.frame(x + 6 * place, top, x + 6 * place + 6, top + 7)
        sheet.write(x + 6 * place + 3, top + 5.2, digit, align="centre")


@pytest.mark.parametrize("lift", [0.9, 1.2, 1.5])
def test_values_over_leaders_come_on_the_line_of_their_label_in_order(engine: OcrEngine, lift: float) -> None:
    sheet = paper(60)
    sheet.write(25, 12, "Thông tin của người con")
    for row, (label, value) in enumerate(
        (("Quan hệ với người nộp:", "Mẹ"), ("Nơi cư trú:", "Phường Sao Mai"), ("Dân tộc:", "Kinh"))
    ):
        y = 21 + 8 * row
        end = sheet.write(25, y, label)
        sheet.leader(end + 1, 170, y)
        sheet.write(end + 5, y - lift, value)
    sheet.write(25, 47, "Người khai ký tên")
    assert lines_of(read(sheet, engine)) == [
        "Thông tin của người con",
        "Quan hệ với người nộp: Mẹ",
        "Nơi cư trú: Phường Sao Mai",
        "Dân tộc: Kinh",
        "Người khai ký tên",
    ]


def test_several_values_of_one_line_stand_each_behind_its_label(engine: OcrEngine) -> None:
    sheet = paper(30)
    for label, value, end, start, stop in (
        ("Ngày", "15", 37, 38, 60),
        ("tháng", "08", 74, 75, 100),
        ("năm", "1999", 112, 113, 150),
    ):
        sheet.write(end, 18, label, align="right")
        sheet.leader(start, stop, 18)
        sheet.write(start + 6, 16.6, value)
    assert lines_of(read(sheet, engine)) == ["Ngày 15 tháng 08 năm 1999"]


def test_words_of_values_stand_where_they_were_written(engine: OcrEngine) -> None:
    sheet = paper(30)
    sheet.write(25, 18, "Nơi cư trú:")
    sheet.write(60, 16.6, "Phường")
    sheet.write(90, 16.6, "Kinh")
    sheet.leader(48, 170, 18)
    words = read(sheet, engine)
    for text in ("Phường", "Kinh"):
        box = next(one.box for one in sheet.inscriptions if one.text == text)
        (word,) = [word for word in words if word.text == text]
        # How high a word stands the engine says more roughly.
        assert (word.box[0], word.box[2]) == pytest.approx((box[0], box[2]), abs=6)
        assert word.box[1] < (box[1] + box[3]) / 2 < word.box[3]


def test_cells_are_read_each_by_itself_between_the_lines_around_their_table(engine: OcrEngine) -> None:
    sheet = paper(80)
    table = [
        ("Họ và tên", "Ngày sinh", "Nơi cư trú"),
        ("Lê Thị Hạ", "15/08/1999", "Phường Sao Mai"),
        ("Vũ Văn Nam", "02/11/2003", "Kỳ Xuân"),
    ]
    sheet.write(25, 12, "Danh sách thành viên trong hộ")
    for y in (20, 30, 40, 50):
        sheet.rule(20, y, 190, y)
    for x in (20, 70, 120, 190):
        sheet.rule(x, 20, x, 50)
    for row, texts in enumerate(table):
        for x, text in zip((22, 72, 122), texts, strict=True):
            sheet.write(x, 26.5 + 10 * row, text)
    sheet.write(25, 62, "Người lập biểu")
    lines = lines_of(read(sheet, engine))
    assert (lines[0], lines[-1]) == ("Danh sách thành viên trong hộ", "Người lập biểu")
    rows = [sorted(lines[begin : begin + 3]) for begin in (1, 4, 7)]
    assert rows == [sorted(texts) for texts in table]
    assert len(lines) == 11


def test_lines_of_a_cell_come_in_order_between_the_lines_above_and_below_it(engine: OcrEngine) -> None:
    sheet = paper(60)
    sheet.write(25, 12, "Nơi nhận hồ sơ")
    sheet.frame(25, 20, 140, 42)
    for baseline, text in ((28, "Ủy ban nhân dân"), (37, "phường Sao Mai")):
        sheet.write(28, baseline, text)
    sheet.write(25, 53, "Người nhận ký tên")
    assert lines_of(read(sheet, engine)) == [
        "Nơi nhận hồ sơ",
        "Ủy ban nhân dân",
        "phường Sao Mai",
        "Người nhận ký tên",
    ]


def test_a_number_in_boxes_is_one_word_on_the_line_of_its_label(engine: OcrEngine) -> None:
    sheet = paper(40)
    sheet.write(20, 20.2, "Số định danh:")
    boxed(sheet, 60, 15, NUMBER)
    words = read(sheet, engine)
    assert lines_of(words) == [f"Số định danh: {NUMBER}"]
    left, _, right, _ = words[-1].box
    assert left == pytest.approx(sheet.pixels(62), abs=8)
    assert right == pytest.approx(sheet.pixels(60 + 6 * 12 - 2), abs=8)


@pytest.mark.parametrize("number", ["079301001234", "001188776655"])
def test_numbers_in_boxes_are_read_digit_by_digit(engine: OcrEngine, number: str) -> None:
    sheet = paper(40)
    boxed(sheet, 60, 15, number)
    (word,) = read(sheet, engine)
    assert word.text == number
    assert word.confidence > 0.6


def test_a_page_of_nothing_but_a_value_is_read(engine: OcrEngine) -> None:
    sheet = paper(30)
    sheet.leader(40, 150, 18)
    sheet.write(50, 16.6, "Phường Sao Mai")
    assert lines_of(read(sheet, engine)) == ["Phường Sao Mai"]
    assert read(paper(30), engine) == ()
