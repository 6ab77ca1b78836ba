"""Whether anything is written on a page. Blank pages are marked, never dropped."""

from __future__ import annotations

import cv2
import numpy as np

from digitize.imaging.ink import ink, to_grey
from digitize.imaging.picture import Pixels
from digitize.imaging.straighten import edgeless

_MARK = 1.2
"""Millimetres that a mark must measure across to count; dust and staple holes are smaller."""

_MOST_MARKS = 2


def is_blank(page: Pixels, dpi: float) -> bool:
    """True where there is no more than dust, holes and shadow at the edges.

    Show-through from the other side is too pale to count as ink. When in doubt a page is not
    blank: a full page taken for a blank one would be read by nobody.
    """
    mask = edgeless(ink(to_grey(page)))
    # Specks of the scanner do not hang together.
    solid = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    sides = np.maximum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    return int((sides > _MARK * dpi / 25.4).sum()) <= _MOST_MARKS
