"""Words in doubt are found, and read again; what is better wins, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitize.imaging.ink import to_grey
from digitize.imaging.reading import ReadingPicture, reading_picture
from digitize.model import Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.words_in_doubt import chosen, doubtful, read_again
from digitize.samples.sheet import Sheet
from support.dictionaries import needs_dictionary, only_dictionaries

BOX = (10, 20, 90, 44)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[None]:
    """A machine whose dictionary has a few words."""
    place = tmp_path / "vi_VN.dic"
    place.write_text("5\nphẩm\nkhẩu\nngày\nthường\ntrú\n", "utf-8")
    with only_dictionaries(place):
        yield


@pytest.fixture
def without() -> Iterator[None]:
    """A machine without a dictionary."""
    with only_dictionaries():
        yield


def said(text: str, confidence: float, line: int = 0) -> Word:
    return Word(text, BOX, confidence, line)


def blurred(text: str, by: float, size: float = 12) -> ReadingPicture:
    sheet = Sheet(extent=(100, 14))
    sheet.write(10, 9, text, size=size)
    grey = to_grey(np.array(sheet.image))
    return reading_picture(cv2.GaussianBlur(grey, (0, 0), by).astype(np.uint8), 200)


@pytest.mark.usefixtures("without")
def test_words_with_little_confidence_are_in_doubt_the_worst_first() -> None:
    words = [said("ngày", 0.97), said("thuong", 0.7), said("trú", 0.99), said("khấu", 0.4), said("ờ1a", 0.6)]
    assert doubtful(words) == [3, 4, 1]


@pytest.mark.usefixtures("without")
def test_numbers_marks_and_single_letters_are_not_looked_at_again() -> None:
    words = [said("15/08/1999", 0.2), said("—", 0.2), said("a", 0.2), said("A4", 0.2), said("", 0.0)]
    assert doubtful(words) == []


@pytest.mark.usefixtures("own")
def test_words_that_the_dictionary_does_not_know_are_in_doubt_however_sure() -> None:
    words = [said("phẩm", 0.99), said("phâm", 0.99), said("UBND", 0.99), said("thường trú", 0.99)]
    assert doubtful(words) == [1]


@pytest.mark.usefixtures("own")
def test_an_unknown_word_is_worse_than_a_known_one_as_sure() -> None:
    words = [said("phẩm", 0.6), said("UBND", 0.6), said("phâm", 0.6), said("khẩu", 0.35)]
    assert doubtful(words) == [2, 3, 1, 0]


@pytest.mark.usefixtures("without")
def test_of_a_page_of_scrawls_only_the_forty_worst_are_looked_at_again() -> None:
    words = [said("scrawl", 0.87 - index / 200) for index in range(60)]
    assert doubtful(words) == list(range(59, 19, -1))


@pytest.mark.usefixtures("without")
@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["ngày", "x", "12", "UBND"]), st.floats(0, 1)), max_size=70))
def test_no_word_is_looked_at_twice_and_none_that_is_sure(read: list[tuple[str, float]]) -> None:
    words = [said(text, confidence) for text, confidence in read]
    found = doubtful(words)
    assert len(found) == len(set(found)) <= 40
    assert [words[index].confidence for index in found] == sorted(words[i].confidence for i in found)
    assert all(words[index].confidence < 0.95 for index in found)


@pytest.mark.usefixtures("own")
def test_a_surer_look_that_the_dictionary_knows_wins_and_brings_its_confidence() -> None:
    assert chosen(said("phâm", 0.8, 7), [("phẩm", 0.85)]) == Word("phẩm", BOX, 0.85, 7)
    # The dictionary counts: even a look that is a little less sure.
    assert chosen(said("phâm", 0.9), [("phẩm", 0.8)]).text == "phẩm"


@pytest.mark.usefixtures("own")
def test_a_known_word_is_not_replaced_by_an_unknown_one_a_little_surer() -> None:
    word = said("phẩm", 0.7)
    assert chosen(word, [("phâm", 0.9), ("phảm", 0.95)]) is word


@pytest.mark.usefixtures("own")
def test_abbreviations_need_more_than_a_little_more_confidence() -> None:
    word = said("III", 0.88)
    assert chosen(word, [("IH", 0.96), ("HI", 0.95)]) is word
    assert chosen(said("III", 0.5), [("HI", 0.96)]).text == "HI"


@pytest.mark.usefixtures("own")
def test_of_two_looks_the_better_one_wins_wherever_it_stands() -> None:
    looks = [("khẩu", 0.7), ("khấu", 0.75), ("phẩm", 0.9)]
    for order in (looks, looks[::-1]):
        assert chosen(said("khâu", 0.3), order).text == "phẩm"


@pytest.mark.usefixtures("without")
def test_a_reading_with_digits_needs_two_looks_that_agree() -> None:
    word = said("ngày1", 0.3)
    assert chosen(word, [("ngày", 0.95)]) is word
    assert chosen(word, [("ngày", 0.95), ("ngàyt", 0.9)]) is word
    assert chosen(word, [("ngày", 0.95), ("ngày", 0.9)]).text == "ngày"
    assert chosen(said("lO", 0.3), [("10", 0.99)]).text == "lO"


@pytest.mark.usefixtures("without")
def test_a_reading_of_another_length_is_none_of_the_same_word() -> None:
    word = said("phường", 0.3)
    assert chosen(word, [("phườngSaoMai", 0.99)]) is word
    assert chosen(word, [("ph", 0.99)]) is word
    assert chosen(word, [("phưng", 0.99)]).text == "phưng"


@pytest.mark.usefixtures("without")
@pytest.mark.parametrize("looks", [[], [("", 0.99)], [("", 0.99), ("", 0.99)], [("phường", 0.99)]])
def test_a_word_that_nothing_else_was_read_for_stays_as_it_was(looks: list[tuple[str, float]]) -> None:
    word = said("phường", 0.3)
    assert chosen(word, looks) is word


@needs_dictionary
def test_a_worn_word_is_read_better_from_a_larger_picture_and_stays_in_its_place(engine: OcrEngine) -> None:
    if engine.second is None:
        pytest.skip("no second model is installed")
    for text, blur in (("phẩm", 1.0), ("khẩu", 1.0)):
        picture = blurred(text, blur)
        before = engine.read(picture.rest, picture.dpi)
        (after,) = read_again([before], picture, engine)
        assert [word.text for word in before] != [text]
        assert [word.text for word in after] == [text]
        assert [(word.box, word.line) for word in after] == [(word.box, word.line) for word in before]
        assert after[0].confidence >= 0.5


@needs_dictionary
def test_words_in_doubt_are_seen_by_the_network_before_the_engine_is_asked_again(
    engine: OcrEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitize.ocr.words_in_doubt._MOST", 0)
    picture = blurred("phường Bến Nghé", 0.8)
    words = engine.read(picture.rest, picture.dpi)
    wrong = [replace(words[0], text="phưòng", confidence=0.5), *words[1:]]
    (after,) = read_again([wrong], picture, engine)
    assert [word.text for word in after] == ["phường", "Bến", "Nghé"]


@needs_dictionary
def test_what_was_read_well_is_left_as_it_is(engine: OcrEngine) -> None:
    picture = blurred("Nguyễn thường trú tại", 0.6)
    words = engine.read(picture.rest, picture.dpi)
    (after,) = read_again([words], picture, engine)
    assert [(word.text, word.box) for word in after] == [(word.text, word.box) for word in words]
    assert all(new.confidence >= old.confidence for new, old in zip(after, words, strict=True))


def test_a_word_at_the_edge_or_beside_the_page_costs_nothing_but_its_second_look(engine: OcrEngine) -> None:
    picture = blurred("thường trú", 1.0)
    high, wide = picture.rest.shape
    outside = [
        Word("abc", (wide + 50, 5, wide + 90, 25), 0.2, 0),
        Word("abc", (5, high + 50, 45, high + 70), 0.2, 0),
    ]
    assert read_again([outside], picture, engine) == [outside]
    assert read_again([], picture, engine) == []
    edge = [Word("abcd", (0, 0, 6, high), 0.2, 2)]
    (after,) = read_again([edge], picture, engine)
    assert [(word.box, word.line) for word in after] == [(edge[0].box, 2)]


@needs_dictionary
def test_boxes_are_found_again_on_a_page_of_another_resolution(
    engine: OcrEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The network looks at the smaller picture.
    monkeypatch.setattr("digitize.ocr.words_in_doubt._MOST_SEEN", 0)
    if engine.second is None:
        pytest.skip("no second model is installed")
    sheet = Sheet(dpi=300, extent=(100, 30))
    sheet.write(60, 20, "khẩu", size=12)
    grey = cv2.GaussianBlur(to_grey(np.array(sheet.image)), (0, 0), 1.5).astype(np.uint8)
    picture = reading_picture(grey, 300)
    assert picture.scale < 1
    (read,) = engine.read(picture.rest, picture.dpi)
    wrong = Word("khâu", read.box, 0.3, 0)
    assert [[word.text for word in line] for line in read_again([[wrong]], picture, engine)] == [["khẩu"]]
