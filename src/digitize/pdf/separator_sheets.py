"""Set separator sheets: QR codes, patch codes at both ends, and what a person reads, in large letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from digitize.fonts import Face, find_font
from digitize.imaging.patch import A4, BARS, EDGE, HEIGHT, LENGTH, NARROW
from digitize.imaging.separator_code import SheetLabel, modules_of, write_label
from digitize.pdf.compose import Provenance
from digitize.pdf.cover_sheets import CoverSheet, add_cover
from digitize.pdf.paper import FONT, save_set

_MARGIN = 14.0
_CODE = 62.0
"""Millimetres of a QR code's side, without the white around it."""

_UPPER = EDGE + HEIGHT + 12.0
_LOWER = A4[1] - _UPPER - _CODE
"""Where the codes begin, from the top; scanners want 6.4 mm of white beside the bars, QR codes 4 modules."""

_BESIDE = _CODE + 8.0
_HEADING, _BODY, _LABEL = 26.0, 13.0, 15.0
_LARGEST, _SMALLEST = 64.0, 20.0
"""Sizes in points."""

_POINT = 25.4 / 72
_LEADING = 1.18


@dataclass(frozen=True, slots=True)
class SheetTexts:
    """What stands on every sheet for people.

    Attributes:
        heading: what the sheet is.
        purpose: lines beside the upper code: what it is for.
        rules: lines beside the lower code: what to do with it.
        code_label: over the dossier's code.
        paper_label: before the kind of paper.

    """

    heading: str
    purpose: tuple[str, ...]
    rules: tuple[str, ...]
    code_label: str
    paper_label: str


@dataclass(frozen=True, slots=True)
class SeparatorSheet:
    """A sheet: what its code says, how people call the kind of paper (empty for none), and its cover."""

    label: SheetLabel
    paper_name: str = ""
    cover: CoverSheet | None = None


def write_separators(
    sheets: Sequence[SeparatorSheet], texts: SheetTexts, provenance: Provenance, target: Path
) -> None:
    """Write sheets, A4, each with its cover behind it, to ``target`` as PDF/A-2b, whole or not at all.

    Raises:
        ItemProblem: the result is not PDF/A-2b; nothing was written.
        EnvironmentProblem: no font with Vietnamese letters is there.

    """
    pdf = FPDF("portrait", "mm", "A4")
    pdf.set_creation_date(provenance.created)
    pdf.add_font(FONT, "", find_font(Face.TIMES))
    pdf.add_font(FONT, "B", find_font(Face.TIMES_BOLD))
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(0)
    for sheet in sheets:
        pdf.add_page()
        _patch(pdf, EDGE, BARS)
        _patch(pdf, A4[1] - EDGE - HEIGHT, BARS[::-1])
        payload = write_label(sheet.label)
        _code(pdf, payload, _MARGIN, _UPPER)
        _code(pdf, payload, A4[0] - _MARGIN - _CODE, _LOWER)
        _purpose(pdf, texts)
        _named(pdf, sheet, texts)
        _rules(pdf, texts)
        if sheet.cover is not None:
            add_cover(pdf, sheet.cover)
    save_set(bytes(pdf.output()), provenance, target)


def _patch(pdf: FPDF, top: float, bars: Sequence[float]) -> None:
    pdf.set_fill_color(0)
    for width in bars:
        pdf.rect((A4[0] - LENGTH) / 2, top, LENGTH, width, style="F")
        top += width + NARROW


def _code(pdf: FPDF, payload: str, left: float, top: float) -> None:
    """A QR code as filled rectangles, a run of dark modules each."""
    modules = modules_of(payload)
    size = _CODE / len(modules)
    pdf.set_fill_color(0)
    for number, row in enumerate(modules):
        place = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                pdf.rect(left + place * size, top + number * size, length * size, size, style="F")
            place += length


