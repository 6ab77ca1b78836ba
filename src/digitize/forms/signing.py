"""Find places to sign: captions side by side, each in a block of its own, and names under signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

from digitize.forms.layout import Row, into_rows
from digitize.forms.value_texts import clean
from digitize.forms.view import PageView
from digitize.model import Word
from digitize.vietnamese.folding import fold

_GOOD = 85.0
"""Likeness in per cent from which a part of a block is a caption."""

_WORD_GAP = 0.75
_LINE_GAP = 0.9
"""Times the height of a word that words of one block stand apart, beside and below one another."""


def captions_apart(view: PageView, labels: Mapping[str, Sequence[str]]) -> dict[str, tuple[Word, ...]]:
    """The words of captions that stand side by side on a page, each of which may be broken over lines.

    Args:
        view: the page.
        labels: the captions with their variants, by the key of their field. One may begin like another
            (``Ý KIẾN CỦA CHỦ HỘ``, ``Ý KIẾN CỦA CHỦ SỞ HỮU …``), so each block is that of the best.

    Returns:
        The words of those that were found.

    """
    found: dict[str, tuple[float, tuple[Word, ...]]] = {}
    for block in _blocks(view.reading.words):
        fits = {key: max((_within(block, one) for one in label), key=_score) for key, label in labels.items()}
        key = max(fits, key=lambda key: _score(fits[key]), default=None)
        if key is None or _score(fits[key]) < _GOOD:
            continue
        if key not in found or _score(fits[key]) > _score(found[key]):
            found[key] = fits[key]
    return {key: words for key, (_, words) in found.items()}


def _score(fit: tuple[float, tuple[Word, ...]]) -> float:
    return fit[0]


def _within(block: Sequence[Word], label: str) -> tuple[float, tuple[Word, ...]]:
    ordered = [word for row in into_rows(block) for word in row.words]
    starts, at = [], 0
    for word in ordered:
        starts.append(at)
        at += len(word.text) + 1
    text, wanted = fold(" ".join(word.text for word in ordered)), fold(label)
    if len(text) < 0.8 * len(wanted):
        return 0.0, ()
    match = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=_GOOD)
    if match is None:
        return 0.0, ()
    words = tuple(
        word
        for word, start in zip(ordered, starts, strict=True)
        if start < match.dest_end and start + len(word.text) > match.dest_start
    )
    return float(match.score), words


def _blocks(words: Sequence[Word]) -> list[list[Word]]:
    """Words that hang together beside and below one another."""
    blocks: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.box[1], w.box[0])):
        near = [block for block in blocks if any(_together(one, word) for one in block)]
        for block in near:
            blocks.remove(block)
        blocks.append([word, *(one for block in near for one in block)])
    return blocks


def _together(one: Word, other: Word) -> bool:
    height = min(one.box[3] - one.box[1], other.box[3] - other.box[1])
    across = max(one.box[0], other.box[0]) - min(one.box[2], other.box[2])
    down = max(one.box[1], other.box[1]) - min(one.box[3], other.box[3])
    if down < -0.4 * height:
        return across < _WORD_GAP * height
    return across < 0 and down < _LINE_GAP * height


def names_under(view: PageView, caption: Sequence[Word], width: float) -> list[Row]:
    """The lines below a caption that look like a name, in a place so many millimetres wide."""
    centre = (min(word.box[0] for word in caption) + max(word.box[2] for word in caption)) // 2
    bottom, half = max(word.box[3] for word in caption), view.millimetres(width / 2)
    below = [
        word
        for word in view.reading.words
        if word.box[1] >= bottom and abs((word.box[0] + word.box[2]) / 2 - centre) <= half
    ]
    return [row for row in into_rows(below) if is_name(row.text)]


def is_name(line: str) -> bool:
    """Whether a line is nothing but words with capitals, as many as a name has."""
    words = clean(line).split()
    return 2 <= len(words) <= 5 and all(word[:1].isupper() and word.isalpha() for word in words)
