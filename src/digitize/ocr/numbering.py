"""Put the numbers of a list back before their lines: ``1. Tên``.

Layout analysis takes figures that stand one under the other for a column of their own, which is read as
rubbish; of the lines beside it the full stops are left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from digitize.imaging.picture import Pixels
from digitize.model import Box, Word
from digitize.ocr.looks import DOUBTFUL
from digitize.ocr.number_net import read_word

_BEFORE = 8.0
"""Millimetres from the beginning of a number to its full stop at most."""

_GAP = 1.0
"""Millimetres between a number and its full stop at most."""

_COMMA = re.compile(r"^\d{1,2},$")
"""The full stop behind a number of a list, misread."""

_TELLS = 0.8
_MOST_DIGITS = 2


def with_numbering(lines: Sequence[list[Word]], pixels: Pixels, dpi: float) -> list[list[Word]]:
    """Lines of a page with the numbers before them that were read as a column.

    Args:
        lines: words with boxes in pixels of the picture.
        pixels: the page in grey without rulings.
        dpi: its resolution.

    """
    result = [list(line) for line in lines]
    unit = dpi / 25.4
    for line in result:
        if len(line) > 1 and _COMMA.match(line[0].text) and line[1].text[:1].isupper():
            line[0] = replace(line[0], text=line[0].text[:-1] + ".")
        if len(line) < 2 or line[0].text != ".":
            continue
        found = _standing_before(line[0].box, result, unit)
        if found is None:
            continue
        column, figure = found
        stop = line[0]
        place = (figure.box[0], line[1].box[1], stop.box[0], line[1].box[3])
        by_network = read_word(place, pixels, dpi)
        number = "" if by_network is None else by_network.text.strip(" .")
        if by_network is None or not number.isdigit() or len(number) > _MOST_DIGITS:
            continue
        if by_network.confidence < _TELLS:
            continue
        sure = by_network.confidence if figure.text.strip(".") == number else DOUBTFUL
        box = (place[0], place[1], stop.box[2], place[3])
        line[0] = replace(stop, text=f"{number}.", box=box, confidence=sure)
        column.remove(figure)
    return [line for line in result if line]


def _standing_before(stop: Box, lines: Sequence[list[Word]], unit: float) -> tuple[list[Word], Word] | None:
    """The word right before a full stop that stands in another line, and that line."""
    for line in lines:
        for word in line:
            left, top, right, bottom = word.box
            level = top < (stop[1] + stop[3]) / 2 <= bottom + unit
            close = 0 < stop[0] - left < _BEFORE * unit and right > stop[0] - _GAP * unit
            if level and close and right < stop[2] + _GAP * unit:
                return line, word
    return None
