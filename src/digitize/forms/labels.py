"""Find the labels of a form in the text of a page.

Labels repeat (``Nơi cư trú`` stands three times on a birth registration), and OCR garbles them.
So candidates are found by folded, fuzzy matching, and the best choice among them is the one that
keeps the order of the form: an alignment of two sequences, found by dynamic programming.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from digitize.forms.layout import PageText
from digitize.vietnamese.folding import fold

_GOOD = 82.0
"""Likeness in per cent from which folded text counts as a label; a label of 20 letters may be
garbled in three of them."""

_SHORT = 8
_SHORT_GOOD = 88.0

_AFTER_LABEL = re.compile(
    r"[\s:;.\-–—·…,)\]]*"
    r"(?:[({]\s*[\dlI|OS]{1,2}\s*[)}]|\[\s*[\dlI|OS]{1,2}\s*\](?!\.))?"
    r"[\s:;.\-–—·…,]*"
)
"""Colon, footnote mark, and what OCR makes of the dots after a label."""

_BEFORE_LABEL = re.compile(r"(?:[(\[{]|(?<![^\s.])[-–—]\s)$")
"""The dash of a list, or the bracket around the number of a label."""


@dataclass(frozen=True, slots=True)
class Found:
    """A label in the text of a page: ``text[start:end]``, footnote mark and colon included.

    ``worth`` is what finding it is worth in the choice among candidates.
    """

    item: int
    start: int
    end: int
    worth: float


def find_labels(
    page: PageText, labels: Sequence[Sequence[str]], unmarked: Container[int] = ()
) -> list[Found]:
    """Find labels that come in a known order.

    Args:
        page: the page.
        labels: for each item of the form, in reading order, the label and its variants.
        unmarked: numbers of items behind which no mark of a footnote stands.

    Returns:
        What was found, in reading order; items that are missing are left out.

    """
    return _in_order(sorted(_candidates(page, labels, unmarked), key=lambda f: (f.start, f.item)))


def likeness(text: str, phrase: str) -> float:
    """How well a phrase is contained in a text, 0 to 100, accents and case aside."""
    wanted, folded = fold(phrase), fold(text)
    # A shorter text does not contain the phrase, however well it is contained in it.
    compare = fuzz.ratio if len(folded) < len(wanted) else fuzz.partial_ratio
    return float(compare(wanted, folded))


def is_same_label(one: str, other: str) -> bool:
    """Whether two labels are so much alike that a page would not tell them apart."""
    first, second = (_bare(fold(label))[0].strip() for label in (one, other))
    return bool(fuzz.ratio(first, second) >= _least(min(first, second, key=len)))


def _least(label: str) -> float:
    """How alike, of 100, a text and a label must be."""
    return _SHORT_GOOD if len(label) < _SHORT else _GOOD


def _candidates(page: PageText, labels: Sequence[Sequence[str]], unmarked: Container[int]) -> list[Found]:
    found = []
    # Punctuation is what OCR loses first; words are compared without it.
    bare, places = _bare(page.folded)
    word_starts = [i for i in range(len(bare)) if i == 0 or bare[i - 1] == " "]
    for item, variants in enumerate(labels):
        for variant in variants:
            label = _bare(fold(variant))[0].strip()
            good = _least(label)
            for start in word_starts:
                score, end = max(
                    (fuzz.ratio(label, bare[start:end], score_cutoff=good), -end)
                    for end in _word_ends(bare, start, len(label))
                )
                if not score:
                    continue
                end = -end
                stop = places[end - 1] + 1
                # Finding more labels comes first; a long one says more than a short one that may
                # stand in any sentence; then likeness decides where it begins.
                worth = 100 + 2 * min(len(label), 40) + 2 * score
                end_of_label = stop if item in unmarked else _skip(page.folded, stop)
                found.append(Found(item, _opened(page.folded, places[start]), end_of_label, worth))
    return found


def _bare(folded: str) -> tuple[str, list[int]]:
    """Letters, digits and single spaces of a text, and where each came from."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(folded):
        keep = character if character.isalnum() else " "
        if keep == " " and (not characters or characters[-1] == " "):
            continue
        characters.append(keep)
        places.append(place)
    return "".join(characters), places


def _word_ends(text: str, start: int, length: int) -> tuple[int, ...]:
    """The ends of words around the end of so many letters of a text: with the last word, and without."""
    after = text.find(" ", start + length - 1)
    after = len(text) if after < 0 else after
    before = text.rfind(" ", start, start + length - 1)
    return (before, after) if before > start else (after,)


def _opened(folded: str, start: int) -> int:
    """Where a label begins with the dash or bracket before it: ``[02]``, ``(1)``, ``- Số``."""
    before = _BEFORE_LABEL.search(folded, max(0, start - 2), start)
    return before.start() if before else start


def _skip(folded: str, end: int) -> int:
    match = _AFTER_LABEL.match(folded, end)
    return match.end() if match else end


def _in_order(candidates: list[Found]) -> list[Found]:
    """The chain of candidates, ordered in text and form, that is worth most."""
    best: list[float] = []
    previous: list[int] = []
    for index, here in enumerate(candidates):
        top, link = 0.0, -1
        for earlier in range(index):
            before = candidates[earlier]
            if before.item < here.item and before.end <= here.start and best[earlier] > top:
                top, link = best[earlier], earlier
        best.append(top + here.worth)
        previous.append(link)
    if not best:
        return []
    chain = []
    at = max(range(len(best)), key=best.__getitem__)
    while at >= 0:
        chain.append(candidates[at])
        at = previous[at]
    return chain[::-1]
