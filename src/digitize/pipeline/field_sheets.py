"""What was read of dossiers as sheets for a spreadsheet: a row for each paper, its labels as headings."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from digitize.files import whole_file, write_whole
from digitize.forms.template import Template, is_cell
from digitize.forms.template_files import template_of
from digitize.messages import Catalogue
from digitize.messages.values import written
from digitize.messages.visible import visible
from digitize.model import UNKNOWN_FORM, Document

_COMMANDS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a cell for a formula (OWASP, CSV injection)."""

_LONGEST_TITLE = 31
"""Letters that the name of a sheet may have."""

_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of a dossier: where it is, and what was read."""

    dossier: str
    number: int
    stage: str
    document: Document


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, one of the file that holds it alone, its headings and its rows."""

    title: str
    name: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)


def sheets_of(papers: Iterable[Paper], templates: dict[str, Template], catalogue: Catalogue) -> list[Sheet]:
    """The sheets of some papers: one for each form, and one for each table of a form.

    Papers of no known form have no fields and are left out. What is in doubt is given as read; the last
    column names it.
    """
    sheets: dict[str, Sheet] = {}
    for paper in papers:
        if paper.document.form == UNKNOWN_FORM:
            continue
        template = template_of(paper.document.form, templates)
        main = sheets.setdefault(template.id, _main(template, catalogue))
        fields = paper.document.fields
        values = [
            written(catalogue, fields[key].value) if key in fields else "" for key in template.field_keys
        ]
        doubtful = "; ".join(
            template.name_of(key, catalogue.language)
            for key in fields
            if fields[key].needs_review and not is_cell(key)
        )
        stage = catalogue.text(f"stage.{paper.stage}")
        main.rows.append((paper.dossier, str(paper.number), stage, *values, doubtful))
        for table in template.tables:
            rows = sheets.setdefault(f"{template.id}.{table}", _table(template, table, catalogue))
            rows.rows.extend(_rows(paper, template, table, catalogue))
    return [sheet for sheet in sheets.values() if sheet.rows]


def _main(template: Template, catalogue: Catalogue) -> Sheet:
    names = [template.name_of(key, catalogue.language) for key in template.field_keys]
    headings = (*_place(catalogue), catalogue.text("column.stage"), *names, catalogue.text("column.doubtful"))
    return Sheet(template.title[catalogue.language], template.id, headings)


def _table(template: Template, table: str, catalogue: Catalogue) -> Sheet:
    columns = [column.name[catalogue.language] for column in template.tables[table].columns]
    headings = (*_place(catalogue), catalogue.text("column.row"), *columns, catalogue.text("column.doubtful"))
    return Sheet(template.names[table][catalogue.language], f"{template.id}.{table}", headings)


def _place(catalogue: Catalogue) -> tuple[str, str]:
    return catalogue.text("column.dossier"), catalogue.text("column.paper")


def _rows(paper: Paper, template: Template, table: str, catalogue: Catalogue) -> list[tuple[str, ...]]:
    fields = paper.document.fields
    own = sorted({int(key.split(".")[1]) for key in fields if is_cell(key) and key.split(".")[0] == table})
    found = []
    for number in own:
        keys = [f"{table}.{number}.{column.key}" for column in template.tables[table].columns]
        values = [written(catalogue, fields[key].value) if key in fields else "" for key in keys]
        doubtful = [
            column.name[catalogue.language]
            for key, column in zip(keys, template.tables[table].columns, strict=True)
            if key in fields and fields[key].needs_review
        ]
        found.append((paper.dossier, str(paper.number), str(number + 1), *values, "; ".join(doubtful)))
    return found


def write_csv(sheet: Sheet, path: Path) -> None:
    """Write a sheet as CSV with a mark that it is UTF-8, which spreadsheets ask for."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(map(harmless, sheet.headings))
    rows.writerows(map(harmless, row) for row in sheet.rows)
    write_whole(path, text.getvalue().encode("utf-8-sig"))


def write_xlsx(sheets: Sequence[Sheet], path: Path) -> None:
    """Write sheets as one workbook; every cell is text, whatever it looks like."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        page = book.create_sheet(_title(sheet.title, [one.title for one in book.worksheets]))
        for number, row in enumerate([sheet.headings, *sheet.rows], start=1):
            for column, value in enumerate(row, start=1):
                cell = page.cell(number, column)
                cell.value = harmless(value)
                cell.data_type = "s"
                cell.number_format = "@"
                if number == 1:
                    cell.font = Font(bold=True)
        for column, heading in enumerate(sheet.headings, start=1):
            longest = max(len(heading), *(len(row[column - 1]) for row in sheet.rows))
            page.column_dimensions[get_column_letter(column)].width = min(_WIDEST, longest + 2)
        page.freeze_panes = "C2"
    with whole_file(path) as part:
        book.save(part)


def harmless(value: str) -> str:
    """A text that a spreadsheet takes for text: what would be a formula gets an apostrophe before it.

    Characters that cannot be seen, of which a workbook holds no controls, stand as their code.
    """
    shown = visible(value)
    return f"'{shown}" if value.startswith(_COMMANDS) else shown


def _title(wanted: str, taken: Sequence[str]) -> str:
    bare = "".join(" " if sign in "[]:*?/\\" else sign for sign in wanted)[:_LONGEST_TITLE].strip()
    name, number = bare, 2
    while name in taken:
        name = f"{bare[: _LONGEST_TITLE - 3]} {number}"
        number += 1
    return name
