"""Hold a ledger against itself and against what lies in the workspace; nothing is changed.

A ledger may be broken, or of an earlier version: what can be looked at is looked at.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from digitize.archive.check import PackageReport
from digitize.archive.findings import Severity
from digitize.archive.opening import is_plain_inside, look
from digitize.archive.parts import METS_NAME
from digitize.archive.verification import Effort
from digitize.errors import EnvironmentProblem, Fact
from digitize.files import fixity
from digitize.model import Problem, Stage
from digitize.pipeline.event_log import check_event_log
from digitize.pipeline.heads import package_heads, report_heads
from digitize.pipeline.ledger import VERSION
from digitize.pipeline.ledger_files import flaws, read_only, unusable
from digitize.pipeline.second_look_draw import steered_draws
from digitize.pipeline.workspace import Workspace
from digitize.signatures.verdict import Verdict

_MOST_FLAWS = 20
_NEWEST = 20
"""So many packages are asked for the head of the log, where not all are looked at."""

_JSON = {
    "event": "detail",
    "dossier": "problem",
    "page": "summary",
    "document": "pages",
    "field": "reading",
    "decision": "value",
    "answer": "value",
    "page_decision": "value",
}
"""A column of each table that holds JSON."""

_HIDDEN = "."
_UUID = 36
"""Letters of an identifier at the end of a package's name."""


