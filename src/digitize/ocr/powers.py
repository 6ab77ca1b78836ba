"""Read the raised two of ``m²``, which the engine takes for one that stands on the line, or for a sign."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from digitize.imaging.components import Components
from digitize.imaging.ink import darker_half
from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.number_net import read_number

_UNIT = re.compile(r"^(?P<before>[\d.,]*)m[^\w\s.,;:)(/-]?[23z]?(?P<end>[.,;:)]*)$")
_POWERS = {"2": "²", "3": "³"}

_RAISED, _LEAST = 0.25, 0.4
"""Shares of the height of an ``m``: by which a power stands over its foot, and how high it is."""

_SURE = 0.5
_MARGIN = 1.0
"""Millimetres of paper around a power."""


def with_powers(line: Sequence[Word], pixels: Pixels, dpi: float) -> list[Word]:
    """The words of a line; metres with a power, where one stands in the picture."""
    return [_powered(word, pixels, dpi) for word in line]


def _powered(word: Word, pixels: Pixels, dpi: float) -> Word:
    unit = _UNIT.match(word.text)
    if unit is None or word.text.rstrip(".,;:)").endswith("m"):
        return word
    left, top, right, bottom = (max(0, edge) for edge in word.box)
    part = np.ascontiguousarray(pixels[top:bottom, left:right])
    if min(part.shape, default=0) < 5:
        return word
    parts = Components.of(darker_half(part))
    if len(parts.left) < 2:
        return word
    letter = int(parts.width.argmax())
    foot, height = int(parts.top[letter] + parts.height[letter]), int(parts.height[letter])
    power = np.flatnonzero(
        (parts.left >= parts.left[letter] + parts.width[letter] - 1)
        & (parts.top + parts.height <= foot - _RAISED * height)
        & (parts.height >= _LEAST * height)
    )
    if not len(power):
        return word
    rows = slice(int(parts.top[power].min()), int((parts.top + parts.height)[power].max()) + 1)
    columns = slice(int(parts.left[power].min()), int((parts.left + parts.width)[power].max()) + 1)
    margin = round(_MARGIN * dpi / 25.4)
    digit = np.pad(part[rows, columns], margin, constant_values=int(np.percentile(part, 90)))
    seen = read_number(digit, dpi)
    if seen is None or seen.text not in _POWERS or seen.confidence < _SURE:
        return word
    return replace(word, text=f"{unit['before']}m{_POWERS[seen.text]}{unit['end']}")
