"""Read a reading picture: the page, the zones that were cut out of it, and all in one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from digitize.imaging.handwriting import is_handwritten
from digitize.imaging.reading import ReadingPicture
from digitize.imaging.zones import Zone, ZoneKind
from digitize.model import Box, Word
from digitize.ocr.abbreviations import with_abbreviations_checked
from digitize.ocr.capital import with_capital
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.footnote_marks import around_mark, read_mark, with_marks
from digitize.ocr.leader_remains import (
    before_leaders,
    without_bracket,
    without_comma,
    without_remains,
    without_rules,
    without_specks,
)
from digitize.ocr.looks import confidence_of, moved
from digitize.ocr.missed import read_missed
from digitize.ocr.numbering import with_numbering
from digitize.ocr.numbers import with_dates_checked, with_numbers_checked
from digitize.ocr.powers import with_powers
from digitize.ocr.second_look import read_line
from digitize.ocr.spaces import with_spaces
from digitize.ocr.usual_signs import with_usual_signs
from digitize.ocr.words_in_doubt import read_again

_SAME_ROW = 0.08
"""Inches by which the tops of cells of one row may differ."""

_WRITTEN = 0.5
"""At most so much confidence has what was read from handwriting: the engine is wrong in most of it."""

_WITHIN_WORD = 0.15
"""Share of their height by which letters of one word stand apart at most."""

_HIGHEST_LINE = 0.25
"""Inches; what stands higher in a cell may be several lines."""

_SAME_LINE = 0.5
"""Words whose heights overlap by this share stand on one line."""


def read_picture(picture: ReadingPicture, engine: OcrEngine) -> tuple[Word, ...]:
    """Words of a page in reading order, with boxes in pixels of the reading picture."""
    zones = in_order(picture.zones, _SAME_ROW * picture.dpi)
    read = without_specks(engine.read(picture.rest, picture.dpi), picture.dpi)
    rest = _lines(with_numbers_checked(read, picture.rest, picture.dpi))
    rest = with_numbering(rest, picture.rest, picture.dpi)
    parts = [read_zone(zone, picture.dpi, engine) for zone in zones]
    # What stands over dots was read several ways already.
    cells = [part for zone, part in zip(zones, parts, strict=True) if zone.kind is ZoneKind.CELL]
    lines = [line for part in (rest, *cells) for line in part]
    for line, again in zip(lines, read_again(lines, picture, engine), strict=True):
        line[:] = again
    for line in (line for part in cells for line in part):
        # It looks at the page with its rulings.
        line[:] = without_sides(line)
    lines = _with_missed([with_marks(line, picture, engine) for line in rest], picture, engine)
    boxes = [_around(line) for line in lines]
    for zone, part in zip(zones, parts, strict=True):
        if zone.kind is ZoneKind.CELL:
            _insert_cell(lines, boxes, part, zone.place)
        else:
            for words in part:
                if zone.kind is ZoneKind.MARK:
                    lines = [around_mark(line, zone.place) for line in lines]
                _insert(lines, boxes, words, zone.place)
    lines = [with_spaces(without_rules(line), picture.pixels) for line in lines]
    for check in (with_dates_checked, with_abbreviations_checked, with_powers):
        lines = [check(line, picture.pixels, picture.dpi) for line in lines]
    if picture.leaders:
        lines = [without_remains(before_leaders(line, picture.leaders, picture.dpi)) for line in lines]
    lines = [with_usual_signs(line) for line in lines]
    return tuple(replace(word, line=number) for number, line in enumerate(lines) for word in line)


def _with_missed(lines: list[list[Word]], picture: ReadingPicture, engine: OcrEngine) -> list[list[Word]]:
    """The lines of a page with those that layout analysis left out, in place of what it took them for."""
    for place, words in read_missed(picture, lines, engine):
        lines = [rest for line in lines if (rest := [word for word in line if not _lies_in(word, place)])]
        _insert(lines, [_around(line) for line in lines], words, _around(words))
    return lines


def without_sides(words: Sequence[Word]) -> tuple[Word, ...]:
    """Words of a cell without what is left of its sides: ``[Nữ`` is ``Nữ``."""
    bare = []
    for word in words:
        text = word.text.strip("|¦")
        text = text.lstrip("[") if "]" not in text else text
        text = text.rstrip("]") if "[" not in text else text
        if text:
            bare.append(replace(word, text=text))
    return tuple(bare)


def read_zone(zone: Zone, dpi: float, engine: OcrEngine) -> list[list[Word]]:
    """The words of a zone, line by line, with boxes in pixels of the reading picture."""
    if zone.kind is ZoneKind.MARK:
        return [[read_mark(zone, dpi)]]
    if zone.kind is ZoneKind.CELL:
        if zone.box[3] - zone.box[1] > _HIGHEST_LINE * dpi:
            found = without_sides(engine.read(zone.pixels, dpi, Layout.BLOCK))
        else:
            found = without_sides(read_line(zone.pixels, dpi, engine, dotted=False))
            found = with_capital(found, zone.pixels)
    else:
        found = with_capital(read_line(zone.pixels, dpi, engine), zone.pixels)
        found = without_comma(without_bracket(found))
        if is_handwritten(zone.pixels, dpi, confidence_of(found)):
            found = tuple(
                replace(word, confidence=min(word.confidence, _WRITTEN), handwritten=True) for word in found
            )
    if zone.kind is ZoneKind.DIGITS and found:
        return [[_joined(found, zone.box)]]
    x, y = zone.origin
    return _lines([moved(word, x, y) for word in found])


def _joined(words: Sequence[Word], box: Box) -> Word:
    """The one number that stands in a row of boxes."""
    return Word("".join(word.text for word in words), box, min(word.confidence for word in words), 0)


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    lines: dict[int, list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    return list(lines.values())


def in_order(zones: Sequence[Zone], row: float) -> list[Zone]:
    """Zones row by row, and from left to right; tops less than ``row`` pixels apart are one row."""
    rows: list[list[Zone]] = []
    for zone in sorted(zones, key=lambda zone: zone.place[1]):
        if rows and zone.place[1] - rows[-1][0].place[1] < row:
            rows[-1].append(zone)
        else:
            rows.append([zone])
    return [zone for one in rows for zone in sorted(one, key=lambda zone: zone.place[0])]


def _insert(lines: list[list[Word]], boxes: list[Box], words: list[Word], place: Box) -> None:
    """Put words into the line of the page on which they stand, or between the lines.

    Args:
        lines: the lines of the page.
        boxes: where they stand.
        words: what is put in.
        place: where it belongs.

    """
    best, distance = -1, 0.0
    for index, near in enumerate(boxes):
        shared = min(place[3], near[3]) - max(place[1], near[1])
        if shared >= _SAME_LINE * min(place[3] - place[1], near[3] - near[1]):
            apart = max(near[0] - place[2], place[0] - near[2], 0)
            if best < 0 or apart < distance:
                best, distance = index, apart
    if best >= 0:
        lines[best] = _together([*lines[best], *words])
        boxes[best] = _joint(boxes[best], place)
        return
    index = _index_of(boxes, place)
    lines.insert(index, words)
    boxes.insert(index, place)


def _together(words: list[Word]) -> list[Word]:
    """Words of a line from left to right; what a cut parted in the middle of a word is one word again."""
    joined: list[Word] = []
    for word in sorted(words, key=lambda word: word.box[0]):
        last = joined[-1] if joined else None
        height = word.box[3] - word.box[1]
        near = last is not None and -0.3 * height < word.box[0] - last.box[2] < _WITHIN_WORD * height
        if last is not None and near and last.text[-1:].isalnum() and word.text[:1].isalnum():
            confidence = min(last.confidence, word.confidence)
            word = replace(  # noqa: PLW2901
                word, text=last.text + word.text, box=_joint(last.box, word.box), confidence=confidence
            )
            joined.pop()
        joined.append(word)
    return joined


def _lies_in(word: Word, place: Box) -> bool:
    x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    return place[0] <= x <= place[2] and place[1] <= y <= place[3]


def _insert_cell(lines: list[list[Word]], boxes: list[Box], found: list[list[Word]], cell: Box) -> None:
    """Put the lines of a cell between those of the page, all together."""
    index = _index_of(boxes, cell)
    lines[index:index] = found
    boxes[index:index] = [cell] * len(found)


def _index_of(boxes: list[Box], place: Box) -> int:
    """Behind the last line that is read before a place: one over it, or at its left."""
    before = 0
    for index, near in enumerate(boxes, start=1):
        middle = (near[1] + near[3]) / 2
        if middle < place[1] or (middle <= place[3] and near[0] < place[0]):
            before = index
    return before


def _joint(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _around(words: Sequence[Word]) -> Box:
    return (
        min(word.box[0] for word in words),
        min(word.box[1] for word in words),
        max(word.box[2] for word in words),
        max(word.box[3] for word in words),
    )
