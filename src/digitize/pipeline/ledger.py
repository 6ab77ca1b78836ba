"""The ledger: what stands where, and everything that happened, in SQLite.

Writers use short transactions that see and change the ledger as one step; a crash leaves either
the state before or the state after. ``synchronous=FULL`` makes what is committed survive a power
failure. Every change of a dossier's stage is written together with its event.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from digitize.errors import EnvironmentProblem
from digitize.files import FILE_MODE, announce
from digitize.ingest.naming import in_order
from digitize.model import Problem, Stage
from digitize.pipeline.event_chain import Head, LoggedEvent, link
from digitize.pipeline.ledger_files import keep_earlier, require_first, unusable
from digitize.pipeline.ledger_queries import Codes, among
from digitize.pipeline.ledger_versions import statements_from
from digitize.pipeline.records import (
    DossierRecord,
    EventRecord,
    LaidPage,
    OriginalRecord,
    PageRecord,
    PageRole,
    Row,
    dossier_of,
    original_of,
    page_of,
)
from digitize.times import Clock, written

VERSION = 5

_CHAINED = 3
"""Since this version events carry a hash. One that does not fit later must go on showing."""


_PATIENCE = 600_000
"""Milliseconds to wait for somebody who is bringing the ledger up; copying a large one takes its time."""


class Ledger:
    """One connection to a workspace's ledger, and who uses it."""

    def __init__(self, path: Path, clock: Clock, who: str) -> None:
        self._path = path
        self._clock = clock
        self.who = who
        if not path.exists():
            require_first(path)
        try:
            # SQLite would make it readable by everybody.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))
            self._db = sqlite3.connect(path, timeout=30.0, isolation_level=None)
        except (sqlite3.Error, OSError) as error:
            raise unusable(path, error) from error
        self._db.row_factory = sqlite3.Row
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    def _prepare(self) -> None:
        """Make sure that this is a ledger that this program knows, before anything is changed."""
        (version,) = self._run("PRAGMA user_version").fetchone()
        if not 0 <= version <= VERSION:
            raise EnvironmentProblem("ledger_version", found=version, known=VERSION)
        self._run("PRAGMA journal_mode=WAL")
        self._run("PRAGMA synchronous=FULL")
        self._run("PRAGMA foreign_keys=ON")
        if version < VERSION:
            self._bring_up()

    def _bring_up(self) -> None:
        """Make a ledger of an earlier version one of today; all of it or nothing.

        The one before is kept beside it. Who comes second waits, and finds it done.
        """
        self._run(f"PRAGMA busy_timeout={_PATIENCE}")
        self._run("BEGIN IMMEDIATE")
        try:
            (version,) = self._run("PRAGMA user_version").fetchone()
            if version == 0:
                require_first(self._path)
            elif version < VERSION:
                keep_earlier(self._path, version, self._clock())
            if version < VERSION:
                self._make_steps(version)
            self._run("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _make_steps(self, version: int) -> None:
        for statement in statements_from(version, VERSION):
            self._run(statement)
        if version < _CHAINED:
            previous = ""
            for event in self.logged_events():
                previous = link(previous, event)
                self._run("UPDATE event SET hash = ? WHERE id = ?", previous, event.id)
        self._run(f"PRAGMA user_version={VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything in the block happens, or nothing of it.

        Raises:
            EnvironmentProblem: the database cannot be written.

        """
        self._run("BEGIN IMMEDIATE")
        try:
            yield
            announce("commit", self._path)
            self._run("COMMIT")
        except BaseException:
            # A full disk ends a transaction by itself.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Everything in the block sees the ledger as it was at its beginning; nobody has to wait for it."""
        self._run("BEGIN")
        try:
            yield
        finally:
            # A full disk ends a transaction by itself.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def rows(self, sql: str, *values: object) -> Sequence[Row]:
        """Rows of a query."""
        cursor = self._run(sql, *values)
        try:
            found: Sequence[Row] = cursor.fetchall()
        except sqlite3.Error as error:
            raise unusable(self._path, error) from error
        return found

    def execute(self, sql: str, *values: object) -> int:
        """Change something inside a transaction; return how many rows changed."""
        return self._run(sql, *values).rowcount

    def _run(self, sql: str, *values: object) -> sqlite3.Cursor:
        try:
            return self._db.execute(sql, values)
        except sqlite3.Error as error:
            raise unusable(self._path, error) from error

    def now(self) -> str:
        """The present moment as the ledger writes it."""
        return written(self._clock())

    # --- events -------------------------------------------------------------------------------

    def add_event(self, kind: str, dossier: str | None, **detail: object) -> None:
        """Record that something happened; inside the transaction that makes it so.

        The event carries a hash over the one before, see ``event_chain``.
        """
        previous, at, text = self.head().hash, self.now(), _json(detail)
        sql = "INSERT INTO event (at, who, dossier, kind, detail) VALUES (?, ?, ?, ?, ?)"
        number = self._run(sql, at, self.who, dossier, kind, text).lastrowid or 0
        own = link(previous, LoggedEvent(number, at, self.who, dossier, kind, text))
        self.execute("UPDATE event SET hash = ? WHERE id = ?", own, number)

    def head(self) -> Head:
        """The last event of the log and its hash."""
        rows = self.rows("SELECT id, hash, at FROM event ORDER BY id DESC LIMIT 1")
        return Head(rows[0]["id"], rows[0]["hash"] or "", rows[0]["at"]) if rows else Head(0, "")

    def logged_events(self) -> Iterator[LoggedEvent]:
        """All events as they are kept, in order."""
        sql = "SELECT id, at, who, dossier, kind, detail, hash FROM event ORDER BY id"
        rows = self._run(sql)
        try:
            yield from (LoggedEvent(*row) for row in rows)
        except sqlite3.Error as error:
            raise unusable(self._path, error) from error

    def events(self, dossier: str) -> list[EventRecord]:
        """Everything that happened to a dossier, in order."""
        return [
            EventRecord(r["id"], r["at"], r["who"], r["dossier"], r["kind"], json.loads(r["detail"]))
            for r in self.rows("SELECT * FROM event WHERE dossier = ? ORDER BY id", dossier)
        ]

    # --- dossiers -----------------------------------------------------------------------------

    def dossier(self, identifier: str) -> DossierRecord | None:
        """A dossier by its code."""
        rows = self.rows("SELECT * FROM dossier WHERE id = ?", identifier)
        return dossier_of(rows[0]) if rows else None

    def dossier_from(self, source: str) -> DossierRecord | None:
        """The dossier that was taken from a source."""
        rows = self.rows("SELECT * FROM dossier WHERE source = ?", source)
        return dossier_of(rows[0]) if rows else None

    def dossiers(self, *stages: Stage) -> list[DossierRecord]:
        """Dossiers in the order in which they were received; of some stages, or all."""
        marks = ",".join("?" * len(stages))
        where = f"WHERE stage IN ({marks})" if stages else ""
        sql = f"SELECT * FROM dossier {where} ORDER BY received_at, id"  # noqa: S608 - marks alone
        return [dossier_of(row) for row in self.rows(sql, *stages)]

    def dossiers_of(self, codes: Collection[str]) -> list[DossierRecord]:
        """Dossiers of some codes, in the order in which they were received."""
        chosen, values = among(codes, "WHERE", "id")
        sql = f"SELECT * FROM dossier {chosen} ORDER BY received_at, id"  # noqa: S608 - marks alone
        return [dossier_of(row) for row in self.rows(sql, *values)]

    def replaced(self) -> dict[str, str]:
        """Packages that a later one of their dossier has taken the place of, with the dossier."""
        sql = "SELECT id, replaces FROM dossier WHERE replaces IS NOT NULL AND stage = ?"
        return {row["replaces"]: row["id"] for row in self.rows(sql, Stage.PACKAGED)}

    @property
    def codes(self) -> Container[str]:
        """Codes that are taken, looked up one by one: they may be many."""
        return Codes(self.rows)

    def work_at(self, *stages: Stage) -> list[str]:
        """Codes of the dossiers at some stages in the order in which they are worked on.

        Urgent ones come first, then those that are due first, then those that were received first.
        """
        marks = ",".join("?" * len(stages))
        order = "urgent DESC, due_on IS NULL, due_on, received_at, id"
        sql = f"SELECT id FROM dossier WHERE stage IN ({marks}) ORDER BY {order}"  # noqa: S608
        return [row["id"] for row in self.rows(sql, *stages)]

    def dossier_codes(self) -> set[str]:
        """Every code that is taken."""
        return {row["id"] for row in self.rows("SELECT id FROM dossier")}

    def add_dossier(self, identifier: str, source: str) -> None:
        """Record a new dossier."""
        now = self.now()
        self.execute(
            "INSERT INTO dossier (id, stage, source, received_at, updated_at) VALUES (?, ?, ?, ?, ?)",
            identifier,
            Stage.RECEIVED,
            source,
            now,
            now,
        )

    def move(self, identifier: str, stage: Stage, event: str, **detail: object) -> None:
        """Move a dossier to a stage, with the event that says why."""
        self.execute(
            "UPDATE dossier SET stage = ?, updated_at = ? WHERE id = ?",
            stage,
            self.now(),
            identifier,
        )
        self.add_event(event, identifier, stage=stage.value, **detail)

    def set_problem(self, identifier: str, problem: Problem | None) -> None:
        """What a person should know of a dossier."""
        text = _json({"code": problem.code, "facts": problem.facts}) if problem else None
        self.execute("UPDATE dossier SET problem = ? WHERE id = ?", text, identifier)

    def set_package(self, identifier: str, *, uuid: str | None = None, folder: str | None = None) -> None:
        """The identity of a dossier's package, or the folder it came to lie in."""
        if uuid is not None:
            self.execute("UPDATE dossier SET package_uuid = ? WHERE id = ?", uuid, identifier)
        if folder is not None:
            self.execute("UPDATE dossier SET package = ? WHERE id = ?", folder, identifier)

    def set_generation(self, identifier: str, *, replaces: str, status: str) -> None:
        """What a dossier's present or next package is to one before it."""
        self.execute(
            "UPDATE dossier SET replaces = ?, record_status = ? WHERE id = ?", replaces, status, identifier
        )

    # --- originals and pages ------------------------------------------------------------------

    def originals(self, dossier: str) -> list[OriginalRecord]:
        """The files that make up a dossier, in the natural order of their names."""
        sql = "SELECT * FROM original WHERE dossier = ? AND superseded = 0"
        by_source = {row["source"]: original_of(row) for row in self.rows(sql, dossier)}
        ordered = in_order(PurePosixPath(source) for source in by_source)
        return [by_source[path.as_posix()] for path in ordered]

    def original(self, dossier: str, ordinal: int) -> OriginalRecord:
        """One file of a dossier."""
        sql = "SELECT * FROM original WHERE dossier = ? AND ordinal = ?"
        return original_of(self.rows(sql, dossier, ordinal)[0])

    def original_names(self, dossier: str) -> list[str]:
        """Every name in use in a dossier's folder of originals, in order of arrival."""
        sql = "SELECT name FROM original WHERE dossier = ? ORDER BY ordinal"
        return [row["name"] for row in self.rows(sql, dossier)]

    def checksums(self, dossier: str) -> list[tuple[str, str]]:
        """Name and SHA-256 of every original of a dossier, superseded ones included."""
        sql = "SELECT name, sha256 FROM original WHERE dossier = ? ORDER BY ordinal"
        return [(row["name"], row["sha256"]) for row in self.rows(sql, dossier)]

    def originals_from(self, source: str) -> list[OriginalRecord]:
        """Everything that was ever taken from a path, latest first."""
        sql = "SELECT * FROM original WHERE source = ? ORDER BY ordinal DESC"
        return [original_of(row) for row in self.rows(sql, source)]

    def is_taken(self, source: str, size: int, time: int) -> bool:
        """Whether a file was ever taken in from a path, as it is now."""
        sql = "SELECT 1 FROM original WHERE source = ? AND source_size = ? AND source_time = ? LIMIT 1"
        return bool(self.rows(sql, source, size, time))

    def add_original(self, record: OriginalRecord) -> None:
        """Record a file that was taken in; what came from the same place before is superseded.

        The dossier's pages are laid out anew once the file has been looked into.
        """
        self.execute(
            "UPDATE original SET superseded = 1 WHERE dossier = ? AND source = ?",
            record.dossier,
            record.source,
        )
        self.execute("DELETE FROM page WHERE dossier = ?", record.dossier)
        self.execute(
            "INSERT INTO original (dossier, ordinal, name, source, source_size, source_time, kind,"
            " sha256, size, pages, signed, frames) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            record.dossier,
            record.ordinal,
            record.name,
            record.source,
            record.source_size,
            record.source_time,
            record.kind,
            record.sha256,
            record.size,
            record.pages,
            int(record.signed),
            None if record.frames is None else json.dumps(record.frames),
        )

    def set_source_time(self, source: str, sha256: str, time: int) -> None:
        """The file that was taken from a path lies there again, with another time and the same bytes."""
        self.execute(
            "UPDATE original SET source_time = ? WHERE source = ? AND sha256 = ?", time, source, sha256
        )

    def set_inspected(self, dossier: str, original: int, pages: int, *, signed: bool) -> None:
        """What a worker found when it looked into a file."""
        self.execute(
            "UPDATE original SET pages = ?, signed = ? WHERE dossier = ? AND ordinal = ?",
            pages,
            int(signed),
            dossier,
            original,
        )

    def pages(self, dossier: str) -> list[PageRecord]:
        """The pages of a dossier, in order."""
        sql = "SELECT * FROM page WHERE dossier = ? ORDER BY ordinal"
        return [page_of(row) for row in self.rows(sql, dossier)]

    def unread_pages(self, dossier: str) -> int:
        """How many pages of a dossier nobody has read yet."""
        sql = "SELECT count(*) AS n FROM page WHERE dossier = ? AND state = 'waiting'"
        return int(self.rows(sql, dossier)[0]["n"])

    def waiting_pages(self, limit: int, only: Collection[str] | None = None) -> list[PageRecord]:
        """Pages of some dossiers, or of all, that nobody has begun to read; the others are for ``suspects``.

        Those of urgent dossiers come first, then what is due first, then what was begun, then large ones: the
        last worker at the end of a batch is left with little. Of equals the one received first is first.
        """
        chosen, values = among(only, "AND", "dossier.id")
        sql = (
            "WITH open AS (SELECT dossier.id, dossier.received_at, urgent, due_on, count(*) AS pages, "  # noqa: S608
            "max(page.state = 'read') AS begun FROM dossier JOIN page ON page.dossier = dossier.id "
            f"WHERE dossier.stage = ? {chosen} GROUP BY dossier.id) "
            "SELECT page.* FROM page JOIN open ON open.id = page.dossier "
            "WHERE page.state = 'waiting' AND page.unsettled = 0 "
            "ORDER BY urgent DESC, due_on IS NULL, due_on, open.begun DESC, open.pages DESC, "
            "open.received_at, open.id, page.ordinal LIMIT ?"
        )
        return [page_of(row) for row in self.rows(sql, Stage.RECEIVED, *values, limit)]

    def waiting_page(self, dossier: str, ordinal: int) -> PageRecord | None:
        """A page, if nobody has read it yet and its dossier still waits for it."""
        sql = (
            "SELECT page.* FROM page JOIN dossier ON dossier.id = page.dossier WHERE page.dossier = ? "
            "AND page.ordinal = ? AND page.state = 'waiting' AND dossier.stage = ?"
        )
        rows = self.rows(sql, dossier, ordinal, Stage.RECEIVED)
        return page_of(rows[0]) if rows else None

    def set_pages(self, dossier: str, pages: Sequence[tuple[int, int]]) -> None:
        """Lay out the pages of a dossier that all wait to be read: for each, its file and the page in it."""
        self.lay_pages(dossier, [LaidPage(original, frame) for original, frame in pages])

    def lay_pages(self, dossier: str, pages: Sequence[LaidPage]) -> None:
        """Lay out the pages of a dossier. One that comes with its summary need not be read."""
        for ordinal, page in enumerate(pages, start=1):
            self.execute(
                "INSERT INTO page (dossier, ordinal, original, frame, state, role, summary) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                dossier,
                ordinal,
                page.original,
                page.frame,
                "waiting" if page.summary is None else "read",
                page.role,
                None if page.summary is None else _json(page.summary),
            )

    def set_role(self, dossier: str, ordinal: int, role: PageRole) -> None:
        """What a page is to its dossier."""
        self.execute("UPDATE page SET role = ? WHERE dossier = ? AND ordinal = ?", role, dossier, ordinal)

    def count_attempt(self, dossier: str, ordinal: int) -> None:
        """A page is about to be read once more."""
        self.execute(
            "UPDATE page SET attempts = attempts + 1, unsettled = unsettled + 1 "
            "WHERE dossier = ? AND ordinal = ?",
            dossier,
            ordinal,
        )

    def set_read(self, dossier: str, ordinal: int, summary: Mapping[str, object]) -> None:
        """A page has been read."""
        self.execute(
            "UPDATE page SET state = 'read', summary = ?, problem = NULL, unsettled = 0 "
            "WHERE dossier = ? AND ordinal = ?",
            _json(summary),
            dossier,
            ordinal,
        )

    def forget_pages(self, dossier: str, ordinals: Sequence[int]) -> None:
        """Pages must be read again; their attempts start anew. Separator sheets are not read at all."""
        for ordinal in ordinals:
            self.execute(
                "UPDATE page SET state = 'waiting', attempts = 0, unsettled = 0, "
                "problem = NULL, summary = NULL, role = ? "
                "WHERE dossier = ? AND ordinal = ? AND role != ?",
                PageRole.SCAN,
                dossier,
                ordinal,
                PageRole.SEPARATOR,
            )

    # --- what was refused ---------------------------------------------------------------------

    def refused_for(self, source: str, size: int, time: int) -> str | None:
        """The code of the reason for which a file was refused before, as it is now; None if it was not."""
        sql = "SELECT json_extract(problem, '$.code') AS code FROM refused "
        sql += "WHERE source = ? AND source_size = ? AND source_time = ?"
        return next((row["code"] for row in self.rows(sql, source, size, time)), None)

    def refuse(self, source: str, size: int, time: int, problem: Problem) -> None:
        """Remember that a file was refused."""
        self.execute(
            "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?)",
            source,
            size,
            time,
            _json({"code": problem.code, "facts": problem.facts}),
        )

    def forget_refused(self, source: str, codes: Sequence[str]) -> int:
        """Let files of a source, or in it, be taken in that were refused for one of some reasons.

        Returns:
            How many they are.

        """
        marks = ",".join("?" * len(codes))
        sql = (
            "DELETE FROM refused WHERE (source = ? OR substr(source, 1, ?) = ?) "  # noqa: S608 - marks alone
            f"AND json_extract(problem, '$.code') IN ({marks})"
        )
        return self.execute(sql, source, len(source) + 1, f"{source}/", *codes)


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
