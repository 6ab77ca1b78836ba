"""Notice two pages that were scanned side by side as one picture: they are told of, not split."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digitize.model import Word

_WIDE = 1.25
"""Width of such a picture beside its height; an A4 landscape has 1.41."""

_MIDDLE = 0.08
_GUTTER = 0.03
"""Shares of the width: how far from the middle the gap between the pages may lie, and how wide it is."""

_LEAST_WORDS = 25
"""Words on either side."""

_BESIDE = 0.5
"""Share of its height by which the text of the shorter page lies beside that of the other."""

_LEGIBLE = 0.5


def is_two_up(words: Sequence[Word], width: int, height: int) -> bool:
    """Whether words of an upright picture stand on two pages side by side.

    Args:
        words: with boxes in pixels of the picture.
        width: of the picture, in pixels.
        height: of the picture.

    """
    if width < _WIDE * height:
        return False
    told = [word.box for word in words if word.confidence >= _LEGIBLE and any(map(str.isalnum, word.text))]
    free = np.ones(width + 1, bool)
    for left, _, right, _ in told:
        free[max(0, left) : right + 1] = False
    low, high = round((0.5 - _MIDDLE) * width), round((0.5 + _MIDDLE) * width)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], free[low:high].view(np.int8), [0]))))
    if not len(edges):
        return False
    begin, end = max(zip(edges[::2], edges[1::2], strict=True), key=lambda gap: int(gap[1] - gap[0]))
    if end - begin < _GUTTER * width:
        return False
    middle = low + (int(begin) + int(end)) / 2
    sides = [box for box in told if box[2] <= middle], [box for box in told if box[0] >= middle]
    if min(map(len, sides)) < _LEAST_WORDS:
        return False
    tops, bottoms = ([of(box[row] for box in side) for side in sides] for of, row in ((min, 1), (max, 3)))
    shared = min(bottoms) - max(tops)
    return shared >= _BESIDE * min(bottom - top for top, bottom in zip(tops, bottoms, strict=True))
