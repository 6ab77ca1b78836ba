"""The monthly fixity report: what was checked when, what came of it, and where the log of events stood.

The JSON is the report and bears the timestamp; the page beside it is for people and names its checksum.
A report is written once and never changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from digitize import __version__
from digitize.errors import EnvironmentProblem
from digitize.files import make_folder, write_whole
from digitize.messages import Catalogue
from digitize.model import Problem
from digitize.pipeline.audit_record import CheckRecord, load_checks
from digitize.pipeline.audit_subjects import find_holdings
from digitize.pipeline.heads import report_files, stamp_of
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.sealing import make_renewer
from digitize.pipeline.workspace import Workspace
from digitize.reports.html_page import write_html
from digitize.signatures.verdict import Verdict
from digitize.times import Clock, written


@dataclass(slots=True)
class ReportNews:
    """What became of the reports.

    Attributes:
        made: reports that were written.
        stamped: reports that got their timestamp now.
        waiting: reports that still have none, though an authority is named in the settings.
        problem: why they have none.

    """

    made: list[Path] = field(default_factory=list)
    stamped: list[Path] = field(default_factory=list)
    waiting: list[Path] = field(default_factory=list)
    problem: Problem | None = None


@dataclass(frozen=True)
class FixityReports:
    """Writes the reports of one workspace.

    Attributes:
        workspace: whose archive.
        ledger: what came of its checks.
        clock: tells the time.
        catalogue: for the page.

    """

    workspace: Workspace
    ledger: Ledger
    clock: Clock
    catalogue: Catalogue

    def write_due(self) -> list[Path]:
        """Write the report of every month that has ended, back to that of the last check, if there is none.

        Called before anything is checked anew: nothing has changed since those months ended.
        """
        return [self._write(month, month) for month in self._due() if not self._path(month).exists()]

    def write_now(self) -> Path:
        """Write a report on what stands now, beside those of the months."""
        moment = self.clock()
        return self._write(f"{moment:%Y-%m-%d-%H%M%S}", f"{moment:%Y-%m}")

    def stamp_waiting(self, news: ReportNews) -> None:
        """Put timestamps beside reports that have none, where the settings name an authority."""
        signing = self.workspace.settings.signing
        if signing.timestamp_url is None and signing.timestamp_key is None:
            return
        news.waiting = [path for path in report_files(self.workspace.reports) if not stamp_of(path).exists()]
        if not news.waiting:
            return
        try:
            renewer = make_renewer(self.workspace)
            for path in list(news.waiting):
                write_whole(stamp_of(path), renewer.stamp(path.read_bytes(), self.clock()))
                news.waiting.remove(path)
                news.stamped.append(path)
        except EnvironmentProblem as error:
            news.problem = Problem.of(error)

    def _due(self) -> Iterator[str]:
        latest = max((row.checked_at for row in load_checks(self.ledger)), default="")
        this = f"{self.clock():%Y-%m}"
        month = latest[: len(this)]
        while month and month < this:
            yield month
            first = dt.date.fromisoformat(f"{month}-01")
            month = f"{first + dt.timedelta(days=31):%Y-%m}"

    def _path(self, name: str) -> Path:
        return self.workspace.reports / f"fixity-{name}.json"

    def _write(self, name: str, month: str) -> Path:
        path = make_folder(self.workspace.reports) / self._path(name).name
        document = self._document(month)
        data = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
        sha256 = hashlib.sha256(data).hexdigest()
        # The page first: where the report is, its page is.
        write_html(
            "fixity.html",
            path.with_suffix(".html"),
            self.catalogue,
            report=document,
            file=path.name,
            sha256=sha256,
            made_at=self.clock(),
            verdict=Verdict,
            when=dt.datetime.fromisoformat,
        )
        write_whole(path, data)
        with self.ledger.transaction():
            self.ledger.add_event("fixity_reported", None, report=path.name, sha256=sha256)
        return path

    def _document(self, month: str) -> dict[str, object]:
        holdings = find_holdings(self.workspace, self.ledger)
        keys = {one.key for one in (*holdings.subjects, *holdings.missing)}
        checks = [row for row in load_checks(self.ledger) if row.package in keys]
        head = self.ledger.head()
        organisation = self.workspace.settings.organisation
        checked = {row.package for row in checks}
        return {
            "report": "fixity",
            "month": month,
            "made_at": written(self.clock()),
            "made_by": f"digitize {__version__}",
            "organisation": organisation.model_dump(),
            "event_log": {
                "number": head.id,
                "hash": head.hash,
                "at": head.at or None,
                "told": f"event log head: {head.id} {head.hash}",
            },
            "summary": {
                "verdicts": _counted(checks),
                "checked_in_month": sum(row.checked_at.startswith(month) for row in checks),
                "never_checked": len(keys - checked),
                "files": sum(row.files for row in checks),
                "bytes": sum(row.bytes for row in checks),
            },
            "checks": [_line(row) for row in sorted(checks, key=lambda row: (row.verdict.rank, row.package))],
            "never_checked": sorted(keys - checked),
            "strays": [path.name for path in holdings.strays],
        }


def _counted(checks: Sequence[CheckRecord]) -> dict[str, int]:
    found = Counter(row.verdict for row in checks)
    return {verdict.value: found[verdict] for verdict in Verdict if found[verdict]}


def _line(row: CheckRecord) -> dict[str, object]:
    return {
        "package": row.package,
        "dossier": row.dossier,
        "checked_at": row.checked_at,
        "verdict": row.verdict.value,
        "findings": list(row.findings),
        "files": row.files,
        "bytes": row.bytes,
        "expires_at": row.expires_at,
    }
