"""Where there is ink: the paper's brightness taken out, then a threshold."""

from __future__ import annotations

import cv2
import numpy as np

from digitize.imaging.picture import Mask, Pixels

INK_DARKNESS = 0.72
"""Ink is darker than this share of the paper around it. Faded typing on office scans measures
0.5-0.65 of its paper, show-through 0.8 and lighter."""

_STRONG_COLOUR = 60
"""Difference of the channels, of 255, that ink with a colour shows."""

_BESIDE_COLOUR = 0.5
"""Print under a seal is darker than this share of the paper; the grey edges of the seal are not."""

_PRINTED_SHARE = 99.7
"""Percentile of darkness that belongs to print even on a page of a few lines."""

_PALEST = 12.0
"""How much darker than paper, of 255, a mark must be to be told from the grain of the scan."""

_PRINT = 200.0

_ENOUGH_DPI = 200.0

_LEAST_TINT = 4
"""Difference of the channels, of 255, that the paper alone shows in a colour scan."""


def to_grey(pixels: Pixels) -> Pixels:
    """Grey as the eye sees it."""
    if pixels.ndim == 2:
        return pixels
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8)


def has_colour(pixels: Pixels) -> bool:
    """Whether a picture was taken in colour: a grey scan may be stored as colour all the same."""
    if pixels.ndim == 2:
        return False
    sample = pixels[::4, ::4].astype(np.int16)
    spread = sample.max(axis=2) - sample.min(axis=2)
    return bool(np.percentile(spread, 99) > _LEAST_TINT)


def without_colour(pixels: Pixels) -> Pixels:
    """Grey in which coloured ink is as light as its lightest channel.

    Black print is dark in every channel; a red seal is light in red, blue ink light in blue. So
    seals and signatures fade from over the print, and the print stays.
    """
    if pixels.ndim == 2:
        return pixels
    red, green, blue = cv2.split(pixels)
    return cv2.max(cv2.max(red, green), blue).astype(np.uint8)


def paper(grey: Pixels) -> Pixels:
    """The brightness of the bare paper around each pixel, same size as ``grey``.

    Text is closed away on an eighth of the size, then smoothed; shadows and yellowing stay.
    """
    height, width = grey.shape
    small = cv2.resize(grey, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    smooth = cv2.medianBlur(closed, 11)
    return cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8)


def flatten(grey: Pixels) -> Pixels:
    """Grey with its paper brought to white: shadows and yellowing divided away."""
    return flattened(grey, paper(grey))


def flattened(grey: Pixels, background: Pixels) -> Pixels:
    """Grey with a known brightness of its paper brought to white."""
    return cv2.divide(grey, np.maximum(background, 64), scale=255).astype(np.uint8)


def ink(grey: Pixels) -> Mask:
    """True where there is ink, judged against the paper around it."""
    flat: Mask = flatten(grey) < int(255 * INK_DARKNESS)
    return flat


def black_ink(pixels: Pixels) -> Mask:
    """True where there is black ink; seals and blue signatures are none.

    JPEG keeps colour at half the resolution, so along the edge of a seal pixels are left that are dark
    and grey. Beside colour only what is as dark as print counts.
    """
    if pixels.ndim == 2:
        return ink(pixels)
    flat = flatten(without_colour(pixels))
    spread = pixels.max(axis=2) - pixels.min(axis=2)
    near = cv2.dilate((spread > _STRONG_COLOUR).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    black: Mask = flat < np.where(near, int(255 * _BESIDE_COLOUR), int(255 * INK_DARKNESS))
    return black


def darker_half(pixels: Pixels) -> Mask:
    """What is nearer to the darkest than to the lightest pixel of a small picture of print."""
    dark: Mask = pixels < (int(pixels.max()) + int(pixels.min())) // 2
    return dark


def strengthened(pixels: Pixels) -> Pixels | None:
    """Grey in which marks too pale for ink are as dark as print; None where there are none.

    What is pale may be print from an empty cartridge, or the other side shining through: who
    asks has to see whether it can be read.
    """
    pale = 255 - flatten(to_grey(pixels)).astype(np.int16)
    darkest = float(np.percentile(pale, _PRINTED_SHARE))
    if darkest < _PALEST:
        return None
    dark: Pixels = np.clip(255 - pale * (_PRINT / darkest), 0, 255).astype(np.uint8)
    return dark


def shrink(grey: Pixels, long_side: int) -> tuple[Pixels, float]:
    """``grey`` at most ``long_side`` pixels long, and the scale that was applied (at most 1)."""
    scale = min(1.0, long_side / max(grey.shape))
    if scale == 1.0:
        return grey, 1.0
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8), scale


def reduced(grey: Pixels, dpi: float) -> tuple[Pixels, float]:
    """``grey`` at no more resolution than is needed to see how a page lies, and that resolution."""
    small, scale = shrink(grey, max(1, round(max(grey.shape) * min(1.0, _ENOUGH_DPI / dpi))))
    return small, dpi * scale
