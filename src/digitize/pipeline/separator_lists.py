"""Lists of dossiers for which sheets are printed: codes, kinds of papers, and what a cover says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl.utils import get_column_letter
from pydantic import BaseModel, ConfigDict

from digitize.errors import ItemProblem
from digitize.ingest.naming import safe_code
from digitize.ingest.sheets import RawSheet, read_sheets
from digitize.model import Problem
from digitize.pipeline.sheet_headers import (
    ColumnType,
    Misfit,
    SheetColumn,
    dossier_column,
    plain,
    understood,
    word_for,
)

_LOOKED_AT = 40
"""Rows at the top of a list among which its headings are."""

_CODE = "dossier_code"


class ListLabels(BaseModel):
    """Headings of the columns of codes, besides those that all sheets have, and of kinds of papers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: tuple[str, ...]
    paper: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedDossier:
    """A dossier of a list: its code, the kind of its papers, and what else is known of it.

    ``facts`` are by the keys of ``sheet_headers.toml``, as people write them.
    """

    code: str
    paper: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DossierList:
    """The dossiers of a list in its order, and what a person should know: codes that had to be changed."""

    dossiers: tuple[ListedDossier, ...]
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in a list things stand: its first row with a code, and columns from 0."""

    first: int
    code: int
    paper: int | None
    known: tuple[SheetColumn, ...] = ()


def read_list(source: Path, labels: ListLabels) -> DossierList:
    """The dossiers of a list.

    Codes stand under a known heading or, in a list without, in the first column; then the second may name
    kinds of papers. Of a workbook with headings all sheets that have them count, of one without the first.

    Raises:
        UsageProblem: there is no such file.
        ItemProblem: it is unreadable or empty, or has a code twice or one that a formula has yet to give.

    """
    found: list[ListedDossier] = []
    notes: list[Problem] = []
    seen: dict[str, int] = {}
    for sheet, columns in _with_codes(read_sheets(source), labels):
        for bad in sheet.bad:
            if bad.column - 1 == columns.code:
                where = get_column_letter(bad.column)
                raise ItemProblem("sheet_cell_formula", sheet=sheet.name, row=bad.row, column=where)
        for number in sorted(sheet.rows):
            cells = sheet.rows[number]
            written = _cell(cells, columns.code)
            if number < columns.first or not written:
                continue
            code = safe_code(written)
            if code in seen:
                raise ItemProblem(
                    "separator_code_twice", file=source.name, dossier=code, row=number, other=seen[code]
                )
            seen[code] = number
            if code != written:
                notes.append(Problem("separator_code_changed", {"code": written, "dossier": code}))
            facts = {column.key: _as_written(column, cells) for column in columns.known}
            found.append(ListedDossier(code, _cell(cells, columns.paper), facts))
    if not found:
        raise ItemProblem("separator_list_empty", file=source.name)
    return DossierList(tuple(found), tuple(notes))


def _with_codes(sheets: Sequence[RawSheet], labels: ListLabels) -> list[tuple[RawSheet, _Columns]]:
    headed = [(sheet, columns) for sheet in sheets if (columns := _headed(sheet, labels)) is not None]
    return headed or [(sheet, _Columns(0, 0, 1)) for sheet in sheets[:1]]


def _headed(sheet: RawSheet, labels: ListLabels) -> _Columns | None:
    """The columns of a sheet that has headings."""
    codes, papers = frozenset(map(plain, labels.code)), frozenset(map(plain, labels.paper))
    for number in sorted(sheet.rows)[:_LOOKED_AT]:
        cells = sheet.rows[number]
        columns = [one for place, cell in enumerate(cells) if (one := dossier_column(place, cell))]
        code = next((one.place for one in columns if one.key == _CODE), None)
        if code is None:
            code = next((place for place, cell in enumerate(cells) if plain(cell) in codes), None)
        if code is not None:
            paper = next((place for place, cell in enumerate(cells) if plain(cell) in papers), None)
            return _Columns(number + 1, code, paper, tuple(one for one in columns if one.key != _CODE))
    return None


def _as_written(column: SheetColumn, cells: Sequence[str]) -> str:
    """What stands in a cell as people write it: days as 31/12/2026, words for codes."""
    text = _cell(cells, column.place)
    try:
        value = understood(column, text) if text else ""
    except Misfit:
        return text
    match column.header.type:
        case ColumnType.DATE:
            return "/".join(reversed(value.split("-")))
        case ColumnType.CODE:
            return word_for(column.header.list, value)
        case _:
            return value


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""
