"""Read the cells of a spreadsheet or CSV that others made; nothing in it is computed or run.

A workbook is a ZIP with XML in it: it is read in a process that may die, after its size has been looked at.
What a formula came to is taken as the spreadsheet program saved it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from digitize.errors import ItemProblem, UsageProblem
from digitize.vietnamese.folding import single_spaced
from digitize.workers import Crew, Loss, Lost

_MOST_BYTES = 64 << 20
_MOST_UNPACKED = 512 << 20
_MOST_PARTS = 2_000
_MOST_ROWS = 200_000
_MOST_COLUMNS = 256
_MOST_LETTERS = 10_000
"""Of one cell; the longest metadata have 2,000."""

_SECONDS = 120.0
_MEGABYTES = 3_072
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_DELIMITERS = ",;\t|"
_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell whose value cannot be known; ``row`` and ``column`` count from 1."""

    row: int
    column: int
    code: str


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet as it stands: rows by their numbers, cells as text, dates as ISO 8601.

    Attributes:
        name: of the sheet; of a CSV, of the file.
        rows: rows in which something stands, by their numbers from 1.
        bad: cells whose value cannot be known.

    """

    name: str
    rows: dict[int, tuple[str, ...]] = field(default_factory=dict)
    bad: tuple[BadCell, ...] = ()


def read_sheets(path: Path) -> list[RawSheet]:
    """The sheets of a workbook (XLSX) or the one of a CSV.

    Raises:
        UsageProblem: there is no such file.
        ItemProblem: it is no workbook or CSV, too large, broken, or in another encoding.

    """
    if not path.is_file():
        raise UsageProblem("source_missing", path=str(path))
    if path.stat().st_size > _MOST_BYTES:
        raise ItemProblem("sheet_too_large", file=path.name, limit=_MOST_BYTES >> 20)
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(_OLD_EXCEL):
        raise ItemProblem("sheet_old_format", file=path.name)
    with Crew(_read, 1, _MEGABYTES) as crew:
        crew.add((str(path), head.startswith(b"PK")), _SECONDS)
        ((_, result),) = list(crew)
    if isinstance(result, Lost):
        too_large = result.loss in (Loss.TOO_SLOW, Loss.OUT_OF_MEMORY)
        if too_large:
            raise ItemProblem("sheet_too_large", file=path.name, limit=_MOST_BYTES >> 20)
        raise ItemProblem("sheet_broken", file=path.name)
    if isinstance(result, ItemProblem):
        raise result
    return result


def _read(job: tuple[str, bool]) -> list[RawSheet] | ItemProblem:
    """What a worker does; its problems travel as values."""
    path, packed = Path(job[0]), job[1]
    try:
        return _workbook(path) if packed else [_csv(path)]
    except ItemProblem as problem:
        return problem


def _workbook(path: Path) -> list[RawSheet]:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise ItemProblem("sheet_broken", file=path.name) from error
    # A part cannot unpack to more than it says: zipfile stops there.
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise ItemProblem("sheet_too_large", file=path.name, limit=_MOST_BYTES >> 20)
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise ItemProblem("sheet_broken", file=path.name)
    # Once for what stands there, once for what is a formula.
    values = load_workbook(path, read_only=True, data_only=True, keep_links=False, keep_vba=False)
    formulas = load_workbook(path, read_only=True, data_only=False, keep_links=False, keep_vba=False)
    found = []
    for sheet, source in zip(values.worksheets, formulas.worksheets, strict=True):
        rows: dict[int, tuple[str, ...]] = {}
        bad: list[BadCell] = []
        pairs = zip(sheet.iter_rows(), source.iter_rows(), strict=False)
        for number, (cells, written) in enumerate(pairs, start=1):
            texts = []
            for column, (cell, other) in enumerate(zip(cells, written, strict=False), start=1):
                if column > _MOST_COLUMNS:
                    break
                formula = getattr(other, "data_type", "") == "f"
                if getattr(cell, "data_type", "") == "e" or (formula and cell.value is None):
                    bad.append(BadCell(number, column, "sheet_cell_formula"))
                texts.append(_text(cell.value))
            _keep(rows, number, texts, path)
        found.append(RawSheet(sheet.title, rows, tuple(bad)))
    return found


def _csv(path: Path) -> RawSheet:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ItemProblem("sheet_encoding", file=path.name) from error
    if "\0" in text:
        raise ItemProblem("sheet_broken", file=path.name)
    rows: dict[int, tuple[str, ...]] = {}
    try:
        for number, cells in enumerate(_parsed(text, _delimiter(text)), start=1):
            _keep(rows, number, [_text(cell) for cell in cells], path)
    except csv.Error as error:
        raise ItemProblem("sheet_broken", file=path.name) from error
    return RawSheet(path.name, rows)


def _parsed(text: str, delimiter: str) -> Iterable[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _delimiter(text: str) -> str:
    """The sign that parts the first rows into most cells."""

    def cells(delimiter: str) -> int:
        rows = [row for row, _ in zip(_parsed(text, delimiter), range(_SAMPLE), strict=False)]
        return max(map(len, rows), default=0)

    return max(_DELIMITERS, key=cells)


def _keep(rows: dict[int, tuple[str, ...]], number: int, texts: list[str], path: Path) -> None:
    if not any(texts):
        return
    if len(rows) >= _MOST_ROWS:
        raise ItemProblem("sheet_too_many_rows", file=path.name, limit=_MOST_ROWS)
    while texts and not texts[-1]:
        texts.pop()
    rows[number] = tuple(texts[:_MOST_COLUMNS])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return single_spaced(str(value))[:_MOST_LETTERS]
