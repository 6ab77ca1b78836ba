"""The place on a page that a query means, as it is written there, with its words marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digitize.archive.catalogue_rows import readable, unpacked
from digitize.archive.query import Words
from digitize.messages.visible import one_line, visible
from digitize.vietnamese.tokens import Token, tokens

_WORDS = 26
_BEFORE = 6
_MOST_PLACES = 200
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text in one line; ``marks`` are the places of what was looked for, as start and end."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one of the things looked for stands: its first and last word."""

    wish: int
    first: int
    last: int
    same: bool


def snippet_of(text: bytes | None, words: Sequence[Words], values: Sequence[str] = ()) -> Snippet:
    """The best place of a text that the catalogue keeps; its beginning if nothing is found.

    Args:
        text: as the catalogue keeps it.
        words: what was looked for.
        values: further texts that count as found, such as the value of a field.

    """
    if text is None:
        return Snippet("")
    whole = readable(unpacked(text))
    found = list(tokens(whole))
    wishes = [*words, *(_as_words(value) for value in values)]
    places = [place for number, wish in enumerate(wishes) for place in _places(found, number, wish)]
    start = _best(places)
    inside = [place for place in places if start <= place.first and place.last < start + _WORDS]
    return _cut(whole, found, start, _joined(inside))


def _as_words(value: str) -> Words:
    found = list(tokens(value))
    return Words(tuple(token.folded for token in found), tuple(token.exact for token in found))


def _places(found: Sequence[Token], number: int, wish: Words) -> Iterator[_Place]:
    length = len(wish.folded)
    if not length:
        return
    seen = 0
    head = wish.folded[0]
    for first in range(len(found) - length + 1):
        if found[first].folded != head and not (wish.prefix and length == 1):
            continue
        own = found[first : first + length]
        if not all(token.folded == asked for token, asked in zip(own[:-1], wish.folded, strict=False)):
            continue
        end = own[-1].folded
        if not (end.startswith(wish.folded[-1]) if wish.prefix else end == wish.folded[-1]):
            continue
        same = all(token.exact == asked for token, asked in zip(own, wish.exact, strict=True))
        yield _Place(number, first, first + length - 1, same)
        seen += 1
        if seen >= _MOST_PLACES:
            return


def _best(places: Sequence[_Place]) -> int:
    """The word at which to begin: most of what was asked for, written as it was typed, comes after it."""
    best, start = 0.0, 0
    for place in places:
        begin = max(0, place.first - _BEFORE)
        near = [one for one in places if begin <= one.first and one.last < begin + _WORDS]
        worth = sum(
            max(1.5 if one.same else 1.0 for one in near if one.wish == wish)
            for wish in {n.wish for n in near}
        )
        if worth > best:
            best, start = worth, begin
    return start


def _joined(places: Sequence[_Place]) -> list[tuple[int, int]]:
    """Places as spans of words that do not overlap."""
    spans: list[tuple[int, int]] = []
    for first, last in sorted((place.first, place.last) for place in places):
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(last, spans[-1][1]))
        else:
            spans.append((first, last))
    return spans


def _cut(whole: str, found: Sequence[Token], start: int, spans: Sequence[tuple[int, int]]) -> Snippet:
    if not found:
        return Snippet(_safe(whole[:200]))
    last = min(len(found), start + _WORDS) - 1
    # With the signs before the first word and after the last.
    position = found[start - 1].end if start else 0
    end = found[last + 1].start if last + 1 < len(found) else len(whole)
    text = _ELLIPSIS if start else ""
    marks = []
    for first, final in spans:
        text += _safe(whole[position : found[first].start])
        begin = len(text)
        text += _safe(whole[found[first].start : found[final].end])
        marks.append((begin, len(text)))
        position = found[final].end
    text += _safe(whole[position:end])
    return Snippet(text.rstrip() + (_ELLIPSIS if last + 1 < len(found) else ""), tuple(marks))


def _safe(text: str) -> str:
    return one_line(visible(text))
