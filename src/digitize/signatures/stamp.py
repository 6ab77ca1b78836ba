"""The visible appearance of a signature: text in an embedded font, no picture of a seal.

TT 05/2025/TT-BNV, Art. 8.1: name of the organisation and signing time (ISO 8601, Vietnamese time
zone), Times New Roman, upright, size 10, black, at the top right of the first page.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from pyhanko.pdf_utils.font.api import FontEngineFactory
from pyhanko.pdf_utils.font.opentype import GlyphAccumulator
from pyhanko.pdf_utils.generic import PdfObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import (
    AxisAlignment,
    InnerScaling,
    Margins,
    SimpleBoxLayoutRule,
)
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import TextStampStyle

from digitize.times import written

_SIZE = 10
_LEADING = 12
_EDGE = 14
"""Points between the stamp and the edges of the page: the margin that scans leave free."""

_PDF_UNITS = 1000

Rectangle = tuple[int, int, int, int]


@dataclass(frozen=True)
class Stamp:
    """What a visible signature shows.

    Attributes:
        lines: text above the signing time.
        font_file: embedded, as far as it is needed, into every signed PDF.

    """

    lines: tuple[str, ...]
    font_file: Path

    @cached_property
    def font(self) -> _ThousandUnitFont:
        """The font with the letters of the stamp."""
        return _ThousandUnitFont(self.font_file, "".join(self.lines) + "0123456789-:+TZ ")

    def box(self, page: Rectangle, occupied: Sequence[Rectangle] = ()) -> Rectangle | None:
        """The place on a page of that media box, in points: the top right, as prescribed.

        Where words stand there, the nearest free place along the top edge, then down the right
        edge. If all of that is written on, it stays at the top right. None for a page that is too
        small for it.
        """
        left, bottom, right, top = page
        texts = [*self.lines, "2026-11-21T09:05:07+07:00"]
        width = round(max(map(self.font.width, texts))) + 2
        height = _LEADING * len(texts)
        if right - left < width + 2 * _EDGE or top - bottom < height + 2 * _EDGE:
            return None
        places = [
            *((x, top - _EDGE - height) for x in range(right - _EDGE - width, left + _EDGE - 1, -18)),
            *((right - _EDGE - width, y) for y in range(top - _EDGE - height, bottom + _EDGE - 1, -12)),
        ]
        boxes = [(x, y, x + width, y + height) for x, y in places]
        free = (box for box in boxes if not any(_overlap(box, other) for other in occupied))
        return next(free, boxes[0])

    def style(self, moment: dt.datetime) -> TextStampStyle:
        """The stamp as pyHanko draws it."""
        text = "\n".join([*self.lines, written(moment)])
        to_the_right = SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MAX,
            y_align=AxisAlignment.ALIGN_MAX,
            margins=Margins(0, 0, 0, 0),
            inner_content_scaling=InnerScaling.NO_SCALING,
        )
        return TextStampStyle(
            # A per cent sign would begin a placeholder.
            stamp_text=text.replace("%", "%%"),
            border_width=0,
            background=None,
            text_box_style=TextBoxStyle(
                font=self.font,
                font_size=_SIZE,
                leading=_LEADING,
                border_width=0,
                box_layout_rule=to_the_right,
            ),
            inner_content_layout=to_the_right,
        )


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def first_page_box(writer: IncrementalPdfFileWriter) -> Rectangle:
    """The media box of the first page, in whole points."""
    page, _ = writer.find_page_for_modification(0)  # type: ignore[no-untyped-call]
    box = page.get_object()["/MediaBox"]
    left, bottom, right, top = (round(float(edge)) for edge in box)
    return left, bottom, right, top


class _ThousandUnitFont(FontEngineFactory):
    """A font reduced to some letters and scaled to 1,000 units.

    pyHanko writes glyph widths in the units of the font file; PDF wants thousandths, and PDF/A
    wants both to agree (ISO 19005-2, 6.2.11.5).
    """

    def __init__(self, path: Path, letters: str) -> None:
        with TTFont(path) as font:
            chosen = subset.Subsetter(subset.Options(notdef_outline=True, hinting=False))
            chosen.populate(text=letters)
            chosen.subset(font)
            scale_upem(font, _PDF_UNITS)
            stream = io.BytesIO()
            font.save(stream)
            metrics, characters = font["hmtx"], font.getBestCmap()
            self._advances: dict[str, int] = {
                letter: metrics[characters[ord(letter)]][0]
                for letter in set(letters)
                if ord(letter) in characters
            }
        self._data = stream.getvalue()

    def width(self, text: str) -> float:
        """Width of a text in points, at the size of the stamp."""
        units: int = sum(self._advances.get(c, 500) for c in text)
        return units * _SIZE / _PDF_UNITS

    def create_font_engine(
        self, writer: BasePdfFileWriter, obj_stream: PdfObject | None = None
    ) -> GlyphAccumulator:
        if obj_stream is None and writer.stream_xrefs:
            obj_stream = writer.prepare_object_stream()  # type: ignore[no-untyped-call]
        return GlyphAccumulator(
            writer=writer,
            font_handle=io.BytesIO(self._data),
            font_size=_SIZE,
            obj_stream=obj_stream,
        )
