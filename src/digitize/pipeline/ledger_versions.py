"""The SQL that makes a ledger of an earlier version one of today."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib import resources


def statements_from(version: int, today: int) -> Iterator[str]:
    """The statements that bring a ledger of a version up to another; 0 is an empty file."""
    folder = resources.files("digitize.pipeline")
    names = (
        [("schema.sql",)]
        if version == 0
        else [("migrations", f"{number}.sql") for number in range(version + 1, today + 1)]
    )
    for name in names:
        yield from _statements(folder.joinpath(*name).read_text("utf-8"))


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; the library's own way would commit before the first."""
    lines: list[str] = []
    for line in script.splitlines():
        lines.append(line)
        if sqlite3.complete_statement("\n".join(lines)):
            yield "\n".join(lines)
            lines.clear()
