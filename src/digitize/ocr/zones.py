"""Read a reading picture: the page, the zones that were cut out of it, and all in one order."""

from __future__ import annotations

from collections.abc import Sequence

from digitize.imaging.reading import ReadingPicture
from digitize.imaging.zones import Zone, ZoneKind
from digitize.model import Box, Word
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.second_look import read_line
from digitize.ocr.words_in_doubt import read_again

_SAME_LINE = 0.5
"""Words whose heights overlap by this share stand on one line."""


def read_picture(picture: ReadingPicture, engine: OcrEngine) -> tuple[Word, ...]:
    """Words of a page in reading order, with boxes in pixels of the reading picture."""
    lines = _lines(read_again(engine.read(picture.rest, picture.dpi), picture, engine))
    boxes = [_around(line) for line in lines]
    for zone in sorted(picture.zones, key=lambda zone: (zone.box[1], zone.box[0])):
        for words in read_zone(zone, picture.dpi, engine):
            _insert(lines, boxes, words, inline=zone.kind is not ZoneKind.CELL)
    return tuple(
        Word(word.text, word.box, word.confidence, number)
        for number, line in enumerate(lines)
        for word in line
    )


def read_zone(zone: Zone, dpi: float, engine: OcrEngine) -> list[list[Word]]:
    """The words of a zone, line by line, with boxes in pixels of the reading picture."""
    if zone.kind is ZoneKind.CELL:
        found = engine.read(zone.pixels, dpi, Layout.BLOCK)
    else:
        found = read_line(zone.pixels, dpi, engine)
    if zone.kind is ZoneKind.DIGITS and found:
        return [[_joined(found, zone.box)]]
    x, y = zone.origin
    return _lines([Word(word.text, _moved(word.box, x, y), word.confidence, word.line) for word in found])


def _joined(words: Sequence[Word], box: Box) -> Word:
    """The one number that stands in a row of boxes."""
    return Word("".join(word.text for word in words), box, min(word.confidence for word in words), 0)


def _moved(box: Box, x: int, y: int) -> Box:
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    lines: dict[int, list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    return list(lines.values())


def _insert(lines: list[list[Word]], boxes: list[Box], words: list[Word], *, inline: bool) -> None:
    """Put words into the line of the page on which they stand, or between the lines.

    Args:
        lines: the lines of the page.
        boxes: where they stand.
        words: what is put in.
        inline: whether the words may share a line with others.

    """
    box = _around(words)
    best, distance = -1, 0.0
    for index, near in enumerate(boxes):
        shared = min(box[3], near[3]) - max(box[1], near[1])
        if inline and shared >= _SAME_LINE * min(box[3] - box[1], near[3] - near[1]):
            apart = max(near[0] - box[2], box[0] - near[2], 0)
            if best < 0 or apart < distance:
                best, distance = index, apart
    if best >= 0:
        lines[best] = sorted([*lines[best], *words], key=lambda word: word.box[0])
        boxes[best] = _joint(boxes[best], box)
        return
    middle = box[1] + box[3]
    after = [index for index, near in enumerate(boxes) if near[1] + near[3] <= middle]
    place = after[-1] + 1 if after else 0
    lines.insert(place, words)
    boxes.insert(place, box)


def _joint(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _around(words: Sequence[Word]) -> Box:
    return (
        min(word.box[0] for word in words),
        min(word.box[1] for word in words),
        max(word.box[2] for word in words),
        max(word.box[3] for word in words),
    )
