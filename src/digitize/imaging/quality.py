"""How good a scan is: what can be measured on the picture of a page."""

from __future__ import annotations

import cv2
import numpy as np

from digitize.imaging.components import Components
from digitize.imaging.ink import INK_DARKNESS
from digitize.imaging.picture import Pixels

_LEAST_INK = 200
"""Pixels of ink below which contrast and edges say nothing."""

_LETTERS = (0.8, 8.0)
"""Millimetres that letters and words which the edge cuts measure in height."""

_CUT = 6
"""So many pieces of ink cut by one edge are text that is missing its rest."""

SIDES = ("left", "top", "right", "bottom")


def contrast_and_edge(flat: Pixels, dpi: float) -> tuple[float, float]:
    """How dark the ink is, and how wide the edges of its strokes.

    Args:
        flat: a page that is not blank, its paper brought to white.
        dpi: its resolution.

    Returns:
        Darkness of the ink below the paper around it, from 0 to 1; and the width in millimetres over
        which paper turns to ink on the steeper half of the edges: the finest print of a sharp scan
        gives about two pixels. ``(0, 0)`` where there is too little ink.

    """
    mask = flat < int(255 * INK_DARKNESS)
    if int(mask.sum()) < _LEAST_INK:
        return 0.0, 0.0
    depth = 255.0 - float(np.percentile(flat[mask], 25))
    across = cv2.Sobel(flat, cv2.CV_32F, 1, 0, ksize=3) / 8
    down = cv2.Sobel(flat, cv2.CV_32F, 0, 1, ksize=3) / 8
    rim = (cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~mask
    steep = float(np.percentile(cv2.magnitude(across, down)[rim], 75))
    return depth / 255, depth / max(steep, 1e-6) * 25.4 / dpi


def clipped_sides(flat: Pixels, dpi: float) -> tuple[str, ...]:
    """The sides of a page, its paper brought to white, at which text is cut off."""
    height, width = flat.shape
    rim = np.concatenate((flat[0], flat[-1], flat[:, 0], flat[:, -1])) < int(255 * INK_DARKNESS)
    if not rim.any():
        return ()
    parts = Components.of(flat < int(255 * INK_DARKNESS))
    unit = dpi / 25.4
    letters = (
        (parts.height >= _LETTERS[0] * unit)
        & (parts.height <= _LETTERS[1] * unit)
        & (parts.width <= 3 * _LETTERS[1] * unit)
    )
    touching = (
        parts.left == 0,
        parts.top == 0,
        parts.left + parts.width == width,
        parts.top + parts.height == height,
    )
    return tuple(
        side for side, cut in zip(SIDES, touching, strict=True) if int((letters & cut).sum()) >= _CUT
    )
