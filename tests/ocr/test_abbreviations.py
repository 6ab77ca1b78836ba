"""Abbreviations in capitals are read by the network as well."""

from __future__ import annotations

import numpy as np
import pytest

from digitize.fonts import Face
from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.model import Box, Word
from digitize.ocr.abbreviations import with_abbreviations_checked
from digitize.samples.sheet import Sheet

DPI = 200


def drawn(text: str) -> tuple[Pixels, Box]:
    sheet = Sheet(dpi=DPI, extent=(80, 16))
    sheet.write(10, 10, text, face=Face.COURIER, size=12)
    return to_grey(np.array(sheet.image)), sheet.inscriptions[0].box


def checked(read: str, drawn_as: str, confidence: float = 0.8) -> Word:
    pixels, box = drawn(drawn_as)
    (word,) = with_abbreviations_checked([Word(read, box, confidence, 0)], pixels, DPI)
    assert word.box == box
    return word


@pytest.mark.parametrize(
    ("read", "right"),
    [("OLHC", "QLHC"), ("QI.HC", "QLHC"), ("TIXH", "TTXH"), ("CGCD", "CCCD"), ("OLHC,", "QLHC,")],
)
def test_letters_that_the_network_is_sure_of_are_taken_and_doubted(read: str, right: str) -> None:
    word = checked(read, right.rstrip(","))
    assert (word.text, word.confidence) == (right, 0.5)


def test_what_both_read_is_as_sure_as_the_surer() -> None:
    word = checked("TTXH", "TTXH", 0.4)
    assert word.text == "TTXH"
    assert word.confidence > 0.8


def test_a_mark_that_the_network_does_not_know_stays() -> None:
    word = checked("ĐKKP", "ĐKKD")
    assert (word.text, word.confidence) == ("ĐKKD", 0.5)


@pytest.mark.parametrize("read", ["NAM", "Qlhc", "A4", "HÀ", "H", "", "ABCDEFGHIJK"])
def test_words_and_numbers_are_not_looked_at(read: str) -> None:
    word = checked(read, "QLHC")
    assert (word.text, word.confidence) == (read, 0.8)


def test_a_reading_of_quite_another_length_is_none() -> None:
    assert checked("TTX", "TTXHTT").text == "TTX"


def test_a_word_without_extent_stays() -> None:
    word = Word("QLHC", (10, 10, 10, 10), 0.8, 0)
    assert with_abbreviations_checked([word], np.full((0, 40), 255, np.uint8), DPI) == [word]
