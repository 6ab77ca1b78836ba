"""Numbers of a list that were read as a column come back before their lines."""

from __future__ import annotations

import numpy as np
import pytest

from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.model import Box, Word
from digitize.ocr.numbering import with_numbering
from digitize.samples.sheet import Sheet

TITLES = ("Tên tôi", "Ngày sinh", "Quê quán", "Dân tộc")


def listed() -> tuple[Pixels, list[list[Word]]]:
    """A list, and its words as they are read when its numbers are taken for a column."""
    sheet = Sheet(extent=(100, 60))
    lines: list[list[Word]] = []
    figures: list[Word] = []

    def word(text: str, confidence: float, line: int) -> Word:
        return Word(text, boxes[-1], confidence, line)

    boxes: list[Box] = []
    for number, title in enumerate(TITLES, start=1):
        x, y = 12.0, 8.0 + 9 * number
        x = sheet.write(x, y, str(number))
        boxes.append(sheet.inscriptions[-1].box)
        figures.append(word("@" if number == 2 else str(number), 0.6, 99))
        x = sheet.write(x, y, ".") + 1.5
        boxes.append(sheet.inscriptions[-1].box)
        line = [word(".", 0.9, number)]
        for part in title.split():
            x = sheet.write(x, y, part) + 1.5
            boxes.append(sheet.inscriptions[-1].box)
            line.append(word(part, 0.96, number))
        lines.append(line)
    return to_grey(np.array(sheet.image)), [*lines, figures]


def test_each_number_stands_before_its_line_again_and_the_column_is_gone() -> None:
    grey, lines = listed()
    found = with_numbering(lines, grey, 200)
    assert [" ".join(word.text for word in line) for line in found] == [
        f"{number}. {title}" for number, title in enumerate(TITLES, start=1)
    ]
    for line in found:
        assert line[0].box[2] <= line[1].box[0]
        assert line[0].line == line[1].line


def test_what_the_engine_did_not_read_as_this_number_is_in_doubt() -> None:
    grey, lines = listed()
    found = with_numbering(lines, grey, 200)
    assert found[0][0].confidence > 0.8
    assert found[1][0].confidence == 0.5


def test_a_full_stop_with_nothing_before_it_stays_what_it_is() -> None:
    grey, lines = listed()
    alone = lines[:-1]
    assert with_numbering(alone, grey, 200) == alone


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["5,", "Quốc", "tịch"], "5. Quốc tịch"),
        (["5,", "quốc", "tịch"], "5, quốc tịch"),
        (["2026,", "Ngày"], "2026, Ngày"),
        (["5,"], "5,"),
    ],
)
def test_a_comma_behind_the_number_of_a_list_is_its_full_stop(texts: list[str], expected: str) -> None:
    line = [Word(text, (40 * n, 0, 40 * n + 30, 20), 0.9, 0) for n, text in enumerate(texts)]
    (found,) = with_numbering([line], np.full((40, 200), 240, np.uint8), 200)
    assert " ".join(word.text for word in found) == expected
