"""A decoded page, and what its file said about it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from digitize.model import Problem

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Picture:
    """One decoded page.

    Attributes:
        pixels: ``(height, width)`` grey or ``(height, width, 3)`` RGB.
        dpi: resolution; pixels are square.
        depth: bits per pixel in the file.
        jpeg: the JPEG data of the file when ``pixels`` is its plain decoding, so that it can be
            kept as it is; else None.
        problems: what decoding noticed.

    """

    pixels: Pixels
    dpi: float
    depth: int
    jpeg: bytes | None = None
    problems: tuple[Problem, ...] = field(default=())
