"""A small network that reads lines of numbers, taught on what Tesseract gets wrong.

Tesseract was taught running text. Of ``17`` in a typewriter's face over a leader it makes ``12``, and
nothing around tells it better. This network knows digits, capitals, small letters and the signs between
them, on worn paper, over dots and in boxes; it has no idea of words. ``training/`` holds how it was taught.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digitize.imaging.picture import Pixels
from digitize.model import Box
from digitize.ocr.line_net import LineNet
from digitize.ocr.line_strip import line_strip

ALPHABET = "0123456789/-.,:@_ %ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""What the network knows, in the order of its outputs behind the first, which is "nothing"."""

_BESIDE, _OVER = 0.3, 0.7
"""Millimetres of paper around a word of a page."""

_NETWORK = LineNet("numbers.onnx", ALPHABET)


@dataclass(frozen=True, slots=True)
class NumberReading:
    """What the network reads of a line: letters without their marks, and how sure it is.

    Attributes:
        text: what it reads.
        confidence: probability that it is just this, as the network sees it, 0 to 1.

    """

    text: str
    confidence: float


def read_number(pixels: Pixels, dpi: float) -> NumberReading | None:
    """Read a picture of one line; None if it is too long to be one of numbers.

    Args:
        pixels: the line with a little paper around it, grey.
        dpi: its resolution.

    """
    strip = line_strip(pixels, dpi)
    if strip is None:
        return None
    return NumberReading(*_NETWORK.read(strip).best())


def read_word(box: Box, pixels: Pixels, dpi: float) -> NumberReading | None:
    """Read what stands in a box of a page, with a little paper around it."""
    left, top, right, bottom = box
    beside, over = round(_BESIDE * dpi / 25.4), round(_OVER * dpi / 25.4)
    part = pixels[max(0, top - over) : bottom + over, max(0, left - beside) : right + beside]
    return read_number(np.ascontiguousarray(part), dpi) if part.size else None
