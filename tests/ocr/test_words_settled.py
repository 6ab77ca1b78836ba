"""What the engine and the network for words make of a word together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.line_net import Outputs
from digitize.ocr.word_net import ALPHABET
from digitize.ocr.words_settled import contradiction, settled, with_words_settled
from digitize.samples.sheet import Sheet
from support.dictionaries import only_dictionaries

BOX = (10, 20, 90, 44)


@pytest.fixture(autouse=True)
def own(tmp_path: Path) -> Iterator[None]:
    """A machine whose dictionary has a few words."""
    place = tmp_path / "vi_VN.dic"
    place.write_text("6\nẤp\nẤn\nphường\nnhường\nhạ\nha\n", "utf-8")
    with only_dictionaries(place):
        yield


def outputs_of(text: str, sure: float, other: str = "") -> Outputs:
    """A network that gives a text a probability, and what is left to another text of the same length."""
    logs = np.full((len(ALPHABET) + 1, 2 * len(text) + 1), -60.0)
    logs[0, ::2] = 0.0
    different = sum(a != b for a, b in zip(text, other or text, strict=True))
    for step, sign in enumerate(text):
        column = 2 * step + 1
        if other and other[step] != sign:
            logs[ALPHABET.index(sign) + 1, column] = np.log(sure) / different
            logs[ALPHABET.index(other[step]) + 1, column] = np.log1p(-np.exp(np.log(sure) / different))
        else:
            logs[ALPHABET.index(sign) + 1, column] = 0.0 if other else np.log(sure) / len(text)
    return Outputs(logs, ALPHABET)


def said(text: str, confidence: float) -> Word:
    return Word(text, BOX, confidence, 3)


def test_what_both_say_is_sure() -> None:
    found = settled(said("phường", 0.6), outputs_of("phường", 0.9))
    assert found.sure
    assert found.word.text == "phường"
    assert found.word.confidence == pytest.approx(0.9)
    assert settled(said("phường", 0.97), outputs_of("phường", 0.9)).word.confidence == 0.97


def test_a_reading_that_the_network_itself_doubts_confirms_nothing() -> None:
    word = said("phường", 0.6)
    found = settled(word, outputs_of("phường", 0.1))
    assert (found.word, found.sure) == (word, False)


def test_signs_around_a_word_are_left_to_the_engine() -> None:
    found = settled(said("(phường,", 0.6), outputs_of("phường", 0.9))
    assert (found.word.text, found.sure) == ("(phường,", True)
    assert settled(said("(phưòng,", 0.6), outputs_of("phường", 0.97)).word.text == "(phường,"


def test_a_word_that_is_none_gives_way_to_one_that_the_network_is_sure_of() -> None:
    found = settled(said("phưòng", 0.6), outputs_of("phường", 0.9))
    assert (found.word.text, found.sure) == ("phường", True)
    assert found.word.confidence <= 0.6


def test_one_word_becomes_another_only_where_the_network_gives_it_no_chance_and_then_in_doubt() -> None:
    found = settled(said("nhường", 0.93), outputs_of("phường", 0.95, "xhường"))
    assert found.word == Word("phường", BOX, 0.5, 3)
    word = said("nhường", 0.93)
    found = settled(word, outputs_of("phường", 0.9, "nhường"))
    assert (found.word, found.sure) == (word, False)


@pytest.mark.parametrize("seen", ["phxờng", "phườ ng", "phường Hạ", "PHƯÒNG", ""])
def test_what_is_no_word_takes_no_words_place(seen: str) -> None:
    word = said("phưòng", 0.6)
    found = settled(word, outputs_of(seen, 0.99) if seen else outputs_of("...", 0.9))
    assert (found.word, found.sure) == (word, False)


def test_a_number_takes_the_place_of_what_is_none_in_doubt() -> None:
    assert settled(said("a9", 0.93), outputs_of("09", 0.98)).word == Word("09", BOX, 0.5, 3)
    # Which of two numbers it is, others decide.
    assert settled(said("89", 0.93), outputs_of("09", 0.98)).word.text == "89"


def test_an_abbreviation_needs_the_network_to_be_certain() -> None:
    assert settled(said("QIHC", 0.9), outputs_of("QLHC", 0.97)).word == Word("QLHC", BOX, 0.5, 3)
    assert settled(said("QIHC", 0.9), outputs_of("QLHC", 0.9)).word.text == "QIHC"


def test_signs_that_the_network_does_not_know_are_not_contradicted() -> None:
    found = settled(said("m²", 0.9), outputs_of("m2", 0.99))
    assert (found.word.text, found.seen) == ("m²", ("", 0.0))


def test_what_speaks_against_a_word_is_told_unless_it_is_its_case_alone() -> None:
    assert contradiction(said("ha", 0.97), outputs_of("hạ", 0.98)) == "hạ"
    assert contradiction(said("phường", 0.97), outputs_of("phxờng", 0.95)) == "phxờng"
    for seen, sure in (("phường", 0.99), ("Phường", 0.99), ("phxờng", 0.6), ("phường bến", 0.99)):
        assert contradiction(said("phường", 0.97), outputs_of(seen, sure)) is None


def test_an_unsure_network_takes_no_words_place() -> None:
    word = said("phưòng", 0.6)
    assert settled(word, outputs_of("phường", 0.5)).word == word


def line_with(*pairs: tuple[str, str]) -> tuple[Pixels, list[Word]]:
    """A line of a page on which the first of each pair is written and the second was read."""
    sheet, x = Sheet(extent=(160, 24)), 10.0
    words = []
    for written, read in pairs:
        x = sheet.write(x, 14, written, size=12) + 1.6
        words.append(Word(read, sheet.inscriptions[-1].box, 0.95, 0))
    return to_grey(np.array(sheet.image)), words


def test_numbers_among_words_are_doubted_where_another_one_stands() -> None:
    grey, words = line_with(
        ("Ấp", "Ấp"), ("5", "6"), ("ngày", "ngày"), ("13/6/2023", "13/62023"), ("17", "17")
    )
    found = with_words_settled(words, grey, 200)
    assert [word.text for word in found] == ["Ấp", "6", "ngày", "13/6/2023", "17"]
    assert [word.confidence <= 0.5 for word in found] == [False, True, False, True, False]


def test_the_first_word_of_a_value_gets_the_capital_that_it_has() -> None:
    grey, words = line_with(("Nhường", "nhường"), ("Hạ", "hạ"))
    found = with_words_settled(words, grey, 200)
    assert [word.text for word in found] == ["Nhường", "hạ"]
