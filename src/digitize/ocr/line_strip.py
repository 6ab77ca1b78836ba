"""A line of text as small networks like it: grey, upright, always as high, as long as it is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitize.imaging.components import Components
from digitize.imaging.ink import darker_half
from digitize.imaging.picture import Pixels

_LEAST_SIGN = 1.2
_MOST_SIGN = 6.0
_USUAL_SIGN = 2.9
"""Millimetres that digits are high."""

_AS_HIGH = 0.85
"""Share of the height of the high signs from which a sign is one of them."""


@dataclass(frozen=True, slots=True)
class StripShape:
    """How a network wants its lines.

    Attributes:
        height: pixels from top to bottom.
        over: pixels over the signs as high as digits.
        body: pixels that these signs are high.
        stretch: how much wider signs are made, so that narrow ones keep apart.
        longest: pixels from left to right; what is longer is not read.

    """

    height: int
    over: int
    body: int
    stretch: float
    longest: int


NUMBERS = StripShape(height=32, over=6, body=20, stretch=1.25, longest=768)
WORDS = StripShape(height=56, over=17, body=24, stretch=1.1, longest=1600)
"""Capitals with two marks over them need more room than digits."""


def line_strip(pixels: Pixels, dpi: float, shape: StripShape = NUMBERS) -> NDArray[np.float32] | None:
    """A picture of one line in a shape, ink positive and paper near 0; None if it is too long."""
    return strip_between(pixels, sign_rows(pixels, dpi), shape)


def strip_between(pixels: Pixels, rows: tuple[float, float], shape: StripShape) -> NDArray[np.float32] | None:
    """The same where the rows are known between which the signs as high as digits stand."""
    top, bottom = rows
    scale = shape.body / (bottom - top)
    width = max(8, round(pixels.shape[1] * scale * shape.stretch))
    if width > shape.longest:
        return None
    middle = (top + bottom) / 2
    move = np.array(
        [[scale * shape.stretch, 0, 0], [0, scale, shape.over + shape.body / 2 - middle * scale]], np.float32
    )
    source = pixels
    if scale < 0.7:
        # Without this, every other column of a fine scan would count for nothing.
        source = cv2.GaussianBlur(pixels, (0, 0), 0.35 / scale).astype(np.uint8)
    strip = cv2.warpAffine(
        source, move, (width, shape.height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32)
    # Every other pixel tells as much.
    dark, light = np.percentile(strip[::2, ::2], (1, 90))
    return np.asarray((light - strip) / max(48.0, light - dark), np.float32).clip(-0.5, 1.5)


def sign_rows(pixels: Pixels, dpi: float) -> tuple[float, float]:
    """The rows between which the signs of a line stand that are as high as digits."""
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
