"""Tables that stay readable: codes are never cut, words are folded, and without room they become lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from digitize.cli.terminal import shown
from digitize.cli.theme import Style

_LEAST = 14
"""Columns of a terminal under which words of a value can no longer be read in lines."""

_GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        title: its heading.
        whole: its values are codes or figures, which are never broken or cut.
        right: its values end under each other.

    """

    title: str
    whole: bool = False
    right: bool = False


class Grid:
    """A table for people, which becomes a list where the terminal is too narrow for its columns."""

    def __init__(self, *columns: Column, headed: bool = True, indent: int = 0) -> None:
        self._columns = columns
        self._headed = headed
        self._indent = indent
        self._rows: list[list[Text]] = []

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self._rows

    def add(self, *cells: str | Text) -> None:
        """Add a row."""
        # Measured as they are shown: codes for characters that cannot be seen are longer than these.
        self._rows.append([shown(Text(cell) if isinstance(cell, str) else cell) for cell in cells])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """The table if there is room for it, else the list."""
        widths = [self._width(number, console, options) for number in range(len(self._columns))]
        wanted = sum(
            width if column.whole else min(width, _LEAST)
            for column, width in zip(self._columns, widths, strict=True)
        )
        if self._indent + wanted + _GAP * (len(widths) - 1) <= options.max_width:
            yield Padding(self._table(widths), (0, 0, 0, self._indent), expand=False)
        else:
            for row in self._rows:
                yield from self._item(row)

    def _width(self, number: int, console: Console, options: ConsoleOptions) -> int:
        title = [Text(self._columns[number].title)] if self._headed else []
        cells = [*title, *(row[number] for row in self._rows)]
        free = options.update(width=1 << 20)
        return max((Measurement.get(console, free, cell).maximum for cell in cells), default=0)

    def _table(self, widths: list[int]) -> Table:
        table = Table(
            box=None,
            pad_edge=False,
            padding=(0, _GAP, 0, 0),
            header_style=Style.HEADING,
            show_header=self._headed,
        )
        for column, width in zip(self._columns, widths, strict=True):
            table.add_column(
                Text(column.title),
                justify="right" if column.right else "left",
                no_wrap=column.whole,
                overflow="fold",
                min_width=width if column.whole else min(width, _LEAST),
            )
        for row in self._rows:
            table.add_row(*row)
        return table

    def _item(self, row: list[Text]) -> Iterator[RenderableType]:
        first, *others = row
        head = first.copy()
        if not head.style and not head.spans:
            head.stylize(Style.CODE)
        head.overflow = "fold"
        yield Padding(head, (0, 0, 0, self._indent), expand=False)
        lines = Table.grid(padding=(0, 1, 0, 0))
        lines.add_column(no_wrap=True)
        lines.add_column(overflow="fold")
        for column, cell in zip(self._columns[1:], others, strict=True):
            if cell.plain.strip():
                lines.add_row(Text(f"{column.title}:" if column.title else ""), cell)
        if lines.row_count:
            yield Padding(lines, (0, 0, 0, self._indent + _GAP), expand=False)
