"""Where the values of a form stand: between its labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from digitize.forms.labels import Found, find_labels
from digitize.forms.layout import PageText, cut_word, page_text, surround
from digitize.forms.template import Item
from digitize.forms.values import is_unit
from digitize.forms.view import PageView
from digitize.model import Box, Word

_STRAGGLER = 2.0
"""Millimetres from which punctuation behind a label is no part of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands.

    Attributes:
        page: index of the page.
        rows: the words of the value, row by row.
        rooms: for each row, the part of it that a value may fill, up to the next label.
        caption: the words of the label.
        below: from the foot of the label to the next one in another row, or to the end of the page, across
            the whole page.
        runs_on: there is more text before the next label than the form has lines for.
        span: where the label stands in the running text of the page, footnote mark and colon included.

    """

    page: int
    rows: tuple[tuple[Word, ...], ...]
    rooms: tuple[Box, ...]
    caption: tuple[Word, ...]
    below: Box
    runs_on: bool = False
    span: tuple[int, int] = (0, 0)

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of the value."""
        return tuple(word for row in self.rows for word in row)

    @property
    def telling(self) -> tuple[Word, ...]:
        """The words with a letter or digit in them."""
        return tuple(word for word in self.words if any(map(str.isalnum, word.text)))

    @property
    def filled(self) -> list[tuple[tuple[Word, ...], Box]]:
        """The rows with words in them, each with its room."""
        return [(row, room) for row, room in zip(self.rows, self.rooms, strict=False) if row]

    def before(self, units: Sequence[str]) -> Place:
        """The place up to a unit that is printed behind the value in its first row."""
        row, (left, top, right, bottom) = self.rows[0], self.rooms[0]
        at = next((n for n, word in enumerate(row) if is_unit(word.text, units)), None)
        if at is None:
            return self
        room = (left, top, max(left, min(right, row[at].box[0])), bottom)
        return replace(self, rows=(row[:at],), rooms=(room,))

    def divided(self, stroke: str) -> tuple[Place, Place] | None:
        """The place before a stroke in its first row, and the one behind; None if there is none."""
        row, room = self.rows[0], self.rooms[0]
        for at, word in enumerate(row):
            first = word.text.find(stroke)
            if first >= 0:
                before = (*row[:at], *cut_word(word, 0, first))
                behind = (*cut_word(word, first + 1, len(word.text)), *row[at + 1 :])
                middle = word.box[0] + round((word.box[2] - word.box[0]) * (first + 0.5) / len(word.text))
                half = (room[3] - room[1]) // 4
                left = replace(self, rows=(before,), rooms=((room[0], room[1], middle - half, room[3]),))
                return left, replace(
                    self, rows=(behind,), rooms=((middle + half, room[1], room[2], room[3]),)
                )
        return None


def locate(items: Sequence[Item], views: Sequence[tuple[int, PageView]]) -> dict[int, Place]:
    """Where the values of some items stand, by the number of the item; missing ones are left out.

    Args:
        items: in reading order.
        views: the pages, with their index in the dossier.

    """
    places: dict[int, Place] = {}
    first = 0
    for page, view in views:
        text = page_text(view.reading.words)
        # The text of an anchor may end in a bracket that is none of its footnotes.
        unmarked = [number for number, item in enumerate(items[first:]) if not item.own_fields]
        found = find_labels(text, [item.label for item in items[first:]], unmarked)
        for at, label in enumerate(found):
            index = first + label.item
            places[index] = _place(page, view, text, label, found[at + 1 :], items[index].lines)
        if found:
            first += found[-1].item + 1
    return places


def _place(
    page: int, view: PageView, text: PageText, label: Found, after: Sequence[Found], lines: int
) -> Place:
    following = after[0] if after else None
    stop = following.start if following else len(text.text)
    caption = _without_stragglers(text.words_between(label.start, label.end), view)
    first_row = text.numbered_words_between(label.start, label.end)[len(caption) - 1][0]
    words = text.numbered_words_between(label.end, stop)
    rows = tuple(
        tuple(word for number, word in words if number == row) for row in range(first_row, first_row + lines)
    )
    beyond = any(number >= first_row + lines and any(map(str.isalnum, word.text)) for number, word in words)
    rooms = []
    for offset, row in enumerate(rows):
        # The room of an empty row is not known; it is as wide as none.
        level = surround(word.box for word in (row or caption))
        left = caption[-1].box[2] if offset == 0 else level[0]
        right = _right_end(view, text, first_row + offset, following)
        rooms.append((left, level[1], max(left, right), level[3]))
    below = _below(view, text, caption, first_row, after)
    return Place(
        page=page,
        rows=rows,
        rooms=tuple(rooms),
        caption=caption,
        below=below,
        runs_on=beyond and following is not None,
        span=(label.start, label.end),
    )


def _below(view: PageView, text: PageText, caption: Sequence[Word], row: int, after: Sequence[Found]) -> Box:
    top = max(word.box[3] for word in caption)
    next_words = (text.word_at(found.start) for found in after)
    lower = next((word for word in next_words if text.rows[word] > row), None)
    bottom = view.reading.height if lower is None else text.words[lower].box[1]
    return (0, top, view.reading.width, max(top, bottom))


def _without_stragglers(caption: Sequence[Word], view: PageView) -> tuple[Word, ...]:
    """A caption without punctuation that stands far behind it: what lies between is the value."""
    kept = list(caption)
    while len(kept) > 1 and not any(map(str.isalnum, kept[-1].text)):
        if kept[-1].box[0] - kept[-2].box[2] < view.millimetres(_STRAGGLER):
            break
        kept.pop()
    return tuple(kept)


def _right_end(view: PageView, text: PageText, row: int, following: Found | None) -> int:
    """Where the room of a value ends in a row: at the next label, or at the right margin."""
    if following is not None:
        word = text.word_at(following.start)
        if text.rows[word] == row:
            return text.words[word].box[0] - view.millimetres(1.5)
    return view.right_margin
