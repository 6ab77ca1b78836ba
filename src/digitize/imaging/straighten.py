"""Find by how much a page is skewed, and turn it straight.

Lines of text make sharp bands when their ink is summed along the right direction (Postl's
projection profile). Summing positions of ink pixels under a shear instead of turning the picture
makes one angle cost a histogram.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from digitize.imaging.ink import ink, shrink
from digitize.imaging.picture import Mask, Pixels

LIMIT = 15.0
"""Largest skew in degrees that is looked for; sheets that lie worse are scanned again."""

NEGLIGIBLE = 0.1
"""A smaller skew is left alone: turning would cost a re-encoding and help nobody."""

_LONG_SIDE = 1200
_MAX_POINTS = 60_000
_STEPS = (0.5, 0.1, 0.02)


@dataclass(frozen=True, slots=True)
class Skew:
    """Skew in degrees, positive when text sinks to the right, and how sure it is (0 to 1).

    ``sharpness`` compares the best direction with the average one; it also tells lines of text
    from lines on their side.
    """

    angle: float
    confidence: float
    sharpness: float


def estimate_skew(grey: Pixels, *, limit: float = LIMIT) -> Skew:
    """Estimate the skew of a page whose lines of text run roughly from left to right."""
    small, _ = shrink(grey, _LONG_SIDE)
    return skew_of_ink(edgeless(ink(small)), limit=limit)


def edgeless(mask: Mask) -> Mask:
    """Ink without what touches the edge: black borders, punch holes cut by the edge, lids."""
    padded = np.pad(mask.astype(np.uint8), 1, constant_values=1)
    # Dark borders of scanners hang together with the frame of ones and fill away from its corner.
    cv2.floodFill(padded, None, (0, 0), 0, flags=8)
    cleaned: Mask = padded[1:-1, 1:-1] > 0
    return cleaned


def skew_of_ink(mask: Mask, *, limit: float = LIMIT) -> Skew:
    """Estimate the skew from a mask of ink."""
    ys, xs = np.nonzero(mask)
    if len(ys) < 50:
        return Skew(0.0, 0.0, 0.0)
    if len(ys) > _MAX_POINTS:
        # A fixed stride would beat against regular print; a fixed seed keeps results repeatable.
        chosen = np.random.default_rng(0).choice(len(ys), _MAX_POINTS, replace=False)
        ys, xs = ys[chosen], xs[chosen]
    x = xs.astype(np.float64) - mask.shape[1] / 2
    y = ys.astype(np.float64)

    angles = np.arange(-limit, limit + 1e-9, _STEPS[0])
    scores = np.array([_banding(x, y, angle) for angle in angles])
    typical = float(np.median(scores))
    best = float(angles[scores.argmax()])
    for wide, fine in pairwise(_STEPS):
        near = np.arange(best - wide, best + wide + 1e-9, fine)
        fine_scores = np.array([_banding(x, y, angle) for angle in near])
        best = float(near[fine_scores.argmax()])
    peak = _banding(x, y, best)
    sharpness = peak / typical if typical > 0 else 0.0
    confidence = min(1.0, max(0.0, (sharpness - 1.15) / 1.5))
    return Skew(round(best, 2) + 0.0, round(confidence, 3), sharpness)


def _banding(x: NDArray[np.float64], y: NDArray[np.float64], angle: float) -> float:
    rows = y - x * math.tan(math.radians(angle))
    rows -= rows.min()
    profile = np.bincount(rows.astype(np.int64)).astype(np.float64)
    return float(np.square(np.diff(profile)).sum())


def turn(pixels: Pixels, angle: float) -> Pixels:
    """Turn counter-clockwise by ``angle`` degrees onto a sheet large enough to lose nothing.

    The corners that come in are filled with the colour of the paper.
    """
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    new_width, new_height = round(width * cos + height * sin), round(width * sin + height * cos)
    matrix[0, 2] += (new_width - width) / 2
    matrix[1, 2] += (new_height - height) / 2
    return cv2.warpAffine(
        pixels,
        matrix,
        (new_width, new_height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_paper_colour(pixels),
    ).astype(np.uint8)


def _paper_colour(pixels: Pixels) -> tuple[float, ...]:
    sample = pixels[::16, ::16].reshape(-1, 1 if pixels.ndim == 2 else 3)
    return tuple(float(value) for value in np.percentile(sample, 75, axis=0))
