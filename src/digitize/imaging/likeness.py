"""Whether two pictures are scans of the same sheet of paper: a short print, and a close look to be sure.

The print alone is alike for all sheets of one form. The close look lays one picture over the other and asks
for ink that only one of them has: a name, a date or a number is some millimetres of it, grain and wear none.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digitize.imaging.ink import ink, to_grey
from digitize.imaging.picture import Mask, Pixels

_SIDE, _LOW = 64, 16
"""Pixels of the small picture, and its low frequencies on each side that make up the print."""

WORDS = _LOW * _LOW // 64
"""Numbers of 64 bits in a print."""

_DPI = 150.0
"""Resolution of the close look."""

_FAR = 0.35
"""Millimetres by which the same stroke may lie elsewhere on two scans."""

_CLUSTER = 0.9
"""Millimetres across from which ink that only one scan has is something written."""

_WELL_LAID = 0.3
"""Correlation from which two pictures lie over each other; with less they are of different sheets."""

_STEPS = 40


def page_print(page: Pixels) -> bytes:
    """32 bytes that differ in few bits between two scans of one sheet, straightened and upright."""
    small = cv2.resize(to_grey(page), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:_LOW, :_LOW].ravel()
    low[0] = np.median(low[1:])
    return np.packbits(low > np.median(low)).tobytes()


def in_words(likeness: bytes) -> NDArray[np.uint64]:
    """A print as ``WORDS`` numbers of 64 bits."""
    return np.frombuffer(likeness, np.uint64)


def distances(one: bytes, others: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """In how many bits a print differs from each of others.

    Args:
        one: a print.
        others: shape (``WORDS``, n); a print in each column.

    """
    far = np.zeros(others.shape[1], np.uint16)
    for word, theirs in zip(in_words(one), others, strict=True):
        far += np.bitwise_count(theirs ^ word)
    return far


def same_sheet(one: Pixels, one_dpi: float, other: Pixels, other_dpi: float) -> bool:
    """Whether two upright, straightened pictures are scans of the same sheet.

    When in doubt they are not: sheets of different people must never count as one.
    """
    first, second = _small(one, one_dpi), _small(other, other_dpi)
    size = tuple(int(max(a, b)) for a, b in zip(first.shape, second.shape, strict=True))
    laid = _laid_over(_on_paper(first, size), _on_paper(second, size))
    if laid is None:
        return False
    a, b = (ink(picture) for picture in (_on_paper(first, size), laid))
    return not (_writes_more(a, b) or _writes_more(b, a))


def _small(page: Pixels, dpi: float) -> Pixels:
    scale = _DPI / dpi
    return cv2.resize(to_grey(page), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _on_paper(picture: Pixels, size: tuple[int, ...]) -> Pixels:
    sheet = np.full(size, int(np.percentile(picture, 80)), np.uint8)
    sheet[: picture.shape[0], : picture.shape[1]] = picture
    return sheet


def _laid_over(first: Pixels, second: Pixels) -> Pixels | None:
    """The second picture moved, turned and stretched a little so that it lies over the first."""
    soft = [cv2.GaussianBlur(255 - picture, (0, 0), 2.0).astype(np.float32) for picture in (first, second)]
    (dx, dy), _ = cv2.phaseCorrelate(soft[0], soft[1], cv2.createHanningWindow(first.shape[::-1], cv2.CV_32F))
    warp = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _STEPS, 1e-4)
    try:
        likeness, found = cv2.findTransformECC(soft[0], soft[1], warp, cv2.MOTION_AFFINE, criteria)
    except cv2.error:
        return None
    if likeness < _WELL_LAID:
        return None
    paper = float(np.percentile(second, 80))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(second, found, first.shape[::-1], flags=flags, borderValue=paper).astype(np.uint8)


def _writes_more(one: Mask, other: Mask) -> bool:
    """Whether one has ink of the size of writing where the other has none near."""
    unit = _DPI / 25.4
    reach = 2 * round(_FAR * unit) + 1
    near = cv2.dilate(other.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    alone = (one & ~near).astype(np.uint8)
    margin = round(5 * unit)
    inside = np.ascontiguousarray(alone[margin:-margin, margin:-margin])
    joined = cv2.morphologyEx(inside, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    wide = np.maximum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]) > _CLUSTER * unit
    return bool(wide.any())
