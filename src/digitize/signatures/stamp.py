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
from itertools import chain
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from pyhanko.pdf_utils.font.api import FontEngineFactory
from pyhanko.pdf_utils.font.opentype import GlyphAccumulator
from pyhanko.pdf_utils.generic import ArrayObject, NumberObject, PdfObject, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import (
    AxisAlignment,
    BoxConstraints,
    InnerScaling,
    Margins,
    SimpleBoxLayoutRule,
)
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import TextStamp, TextStampStyle

from digitize.pdf.frame import Frame, Rectangle
from digitize.times import written

__all__ = ["Frame", "Placement", "Rectangle", "Stamp", "first_page"]

_SIZE = 10
_LEADING = 12
_EDGE = 14
"""Points between the stamp and the edges of the page: the margin that scans leave free."""

_STEP_ACROSS, _STEP_DOWN = 18, 12
"""Points by which free room is looked for."""

_PDF_UNITS = 1000
_POINT = 25.4 / 72
"""Millimetres."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a visible signature stands.

    Attributes:
        box: in the page's own coordinates.
        turn: that of the page.
        left, top: millimetres from the left and the upper edge as the page is seen.
        prescribed: it is the top right corner, as the rules have it.

    """

    box: Rectangle
    turn: int
    left: int
    top: int
    prescribed: bool


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

    def place(self, page: Frame, occupied: Sequence[Rectangle] = ()) -> Placement | None:
        """The place on a page: the top right, as prescribed, or the nearest free room.

        Where words stand there: along the top edge, then down the right edge, then anywhere from the
        top. It never covers words.

        Args:
            page: the page.
            occupied: where words stand, in points from the lower left corner as the page is seen.

        Returns:
            None for a page that is too small, or written all over.

        """
        texts = [*self.lines, "2026-11-21T09:05:07+07:00"]
        width = round(max(map(self.font.width, texts))) + 2
        height = _LEADING * len(texts)
        page_width, page_height = page.size
        if page_width < width + 2 * _EDGE or page_height < height + 2 * _EDGE:
            return None
        across = range(page_width - _EDGE - width, _EDGE - 1, -_STEP_ACROSS)
        down = range(page_height - _EDGE - height, _EDGE - 1, -_STEP_DOWN)
        places = chain(
            ((x, down[0]) for x in across),
            ((across[0], y) for y in down),
            ((x, y) for y in down for x in across),
        )
        for x, y in places:
            seen = (x, y, x + width, y + height)
            if not any(_overlap(seen, other) for other in occupied):
                return Placement(
                    page.own(seen),
                    page.turn,
                    round(x * _POINT),
                    round((page_height - seen[3]) * _POINT),
                    (x, y) == (across[0], down[0]),
                )
        return None

    def style(self, moment: dt.datetime, place: Placement) -> TextStampStyle:
        """The stamp as pyHanko draws it at a place."""
        text = "\n".join([*self.lines, written(moment)])
        to_the_right = SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MAX,
            y_align=AxisAlignment.ALIGN_MAX,
            margins=Margins(0, 0, 0, 0),
            inner_content_scaling=InnerScaling.NO_SCALING,
        )
        return _TurnedStyle(
            turn=place.turn,
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


def first_page(writer: IncrementalPdfFileWriter) -> Frame:
    """The first page: its crop box, else its media box, in whole points, and its turn."""
    page, _ = writer.find_page_for_modification(0)  # type: ignore[no-untyped-call]
    node = page.get_object()
    box = _inherited(node, "/CropBox") or _inherited(node, "/MediaBox")
    left, bottom, right, top = (round(float(edge)) for edge in box)
    turn = int(_inherited(node, "/Rotate") or 0) % 360
    return Frame((min(left, right), min(bottom, top), max(left, right), max(bottom, top)), turn)


def _inherited(node: Any, key: str) -> Any:
    """An attribute of a page or of what it stands under (ISO 32000-1, 7.7.3.4)."""
    for _ in range(_DEEPEST):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return None


@dataclass(frozen=True)
class _TurnedStyle(TextStampStyle):
    """A stamp that stands upright on a page that is shown turned."""

    turn: int = 0

    def create_stamp(
        self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: dict[str, Any]
    ) -> TextStamp:
        if self.turn % 180:
            box = BoxConstraints(box.height, box.width)
        return _TurnedStamp(writer, self, text_params=text_params, box=box)


class _TurnedStamp(TextStamp):
    style: _TurnedStyle

    def as_form_xobject(self) -> StreamObject:
        form: StreamObject = super().as_form_xobject()
        if self.style.turn:
            # Against the page's turn; readers fit what comes out into the signature's rectangle.
            sine, cosine = _SINE[self.style.turn], _SINE[(self.style.turn + 90) % 360]
            form["/Matrix"] = ArrayObject(map(NumberObject, (cosine, sine, -sine, cosine, 0, 0)))
        return form


_SINE = {0: 0, 90: 1, 180: 0, 270: -1}

_DEEPEST = 50
"""Levels of a page tree that are looked through."""


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