def _purpose(pdf: FPDF, texts: SheetTexts) -> None:
    left, room = _MARGIN + _BESIDE, A4[0] - 2 * _MARGIN - _BESIDE
    pdf.set_xy(left, _UPPER + 2)
    _lines(pdf, (texts.heading,), _HEADING, left, room, bold=True)
    pdf.set_xy(left, pdf.get_y() + 4)
    _lines(pdf, texts.purpose, _BODY + 2, left, room)


def _rules(pdf: FPDF, texts: SheetTexts) -> None:
    pdf.set_xy(_MARGIN, _LOWER + 4)
    _lines(pdf, texts.rules, _BODY, _MARGIN, A4[0] - 2 * _MARGIN - _BESIDE)


def _named(pdf: FPDF, sheet: SeparatorSheet, texts: SheetTexts) -> None:
    """The code of the dossier, as large as there is room, and the kind of paper."""
    top, bottom = _UPPER + _CODE + 7, _LOWER - 7
    room = A4[0] - 2 * _MARGIN
    pdf.set_xy(_MARGIN, top)
    _lines(pdf, (texts.code_label,), _LABEL, _MARGIN, room, align=Align.C)
    start = pdf.get_y()
    kind = f"{texts.paper_label} {sheet.paper_name}" if sheet.paper_name else ""
    # The kind of paper takes two lines at most; what is longer is cut, it is told in full by the code.
    pdf.set_font(FONT, "", _LABEL + 3)
    kinds = _broken(pdf, kind, room)[:2]
    below = len(kinds) * (_LABEL + 3) * _POINT * _LEADING
    size, lines = _fitting(pdf, sheet.label.code, room, bottom - below - start - 3)
    height = size * _POINT * _LEADING
    y = start + (bottom - below - start - len(lines) * height) / 2
    pdf.set_font(FONT, "B", size)
    for line in lines:
        pdf.set_xy(_MARGIN, y)
        pdf.cell(room, height, line, align=Align.C)
        y += height
    pdf.set_font(FONT, "", _LABEL + 3)
    y = bottom - below
    for line in kinds:
        pdf.set_xy(_MARGIN, y)
        pdf.cell(room, below / len(kinds), line, align=Align.C)
        y += below / len(kinds)


def _fitting(pdf: FPDF, code: str, room: float, height: float) -> tuple[float, list[str]]:
    """The largest letters in which a code fits, and its lines."""
    size = _LARGEST
    while True:
        pdf.set_font(FONT, "B", size)
        lines = _broken(pdf, code, room)
        if size <= _SMALLEST or len(lines) * size * _POINT * _LEADING <= height:
            # One line of smaller letters reads better than two.
            if len(lines) > 1 and size > _SMALLEST:
                single = size * room / pdf.get_string_width(code) * 0.99
                if single >= _SMALLEST * 1.5:
                    return single, [code]
            return size, lines
        size -= 2


def _broken(pdf: FPDF, text: str, room: float) -> list[str]:
    """A text in lines that fit, broken after a hyphen, full stop or space, or anywhere if there is none."""
    lines: list[str] = []
    while text:
        end = len(text)
        while end > 1 and pdf.get_string_width(text[:end].rstrip()) > room:
            end -= 1
        if end < len(text):
            seam = max(text.rfind(sign, 0, end) for sign in "-. _")
            end = seam + 1 if seam > end // 3 else end
        lines.append(text[:end].strip())
        text = text[end:]
    return lines


def _lines(
    pdf: FPDF,
    texts: Sequence[str],
    size: float,
    left: float,
    room: float,
    *,
    bold: bool = False,
    align: Align = Align.L,
) -> None:
    pdf.set_font(FONT, "B" if bold else "", size)
    pdf.set_left_margin(left)
    for text in texts:
        pdf.multi_cell(
            room, size * _POINT * _LEADING, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT, padding=0
        )
        pdf.set_y(pdf.get_y() + 1)
    pdf.set_left_margin(0)
