"""What can still be read of a broken ledger: rows of its tables, and its log as far as the chain holds.

A copy is read, so that nothing of the broken one changes. Rows are read from both ends of a table until a
broken page is met. Of the log only what holds from its first event on is taken: what comes after a gap cannot
be proven.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from digitize.files import copy_whole, remove_file
from digitize.pipeline.event_chain import Head, LoggedEvent, broken_links
from digitize.pipeline.ledger_files import BESIDE, flaws

_TABLES = (
    "dossier", "original", "decision", "answer", "page_decision", "second_look",
    "sheet_value", "refused", "package_check", "notice",
)  # fmt: skip

Rows = tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True)
class Salvage:
    """What was read of a broken ledger.

    Attributes:
        events: the log from its first event on, as far as its chain holds.
        lost_events: events that were read and not taken, because something before them is broken or gone.
        tables: rows of tables, by the names of their columns.
        whole: whether nothing was found broken.

    """

    events: tuple[LoggedEvent, ...] = ()
    lost_events: int = 0
    tables: Mapping[str, Rows] = field(default_factory=dict)
    whole: bool = False

    @property
    def head(self) -> Head:
        """The last event that was taken."""
        last = self.events[-1] if self.events else None
        return Head(last.id, last.hash or "", last.at) if last else Head(0, "")

    def rows(self, table: str) -> Rows:
        """Rows of a table; none where nothing of it could be read."""
        return self.tables.get(table, ())


def salvage_ledger(ledger: Path, folder: Path) -> Salvage:
    """Read what can be read of a ledger.

    Args:
        ledger: the broken one, or one that is not there; it is not changed.
        folder: where a copy may lie meanwhile.

    Raises:
        OSError: the disk does not take the copy.

    """
    if not ledger.is_file():
        return Salvage()
    copy = folder / "salvaged.db"
    for end in ("", BESIDE[0]):
        if Path(f"{ledger}{end}").is_file():
            copy_whole(Path(f"{ledger}{end}"), Path(f"{copy}{end}"))
    try:
        with closing(sqlite3.connect(copy, isolation_level=None)) as database:
            database.row_factory = sqlite3.Row
            database.execute("PRAGMA trusted_schema=OFF")
            return _read(database)
    except sqlite3.Error:
        return Salvage()
    finally:
        for end in ("", *BESIDE):
            remove_file(Path(f"{copy}{end}"))


def is_whole(database: sqlite3.Connection) -> bool:
    """Whether SQLite finds nothing wrong with a database, and every row names what is there."""
    sound = next(flaws(database, 1), None) is None
    return sound and database.execute("PRAGMA foreign_key_check").fetchone() is None


def _read(database: sqlite3.Connection) -> Salvage:
    read = list(_events(database))
    # Whatever follows the first break cannot be proven to be what was written.
    broken = next(broken_links(read), None)
    held = read if broken is None else read[: read.index(broken.event)]
    tables = {name: tuple(_rows(database, name)) for name in _TABLES}
    return Salvage(tuple(held), len(read) - len(held), tables, is_whole(database))


def _events(database: sqlite3.Connection) -> Iterator[LoggedEvent]:
    for row in _rows(database, "event"):
        number, *texts = (row.get(key) for key in ("id", "at", "who", "dossier", "kind", "detail", "hash"))
        if isinstance(number, int) and all(isinstance(one, str | None) for one in texts):
            at, who, dossier, kind, detail, own = texts
            yield LoggedEvent(
                number, str(at), str(who), str(dossier) if dossier is not None else None,
                str(kind), str(detail), str(own) if own is not None else None,
            )  # fmt: skip


def _rows(database: sqlite3.Connection, table: str) -> Iterator[Mapping[str, object]]:
    """Rows of a table in the order in which they were written, less those on broken pages."""
    seen: set[int] = set()
    for order in ("ASC", "DESC"):
        found: list[Mapping[str, object]] = []
        with suppress(sqlite3.Error, OverflowError):
            for row in database.execute(f"SELECT rowid AS salvaged, * FROM {table} ORDER BY rowid {order}"):  # noqa: S608
                if row["salvaged"] in seen:
                    break
                seen.add(row["salvaged"])
                found.append({key: row[key] for key in row.keys() if key != "salvaged"})  # noqa: SIM118
        yield from found if order == "ASC" else reversed(found)
