"""The words of a page as rows of text, with the way back from text to place."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from digitize.model import Box, Word
from digitize.vietnamese.folding import fold

_HALF = 0.5
_RAISED = re.compile(r"[(\[{]\w{1,2}[)\]}]")
"""The mark of a footnote."""

_APART = 2.5
"""Times their height that words of different parts of a row stand apart."""


@dataclass(frozen=True, slots=True)
class Row:
    """Words that stand on one level of a page, from left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words with single spaces between them."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        """The smallest box around the words."""
        return surround(word.box for word in self.words)

    def parted(self, at: int) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
        """The words that begin before a position in ``text``, and the others."""
        starts = itertools.accumulate((len(word.text) + 1 for word in self.words), initial=0)
        before = sum(start < at for start, _ in zip(starts, self.words, strict=False))
        return self.words[:before], self.words[before:]


@dataclass(frozen=True, slots=True)
class PageText:
    """A page as one running text: words with single spaces between, rows in order.

    Attributes:
        words: row by row.
        rows: for each word, the number of its row.
        text: the running text.
        folded: the same, folded; positions agree.
        starts: for each word, where it begins in the text.

    """

    words: tuple[Word, ...]
    rows: tuple[int, ...]
    text: str
    folded: str
    starts: tuple[int, ...]

    def word_at(self, position: int) -> int:
        """Index of the word that stands at a position of the text, or follows it."""
        index = bisect_right(self.starts, position) - 1
        if position >= self.starts[index] + len(self.words[index].text):
            return index + 1
        return index

    def words_between(self, start: int, end: int) -> tuple[Word, ...]:
        """The words of ``text[start:end]``; of a word that is cut, the part."""
        return tuple(word for _, word in self.numbered_words_between(start, end))

    def numbered_words_between(self, start: int, end: int) -> list[tuple[int, Word]]:
        """The same, each with the number of its row."""
        found: list[tuple[int, Word]] = []
        for index in range(max(0, bisect_right(self.starts, start) - 1), len(self.words)):
            word, at = self.words[index], self.starts[index]
            if at >= end:
                break
            first, last = max(0, start - at), min(len(word.text), end - at)
            found.extend((self.rows[index], part) for part in cut_word(word, first, last))
        return found


def cut_word(word: Word, first: int, last: int) -> tuple[Word, ...]:
    """Some letters of a word, and about where they stand; nothing if there are none."""
    if (first, last) == (0, len(word.text)):
        return (word,)
    if first >= last:
        return ()
    left, top, right, bottom = word.box
    pitch = (right - left) / len(word.text)
    box = (left + round(first * pitch), top, left + round(last * pitch), bottom)
    return (replace(word, text=word.text[first:last], box=box),)


def page_text(words: Sequence[Word]) -> PageText:
    """Lay the words of a page out as rows of running text.

    Tesseract's own lines follow its blocks, and take a value far from its label for another
    block; rows by level do not.
    """
    ordered: list[Word] = []
    numbers: list[int] = []
    for number, row in enumerate(into_rows(words)):
        ordered.extend(row.words)
        numbers.extend([number] * len(row.words))
    starts = []
    at = 0
    for word in ordered:
        starts.append(at)
        at += len(word.text) + 1
    text = " ".join(word.text for word in ordered)
    return PageText(tuple(ordered), tuple(numbers), text, fold(text), tuple(starts))


def into_rows(words: Sequence[Word]) -> list[Row]:
    """Group words by level: words belong to one row when they overlap by half in height."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.box[1] + w.box[3], w.box[0])):
        for row in reversed(rows[-4:]):
            if _level(row, word):
                row.append(word)
                break
        else:
            rows.append([word])
    rows.sort(key=lambda row: sum(w.box[1] + w.box[3] for w in row) / len(row))
    return [Row(tuple(sorted(row, key=lambda w: w.box[0]))) for row in rows]


def parts_of(row: Row) -> list[Row]:
    """A row divided where words stand far apart."""
    parts = [[row.words[0]]] if row.words else []
    for before, word in itertools.pairwise(row.words):
        if word.box[0] - before.box[2] > _APART * (before.box[3] - before.box[1]):
            parts.append([])
        parts[-1].append(word)
    return [Row(tuple(part)) for part in parts]


def _level(row: list[Word], word: Word) -> bool:
    # Compared with the nearest word of the row: far ends drift apart on a page not quite straight. The mark
    # of a footnote stands higher than the words beside it.
    told = [other for other in row if not _RAISED.fullmatch(other.text)] or row
    near = min(told, key=lambda w: abs(w.box[0] - word.box[0]))
    return _overlap(near, word) >= _HALF


def _overlap(one: Word, other: Word) -> float:
    """How far two words overlap in height, as a share of the lower one."""
    top, bottom = max(one.box[1], other.box[1]), min(one.box[3], other.box[3])
    return (bottom - top) / max(1, min(one.box[3] - one.box[1], other.box[3] - other.box[1]))


def surround(boxes: Iterable[Box]) -> Box:
    """The smallest box around some boxes."""
    edges = list(boxes)
    return (
        min(box[0] for box in edges),
        min(box[1] for box in edges),
        max(box[2] for box in edges),
        max(box[3] for box in edges),
    )
