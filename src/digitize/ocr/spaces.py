"""Part words that the engine ran together: ``VIGIA`` is ``VI GIA``, ``2021,`` is ``2021 ,``.

The engine tells spaces by what it has learnt of words, and names, numbers and capitals are no words it
knows. The picture shows them: a gap several times as wide as those between the letters of a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from digitize.imaging.ink import darker_half
from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.looks import placed
from digitize.vietnamese.dictionary import in_dictionary
from digitize.vietnamese.folding import fold

_WIDE = 0.24
"""Share of the height of a word that a space is wide at least."""

_TIMES_WIDER = 2.5
"""How many times wider a space is than the usual gap between letters."""

_SHORTEST = 3
"""Characters."""

_KEPT_TOGETHER = "/-.,:'’@_"
"""Signs between digits that have air around them in the faces of typewriters."""

_STUCK = re.compile(r"^(?P<label>[,;]?(?P<word>[^\W\d_]{3,}))(?P<number>\d{1,4}[,.;]?)$")
"""A label and its number: ``ngày20``."""

_OPENING, _CLOSING = "([{“‘", ")]}”’"
_ALONE = ",/"
"""Signs that forms print with a space on both sides."""

_NARROW, _NARROW_SIGNS = 0.5, frozenset("iíìỉĩịIÍÌỈĨỊltfj1.,:;'/()")
_BROAD, _BROAD_SIGNS = 1.6, frozenset("mMwW@")
"""How wide signs are beside others."""


def with_spaces(line: Sequence[Word], pixels: Pixels) -> list[Word]:
    """The words of a line, parted where the picture has a space.

    Args:
        line: words with boxes in pixels of the picture.
        pixels: the page in grey without rulings.

    """
    return [part for word in line for part in _parted(word, pixels)]


def _parted(word: Word, pixels: Pixels) -> list[Word]:
    parts = _as_read(word) or _behind_label(word) or _at_gap(word, pixels)
    return [smaller for part in parts for smaller in _parted(part, pixels)] if parts else [word]


def _as_read(word: Word) -> tuple[Word, ...]:
    """The words of one in which a second look saw several."""
    texts = word.text.split()
    if len(texts) < 2:
        return ()
    spread = placed([replace(word, text=text) for text in texts], [word], 0, 0)
    return tuple(replace(word, text=part.text, box=part.box) for part in spread)


def _behind_label(word: Word) -> tuple[Word, ...]:
    """A label, and the number that stands close behind it."""
    stuck = _STUCK.match(word.text)
    if stuck is None or not stuck["word"].islower() or in_dictionary(stuck["word"]) is not True:
        return ()
    left, _, right, _ = word.box
    edge = left + round(float(_begins(word.text)[stuck.start("number")]) * (right - left))
    return _cut(word, stuck.start("number"), edge, edge)


def _at_gap(word: Word, pixels: Pixels) -> tuple[Word, ...]:
    """A word in two parts, if its widest gap in the picture is a space."""
    text = word.text
    left, top, right, bottom = word.box
    picture = pixels[max(0, top) : bottom, max(0, left) : right]
    if len(text) < _SHORTEST or text.isdigit() or word.handwritten or not picture.size:
        return ()
    starts, ends = _groups(picture)
    gaps = starts[1:] - ends[:-1]
    if not len(gaps):
        return ()
    usual = max(1.0, float(np.sort(gaps)[(len(gaps) - 1) // 2]))
    place = int(np.argmax(gaps))
    if gaps[place] < max(_WIDE * (bottom - top), _TIMES_WIDER * usual):
        return ()
    # Letters may have grown together: how wide they usually are tells, too, between which the space is.
    begins = _begins(text) * (right - left)
    index = int(np.argmin(np.abs(begins[1:] - (ends[place] + starts[place + 1]) / 2))) + 1
    if len(starts) == len(text):
        index = place + 1
    elif index not in (place + 1, len(text) - (len(starts) - place - 1)):
        return ()
    if not _may_part(text[:index], text[index:]):
        return ()
    return _cut(word, index, left + int(ends[place]), left + int(starts[place + 1]))


def _cut(word: Word, index: int, end: int, begin: int) -> tuple[Word, Word]:
    """A word cut before one of its letters: where the first part ends, and where the second begins."""
    left, top, right, bottom = word.box
    before = replace(word, text=word.text[:index], box=(left, top, end, bottom))
    return before, replace(word, text=word.text[index:], box=(begin, top, right, bottom))


def _begins(text: str) -> np.ndarray:
    """Where the letters of a word begin, as shares of its width."""
    widths = [_NARROW if sign in _NARROW_SIGNS else _BROAD if sign in _BROAD_SIGNS else 1.0 for sign in text]
    return np.concatenate(([0.0], np.cumsum(widths)[:-1])) / sum(widths)


def _groups(picture: Pixels) -> tuple[np.ndarray, np.ndarray]:
    """First columns of what stands side by side, and the columns behind."""
    inked = np.concatenate(([False], darker_half(picture).any(axis=0), [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(inked))
    return edges[::2], edges[1::2]


def _may_part(before: str, behind: str) -> bool:
    """Whether two words may stand there."""
    last, first = before[-1], behind[0]
    if not (_may_stand_alone(before) and _may_stand_alone(behind)) or last in _OPENING or first in _CLOSING:
        return False
    if last.isdigit() and (first.isdigit() or (first in _KEPT_TOGETHER and len(behind) > 1)):
        return False
    if last in _KEPT_TOGETHER and first.isdigit() and len(before) > 1:
        return False
    # Worn letters leave gaps too.
    return in_dictionary(before + behind) is not True


def _may_stand_alone(text: str) -> bool:
    """Whether a text may be a word: a letter by itself is one if it is a vowel, as in ``Sở Y tế``."""
    if len(text) > 1:
        return any(map(str.isalnum, text))
    return text in _ALONE or text.isdigit() or (fold(text) in "aeiouy" and in_dictionary(text) is True)
