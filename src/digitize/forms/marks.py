"""Fields that are not text: ticked boxes and signatures."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from digitize.forms.template import Choice
from digitize.forms.view import PageView
from digitize.model import Box, FieldReading, Word
from digitize.vietnamese.folding import fold

_BOX_SIDES = (2.6, 8.0)
"""Shortest and longest side of a tick box in millimetres."""

_INSIDE = 0.85
"""Share of the shortest side that a frame measures inside."""

_STRAIGHT = 0.7
"""Share of the shortest side that a line of a frame is straight."""

_TICKED = 0.10
_UNTICKED = 0.02
"""Share of ink inside a box from which it is ticked, and up to which it is empty."""

_SIGNATURE_HEIGHT = 26.0
"""Millimetres of the place for a signature under its caption."""

_CROSS = 1.2
"""Millimetres that a cross in a cell measures at least."""

_FAR = 14.0
"""Millimetres that a box stands behind its words at most."""

_BESIDE = ".,:;()[]|□☐☑☒"
"""What a word takes along from the box beside it."""

_YES_NO = (Choice(label=("Có",), value=True), Choice(label=("Không",), value=False))

_SIGNATURE_STROKE = 7.0
_SPECK = 1.0


def signature(view: PageView, page: int, caption: Sequence[Word], width: float = 46.0) -> FieldReading:
    """Whether somebody signed under a caption such as ``Người yêu cầu``, in a place so many millimetres wide.

    Printed words are no signature; a long connected stroke beside them is. Small marks alone are
    a question for a person.
    """
    if not caption:
        return FieldReading.unread("label_not_found")
    centre = (min(word.box[0] for word in caption) + max(word.box[2] for word in caption)) // 2
    top = max(word.box[3] for word in caption)
    half = view.millimetres(width / 2)
    area = (centre - half, top, centre + half, top + view.millimetres(_SIGNATURE_HEIGHT))
    marks = view.marks(area, _SPECK)
    # Letters of print do not hang together over this length; what does is a stroke, even if OCR
    # took it for a word.
    longest = max((max(m[2] - m[0], m[3] - m[1]) for m in marks), default=0)
    if longest >= view.millimetres(_SIGNATURE_STROKE):
        return FieldReading(value=True, confidence=0.95, page=page, box=area)
    if all(_is_word(mark, view.reading.words) for mark in marks):
        return FieldReading(value=False, confidence=0.9, page=page, box=area)
    return FieldReading.unread("signature_unclear", page, area)


def yes_or_no(view: PageView, page: int, row: Sequence[Word]) -> FieldReading:
    """Which of two boxes is ticked, on a row such as ``Có □, Không □``; None where neither is."""
    return chosen(view, page, row, _YES_NO)


def chosen(view: PageView, page: int, row: Sequence[Word], choices: Sequence[Choice]) -> FieldReading:
    """The value of the one box that is ticked in a row, each behind its words.

    None where none is; a person looks where several are, or where boxes or words are missing.

    Args:
        view: the page.
        page: its index.
        row: the words of the row.
        choices: what is printed before each box, from left to right, and what it stands for.

    """
    if not row:
        return FieldReading.unread("label_not_found", page, None)
    left, right = (min(word.box[0] for word in row), view.reading.width)
    top, bottom = min(word.box[1] for word in row), max(word.box[3] for word in row)
    slack = view.millimetres(2.5)
    area = (left, top - slack, right, bottom + slack)
    boxes = _tick_boxes(view, area)
    found = _words_of_choices(row, choices)
    if found is None:
        # A tick runs into the words beside it; boxes in the number of the choices are those.
        if len(boxes) != len(choices):
            return FieldReading.unread("label_not_found", page, area)
        return _settled(page, area, [_ink_inside(view, box) for box in boxes], choices)
    shares = []
    for word, after in zip(found, [*found[1:], None], strict=True):
        end = word.box[2] + view.millimetres(_FAR) if after is None else after.box[0]
        behind = [box for box in boxes if word.box[2] - slack < box[0] < end]
        if not behind:
            return FieldReading.unread("boxes_not_found", page, area)
        shares.append(_ink_inside(view, behind[0]))
    return _settled(page, area, shares, choices)


def ticked(view: PageView, page: int, room: Box) -> FieldReading:
    """Whether the one box in a room behind a label is ticked."""
    slack = view.millimetres(2.5)
    boxes = _tick_boxes(view, (room[0] - slack, room[1] - slack, room[2], room[3] + slack))
    if not boxes:
        return FieldReading.unread("boxes_not_found", page, room)
    share = _ink_inside(view, boxes[0])
    if _UNTICKED < share < _TICKED:
        return FieldReading.unread("tick_unclear", page, room)
    return FieldReading(value=share >= _TICKED, confidence=0.95, page=page, box=boxes[0])


def crossed(view: PageView, page: int, cell: Box) -> FieldReading:
    """Whether there is a cross in a cell of a table: True, or None where there is nothing."""
    marks = view.marks(cell, _CROSS)
    if any(min(mark[2] - mark[0], mark[3] - mark[1]) >= view.millimetres(_CROSS) for mark in marks):
        return FieldReading(value=True, confidence=0.95, page=page, box=cell)
    if marks:
        return FieldReading.unread("tick_unclear", page, cell)
    return FieldReading(None, confidence=0.95, page=page, box=cell)


def _words_of_choices(row: Sequence[Word], choices: Sequence[Choice]) -> list[Word] | None:
    """The last word of what is printed before each box, from left to right; None where one is missing."""
    words = [(fold(word.text).strip(_BESIDE), word) for word in row]
    found, at = [], 0
    for choice in choices:
        end = next((e for label in choice.label if (e := _end_of(label, words, at)) is not None), None)
        if end is None:
            return None
        found.append(words[end - 1][1])
        at = end
    return found


def _end_of(label: str, words: Sequence[tuple[str, Word]], at: int) -> int | None:
    """Behind which word a label ends, from a word on; None if it is not there."""
    wanted = fold(label).split()
    for start in range(at, len(words) - len(wanted) + 1):
        if [word for word, _ in words[start : start + len(wanted)]] == wanted:
            return start + len(wanted)
    return None


def _settled(page: int, area: Box, shares: Sequence[float], choices: Sequence[Choice]) -> FieldReading:
    if any(_UNTICKED < share < _TICKED for share in shares) or sum(share >= _TICKED for share in shares) > 1:
        return FieldReading.unread("tick_unclear", page, area)
    for share, choice in zip(shares, choices, strict=True):
        if share >= _TICKED:
            return FieldReading(value=choice.value, confidence=0.95, page=page, box=area)
    return FieldReading(None, confidence=0.9, page=page, box=area)


def _is_word(mark: Box, words: Sequence[Word]) -> bool:
    """Whether a mark lies for the most part in the box of a printed word."""
    area = max(1, (mark[2] - mark[0]) * (mark[3] - mark[1]))
    for word in words:
        left, top = max(mark[0], word.box[0]), max(mark[1], word.box[1])
        right, bottom = min(mark[2], word.box[2]), min(mark[3], word.box[3])
        shared = max(0, right - left) * max(0, bottom - top)
        if word.confidence >= 0.6 and shared >= 0.6 * area:
            return True
    return False


def _tick_boxes(view: PageView, area: Box) -> list[Box]:
    """Square frames in a part of the page, from left to right."""
    left, top = max(0, area[0]), max(0, area[1])
    part = view.writing[top : area[3], left : area[2]].astype(np.uint8)
    if not part.size:
        return []
    low, high = (view.millimetres(side) for side in _BOX_SIDES)
    # A tick may reach beyond its box; what is left of straight lines is the frame alone.
    side = max(3, round(_STRAIGHT * low))
    level = cv2.morphologyEx(part, cv2.MORPH_OPEN, np.ones((1, side), np.uint8))
    upright = cv2.morphologyEx(part, cv2.MORPH_OPEN, np.ones((side, 1), np.uint8))
    frames = cv2.morphologyEx(np.maximum(level, upright), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)).astype(
        np.uint8
    )
    # Frames by their inside, where they are whole, whatever sticks out of them; else by their outside.
    contours, _ = cv2.findContours(frames, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes: list[Box] = []
    for x, y, width, height in sorted(map(cv2.boundingRect, contours), key=lambda one: one[2] * one[3]):
        fits = low * _INSIDE <= width <= high and low * _INSIDE <= height <= high
        centre = (left + x + width // 2, top + y + height // 2)
        known = any(b[0] <= centre[0] <= b[2] and b[1] <= centre[1] <= b[3] for b in boxes)
        if (
            fits
            and not known
            and 0.75 < width / height < 1.33
            and _framed(frames[y : y + height, x : x + width])
        ):
            boxes.append((left + x, top + y, left + x + width, top + y + height))
    return sorted(boxes)


def _framed(part: NDArray[np.uint8]) -> bool:
    """Whether there is ink along all four sides."""
    depth = max(2, part.shape[0] // 5)
    sides = (
        part[:depth].any(axis=0),
        part[-depth:].any(axis=0),
        part[:, :depth].any(axis=1),
        part[:, -depth:].any(axis=1),
    )
    return all(side.mean() > 0.85 for side in sides)


def _ink_inside(view: PageView, box: Box) -> float:
    left, top, right, bottom = box
    inset = round(0.24 * (right - left))
    inside = view.writing[top + inset : bottom - inset, left + inset : right - inset]
    return float(inside.mean()) if inside.size else 0.0