@dataclass(frozen=True, slots=True)
class LedgerFinding:
    """Something that is wrong, or that a person should know.

    Attributes:
        problem: what.
        serious: whether it is wrong; else the next run settles it, or a person should know it.
        dossier: whose it is; None where it is nobody's.

    """

    problem: Problem
    serious: bool = True
    dossier: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What a check came to.

    Attributes:
        version: of the ledger.
        dossiers, events, originals, packages: how many were looked at.
        findings: in the order in which they were found.

    """

    version: int
    dossiers: int
    events: int
    originals: int
    packages: int
    findings: tuple[LedgerFinding, ...]

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not any(one.serious for one in self.findings)


def check_ledger(workspace: Workspace, *, full: bool, effort: Effort | None = None) -> LedgerReport:
    """Check a workspace's ledger.

    Args:
        workspace: whose.
        full: read every original and compare it with its checksum, and ask every package for the log's head.
        effort: what reading the log may cost, if not the usual.

    Raises:
        EnvironmentProblem: there is no ledger, or it cannot be read at all.

    """
    path = workspace.ledger
    if not path.is_file() or look(path) is not None:
        raise EnvironmentProblem("ledger_missing", path=str(path))
    try:
        with closing(read_only(path)) as database:
            database.row_factory = sqlite3.Row
            # One state of it all, though others write.
            database.execute("BEGIN")
            return _Check(workspace, database, effort or Effort(), full=full).report()
    except sqlite3.Error as error:
        raise unusable(path, error) from error


class _Check:
    def __init__(
        self, workspace: Workspace, database: sqlite3.Connection, effort: Effort, *, full: bool
    ) -> None:
        self._workspace = workspace
        self._database = database
        self._effort = effort
        self._full = full
        self._findings: list[LedgerFinding] = []

    def report(self) -> LedgerReport:
        """Look at everything; what lies on a broken page of the database is left out."""
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        for flaw in flaws(self._database, _MOST_FLAWS):
            self._find(Problem("ledger_flaw", {"detail": flaw}))
        broken = bool(self._findings)
        if version != VERSION:
            later = version > VERSION
            facts: dict[str, Fact] = {"found": version, "known": VERSION}
            code = Problem("ledger_version", facts) if later else Problem("ledger_earlier", facts)
            self._find(code, serious=later)
            return LedgerReport(version, 0, 0, 0, 0, tuple(self._findings))
        counts = []
        for look_at in (self._dossiers, self._references, self._log, self._originals, self._packages):
            try:
                counts.append(look_at())
            except sqlite3.Error as error:
                counts.append(0)
                if not broken:
                    self._find(Problem("ledger_flaw", {"detail": str(error)}))
        dossiers, _, events, originals, packages = counts
        return LedgerReport(version, dossiers, events, originals, packages, tuple(self._findings))

    def _find(self, problem: Problem, *, serious: bool = True, dossier: str | None = None) -> None:
        self._findings.append(LedgerFinding(problem, serious, dossier))

    def _rows(self, sql: str, *values: object) -> Sequence[sqlite3.Row]:
        return self._database.execute(sql, values).fetchall()

    # --- the ledger itself --------------------------------------------------------------------

    def _dossiers(self) -> int:
        rows = self._rows("SELECT id, stage, package, package_uuid FROM dossier ORDER BY id")
        known = set(Stage)
        documents = {row["dossier"] for row in self._rows("SELECT DISTINCT dossier FROM document")}
        originals = {row["dossier"] for row in self._rows("SELECT DISTINCT dossier FROM original")}
        for row in rows:
            code, stage = row["id"], row["stage"]
            if stage not in known:
                self._find(Problem("ledger_stage_unknown", {"dossier": code}), dossier=code)
                continue
            read = Stage.EXTRACTED.position <= Stage(stage).position <= Stage.PACKAGED.position
            if stage == Stage.PACKAGED and not (row["package"] and row["package_uuid"]):
                self._find(Problem("ledger_package_unnamed", {"dossier": code}), dossier=code)
            if read and not row["package"] and (code not in documents or code not in originals):
                self._find(Problem("ledger_dossier_empty", {"dossier": code}), dossier=code)
        return len(rows)

    def _references(self) -> int:
        """Rows that name what is not there, and values that are no JSON."""
        lost = {row[0] for row in self._rows("PRAGMA foreign_key_check")}
        for table in sorted(lost):
            self._find(Problem("ledger_rows_homeless", {"table": table}))
        for table, column in _JSON.items():
            sql = f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND NOT json_valid({column})"  # noqa: S608
            (number,) = self._rows(sql)[0]
            if number:
                self._find(Problem("ledger_values_broken", {"table": table, "number": number}))
        return 0

    def _log(self) -> int:
        """The chain of events, against itself and against the heads that packages and reports tell."""
        places = (self._workspace.archive, self._workspace.superseded)
        if self._full:
            folders = [path for place in places for path in _folders(place)]
        else:
            sql = "SELECT package FROM dossier WHERE package IS NOT NULL ORDER BY updated_at DESC LIMIT ?"
            folders = [self._workspace.archive / row["package"] for row in self._rows(sql, _NEWEST)]
        told = [head for path in folders for head in package_heads(path, own=True)]
        told += report_heads(self._workspace.reports)
        item = check_event_log(self._workspace.ledger, told, self._effort)
        if isinstance(item.report, PackageReport):
            for finding in item.report.findings:
                self._find(finding.problem, serious=finding.severity is Severity.ERROR)
            if item.verdict is Verdict.UNREADABLE:
                for note in item.report.notes:
                    self._find(note)
        for dossier in steered_draws(self._rows):
            self._find(Problem("draw_steered", {"dossier": dossier}), dossier=dossier)
        (number,) = self._rows("SELECT count(*) FROM event")[0]
        return int(number)

    # --- what lies beside it ------------------------------------------------------------------

    def _originals(self) -> int:
        rows = self._rows("SELECT dossier, name, sha256, size FROM original ORDER BY dossier, ordinal")
        for row in rows:
            folder, name = self._workspace.originals / row["dossier"], row["name"]
            facts: dict[str, Fact] = {"dossier": row["dossier"], "file": name}
            if not is_plain_inside(folder, name):
                self._find(Problem("ledger_original_missing", facts), dossier=row["dossier"])
                continue
            same = (folder / name).stat().st_size == row["size"]
            if same and self._full:
                same = fixity(folder / name).sha256 == row["sha256"]
            if not same:
                self._find(Problem("ledger_original_changed", facts), dossier=row["dossier"])
        return len(rows)

    def _packages(self) -> int:
        archive = self._workspace.archive
        rows = self._rows("SELECT id, stage, package, replaces, package_uuid FROM dossier")
        named = {row["package"]: row["id"] for row in rows if row["package"]}
        for package, dossier in named.items():
            if not is_plain_inside(archive / package, METS_NAME):
                facts: dict[str, Fact] = {"dossier": dossier, "package": package}
                self._find(Problem("ledger_package_missing", facts), dossier=dossier)
        begun = {str(row["package_uuid"]).casefold(): row["id"] for row in rows if row["package_uuid"]}
        sql = "SELECT dossier, json_extract(detail, '$.uuid') AS uuid FROM event WHERE kind = 'renewal_begun'"
        begun |= {str(row["uuid"]).casefold(): row["dossier"] for row in self._rows(sql)}
        replaced = {row["replaces"]: row["id"] for row in rows if row["replaces"]}
        for path in _folders(archive):
            if path.name in named:
                continue
            owner = begun.get(path.name[-_UUID:].casefold()) or replaced.get(path.name)
            if owner is not None:
                # Cut off between two steps: the next run writes it down, or moves it away.
                facts = {"dossier": owner, "package": path.name}
                self._find(Problem("ledger_package_ahead", facts), serious=False, dossier=owner)
            else:
                self._find(Problem("ledger_package_stray", {"package": path.name}))
        return len(named)


def _folders(place: Path) -> Iterator[Path]:
    """The packages in a folder, by name; none where there is no such folder."""
    if place.is_dir():
        with os.scandir(place) as entries:
            names = sorted(
                one.name
                for one in entries
                if not one.name.startswith(_HIDDEN) and one.is_dir(follow_symlinks=False)
            )
        yield from (place / name for name in names)
