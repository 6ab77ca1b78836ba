"""Read tables cell by cell: their ruled cells tell what belongs together, their headings what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from digitize.forms.labels import likeness
from digitize.forms.layout import into_rows, surround
from digitize.forms.marks import crossed
from digitize.forms.missed import unread_writing
from digitize.forms.places import Place
from digitize.forms.template import Column, FieldType, Item, cell_key
from digitize.forms.view import PageView
from digitize.forms.written import Asked, read_written
from digitize.model import Box, FieldReading, Problem, Word
from digitize.ocr.engine import OcrEngine
from digitize.vietnamese.folding import fold

_HEADING = 78.0
"""Likeness in per cent from which a cell is taken for a heading."""

_UNDER = 0.6
"""Share of its width that a cell shares with the heading over it."""

_INSET = 0.8
"""Millimetres of a cell beside its lines that hold no writing."""

_TALL = 1.6
"""Times the usual height from which a row may be two whose line has worn away."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its box in page pixels and the words in it."""

    box: Box
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words in reading order."""
        return " ".join(word.text for row in into_rows(self.words) for word in row.words)


def read_table(item: Item, place: Place, view: PageView, engine: OcrEngine) -> dict[str, FieldReading]:
    """The cells of a table below its label; rows in which nothing is written are left out.

    Where the heading is not found, one cell stands for the table, empty and flagged. So does a cell
    whose lines are lost in a row in which something is written.
    """
    assert item.key is not None
    rows = _rows_of(place, view)
    heading = find_heading(rows, item.columns)
    found: dict[str, FieldReading] = {}
    if heading is None:
        return {cell_key(item.key, 0, item.columns[0].key): _lost(place)}
    number, headings = heading
    below = rows[number + 1 :]
    usual = median([_height(row) for row in below]) if below else 0
    filled, unclear = 0, False
    for row in below:
        cells = {
            column.key: read_cell(
                Asked(column.type, known=column.known),
                _under(headings.get(column.key), row),
                place,
                view,
                engine,
            )
            for column in item.columns
        }
        if all(cell.value is None and cell.problems in ((), (Problem(_LOST),)) for cell in cells.values()):
            continue
        # Behind a row that may be two nobody knows which row is which.
        unclear = unclear or _height(row) > _TALL * usual
        if unclear:
            cells = {key: cell.doubted(Problem("rows_unclear")) for key, cell in cells.items()}
        found |= {cell_key(item.key, filled, key): cell for key, cell in cells.items()}
        filled += 1
    return found


def read_grid(item: Item, place: Place, view: PageView, engine: OcrEngine) -> dict[str, FieldReading]:
    """The cells of a table whose rows and columns both have labels."""
    rows = _rows_of(place, view)
    heading = find_heading(rows, item.columns)
    fields = {key: _lost(place) for key in item.own_fields}
    if heading is None:
        return fields
    number, headings = heading
    left = min(cell.box[0] for cell in headings.values())
    at = number + 1
    for line in item.rows:
        fitting = [n for n in range(at, len(rows)) if _labels(rows[n], left, line.label)]
        if not fitting:
            continue
        at = fitting[0] + 1
        for column in item.columns:
            cell = _under(headings.get(column.key), rows[fitting[0]])
            fields[column.key + line.key] = read_cell(
                Asked(line.type, known=line.known), cell, place, view, engine
            )
    return fields


def _rows_of(place: Place, view: PageView) -> list[list[Cell]]:
    """Cells between the label and the next one, row by row."""
    top = min(word.box[1] for word in place.caption) - view.millimetres(3.0)
    boxes = [box for box in view.cells if top <= (box[1] + box[3]) / 2 < place.below[3]]
    rows: list[list[Box]] = []
    slack = view.millimetres(2.0)
    for box in sorted(boxes, key=lambda b: (b[1], b[0])):
        for row in rows:
            if abs(row[0][1] - box[1]) <= slack and abs(row[0][3] - box[3]) <= slack:
                row.append(box)
                break
        else:
            rows.append([box])
    return [[Cell(box, words_in(box, view)) for box in sorted(row)] for row in rows]


def words_in(box: Box, view: PageView) -> tuple[Word, ...]:
    """The words of a page that have their middle in a box."""
    left, top, right, bottom = box
    return tuple(
        word
        for word in view.reading.words
        if left <= (word.box[0] + word.box[2]) / 2 < right and top <= (word.box[1] + word.box[3]) / 2 < bottom
    )


def find_heading(
    rows: Sequence[Sequence[Cell]], columns: Sequence[Column]
) -> tuple[int, Mapping[str, Cell]] | None:
    """The row of headings and its cells by column; None where fewer than half are found."""
    best: tuple[int, Mapping[str, Cell]] | None = None
    for number, row in enumerate(rows):
        cells = {column.key: cell for column in columns if (cell := _best(row, column.label))}
        if 2 * len(cells) >= len(columns) and (best is None or len(cells) > len(best[1])):
            best = number, cells
    return best


def _best(row: Sequence[Cell], label: Sequence[str]) -> Cell | None:
    scored = [(_alike(cell, label), number) for number, cell in enumerate(row)]
    score, number = max(scored, default=(0.0, 0))
    return row[number] if score >= _HEADING else None


def _alike(cell: Cell, label: Sequence[str]) -> float:
    text = cell.text
    # A heading with a word or two more, such as a mark of a footnote, is the same; a sentence is not.
    fitting = [one for one in label if len(fold(text)) >= 0.7 * len(one)]
    return max((likeness(text, one) for one in fitting), default=0.0) if text else 0.0


def _labels(row: Sequence[Cell], left: int, label: Sequence[str]) -> bool:
    first = [cell for cell in row if (cell.box[0] + cell.box[2]) / 2 < left]
    return any(_alike(cell, label) >= _HEADING for cell in first)


def _under(heading: Cell | None, row: Sequence[Cell]) -> Cell | None:
    if heading is None:
        return None
    left, _, right, _ = heading.box
    for cell in row:
        shared = min(right, cell.box[2]) - max(left, cell.box[0])
        if shared >= _UNDER * max(right - left, cell.box[2] - cell.box[0]):
            return cell
    return None


def _height(row: Sequence[Cell]) -> int:
    return max(cell.box[3] - cell.box[1] for cell in row)


_LOST = "cell_not_found"


def _lost(place: Place) -> FieldReading:
    return FieldReading.unread(_LOST, place.page, place.below)


def read_cell(
    asked: Asked, cell: Cell | None, table: Place, view: PageView, engine: OcrEngine
) -> FieldReading:
    """What a cell says; flagged where its lines are lost, or where writing in it was left unread."""
    if cell is None:
        return _lost(table)
    inset = view.millimetres(_INSET)
    left, top, right, bottom = cell.box
    inside = (left + inset, top + inset, right - inset, bottom - inset)
    if asked.type is FieldType.TICK:
        return crossed(view, table.page, inside)
    rows = tuple(row.words for row in into_rows(cell.words))
    rooms = tuple(
        (inside[0], row[1], inside[2], row[3]) for row in (surround(w.box for w in r) for r in rows)
    )
    place = Place(table.page, rows or ((),), rooms or (inside,), table.caption, inside)
    reading = read_written(asked, place, view, engine)
    beyond = any(word.box[2] > right - inset and word.text[-1].isalnum() for word in cell.words)
    # What was proven to be whole may fill its cell.
    beyond = beyond and not asked.read(reading.raw).whole
    if reading.value is not None and (beyond or unread_writing(inside, cell.words, view)):
        return reading.doubted(Problem("unread_beside"))
    return reading
