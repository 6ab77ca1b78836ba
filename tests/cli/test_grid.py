"""Tables at every width: whole codes, folded words, nothing lost."""

from __future__ import annotations

import io
import unicodedata
from typing import Literal

import pytest
from rich.cells import cell_len

from digitize.cli.grid import Column, Grid
from digitize.cli.terminal import PlainConsole
from digitize.cli.theme import THEME

CODE = "000.00.01.H99-261118-0001-ban-bo-sung"
NAME = "NGUYỄN THỊ HOÀNG PHƯƠNG QUỲNH NHƯ " * 3
WORD = "Thửa-đất-số-" * 12


def shown(width: int, *rows: tuple[str, ...], headed: bool = True) -> str:
    """A table as a terminal of some columns shows it."""
    columns = (Column("Hồ sơ", whole=True), Column("Trang", whole=True, right=True), Column("Ghi chú"))
    table = Grid(*columns, headed=headed)
    for row in rows:
        table.add(*row)
    screen = io.StringIO()
    PlainConsole(file=screen, width=width, theme=THEME, highlight=False).print(table)
    return screen.getvalue()


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 200])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_nothing_is_cut_and_no_letter_loses_its_accents(width: int, form: Literal["NFC", "NFD"]) -> None:
    name, word = (unicodedata.normalize(form, text) for text in (NAME.strip(), WORD))
    text = shown(width, (CODE, "12", name), ("HS-2", "3", word))
    lines = text.splitlines()
    assert max(map(cell_len, lines)) <= width
    assert "…" not in text
    assert not any(unicodedata.combining(line.lstrip()[:1] or " ") for line in lines)
    squeezed = "".join(text.split())
    assert CODE in squeezed
    for value in (name, word):
        # In a list the heading stands before the value, in a table other cells do, in its first line alone.
        assert "".join(value.split()) in squeezed


def test_codes_are_never_broken_where_a_line_can_hold_them() -> None:
    for width in (60, 80, 100):
        assert CODE in shown(width, (CODE, "12", NAME))


def test_a_narrow_terminal_gets_a_list() -> None:
    wide, narrow = (shown(width, (CODE, "12", NAME), ("HS-2", "3", "")) for width in (100, 44))
    assert wide.splitlines()[0].split() == ["Hồ", "sơ", "Trang", "Ghi", "chú"]
    lines = [line.rstrip() for line in narrow.splitlines()]
    assert lines[:2] == [CODE, "  Trang:   12"]
    assert lines[2].startswith("  Ghi chú: NGUYỄN THỊ HOÀNG PHƯƠNG")
    assert lines[-2:] == ["HS-2", "  Trang: 3"], "what is empty is not told"


def test_what_acts_instead_of_being_seen_is_measured_as_it_is_shown() -> None:
    for width in (30, 60):
        text = shown(width, ("HS-\u202e1\x1b[31m", "1", "x"))
        assert "\x1b" not in text
        assert "HS-\\u202e1\\u001b[31m" in text


def test_figures_end_under_each_other() -> None:
    lines = shown(80, ("HS-1", "7", "a"), ("HS-2", "120", "b")).splitlines()
    assert lines[1].index("7") == lines[2].index("120") + 2
