"""Whether anything is written on a page. Blank pages are marked, never dropped."""

from __future__ import annotations

import cv2
import numpy as np

from digitize.imaging.ink import ink, to_grey
from digitize.imaging.picture import Mask, Pixels
from digitize.imaging.straighten import edgeless

_MARK = 1.2
"""Millimetres that a mark must measure across to count; dust and staple holes are smaller."""

_MOST_MARKS = 2

_CERTAINLY_TEXT = 60
"""Marks in a quarter of the page from which nobody need look at the rest."""


def is_blank(page: Pixels, dpi: float) -> bool:
    """True where there is no more than dust, holes and shadow at the edges.

    Show-through from the other side is too pale to count as ink. When in doubt a page is not
    blank: a full page taken for a blank one would be read by nobody.
    """
    grey = to_grey(page)
    quarter = grey[grey.shape[0] // 4 : grey.shape[0] // 2]
    if quarter.size and _marks_in(ink(quarter), dpi) >= _CERTAINLY_TEXT:
        return False
    return _marks_in(edgeless(ink(grey)), dpi) <= _MOST_MARKS


def _marks_in(mask: Mask, dpi: float) -> int:
    # Specks of the scanner do not hang together.
    solid = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    sides = np.maximum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    return int((sides > _MARK * dpi / 25.4).sum())
