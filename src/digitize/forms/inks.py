"""Read a part of a page by its black ink alone, without the seals and signatures over it."""

from __future__ import annotations

import cv2
import numpy as np

from digitize.forms.layout import into_rows
from digitize.forms.view import PageView
from digitize.imaging.ink import without_colour
from digitize.model import Box
from digitize.ocr.engine import Layout, OcrEngine

_DPI = 300.0
_LEAST = 2.0
"""Millimetres that a part must measure to hold a line."""


def black_lines(view: PageView, box: Box, engine: OcrEngine, *, enlarged: float = 1.0) -> list[str]:
    """The lines in black ink in a part of a page, read at 300 dpi or larger."""
    left, top, right, bottom = (max(0, edge) for edge in box)
    picture = without_colour(view.pixels[top:bottom, left:right])
    if min(picture.shape) < view.millimetres(_LEAST):
        return []
    factor = max(1.0, _DPI / view.reading.dpi) * enlarged
    larger = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    return [row.text for row in into_rows(engine.read(larger, view.reading.dpi * factor, Layout.BLOCK))]
