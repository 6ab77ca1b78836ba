"""Read the index of a dossier's documents: one table that runs over many pages, its headings on the first.

Lines wear away between cells. So the columns come from the headings, corrected by the cells of each page,
and the rows from what most cells of a level agree in; a cell is where both meet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from digitize.forms.labelled import read_labelled
from digitize.forms.layout import surround
from digitize.forms.places import Place
from digitize.forms.second_look import cell_look
from digitize.forms.tables import Cell, find_heading, read_cell, words_in
from digitize.forms.template import Column, FieldType, Item, Template, cell_key
from digitize.forms.view import PageView
from digitize.forms.written import Asked
from digitize.model import Box, FieldReading, Problem
from digitize.ocr.engine import OcrEngine

_SLACK = 2.0
"""Millimetres by which the edges of cells of one row may differ."""

_SAME = 0.3
"""Share of its height that a row may overlap another."""

_LEAST_CELLS = 3
_ALONG = 0.85
"""Share of its width that a cell shares with its column."""

_UNCLEAR = Problem("rows_unclear")

Edges = tuple[int, int]
"""Left and right of a column, or top and bottom of a row, in page pixels."""


def read_index(
    template: Template, version: str, views: Sequence[tuple[int, PageView]], engine: OcrEngine
) -> dict[str, FieldReading]:
    """The fields of an index, and the cells of its rows; where no heading is found, one flagged cell."""
    ((key, table),) = template.tables.items()
    rest = tuple(item for item in template.items if item is not table)
    fields = read_labelled(template.model_copy(update={"items": rest}), version, views, engine)
    rows = _Rows(key, table)
    for page, view in views:
        rows.read(page, view, engine)
    if not rows.found:
        first = cell_key(key, 0, table.columns[0].key)
        return fields | {first: FieldReading.unread("cell_not_found", views[0][0] if views else None)}
    return fields | rows.numbered()


class _Rows:
    """The rows of a table, page after page."""

    def __init__(self, key: str, table: Item) -> None:
        self._key = key
        self._columns = table.columns
        self._edges: Mapping[str, Edges] | None = None
        self._extent: Edges = (0, 0)
        self.found: list[dict[str, FieldReading]] = []

    def read(self, page: int, view: PageView, engine: OcrEngine) -> None:
        """Read the rows of one more page."""
        bands = _bands(view)
        cells = [[Cell(box, words_in(box, view)) for box in band] for band in bands]
        heading = find_heading(cells, self._columns)
        if self._edges is None and heading is None:
            return
        if self._edges is None and heading is not None:
            self._edges = {name: (cell.box[0], cell.box[2]) for name, cell in heading[1].items()}
            self._extent = _extent([box for band in bands for box in band])
        assert self._edges is not None
        below = bands if heading is None else bands[heading[0] + 1 :]
        columns = _settled(self._moved(bands), below)
        for band in below:
            row = self._row(band, columns, page, view, engine)
            if row is not None:
                self.found.append(row)

    def numbered(self) -> dict[str, FieldReading]:
        """The cells of all rows by their keys; flagged where a number does not follow the one before."""
        first = self._columns[0]
        expected: int | None = None
        found: dict[str, FieldReading] = {}
        for number, row in enumerate(self.found):
            reading = row[first.key]
            value = reading.value if isinstance(reading.value, int) else None
            if first.type is FieldType.INT and value is not None:
                if expected is not None and value != expected:
                    row[first.key] = reading.doubted(_UNCLEAR)
                expected = value + 1
            else:
                # A row without its number may be the rest of the one before.
                row[first.key] = reading.doubted(_UNCLEAR)
                expected = None if expected is None else expected + 1
            found |= {cell_key(self._key, number, key): cell for key, cell in row.items()}
        return found

    def _moved(self, bands: Sequence[Sequence[Box]]) -> dict[str, Edges]:
        """The columns of the first page where the table of another page stands."""
        assert self._edges is not None
        boxes = [box for band in bands for box in band]
        if not boxes:
            return dict(self._edges)
        left, right = _extent(boxes)
        scale = (right - left) / max(1, self._extent[1] - self._extent[0])
        return {
            key: (
                round(left + (edges[0] - self._extent[0]) * scale),
                round(left + (edges[1] - self._extent[0]) * scale),
            )
            for key, edges in self._edges.items()
        }

    def _row(
        self,
        band: Sequence[Box],
        columns: Mapping[str, Edges],
        page: int,
        view: PageView,
        engine: OcrEngine,
    ) -> dict[str, FieldReading] | None:
        top, bottom = round(median(box[1] for box in band)), round(median(box[3] for box in band))
        cells = {key: _cell((left, top, right, bottom), view) for key, (left, right) in columns.items()}
        # Rows of blanks, and the row that numbers the columns, say nothing.
        if not any(sign.isalpha() for cell in cells.values() for sign in cell.text):
            return None
        heading = tuple(word for cell in cells.values() for word in cell.words)
        place = Place(page, ((),), (surround(band),), heading, surround(band))
        return {
            column.key: _read(column, cells.get(column.key), place, view, engine) for column in self._columns
        }


def _read(column: Column, cell: Cell | None, place: Place, view: PageView, engine: OcrEngine) -> FieldReading:
    """What a cell says; a cell in doubt is read once more by itself, and the better reading counts."""
    asked = Asked(column.type, pattern=column.pattern)
    first = read_cell(asked, cell, place, view, engine)
    if cell is None or not first.needs_review:
        return first
    words = cell_look(view, cell.box, engine)
    if [word.text for word in words] == [word.text for word in cell.words]:
        return first
    again = read_cell(asked, Cell(cell.box, words), place, view, engine)
    if not again.needs_review:
        return again
    return again if _letters(again) > _letters(first) else first


def _letters(reading: FieldReading) -> int:
    return sum(map(str.isalnum, reading.raw))


def _cell(box: Box, view: PageView) -> Cell:
    return Cell(box, words_in(box, view))


def _extent(boxes: Sequence[Box]) -> Edges:
    return min(box[0] for box in boxes), max(box[2] for box in boxes)


def _bands(view: PageView) -> list[list[Box]]:
    """The rows of a page: cells whose upper and lower edges agree; what lies across them is left out."""
    slack = view.millimetres(_SLACK)
    rows: list[list[Box]] = []
    for box in sorted(view.cells, key=lambda b: (b[1], b[0])):
        for row in rows:
            if abs(row[0][1] - box[1]) <= slack and abs(row[0][3] - box[3]) <= slack:
                row.append(box)
                break
        else:
            rows.append([box])
    kept: list[list[Box]] = []
    for row in sorted(rows, key=len, reverse=True):
        if len(row) >= _LEAST_CELLS and not any(_across(row[0], other[0]) for other in kept):
            kept.append(row)
    return [sorted(row) for row in sorted(kept, key=lambda row: row[0][1])]


def _across(one: Box, other: Box) -> bool:
    shared = min(one[3], other[3]) - max(one[1], other[1])
    return shared > _SAME * min(one[3] - one[1], other[3] - other[1])


def _settled(columns: Mapping[str, Edges], bands: Sequence[Sequence[Box]]) -> dict[str, Edges]:
    """Columns as the cells of a page have them; those without cells stay where they were."""
    boxes = [box for band in bands for box in band]
    settled = {}
    for key, (left, right) in columns.items():
        own = [
            (box[0], box[2])
            for box in boxes
            if min(right, box[2]) - max(left, box[0]) >= _ALONG * max(right - left, box[2] - box[0])
        ]
        settled[key] = (
            (round(median(e[0] for e in own)), round(median(e[1] for e in own))) if own else (left, right)
        )
    return settled
