"""How signs on pages become dossiers, on made-up rows of pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitize.ingest.stacks import CutStack, StackPage, cut_stack
from digitize.model import Sign, SignKind


def pages(signs: str) -> list[StackPage]:
    """Pages from a word each: ``.`` a paper, ``_`` empty, ``A`` a sheet, ``?`` one unread, ``a`` a code."""
    found = []
    for frame, one in enumerate(signs.split()):
        sign = None
        if one == "?":
            sign = Sign(SignKind.SEPARATOR, None)
        elif one.isupper():
            sign = Sign(SignKind.SEPARATOR, one)
        elif one.islower():
            sign = Sign(SignKind.PROVINCIAL, one)
        found.append(StackPage(1, frame, sign, empty=one == "_"))
    return found


def told(cut: CutStack | None) -> list[str]:
    assert cut is not None
    return [
        f"{part.code}:{','.join(str(page.frame) for page in part.pages)}"
        + "".join(f"!{doubt.code}" for doubt in part.doubts)
        for part in cut.parts
    ]


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        ("A . . B .", ["A:1,2", "B:4"]),
        ("A _ . _ B _ .", ["A:2,3", "B:6"]),
        (". A .", ["None:0!pages_before_separator", "A:2"]),
        ("A . ? .", ["A:1", "None:3!separator_unreadable"]),
        ("A . A .", ["A:1", "A:3"]),
        # A sheet that was printed on both sides, one side of it unread.
        ("A A . B .", ["A:2", "B:4"]),
        ("A ? . B .", ["A:2!separator_unreadable", "B:4"]),
        ("? A . B .", ["A:2!separator_unreadable", "B:4"]),
        # Nothing behind a sheet.
        ("A B .", ["B:2"]),
        ("A . B", ["A:1"]),
        # Codes inside a dossier behind a sheet.
        ("A a . a B .", ["A:1,2,3", "B:5"]),
        ("A a b", ["A:1,2!dossier_codes_disagree"]),
        ("? a .", ["a:1,2!separator_unreadable"]),
        # No sheets.
        ("a . b . .", ["a:0,1", "b:2,3,4"]),
        (". a . a", ["a:0,1,2,3"]),
        (". a . b", ["None:0!pages_before_separator", "a:1,2", "b:3"]),
        ("a b a", ["a:0", "b:1", "a:2"]),
    ],
)
def test_signs_begin_dossiers(signs: str, expected: list[str]) -> None:
    assert told(cut_stack(pages(signs))) == expected


def test_pages_without_signs_are_no_stack() -> None:
    assert cut_stack(pages(". _ . .")) is None


def test_a_sheet_without_pages_is_told() -> None:
    cut = cut_stack(pages("A B . C"))
    assert cut is not None
    assert [doubt.facts["code"] for doubt in cut.doubts] == ["A", "C"]


def test_only_the_page_right_behind_a_sheet_is_its_back() -> None:
    cut = cut_stack(pages("A _ _ ."))
    assert cut is not None
    assert [page.frame for page in cut.sheets] == [0, 1]
    assert told(cut) == ["A:2,3"]


@given(st.lists(st.sampled_from([".", "_", "A", "B", "?", "a", "b"]), min_size=1, max_size=24))
def test_no_page_is_lost_and_none_is_in_two_dossiers(signs: list[str]) -> None:
    stack = pages(" ".join(signs))
    cut = cut_stack(stack)
    if cut is None:
        return
    everywhere = [*cut.sheets, *(page for part in cut.parts for page in part.pages)]
    assert sorted(page.frame for page in everywhere) == list(range(len(stack)))
    assert all(part.pages for part in cut.parts)
    sheets = [p for p in cut.sheets if p.sign is not None]
    assert all(page.sign is not None and page.sign.kind is SignKind.SEPARATOR for page in sheets)
