"""Fields that are not text: ticked boxes and signatures."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from digitize.forms.view import PageView
from digitize.model import Box, FieldReading, Problem, Word
from digitize.vietnamese.folding import fold

_BOX_SIDES = (2.6, 8.0)
"""Shortest and longest side of a tick box in millimetres."""

_TICKED = 0.10
_UNTICKED = 0.02
"""Share of ink inside a box from which it is ticked, and up to which it is empty."""

_SIGNATURE_AREA = (46.0, 26.0)
"""Width and height in millimetres of the place for a signature under its caption."""

_SIGNATURE_STROKE = 7.0
_SPECK = 1.0


def signature(view: PageView, page: int, caption: Sequence[Word]) -> FieldReading:
    """Whether somebody signed under a caption such as ``Người yêu cầu``.

    Printed words are no signature; a long connected stroke beside them is. Small marks alone are
    a question for a person.
    """
    if not caption:
        return FieldReading(None, needs_review=True, problems=(Problem("label_not_found"),))
    centre = (caption[0].box[0] + caption[-1].box[2]) // 2
    top = max(word.box[3] for word in caption)
    half = view.millimetres(_SIGNATURE_AREA[0] / 2)
    area = (centre - half, top, centre + half, top + view.millimetres(_SIGNATURE_AREA[1]))
    marks = view.marks(area, _SPECK)
    # Letters of print do not hang together over this length; what does is a stroke, even if OCR
    # took it for a word.
    longest = max((max(m[2] - m[0], m[3] - m[1]) for m in marks), default=0)
    if longest >= view.millimetres(_SIGNATURE_STROKE):
        return FieldReading(value=True, confidence=0.95, page=page, box=area)
    if all(_is_word(mark, view.reading.words) for mark in marks):
        return FieldReading(value=False, confidence=0.9, page=page, box=area)
    return FieldReading(
        None, page=page, box=area, needs_review=True, problems=(Problem("signature_unclear"),)
    )


def yes_or_no(view: PageView, page: int, row: Sequence[Word]) -> FieldReading:
    """Which of two boxes is ticked, on a row such as ``Có □, Không □``.

    None where neither is; a person looks where both are, or where boxes or words are missing.
    """
    words = {fold(word.text).strip(".,:;()[]|"): word for word in row}
    yes, no = words.get("co"), words.get("khong")
    if yes is None or no is None:
        return _unclear(page, None, "label_not_found")
    area = (yes.box[0], yes.box[1], no.box[2] + view.millimetres(14), yes.box[3])
    slack = view.millimetres(2.5)
    boxes = _tick_boxes(view, (area[0], area[1] - slack, area[2], area[3] + slack))
    between = [b for b in boxes if yes.box[2] - slack < b[0] < no.box[0]]
    after = [b for b in boxes if b[0] > no.box[2] - slack]
    if not between or not after:
        return _unclear(page, area, "boxes_not_found")
    shares = [_ink_inside(view, found[0]) for found in (between, after)]
    if any(_UNTICKED < share < _TICKED for share in shares) or min(shares) >= _TICKED:
        return _unclear(page, area, "tick_unclear")
    if max(shares) <= _UNTICKED:
        return FieldReading(None, confidence=0.9, page=page, box=area)
    return FieldReading(value=shares[0] > shares[1], confidence=0.95, page=page, box=area)


def _unclear(page: int, box: Box | None, problem: str) -> FieldReading:
    return FieldReading(None, page=page, box=box, needs_review=True, problems=(Problem(problem),))


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
    contours, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    low, high = (view.millimetres(side) for side in _BOX_SIDES)
    boxes = []
    for contour in contours:
        x, y, width, height = cv2.boundingRect(contour)
        if not (low <= width <= high and low <= height <= high):
            continue
        if 0.75 < width / height < 1.33 and _framed(part[y : y + height, x : x + width]):
            boxes.append((left + x, top + y, left + x + width, top + y + height))
    return sorted(boxes)


def _framed(part: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> bool:
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
