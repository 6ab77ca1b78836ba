"""Ledgers that a bad disk has damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def overwritten_page(ledger: Path, table: str = "event") -> None:
    """Write over the page of a database on which a table begins; it must be closed."""
    with closing(sqlite3.connect(ledger)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = database.execute("PRAGMA page_size").fetchone()
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    with ledger.open("r+b") as stream:
        stream.seek((page - 1) * size)
        stream.write(b"\xa5" * size)


def overwritten_leaf(ledger: Path, table: str = "event") -> None:
    """Write over a page in the middle of a table of many rows; those before and after can still be read."""
    with closing(sqlite3.connect(ledger)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = database.execute("PRAGMA page_size").fetchone()
        (text,) = database.execute(
            f"SELECT detail FROM {table} ORDER BY id LIMIT 1 OFFSET (SELECT count(*) / 2 FROM {table})"  # noqa: S608
        ).fetchone()
    data = ledger.read_bytes()
    at = data.index(text.encode()) // size * size
    with ledger.open("r+b") as stream:
        stream.seek(at)
        stream.write(b"\xa5" * size)
