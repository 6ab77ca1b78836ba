"""A small network that reads lines of numbers, taught on what Tesseract gets wrong.

Tesseract was taught running text. Of ``17`` in a typewriter's face over a leader it makes ``12``, and
nothing around tells it better. This network knows digits, capitals, small letters and the signs between
them, on worn paper, over dots and in boxes; it has no idea of words. ``training/`` holds how it was taught.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

from digitize.imaging.picture import Pixels
from digitize.model import Box
from digitize.ocr.line_strip import line_strip

ALPHABET = "0123456789/-.,:@_ %ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""What the network knows, in the order of its outputs behind the first, which is "nothing"."""

_BESIDE, _OVER = 0.3, 0.7
"""Millimetres of paper around a word of a page."""

_STEP = 32
"""Columns; strips are filled up to a multiple of it, so that the network seldom sees a new length."""


@dataclass(frozen=True, slots=True)
class NumberReading:
    """What the network reads of a line: letters without their marks, and how sure it is.

    Attributes:
        text: what it reads.
        confidence: probability that it is just this, as the network sees it, 0 to 1.

    """

    text: str
    confidence: float


@cache
def _network() -> cv2.dnn.Net:
    data = files("digitize.ocr").joinpath("numbers.onnx").read_bytes()
    return cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))


def read_number(pixels: Pixels, dpi: float) -> NumberReading | None:
    """Read a picture of one line; None if it is too long to be one of numbers.

    Args:
        pixels: the line with a little paper around it, grey.
        dpi: its resolution.

    """
    strip = line_strip(pixels, dpi)
    if strip is None:
        return None
    strip = np.pad(strip, ((0, 0), (0, -strip.shape[1] % _STEP)))
    network = _network()
    network.setInput(strip[None, None])
    outputs = np.asarray(network.forward(), np.float32)[0, :, 0, :]
    return decoded(outputs)


def read_word(box: Box, pixels: Pixels, dpi: float) -> NumberReading | None:
    """Read what stands in a box of a page, with a little paper around it."""
    left, top, right, bottom = box
    beside, over = round(_BESIDE * dpi / 25.4), round(_OVER * dpi / 25.4)
    part = pixels[max(0, top - over) : bottom + over, max(0, left - beside) : right + beside]
    return read_number(np.ascontiguousarray(part), dpi) if part.size else None


def decoded(outputs: NDArray[np.float32]) -> NumberReading:
    """What outputs of shape (signs, steps) say: the likeliest of each step, repetitions and nothings out."""
    high = outputs.max(axis=0)
    logs = (outputs - high - np.log(np.exp(outputs - high).sum(axis=0))).astype(np.float64)
    best = logs.argmax(axis=0)
    signs = best[(best > 0) & (best != np.concatenate(([0], best[:-1])))]
    text = "".join(ALPHABET[sign - 1] for sign in signs)
    return NumberReading(text, float(np.exp(log_probability(logs, signs))))


def log_probability(logs: NDArray[np.float64], signs: NDArray[np.int64]) -> float:
    """Logarithm of the probability of a text, summed over all ways to write it along the steps.

    Graves et al., Connectionist Temporal Classification, ICML 2006, section 4.1.
    """
    # Nothing, sign, nothing, sign, ..., nothing.
    path = np.zeros(2 * len(signs) + 1, np.int64)
    path[1::2] = signs
    leaps = np.zeros(len(path), bool)
    leaps[3::2] = signs[1:] != signs[:-1]
    sums = np.full(len(path), -np.inf)
    sums[:2] = logs[path[:2], 0]
    for step in range(1, logs.shape[1]):
        stayed = sums
        came = np.concatenate(([-np.inf], sums[:-1]))
        leapt = np.where(leaps, np.concatenate(([-np.inf, -np.inf], sums[:-2]))[: len(path)], -np.inf)
        sums = np.logaddexp(np.logaddexp(stayed, came), leapt) + logs[path, step]
    return float(np.logaddexp(sums[-1], sums[-2])) if len(path) > 1 else float(sums[-1])
