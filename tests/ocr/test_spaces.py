"""Words that were run together are parted where the picture has a space, and nowhere else."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from digitize.fonts import Face
from digitize.imaging.ink import to_grey
from digitize.model import Word
from digitize.ocr.spaces import with_spaces
from digitize.samples.sheet import Sheet

FACES = pytest.mark.parametrize("face", [Face.TIMES, Face.TIMES_BOLD, Face.COURIER])


def parted(written: str, *, dpi: int = 200, face: Face = Face.TIMES, size: float = 12) -> list[Word]:
    """The words of a line whose engine saw no space in it."""
    sheet = Sheet(dpi=dpi, extent=(140, 16))
    sheet.write(10, 10, written, face=face, size=size)
    word = Word(written.replace(" ", ""), sheet.inscriptions[0].box, 0.8, 3)
    return with_spaces([word], to_grey(np.array(sheet.image)))


@FACES
@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("written", ["VI GIA", "VĂN THẮNG", "2021 ,", "CHI CỤC", "xã Kỳ"])
def test_a_space_of_the_picture_parts_words(dpi: int, face: Face, written: str) -> None:
    words = parted(written, dpi=dpi, face=face)
    assert [word.text for word in words] == written.split()
    assert all(left.box[2] < right.box[0] for left, right in pairwise(words))
    assert {(word.confidence, word.line) for word in words} == {(0.8, 3)}


@FACES
@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize(
    "written",
    [
        "TTXH",
        "Thiên",
        "NGHIỆP",
        "01/2021",
        "21-04-1990",
        "150.000.000",
        "C2/TB",
        "0912345678",
        "lj1i",
        "17:30",
    ],
)
def test_what_is_one_word_stays_one(dpi: int, face: Face, written: str) -> None:
    assert [word.text for word in parted(written, dpi=dpi, face=face)] == [written]


@pytest.mark.parametrize("written", ["0912 345 678", "12 / 04", "0912. 345"])
def test_numbers_stay_as_the_engine_read_them(written: str) -> None:
    assert [word.text for word in parted(written)] == [written.replace(" ", "")]


@pytest.mark.parametrize("written", ["Khme r", "TCD N", "( 3)", "(3 )", "quận 1 0", "C 2/TB"])
def test_no_letter_and_no_bracket_is_parted_from_its_word(written: str) -> None:
    assert [word.text for word in parted(written) if len(word.text) == 1] == []


def test_a_word_of_the_language_is_not_parted_where_it_has_worn_through() -> None:
    assert [word.text for word in parted("th ôn")] == ["thôn"]


@pytest.mark.parametrize(
    ("read", "words"),
    [("ngày20", ["ngày", "20"]), (",tháng03,", [",tháng", "03,"]), ("tháng 03", ["tháng", "03"])],
)
def test_a_number_is_parted_from_its_label(read: str, words: list[str]) -> None:
    page = np.full((60, 400), 250, np.uint8)
    first, second = with_spaces([Word(read, (10, 10, 110, 30), 0.9, 2)], page)
    assert [first.text, second.text] == words
    assert first.box[0] == 10
    assert first.box[2] <= second.box[0] < second.box[2] == 110
    assert 50 < second.box[0] < 90


@pytest.mark.parametrize("read", ["qh20", "Điều5", "CT01", "ngày12345"])
def test_numbers_belong_to_codes_and_names(read: str) -> None:
    page = np.full((60, 400), 250, np.uint8)
    assert [word.text for word in with_spaces([Word(read, (10, 10, 110, 30), 0.9, 2)], page)] == [read]
