"""What dots of leaders were read as goes out of the words, and the words stay."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitize.imaging.leaders import Leader
from digitize.model import Word
from digitize.ocr.leader_remains import (
    before_leaders,
    without_bracket,
    without_comma,
    without_remains,
    without_rules,
    without_specks,
)
from support.dictionaries import only_dictionaries
from support.words import said

LABELS = ("ngày", "tháng:", "năm", "năm,")
# No letter of these looks like a digit.
PIECES = st.text("nămhếKH0257._…·,/:", min_size=1, max_size=12)
LINES = st.lists(st.one_of(PIECES, st.sampled_from(LABELS)), max_size=5)


@pytest.fixture(autouse=True, scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A machine whose dictionary has a few words."""
    place = tmp_path_factory.mktemp("words") / "vi_VN.dic"
    place.write_text("10\nnăm\nngày\ntháng\nbến\nnghé\nphường\nhà\nbộ\nsố\nông\n", "utf-8")
    with only_dictionaries(place):
        yield


def left_of(text: str) -> str:
    return " ".join(word.text for word in without_remains(said(text)))


def signs_of(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@pytest.mark.parametrize(
    ("read", "kept"),
    [
        ("năm..2025_,", "năm 2025 ,"),
        ("ngày.20 tháng .02. năm ..2021", "ngày 20 tháng 02 năm 2021"),
        ("Bến.Nghé.", "Bến Nghé."),
        ("Bến.Nghé..", "Bến Nghé"),
        ("phường..Hà", "phường Hà"),
        ("phường..Đông", "phường Đông"),
        ("phường..Ơn", "phường Ơn"),
        ("ngày (15", "ngày (15"),
        ("tháng [2", "tháng [2"),
        ("Số:..12/BC", "Số: 12/BC"),
        ("(ngày…15", "(ngày 15"),
        ("..Nghé.…", "Nghé"),
        ("Hà..,", "Hà ,"),
        ("ngày ·15·", "ngày 15"),
        ("ông: ..._ Hà", "ông: Hà"),
        ("/2024", "/ 2024"),
        ("15 /08 /2024", "15 / 08 / 2024"),
    ],
)
def test_remains_go_and_words_stuck_together_are_parted(read: str, kept: str) -> None:
    assert left_of(read) == kept


@pytest.mark.parametrize(
    "text",
    [
        "T.Tr-",
        "KT.BỘ",
        "BỘ.HÀ",
        "TP.HCM",
        "example.vn",
        "ha.le@saomai.example.vn",
        "15/08/2024",
        "/20245",
        "12.500.000",
        "Hà Nghé.",
        "phường,",
        "mnh..Hà",
    ],
)
def test_abbreviations_addresses_numbers_and_full_stops_stay(text: str) -> None:
    words = said(text)
    assert without_remains(words) == list(words)


@pytest.mark.parametrize("read", ["...", "…", "_ . ·", "._…·", ""])
def test_dots_alone_are_no_word(read: str) -> None:
    assert without_remains(said(read)) == []


@pytest.mark.parametrize(
    ("read", "part"),
    [("ngày 2.0", "20"), ("tháng: 0…2", "02"), ("năm 2.0.2·1", "2021"), ("năm 20_21,", "2021,")],
)
def test_a_part_of_a_date_with_dots_inside_is_a_number_in_doubt(read: str, part: str) -> None:
    label, number = without_remains(said(read))
    assert (number.text, number.confidence, label.confidence) == (part, 0.5, 0.9)
    assert without_remains(said(read, 0.3))[1].confidence == 0.3


@pytest.mark.parametrize(("read", "part"), [("ngày l5", "15"), ("năm 2O25", "2025"), ("năm.2O25..", "2025")])
def test_lookalikes_in_a_part_of_a_date_become_digits_in_doubt(read: str, part: str) -> None:
    number = without_remains(said(read))[-1]
    assert (number.text, number.confidence) == (part, 0.5)


@pytest.mark.parametrize("read", ["ngày 3.5.7", "tháng 2.0.2.1", "năm 2.5", "số 2.0", "2.0", "ông 2O25"])
def test_numbers_of_another_length_and_behind_other_words_keep_their_dots(read: str) -> None:
    words = said(read)
    assert without_remains(words) == list(words)


def test_dots_at_the_ends_of_a_part_of_a_date_cast_no_doubt_on_it() -> None:
    assert [word.confidence for word in without_remains(said("ngày.20 tháng .02. năm ..2021"))] == [0.9] * 6


def test_parts_lie_one_behind_the_other_where_their_letters_are() -> None:
    label, value = without_remains(said("phường..Hà", line=4))
    assert label.box == (10, 10, value.box[0], 30)
    assert value.box == (10 + 8 * 12, 10, 10 + 10 * 12, 30)
    slash, year = without_remains(said("/2024", line=4))
    assert (slash.box, year.box) == ((10, 10, 22, 30), (22, 10, 70, 30))
    number, comma = without_remains(said("2025..,", line=4))
    assert number.box[0] == 10
    assert number.box[0] < comma.box[0] < comma.box[2] == 10 + 7 * 12
    narrow = without_remains([Word("5..,", (10, 10, 14, 40), 0.9, 0)])
    assert [word.box[0] for word in narrow] == [10, 10]
    assert {word.line for word in (label, value, slash, year, number, comma)} == {4}


@given(LINES)
def test_no_letter_or_digit_is_added_or_lost(texts: list[str]) -> None:
    assert signs_of(left_of(" ".join(texts))) == signs_of(" ".join(texts))


@given(LINES, st.integers(1, 6))
def test_the_parts_of_a_word_stay_within_its_box_with_no_more_confidence(
    texts: list[str], pitch: int
) -> None:
    words = [
        Word(text, (1000 * place, 5, 1000 * place + pitch * len(text), 25), 0.1 + place / 10, place)
        for place, text in enumerate(texts)
    ]
    for part in without_remains(words):
        whole = words[part.line]
        left, top, right, bottom = part.box
        assert whole.box[0] <= left <= right <= whole.box[2]
        assert (top, bottom) == (5, 25)
        assert part.text
        assert part.confidence <= whole.confidence


@given(LINES)
def test_no_word_of_dots_is_left(texts: list[str]) -> None:
    assert all(word.text.strip("._…·") for word in without_remains(said(" ".join(texts))))


@pytest.mark.parametrize(("read", "bare"), [("Nam.", "Nam"), ("TTXH,", "TTXH"), ("12.", "12")])
def test_the_first_dot_of_a_leader_behind_a_word_is_no_full_stop(read: str, bare: str) -> None:
    (word,) = said(read)
    behind = Leader(word.box[2] + 6, 400, 29)
    assert [one.text for one in before_leaders([word], [behind], 200)] == [bare]


@pytest.mark.parametrize(
    "leader",
    [
        pytest.param((120, 400, 29), id="far behind"),
        pytest.param((64, 400, 70), id="of the line below"),
        pytest.param((10, 400, 29), id="under the word"),
    ],
)
def test_a_full_stop_with_no_leader_behind_it_stays(leader: tuple[float, float, float]) -> None:
    assert before_leaders(said("Nam."), [Leader(*leader)], 200) == list(said("Nam."))


@pytest.mark.parametrize("read", ["số:", "a.", "Nam"])
def test_other_words_before_a_leader_stay_as_they_are(read: str) -> None:
    (word,) = said(read)
    assert before_leaders([word], [Leader(word.box[2] + 6, 400, 29)], 200) == [word]


@pytest.mark.parametrize(
    ("read", "bare"), [("05_", "05"), ("_tháng", "tháng"), ("ten_file", "ten_file"), ("__", "__")]
)
def test_what_a_rule_under_a_word_was_read_as_goes(read: str, bare: str) -> None:
    assert [word.text for word in without_rules(said(read))] == [bare]


def test_the_comma_behind_a_value_is_a_word_of_its_own() -> None:
    first, value, comma = without_comma(
        [Word("Bến", (10, 10, 50, 30), 0.9, 1), Word("Nghé,", (60, 10, 120, 30), 0.8, 1)]
    )
    assert (first.text, value.text, comma.text) == ("Bến", "Nghé", ",")
    assert comma.box[2:] == (120, 30)
    assert comma.box[0] > value.box[0]
    assert (comma.line, comma.confidence) == (1, 0.8)


@pytest.mark.parametrize("text", ["Nghé", "7,5", ",", "a.,", ""])
def test_a_value_without_one_stays(text: str) -> None:
    words = (Word("Bến,", (10, 10, 50, 30), 0.9, 1), Word(text, (60, 10, 120, 30), 0.8, 1))
    assert without_comma(words) == words
    assert without_comma([]) == ()


def test_dots_that_were_read_as_letters_are_no_words() -> None:
    # A millimetre is 8 pixels here.
    speck, dots = Word("Ũ", (50, 20, 53, 26), 0.7, 0), Word("ii", (60, 24, 66, 27), 0.6, 0)
    letter, comma = Word("o", (70, 15, 82, 26), 0.6, 0), Word(",", (90, 24, 93, 29), 0.9, 0)
    thin = Word("1", (100, 2, 104, 26), 0.9, 0)
    assert without_specks([speck, dots, letter, comma, thin], 203.2) == (letter, comma, thin)


@pytest.mark.parametrize(
    ("read", "kept"),
    [
        ("phường.bến.nghé", "phường bến nghé"),
        ("ngày..hà", "ngày hà"),
        ("phường.bến.", "phường bến."),
        ("bến.x", "bến.x"),
        ("ubnd.gov", "ubnd.gov"),
    ],
)
def test_dots_between_words_of_the_language_are_spaces(read: str, kept: str) -> None:
    assert " ".join(word.text for word in without_remains(said(read))) == kept


@pytest.mark.parametrize(
    ("read", "kept"),
    [
        ("(022096316250", "022096316250"),
        ("(Quảng Ninh", "Quảng Ninh"),
        ("(đã cũ) số 5", "(đã cũ) số 5"),
        ("Hà (cũ", "Hà (cũ"),
        ("( Hà", "Hà"),
        ("", ""),
    ],
)
def test_a_bracket_before_a_value_that_nothing_closes_is_none(read: str, kept: str) -> None:
    assert " ".join(word.text for word in without_bracket(said(read))) == kept
