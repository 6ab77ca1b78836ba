"""The place on a page that a query means, as it is written there, with its words marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from digitize.archive.catalogue_rows import readable
from digitize.archive.query import Words
from digitize.messages.visible import visible_line
from digitize.vietnamese.folding import fold
from digitize.vietnamese.tokens import token_texts

_LENGTH = 170
_BEFORE = 40
"""Characters of a snippet, and of what stands before the first word that is marked."""

_MOST_PLACES = 100
_ELLIPSIS = "…"
_START, _BETWEEN, _END = r"(?<![^\W_])", r"[\W_]+", r"(?![^\W_])"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text in one line; ``marks`` are the places of what was looked for, as start and end."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one of the things looked for stands, and what that is worth."""

    wish: int
    start: int
    end: int
    worth: float


def snippet_of(text: bytes | None, words: Sequence[Words], values: Sequence[str] = ()) -> Snippet:
    """The best place of a text that the catalogue keeps; its beginning if nothing is found.

    Args:
        text: as the catalogue keeps it.
        words: what was looked for.
        values: further texts that count as found, such as the value of a field.

    """
    if text is None:
        return Snippet("")
    whole = readable(text.decode())
    folded = fold(whole)
    wishes = [*words, *(_as_words(value) for value in values)]
    places = [place for number, wish in enumerate(wishes) for place in _places(whole, folded, number, wish)]
    start = _best(places)
    start = whole.rfind(" ", 0, start) + 1
    end = whole.find(" ", start + _LENGTH)
    end = len(whole) if end < 0 else end
    return _cut(whole, start, end, _joined(one for one in places if start <= one.start and one.end <= end))


def _as_words(value: str) -> Words:
    folded, exact = token_texts(value)
    return Words(tuple(folded.split()), tuple(exact.split()))


def _places(whole: str, folded: str, number: int, wish: Words) -> Iterator[_Place]:
    """Where a wish is fulfilled; folding keeps every character in its place."""
    if not wish.folded:
        return
    pattern = _START + _BETWEEN.join(wish.folded) + ("" if wish.prefix else _END)
    for count, match in enumerate(re.finditer(pattern, folded)):
        if count >= _MOST_PLACES:
            return
        start, end = match.span()
        same = token_texts(whole[start:end])[1] == " ".join(wish.exact)
        yield _Place(number, start, end, 1.5 if same else 1.0)


def _best(places: Sequence[_Place]) -> int:
    """Where to begin: most of what was asked for, written as it was typed, comes after it."""
    best, start = 0.0, 0
    for place in places:
        begin = max(0, place.start - _BEFORE)
        worths: dict[int, float] = {}
        for one in places:
            if begin <= one.start and one.end <= begin + _LENGTH:
                worths[one.wish] = max(one.worth, worths.get(one.wish, 0.0))
        if sum(worths.values()) > best:
            best, start = sum(worths.values()), begin
    return start


def _joined(places: Iterable[_Place]) -> list[tuple[int, int]]:
    """Places as spans that do not overlap."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted((place.start, place.end) for place in places):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _cut(whole: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> Snippet:
    text = _ELLIPSIS if start else ""
    marks = []
    for first, last in spans:
        text += _safe(whole[start:first])
        begin = len(text)
        text += _safe(whole[first:last])
        marks.append((begin, len(text)))
        start = last
    text += _safe(whole[start:end])
    return Snippet(text + (_ELLIPSIS if end < len(whole) else ""), tuple(marks))


def _safe(text: str) -> str:
    return visible_line(text)
