"""Set papers of an office, with tables, as PDF/A-2b after the layout of NĐ 30/2020/NĐ-CP.

fpdf2 breaks lines and tables and embeds the letters that are used; pikepdf makes PDF/A of it and checks
it, as it does for composed scans.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Literal, cast

from fpdf import FPDF, FontFace
from fpdf.enums import Align, TableBordersLayout, WrapMode, XPos, YPos
from pikepdf import Dictionary, Name, Pdf, String, pdfa

from digitize.errors import ItemProblem
from digitize.files import whole_file
from digitize.fonts import Face, find_font
from digitize.pdf.compose import Provenance, describe
from digitize.pdf.saving import save_pdfa

FONT = "office"
_MARGINS = {"top": 20.0, "bottom": 20.0, "left": 30.0, "right": 15.0}
"""Millimetres (NĐ 30/2020/NĐ-CP, Annex I)."""

_BODY, _SMALL, _TABLE = 13.0, 11.0, 11.0
"""Sizes in points."""

_LEADER = "…"
_LINE = 6.0
_ROW = 5.0
_HEADINGS = 60.0
"""Room on each page for the headings of a table, which may take several lines."""

_PADDING = 3.0
"""What a cell keeps from its borders, and a little more: a line must not be broken twice."""

_OURS = 0.4
"""Share of the width that the office has at the head."""

_SIGNING_ROOM = 26.0
_BLOCK = 45.0
"""Millimetres that blocks for signatures need; they are not parted."""

_ROWS_KEPT = 2
"""Rows of a table that go along with signatures where nothing else stands before them."""


@dataclass(frozen=True, slots=True)
class PaperColumn:
    """A column of a table: its heading, its width as a share of the others, and how its cells are set."""

    label: str
    width: float
    align: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table with a heading over it; its column headings stand on every page."""

    columns: tuple[PaperColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    heading: str = ""
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class OfficePaper:
    """A paper of an office.

    Attributes:
        organisation: who makes it, at the top left.
        motto: the two lines at the top right (quốc hiệu, tiêu ngữ).
        place_and_date: below the motto; empty for papers without.
        title: in capitals.
        subtitles: lines below the title.
        parts: paragraphs and tables, in order.
        signatures: who signs, from left to right: a caption and, if known, a name.
        landscape: lies on its side.
        page_label: what stands at the foot, with ``{page}`` and ``{pages}``.

    """

    organisation: str
    motto: tuple[str, ...]
    title: str
    page_label: str
    place_and_date: str = ""
    subtitles: tuple[str, ...] = ()
    parts: tuple[str | PaperTable, ...] = ()
    signatures: tuple[tuple[str, str], ...] = field(default=())
    landscape: bool = False


def write_paper(paper: OfficePaper, provenance: Provenance, target: Path) -> None:
    """Write a paper to ``target`` as PDF/A-2b, whole or not at all.

    Raises:
        ItemProblem: the result is not PDF/A-2b; nothing was written.
        EnvironmentProblem: no font with Vietnamese letters is there.

    """
    save_set(_set(paper, provenance.created), provenance, target)


def save_set(data: bytes, provenance: Provenance, target: Path) -> None:
    """Write what fpdf2 has set to ``target`` as PDF/A-2b, whole or not at all.

    Raises:
        ItemProblem: the result is not PDF/A-2b; nothing was written.

    """
    with Pdf.open(io.BytesIO(data)) as pdf:
        pdf.Root.Lang = String("vi-VN")
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        # What fpdf2 says of itself would contradict XMP; how a reader opens it is the reader's matter.
        for holder, key in (
            (pdf.trailer, Name.Info),
            (pdf.Root, Name.OpenAction),
            (pdf.Root, Name.PageLayout),
        ):
            if key in holder:
                del holder[key]
        describe(pdf, provenance)
        try:
            with whole_file(target) as part:
                save_pdfa(pdf, part)
        except pdfa.PdfaError as error:
            first = next((finding.rule for finding in error.report.findings), "-")
            raise ItemProblem("pdfa_failed", detail=first) from error


class _Sheets(FPDF):
    """Pages with their numbers at the foot."""

    def __init__(self, paper: OfficePaper) -> None:
        super().__init__("landscape" if paper.landscape else "portrait", "mm", "A4")
        self._label = paper.page_label

    def footer(self) -> None:
        """Write the number of the page."""
        self.set_y(-15)
        self.set_font(FONT, size=_SMALL)
        text = self._label.format(page=self.page_no(), pages="{nb}")
        self.cell(0, 8, text, align=Align.C)


def _set(paper: OfficePaper, moment: dt.datetime) -> bytes:
    pdf = _Sheets(paper)
    pdf.set_creation_date(moment)
    pdf.add_font(FONT, "", find_font(Face.TIMES))
    pdf.add_font(FONT, "B", find_font(Face.TIMES_BOLD))
    pdf.add_font(FONT, "I", find_font(Face.TIMES_ITALIC))
    pdf.set_margins(_MARGINS["left"], _MARGINS["top"], _MARGINS["right"])
    pdf.set_auto_page_break(auto=True, margin=_MARGINS["bottom"])
    pdf.add_page()
    _head(pdf, paper)
    # Nobody should sign a sheet on which nothing stands.
    kept = paper.parts[-1:] if paper.signatures else ()
    for part in paper.parts[: len(paper.parts) - len(kept)]:
        _part(pdf, part)
    for part in kept:
        _keep_with_signatures(pdf, part)
    _sign(pdf, paper.signatures)
    return bytes(pdf.output())


def _part(pdf: FPDF, part: str | PaperTable) -> None:
    if isinstance(part, PaperTable):
        _table(pdf, part)
    else:
        pdf.set_font(FONT, size=_BODY)
        # Lines with room to write in are not spaced out.
        _paragraph(pdf, part, Align.L if _LEADER in part else Align.J)
        pdf.ln(1)


def _keep_with_signatures(pdf: FPDF, last: str | PaperTable) -> None:
    """Write what stands last; if the signatures go to a new page, it goes along, or its last rows do."""
    with pdf.offset_rendering() as rehearsal:
        # It answers as the pages themselves would, and then all is as it was before.
        _part(cast("FPDF", rehearsal), last)
        turns = _turns(cast("FPDF", rehearsal))
    if not turns:
        _part(pdf, last)
        return
    if isinstance(last, PaperTable) and len(last.rows) > _ROWS_KEPT:
        _table(pdf, replace(last, rows=last.rows[:-_ROWS_KEPT]))
        last = replace(last, rows=last.rows[-_ROWS_KEPT:], heading="")
    pdf.add_page()
    _part(pdf, last)


def _turns(pdf: FPDF) -> bool:
    """Whether signatures no longer fit on the page."""
    return pdf.get_y() + _BLOCK > pdf.h - _MARGINS["bottom"]


def _paragraph(pdf: FPDF, text: str, align: Align) -> None:
    pdf.multi_cell(0, _LINE, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _head(pdf: FPDF, paper: OfficePaper) -> None:
    """The office on the left, the motto of the country on the right, the title below."""
    ours, theirs, top = _OURS * pdf.epw, (1 - _OURS) * pdf.epw, pdf.get_y()
    left = pdf.l_margin
    pdf.set_font(FONT, "B", _BODY - 1)
    pdf.multi_cell(
        ours, _LINE, paper.organisation.upper(), align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT
    )
    lower = pdf.get_y()
    width = pdf.get_string_width(paper.organisation[:24])
    pdf.line(left + ours / 2 - width / 4, lower + 0.8, left + ours / 2 + width / 4, lower + 0.8)
    pdf.set_xy(left + ours, top)
    for number, line in enumerate(paper.motto):
        pdf.set_font(FONT, "B", _BODY - 1 + number)
        pdf.set_x(left + ours)
        pdf.cell(theirs, _LINE, line, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    if paper.motto:
        width = pdf.get_string_width(paper.motto[-1])
        middle = left + ours + theirs / 2
        pdf.line(middle - width / 2, pdf.get_y() + 0.5, middle + width / 2, pdf.get_y() + 0.5)
    pdf.set_y(max(lower, pdf.get_y()) + 3)
    if paper.place_and_date:
        pdf.set_font(FONT, "I", _BODY)
        pdf.set_x(left + ours)
        pdf.cell(theirs, _LINE, paper.place_and_date, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(4)
    pdf.set_font(FONT, "B", _BODY + 1)
    _paragraph(pdf, paper.title.upper(), Align.C)
    pdf.set_font(FONT, "", _BODY)
    for line in paper.subtitles:
        _paragraph(pdf, line, Align.C)
    pdf.ln(3)


def _table(pdf: FPDF, table: PaperTable) -> None:
    if table.heading:
        page = pdf.page_no()
        with pdf.offset_rendering() as rehearsal:
            _draw_table(cast("FPDF", rehearsal), replace(table, rows=table.rows[:1]))
            parted = rehearsal.page_no() > page
        # A heading over nothing would stand at the foot of the page.
        if parted:
            pdf.add_page()
    _draw_table(pdf, table)


def _draw_table(pdf: FPDF, table: PaperTable) -> None:
    if table.heading:
        pdf.set_font(FONT, "B", _BODY)
        _paragraph(pdf, table.heading, Align.L)
        pdf.ln(1)
    pdf.set_font(FONT, size=_TABLE)
    headings = 2 if table.numbered else 1
    with pdf.table(
        align="LEFT",
        borders_layout=TableBordersLayout.ALL,
        cell_fill_color=None,
        col_widths=tuple(column.width for column in table.columns),
        headings_style=FontFace(emphasis="BOLD"),
        line_height=_ROW,
        num_heading_rows=headings,
        padding=1,
        repeat_headings=1,
        text_align=tuple(column.align.upper() for column in table.columns),
        width=pdf.epw,
        wrapmode=WrapMode.WORD,
    ) as drawn:
        heading = drawn.row()
        for column in table.columns:
            heading.cell(column.label, align=Align.C)
        if table.numbered:
            numbers = drawn.row()
            for number in range(1, len(table.columns) + 1):
                numbers.cell(f"({number})", align=Align.C)
        for cells in table.rows:
            for part in _fitting(pdf, table, cells):
                row = drawn.row()
                for cell in part:
                    row.cell(cell)
    pdf.ln(3)


def _fitting(pdf: FPDF, table: PaperTable, cells: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """A row, or the rows in which it goes on where it is higher than a page."""
    share = pdf.epw / sum(column.width for column in table.columns)
    most = int((pdf.eph - _HEADINGS) / _ROW)
    parts = [
        _broken(pdf, cell, column.width * share - _PADDING, most)
        for cell, column in zip(cells, table.columns, strict=True)
    ]
    return zip_longest(*parts, fillvalue="")


def _broken(pdf: FPDF, text: str, width: float, most: int) -> list[str]:
    if len(text) <= most:
        return [text]
    lines = pdf.multi_cell(width, _ROW, text, wrapmode=WrapMode.WORD, dry_run=True, output="LINES")
    assert isinstance(lines, list)
    if len(lines) <= most:
        return [text]
    return ["\n".join(lines[first : first + most]) for first in range(0, len(lines), most)]


def _sign(pdf: FPDF, signatures: Sequence[tuple[str, str]]) -> None:
    if not signatures:
        return
    if _turns(pdf):
        pdf.add_page()
    pdf.ln(4)
    top, width = pdf.get_y(), pdf.epw / len(signatures)
    for number, (caption, name) in enumerate(signatures):
        x = pdf.l_margin + number * width
        pdf.set_xy(x, top)
        pdf.set_font(FONT, "B", _BODY)
        pdf.multi_cell(width, _LINE, caption, align=Align.C, new_x=XPos.LEFT, new_y=YPos.NEXT)
        pdf.set_xy(x, top + _SIGNING_ROOM)
        pdf.cell(width, _LINE, name, align=Align.C)
    pdf.set_y(top + _SIGNING_ROOM + _LINE)
