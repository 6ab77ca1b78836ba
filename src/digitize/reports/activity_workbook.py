"""What was done in a period as a workbook: a sheet for each table, with real numbers and days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as BookCell
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from digitize.files import whole_file
from digitize.messages import Catalogue
from digitize.messages.visible import visible_line
from digitize.model import Language
from digitize.pipeline.field_sheets import harmless
from digitize.reports.activity import ActivityReport, Cell, Month, Share, View, notes_of, views_of
from digitize.times import VIETNAM

_DAY = {Language.VI: "dd/mm/yyyy", Language.EN: "yyyy-mm-dd"}
_MONTH = {Language.VI: "mm/yyyy", Language.EN: "yyyy-mm"}
_COUNT, _DECIMAL, _SHARE = "#,##0", "#,##0.0", "0.0%"
_WIDEST = 60
_NARROWEST = 10


def write_workbook(report: ActivityReport, catalogue: Catalogue, path: Path) -> None:
    """Write the workbook; its first sheet says whose figures these are and how they are counted."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _about(book.create_sheet(catalogue.text("report.about")), report, catalogue)
    for view in views_of(report, catalogue):
        _table(book.create_sheet(view.title), view, catalogue.language)
    with whole_file(path) as part:
        book.save(part)


def _about(sheet: Worksheet, report: ActivityReport, catalogue: Catalogue) -> None:
    period = report.statistics.period
    made = report.made_at.astimezone(VIETNAM).replace(tzinfo=None)
    rows: list[tuple[str, str | dt.date]] = [
        ("organisation", report.organisation),
        ("code", report.code),
        ("first", period.first),
        ("last", period.last),
        ("made_at", made),
        ("profile", report.profile),
    ]
    head = report.statistics.head
    if head is not None:
        rows.append(("last_event", f"{head[0]} {head[1] or ''}".strip()))
    for number, (key, value) in enumerate(rows, start=1):
        _fill(sheet.cell(number, 1), catalogue.text(f"report.fact.{key}"), bold=True)
        cell = sheet.cell(number, 2)
        if isinstance(value, str):
            _fill(cell, value)
        else:
            cell.value = value
            clock = " hh:mm:ss" if isinstance(value, dt.datetime) else ""
            cell.number_format = _DAY[catalogue.language] + clock
            cell.alignment = Alignment(horizontal="left")
    for number, note in enumerate(notes_of(report, catalogue), start=len(rows) + 2):
        _fill(sheet.cell(number, 1), catalogue.text("report.note_word"), bold=True)
        _fill(sheet.cell(number, 2), note, wrapped=True)
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 110


def _table(sheet: Worksheet, view: View, language: Language) -> None:
    rows = [*view.rows, view.total] if view.total else list(view.rows)
    for column, heading in enumerate(view.headings, start=1):
        _fill(sheet.cell(1, column), heading, bold=True, wrapped=True)
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            _fill(sheet.cell(number, column), value, language, bold=row is view.total)
    longest = max(len(str(row[0])) if isinstance(row[0], str) else _NARROWEST for row in rows)
    sheet.column_dimensions["A"].width = min(_WIDEST, max(_NARROWEST, longest) + 2)
    for column in range(2, len(view.headings) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _NARROWEST + 4
    sheet.freeze_panes = "B2"
    _fit_paper(sheet)
    for number, note in enumerate(view.notes, start=len(rows) + 3):
        _fill(sheet.cell(number, 1), note)


def _fit_paper(sheet: Worksheet) -> None:
    """Printed on A4, all columns beside each other, their headings on every sheet."""
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.orientation = Worksheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _fill(
    cell: BookCell | MergedCell,
    value: Cell,
    language: Language = Language.VI,
    *,
    bold: bool = False,
    wrapped: bool = False,
) -> None:
    if isinstance(value, str):
        cell.value = harmless(visible_line(value))
        cell.data_type = "s"
    elif isinstance(value, Share):
        cell.value = value.value
        cell.number_format = _SHARE
    elif isinstance(value, Month):
        cell.value = value.first
        cell.number_format = _MONTH[language]
    elif isinstance(value, dt.date):
        cell.value = value
        cell.number_format = _DAY[language]
    else:
        cell.value = value
        cell.number_format = _COUNT if isinstance(value, int) else _DECIMAL
    if bold:
        cell.font = Font(bold=True)
    if wrapped:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
