"""The connected pieces of ink of a page, counted once and used by every step."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitize.imaging.picture import Mask

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Components:
    """Connected pieces of ink (8 neighbours).

    Attributes:
        labels: for each pixel the number of its piece from 1, or 0 for paper.
        left, top, width, height, area: of each piece, in pixels; index 0 is piece 1.
        x, y: the middle of each piece.

    """

    labels: Ints
    left: Ints
    top: Ints
    width: Ints
    height: Ints
    area: Ints
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    @classmethod
    def of(cls, mask: Mask) -> Components:
        """The pieces of a mask."""
        _, labels, stats, middles = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
        rows = np.asarray(stats, np.int32)[1:]
        centres = np.asarray(middles, np.float64)[1:]
        return cls(
            np.asarray(labels, np.int32),
            rows[:, cv2.CC_STAT_LEFT],
            rows[:, cv2.CC_STAT_TOP],
            rows[:, cv2.CC_STAT_WIDTH],
            rows[:, cv2.CC_STAT_HEIGHT],
            rows[:, cv2.CC_STAT_AREA],
            centres[:, 0],
            centres[:, 1],
        )

    def paint(self, onto: Mask, piece: int) -> None:
        """Mark the pixels of a piece, given by its index."""
        window = self.window(piece)
        onto[window] |= self.labels[window] == piece + 1

    def window(self, piece: int) -> tuple[slice, slice]:
        """The rows and columns of a piece."""
        top, left = int(self.top[piece]), int(self.left[piece])
        return slice(top, top + int(self.height[piece])), slice(left, left + int(self.width[piece]))

    def text_height(self, dpi: float) -> float:
        """Typical height in pixels of small letters and capitals; a usual size if there are few."""
        high = self.height
        letters = high[(high > 0.04 * dpi) & (high < 0.25 * dpi) & (self.width < 3 * high)]
        return float(np.percentile(letters, 70)) if len(letters) >= 20 else 0.12 * dpi
