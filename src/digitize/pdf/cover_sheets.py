"""Set covers of dossiers, to be printed behind their separator sheets, with room for what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, WrapMode

from digitize.imaging.patch import A4
from digitize.pdf.paper import FONT

_LEFT, _RIGHT = 30.0, 20.0
_WIDTH = A4[0] - _LEFT - _RIGHT
_HEADING, _TITLE, _BODY, _SMALL = 40.0, 16.0, 14.0, 11.0
"""Sizes in points."""

_LINE = 7.5
_NOTE_TOP, _TITLE_TOP, _TITLE_BOTTOM = 49.0, 105.0, 160.0
_BLANK_LINES = 3
_LEAST = 7.0
"""Points below which letters are not made smaller, however long a text is."""

_DOT = "."


@dataclass(frozen=True, slots=True)
class CoverField:
    """A place on a cover.

    Attributes:
        label: what stands before the value; empty for the title.
        value: what is known; empty leaves dots to write on.
        left, top: where its line begins, in millimetres from the top left of the sheet.
        width: millimetres of the whole, label included.
        unit: what stands behind the value.

    """

    label: str
    value: str
    left: float
    top: float
    width: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class CoverSheet:
    """A cover: its heading in the largest letters, the title of the dossier, its fields, and what made it."""

    heading: str
    title: str
    fields: Sequence[CoverField]
    note: str


def add_cover(pdf: FPDF, cover: CoverSheet) -> None:
    """Add a page with a cover."""
    pdf.add_page()
    pdf.set_font(FONT, "B", _HEADING)
    pdf.set_xy(_LEFT, 75)
    pdf.cell(_WIDTH, 16, cover.heading, align=Align.C)
    if cover.title:
        _title(pdf, cover.title)
    else:
        for number in range(_BLANK_LINES):
            _dots(pdf, _LEFT, _TITLE_TOP + 2 * _LINE * number, _WIDTH)
    for one in cover.fields:
        _field(pdf, one)
    pdf.set_font(FONT, "", _SMALL)
    pdf.set_xy(_LEFT, _NOTE_TOP)
    pdf.cell(_WIDTH, _LINE, cover.note)


def _title(pdf: FPDF, title: str) -> None:
    """The title in letters with which it fits above the fields."""
    size = _TITLE
    while True:
        pdf.set_font(FONT, "B", size)
        height = _LINE * size / _TITLE
        lines = pdf.multi_cell(
            _WIDTH, height, title, wrapmode=WrapMode.WORD, dry_run=True, output=MethodReturnValue.LINES
        )
        if size <= _LEAST or len(cast("list[str]", lines)) * height <= _TITLE_BOTTOM - _TITLE_TOP:
            break
        size -= 1
    pdf.set_xy(_LEFT, _TITLE_TOP)
    pdf.multi_cell(_WIDTH, height, title, align=Align.C, wrapmode=WrapMode.WORD)


def _field(pdf: FPDF, one: CoverField) -> None:
    pdf.set_font(FONT, "", _BODY)
    pdf.set_xy(one.left, one.top)
    if one.value:
        text = " ".join(filter(None, (one.label, one.value, one.unit)))
        if (width := pdf.get_string_width(text)) > one.width - 2:
            pdf.set_font(FONT, "", max(_LEAST, _BODY * (one.width - 2) / width))
        pdf.cell(one.width, _LINE, text)
        return
    label, unit = pdf.get_string_width(f"{one.label} "), pdf.get_string_width(f" {one.unit}")
    pdf.cell(label, _LINE, one.label)
    room = one.width - label - (unit if one.unit else 0) - 2
    _dots(pdf, one.left + label, one.top, room)
    if one.unit:
        pdf.set_xy(one.left + label + room, one.top)
        pdf.cell(unit, _LINE, one.unit)


def _dots(pdf: FPDF, left: float, top: float, room: float) -> None:
    pdf.set_font(FONT, "", _BODY)
    pdf.set_xy(left, top)
    pdf.cell(room, _LINE, _DOT * int(room / pdf.get_string_width(_DOT)))
