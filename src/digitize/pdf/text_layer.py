"""The content of a page: its picture, and the words invisibly on top of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from statistics import median

from digitize.model import Box, PageReading, Word
from digitize.pdf import glyphless

FONT = "F0"
IMAGE = "Im0"


def page_content(reading: PageReading) -> bytes:
    """The content stream of a page whose picture is drawn over the whole of it.

    Every word is stretched over exactly the place of its picture, and the space between two words
    of a line over the gap between them, so that what a reader marks is what is copied.
    """
    scale = 72.0 / reading.dpi
    width, height = reading.width * scale, reading.height * scale
    lines = [f"q {width:.4f} 0 0 {height:.4f} 0 0 cm /{IMAGE} Do Q"]
    if reading.words:
        lines.append("BT 3 Tr")
        levelled = _levelled(reading.words)
        for word, following in pairwise([*levelled, None]):
            if word is None:
                continue
            lines.append(_shown(word.text, word.box, reading.height, scale))
            gap = _gap(word, following)
            if gap is not None:
                lines.append(_shown(" ", gap, reading.height, scale))
        lines.append("ET")
    return "\n".join(lines).encode("ascii")


def characters(readings: Sequence[PageReading]) -> set[str]:
    """Every character that the text layers of some pages show."""
    return {" "}.union(*(word.text for reading in readings for word in reading.words))


def _levelled(words: Sequence[Word]) -> list[Word]:
    """Words with one height and one base for each line, as print has.

    A dash or a comma in a box of its own height would else stand on a line of its own when text is
    copied. A word that lies elsewhere than its line keeps its box.
    """
    levels: dict[int, tuple[float, float]] = {}
    for line, members in groupby(sorted(words, key=_line), key=_line):
        boxes = [word.box for word in members]
        base = median(box[3] for box in boxes)
        levels[line] = (base - median(box[3] - box[1] for box in boxes), base)
    result = []
    for word in words:
        left, top, right, bottom = word.box
        level_top, base = levels[word.line]
        on_line = level_top < (top + bottom) / 2 < base
        box = (left, round(level_top), right, round(base)) if on_line else word.box
        result.append(replace(word, box=box))
    return result


def _line(word: Word) -> int:
    return word.line


def _gap(word: Word, following: Word | None) -> Box | None:
    if following is None or following.line != word.line or following.box[0] <= word.box[2]:
        return None
    return word.box[2], word.box[1], following.box[0], word.box[3]


def _shown(text: str, box: Box, page_height: int, scale: float) -> str:
    left, top, right, bottom = box
    size = max(1.0, (bottom - top) * scale)
    stretch = 100.0 * max(1, right - left) * scale / (len(text) * glyphless.WIDTH * size)
    x, y = left * scale, (page_height - bottom) * scale
    return f"/{FONT} {size:.3f} Tf {stretch:.3f} Tz 1 0 0 1 {x:.3f} {y:.3f} Tm <{glyphless.encode(text)}> Tj"
