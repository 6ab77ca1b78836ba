"""The database of the catalogue: opened, filled, emptied.

It knows rows, and nothing of packages or queries.
"""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from digitize.archive.catalogue_rows import DocumentRows, PageRow, ValueRow, page_words
from digitize.files import announce
from digitize.vietnamese.tokens import token_data, token_texts

VERSION = 3

STAMP = f"{VERSION} {unicodedata.unidata_version}"
"""What words are made by; those of a catalogue with another stamp could not be taken out again."""

SHIFT = 16
"""Bits of a page's or a value's number that are its own; those above are the document's."""

_INDEXES = ("page_text", "value_text")

_BUILDING = {"hashsize": 8 * 1024 * 1024, "automerge": 0, "crisismerge": 1000}
"""How the indexes of words are filled: each part is written once, and all are merged in the end.

Words are gathered in so much memory before they are written; more does not stay near the processor.
"""

_FOLLOWING = {"hashsize": 1024 * 1024, "automerge": 4, "crisismerge": 16}
"""Likewise, what comes later in small parts."""

_SECONDS = 30.0
_INSERT_PAGE = "INSERT INTO page VALUES (?, ?, ?)"
_INSERT_WORDS = "INSERT INTO page_text (rowid, folded, exact) VALUES (?, ?, ?)"
_INSERT_VALUE = "INSERT INTO value VALUES (?, ?, ?, ?, ?)"
_INSERT_VALUE_WORDS = "INSERT INTO value_text (rowid, field, folded, exact) VALUES (?, ?, ?, ?)"


class BrokenCatalogueError(Exception):
    """The catalogue is damaged, or of another version; it has to be made anew."""


