"""Personal numbers, names, syllables, and phrases that cannot lose their accents."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitize.samples.people import make_person
from digitize.vietnamese.folding import fold
from digitize.vietnamese.identity import PersonalNumber, read_personal_number
from digitize.vietnamese.names import unusual_syllable
from digitize.vietnamese.phrases import known_otherwise, with_known_accents
from digitize.vietnamese.syllables import is_possible
from digitize.vietnamese.vocabulary import (
    CARD_ISSUERS,
    DOCUMENT_KINDS,
    ETHNIC_GROUPS,
    NATIONALITIES,
    PLACE_PHRASES,
    PROVINCES,
    RELATIONS,
    STREETS,
)


@pytest.mark.parametrize(
    ("digits", "sex", "year"),
    [
        ("001099000001", "Nam", 1999),
        ("001199000001", "Nữ", 1999),
        ("022204000001", "Nam", 2004),
        ("022326000001", "Nữ", 2026),
        ("022500000001", "Nữ", 2100),
    ],
)
def test_a_personal_number_tells_province_sex_and_year(digits: str, sex: str, year: int) -> None:
    assert read_personal_number(digits) == PersonalNumber(digits[:3], sex, year)


@pytest.mark.parametrize(
    "digits", ["", "123456789", "00109900000", "0010990000012", "00109900000a", "001 099000001"]
)
def test_other_numbers_are_no_personal_numbers(digits: str) -> None:
    assert read_personal_number(digits) is None


@settings(max_examples=50)
@given(st.integers(0, 10**6), st.sampled_from(["Nam", "Nữ"]))
def test_made_up_people_fit_their_numbers_and_have_usual_names(seed: int, sex: str) -> None:
    person = make_person(Random(seed), sex=sex, first=1930, last=2026)
    number = read_personal_number(person.pid)
    assert number is not None
    assert (number.sex, number.birth_year) == (person.sex, person.born.year)
    assert unusual_syllable(person.name) is None


@pytest.mark.parametrize(
    ("name", "syllable"),
    [
        ("NGUYỄN THỊ HÀ", None),
        ("Giàng Quốc Hải", None),
        ("Nguyên Văn An", "Nguyên"),
        ("Nguyễn Thi Hà", "Thi"),
        ("TRẦN ĐINH NAM", "ĐINH"),
        ("Nguyễn Vãn An", "Vãn"),
        ("Nguyễn Văn Anq", "Anq"),
    ],
)
def test_a_syllable_that_lost_a_mark_makes_a_name_unusual(name: str, syllable: str | None) -> None:
    assert unusual_syllable(name) == syllable


@pytest.mark.parametrize(
    "word", ["Kiệt", "Thực", "sách", "học", "Bắc", "Quốc", "Nam", "2024", "15/QĐ", "TTXH", "BC"]
)
def test_possible_syllables_pass(word: str) -> None:
    assert is_possible(word)


@pytest.mark.parametrize("word", ["Kiêt", "Thưc", "sach", "Băc", "đep", "quôc", "Hac", "(Kiêt)"])
def test_a_stopped_syllable_without_its_tone_is_impossible(word: str) -> None:
    assert not is_possible(word)


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("Bênh viên Sản Nhi, phương Bãi Cháy", "Bệnh viện Sản Nhi, phường Bãi Cháy"),
        ("BÊNH VIÊN ĐA KHOA", "BỆNH VIỆN ĐA KHOA"),
        ("quân 3", "quận 3"),
        ("Số 5 phố Phương Mai", "Số 5 phố Phương Mai"),
        ("đường Ngô Gia Tự", "đường Ngô Gia Tự"),
        ("Số 3 An Dương Vương", "Số 3 An Dương Vương"),
        ("phố Quán Thánh", "phố Quán Thánh"),
        ("khu tập thể quân đội", "khu tập thể quân đội"),
        ("Uỷ ban nhân dân", "Uỷ ban nhân dân"),
    ],
)
def test_kinds_of_places_get_their_accents_back_and_names_keep_theirs(text: str, restored: str) -> None:
    assert with_known_accents(text, PLACE_PHRASES) == restored


def test_a_phrase_that_may_be_another_name_is_put_right_only_after_its_word() -> None:
    kept = "xã Quang Bình, tỉnh Quang Bình"
    restored = with_known_accents(kept, ["Quảng Bình"], after=("tỉnh",))
    assert restored == "xã Quang Bình, tỉnh Quảng Bình"
    assert known_otherwise(restored, ["Quảng Bình"]) == "Quang Bình"
    assert known_otherwise("tỉnh Quảng Bình", ["Quảng Bình"]) is None
    assert known_otherwise("tỉnh Hoà Bình", ["Hòa Bình"]) is None


WORDS = st.lists(
    st.sampled_from([*PLACE_PHRASES, *PROVINCES, *STREETS, "Số 5", "xã", "Kỳ Xuân,", "12"]), max_size=8
)


@settings(max_examples=60)
@given(WORDS)
def test_restoring_accents_never_changes_a_letter(words: list[str]) -> None:
    text = " ".join(words)
    phrases = (*PLACE_PHRASES, *PROVINCES, *STREETS)
    assert fold(with_known_accents(text, phrases)) == fold(text)
    lost = "".join(fold(letter) if letter in "ệờỉố" else letter for letter in text)
    assert fold(with_known_accents(lost, phrases)) == fold(text)


@pytest.mark.parametrize("phrase", [*PLACE_PHRASES, *PROVINCES, *STREETS])
def test_a_known_phrase_alone_stays_as_it_is(phrase: str) -> None:
    assert with_known_accents(phrase, (*PLACE_PHRASES, *PROVINCES, *STREETS)) == phrase


@pytest.mark.parametrize(
    "words", [ETHNIC_GROUPS, NATIONALITIES, CARD_ISSUERS, DOCUMENT_KINDS, RELATIONS, PROVINCES, STREETS]
)
def test_no_vocabulary_has_a_word_twice(words: tuple[str, ...]) -> None:
    assert len(set(map(str.casefold, words))) == len(words)
