"""What is typed is taken apart as it is meant, and what cannot be meant is told."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitize.archive.query import Part, parse_query
from digitize.archive.search_terms import is_text, page_match
from digitize.errors import UsageProblem


def parts(text: str) -> tuple[Part, ...]:
    return parse_query(text).parts


def words(part: Part) -> tuple[str, ...]:
    assert part.words is not None
    return part.words.folded


def test_words_phrases_fields_and_what_must_not_be_there() -> None:
    one, two, three, four = parts('khai "Ngô Minh" child_name:"ngô minh" -Hòa')
    assert (words(one), one.field, one.wanted) == (("khai",), "", True)
    assert words(two) == ("ngo", "minh")
    assert (three.field, words(three)) == ("child_name", ("ngo", "minh"))
    assert (words(four), four.wanted) == (("hoa",), False)


def test_a_word_with_signs_is_a_phrase() -> None:
    (part,) = parts("12/QĐ-UBND")
    assert words(part) == ("12", "qd", "ubnd")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("issued_date:2025-03..2025-06", "2025-03", "2025-06"),
        ("issued_date:2025-03..", "2025-03", ""),
        ("issued_date:..01/06/2025", "", "01/06/2025"),
    ],
)
def test_ranges(text: str, first: str, last: str) -> None:
    (part,) = parts(text)
    assert part.range is not None
    assert (part.range.first, part.range.last) == (first, last)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("038099991188", "038099991188"),
        ('"038 099 991 188"', "038099991188"),
        ("123456789", "123456789"),
        ("12345678", ""),
        ("038.099.991.188", ""),
        ("2025-03-04-11", ""),
    ],
)
def test_a_citizens_number_is_known_by_its_look(text: str, digits: str) -> None:
    (part,) = parts(text)
    assert part.words is not None
    assert part.words.digits == digits


def test_beginnings_of_words() -> None:
    (part,) = parts("ngh*")
    assert part.words is not None
    assert part.words.prefix


def test_signs_alone_are_nothing_and_a_dash_between_words_is_a_dash() -> None:
    assert [words(part) for part in parts("a - b & ...")] == [("a",), ("b",)]


def test_decomposed_input_is_the_same_query() -> None:
    text = 'ngô child_name:"Nghĩa"'
    assert parts(unicodedata.normalize("NFD", text)) == parts(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "query_empty"),
        ("  … ", "query_empty"),
        ("-a", "query_only_without"),
        ('"ngo minh', "query_quote"),
        ("child_name:", "query_value_missing"),
        ("child_name: ngo", "query_value_missing"),
        ('child_name:""', "query_value_missing"),
        ("child_name:..", "query_value_missing"),
        ("n*", "query_prefix_short"),
        ("x" * 1001, "query_long"),
        ("ab " * 40, "query_parts"),
    ],
)
def test_mistakes_are_told(text: str, code: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        parse_query(text)
    assert caught.value.code == code


@given(st.text(alphabet=st.sampled_from('ab đĩ"*():^-+{}[]\\/.,;NEARORANDT\x00\u0301\ud800'), max_size=40))
def test_nothing_but_words_reaches_the_index(text: str) -> None:
    try:
        query = parse_query(text)
    except UsageProblem:
        return
    wanted = [part for part in query.parts if is_text(part)]
    if any(part.wanted for part in wanted):
        for exact in (False, True):
            inside = page_match(wanted, exact=exact).split('"')[1::2]
            assert all(c.isalnum() or c == " " or unicodedata.combining(c) for one in inside for c in one)
