"""A line of text as small networks like it: grey, upright, always as high, as long as it is."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digitize.imaging.components import Components
from digitize.imaging.ink import darker_half
from digitize.imaging.picture import Pixels

HEIGHT = 32
"""Pixels."""

_BODY = 20
"""Pixels that the signs of a line are high, when found."""

_STRETCH = 1.25
"""How much wider signs are made, so that narrow ones keep apart."""

_LEAST_SIGN = 1.2
_MOST_SIGN = 6.0
_USUAL_SIGN = 2.9
"""Millimetres that digits are high."""

_AS_HIGH = 0.85
"""Share of the height of the high signs from which a sign is one of them."""

_LONGEST = 768
"""Pixels; what is longer is no line of numbers."""


def line_strip(pixels: Pixels, dpi: float) -> NDArray[np.float32] | None:
    """A picture of one line, 32 pixels high, ink positive and paper near 0; None if it is too long.

    The signs as high as digits are brought to 20 pixels and to the middle.
    """
    top, bottom = _signs(pixels, dpi)
    scale = _BODY / (bottom - top)
    width = max(8, round(pixels.shape[1] * scale * _STRETCH))
    if width > _LONGEST:
        return None
    middle = (top + bottom) / 2
    move = np.array([[scale * _STRETCH, 0, 0], [0, scale, HEIGHT / 2 - middle * scale]], np.float32)
    source = pixels
    if scale < 0.7:
        # Without this, every other column of a fine scan would count for nothing.
        source = cv2.GaussianBlur(pixels, (0, 0), 0.35 / scale).astype(np.uint8)
    strip = cv2.warpAffine(
        source, move, (width, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32)
    paper, ink = np.percentile(strip, (90, 1))
    return np.asarray((paper - strip) / max(48.0, paper - ink), np.float32).clip(-0.5, 1.5)


def _signs(pixels: Pixels, dpi: float) -> tuple[float, float]:
    """The rows between which the signs of a line stand."""
    unit = dpi / 25.4
    parts = Components.of(darker_half(pixels))
    high = (parts.height >= _LEAST_SIGN * unit) & (parts.height <= _MOST_SIGN * unit)
    if high.any():
        # Small letters beside them are no measure.
        height = float(np.percentile(parts.height[high], 75))
        high &= parts.height >= _AS_HIGH * height
        top = float(np.median(parts.top[high]))
        bottom = float(np.median(parts.top[high] + parts.height[high]))
        if bottom - top >= _AS_HIGH * height:
            return top, bottom
    middle = pixels.shape[0] / 2
    half = min(_USUAL_SIGN * unit, pixels.shape[0]) / 2
    return middle - half, middle + half