class Store:
    """One connection to a catalogue.

    Args:
        path: the database; for ``building``, an empty file.
        building: it is filled from nothing, by this connection alone, and thrown away if that fails.

    Raises:
        BrokenCatalogueError: it is no catalogue of this version.

    """

    def __init__(self, path: Path, *, building: bool = False) -> None:
        self._path = path
        # Who may only read could not take part in the journal; nothing is written by others meanwhile.
        self.writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        how = "mode=rw" if self.writable else "mode=ro&immutable=1"
        self.db = sqlite3.connect(
            f"{path.resolve().as_uri()}?{how}", uri=True, timeout=_SECONDS, isolation_level=None
        )
        self.fields: dict[tuple[str, str], int] = {}
        """Numbers of the fields, by their keys and how their values are compared."""
        try:
            with understood():
                self._prepare(building=building)
        except BaseException:
            self.db.close()
            raise

    def close(self) -> None:
        """End the connection."""
        self.db.close()

    def _prepare(self, *, building: bool) -> None:
        if building:
            schema = resources.files("digitize.archive").joinpath("catalogue.sql").read_text("utf-8")
            self.db.executescript(
                "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                f"PRAGMA cache_size = -65536; {schema}"
            )
            self._configure(_BUILDING)
            self.set_meta("stamp", STAMP)
        elif self.writable:
            self.db.execute("PRAGMA journal_mode = WAL")
            self.db.execute("PRAGMA synchronous = NORMAL")
        if self.meta("stamp") != STAMP:
            raise BrokenCatalogueError
        self.fields = {(key, kind): number for number, key, kind in self.db.execute("SELECT * FROM field")}

    # --- what is there ------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """Something that is remembered of the catalogue as a whole."""
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Remember something."""
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def folders(self) -> dict[str, bool]:
        """The packages that are catalogued, and whether each is superseded."""
        return {
            folder: bool(old) for folder, old in self.db.execute("SELECT folder, superseded FROM package")
        }

    # --- changes ------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything in the block happens, or nothing of it."""
        with understood():
            announce("begin", self._path)
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
                announce("commit", self._path)
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                self.fields.clear()
                self.fields.update(
                    {(key, kind): number for number, key, kind in self.db.execute("SELECT * FROM field")}
                )
                raise

    def add(
        self,
        folder: str,
        file_code: str,
        documents: Sequence[DocumentRows],
        *,
        superseded: bool = False,
        problem: str | None = None,
    ) -> None:
        """Add a package; one of that name that is there already is replaced."""
        self.remove(folder)
        package = self.db.execute(
            "INSERT INTO package (folder, file_code, folded_code, superseded, problem)"
            " VALUES (?, ?, ?, ?, ?)",
            (folder, file_code, token_texts(file_code)[0], superseded, problem),
        ).lastrowid
        edge, step = ("min", -1) if superseded else ("max", 1)
        (number,) = self.db.execute(f"SELECT {edge}(0, coalesce({edge}(id), 0)) FROM document").fetchone()
        numbered = list(enumerate(documents, start=1))
        self.db.executemany(
            "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?)",
            [
                (number + step * nth, package, one.file, one.form, one.title, one.date)
                for nth, one in numbered
            ],
        )
        starts = [((number + step * nth) << SHIFT, one) for nth, one in numbered]
        self._add_pages([page for start, one in starts for page in enumerate(one.pages, start)])
        self._add_values([value for start, one in starts for value in enumerate(one.values, start)])

    def _add_pages(self, pages: Sequence[tuple[int, PageRow]]) -> None:
        self.db.executemany(_INSERT_PAGE, [(at, number, text) for at, (number, text, _, _) in pages])
        self.db.executemany(_INSERT_WORDS, [(at, folded, exact) for at, (_, _, folded, exact) in pages])

    def _add_values(self, values: Sequence[tuple[int, ValueRow]]) -> None:
        rows, words = [], []
        for at, (key, kind, sort, shown, needs_review, folded, exact) in values:
            field = self.fields.get((key, kind)) or self._field(key, kind)
            rows.append((at, field, sort, shown, needs_review))
            if sort is None:
                words.append((at, field_word(field), folded, exact))
        self.db.executemany(_INSERT_VALUE, rows)
        self.db.executemany(_INSERT_VALUE_WORDS, words)

    def remove(self, folder: str) -> None:
        """Take a package out; one that is not there is no error."""
        row = self.db.execute("SELECT id FROM package WHERE folder = ?", (folder,)).fetchone()
        if row is None:
            return
        for (number,) in self.db.execute("SELECT id FROM document WHERE package = ?", row).fetchall():
            self._remove_document(number)
        self.db.execute("DELETE FROM document WHERE package = ?", row)
        self.db.execute("DELETE FROM package WHERE id = ?", row)

    def _remove_document(self, number: int) -> None:
        span = (number << SHIFT, (number + 1) << SHIFT)
        pages = self.db.execute("SELECT id, text FROM page WHERE id >= ? AND id < ?", span).fetchall()
        # The index of words keeps no texts: it has to be told what it forgets.
        self.db.executemany(
            "INSERT INTO page_text (page_text, rowid, folded, exact) VALUES ('delete', ?, ?, ?)",
            [(at, *page_words(text.decode())) for at, text in pages],
        )
        self.db.execute("DELETE FROM page WHERE id >= ? AND id < ?", span)
        values = self.db.execute(
            "SELECT id, field, shown FROM value WHERE id >= ? AND id < ? AND sort IS NULL", span
        ).fetchall()
        self.db.executemany(
            "INSERT INTO value_text (value_text, rowid, field, folded, exact) VALUES ('delete', ?, ?, ?, ?)",
            [(at, field_word(field), *token_data(shown.split())) for at, field, shown in values],
        )
        self.db.execute("DELETE FROM value WHERE id >= ? AND id < ?", span)

    def _field(self, key: str, kind: str) -> int:
        row = self.db.execute("INSERT INTO field (key, kind) VALUES (?, ?)", (key, kind))
        number = self.fields[key, kind] = int(row.lastrowid or 0)
        return number

    def finish(self) -> None:
        """Put a catalogue that was built into its best order."""
        for table in _INDEXES:
            self.db.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
        self._configure(_FOLLOWING)
        self.db.execute("ANALYZE")

    def _configure(self, options: Mapping[str, int]) -> None:
        for table in _INDEXES:
            for option, value in options.items():
                self.db.execute(f"INSERT INTO {table} ({table}, rank) VALUES (?, ?)", (option, value))


def field_word(field: int) -> str:
    """The word by which the index of values knows a field."""
    return f"f{field}"


@contextmanager
def understood() -> Iterator[None]:
    """What SQLite says of a damaged database, in a word of our own."""
    try:
        yield
    except sqlite3.OperationalError as error:
        # A full disk or a lock that is not given is no fault of the catalogue.
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT):
            raise BrokenCatalogueError from error
        raise
    except sqlite3.DatabaseError as error:
        raise BrokenCatalogueError from error
