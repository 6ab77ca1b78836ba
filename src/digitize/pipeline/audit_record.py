"""What the ledger keeps of audits: for each package and each dossier's originals the last check."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass

from digitize.archive.check import PackageReport
from digitize.archive.verification import VerifiedItem
from digitize.pipeline.audit_subjects import Subject
from digitize.pipeline.ledger import Ledger
from digitize.signatures.verdict import Verdict
from digitize.times import written


@dataclass(frozen=True, slots=True)
class Beside:
    """What else was found out about a subject: how much it is, and when its first proof ends."""

    files: int = 0
    bytes: int = 0
    expires_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """The last check of a package or of a dossier's originals, as the ledger keeps it."""

    package: str
    dossier: str | None
    checked_at: str
    verdict: Verdict
    findings: tuple[dict[str, str], ...]
    files: int
    bytes: int
    expires_at: str | None


def load_checks(ledger: Ledger) -> list[CheckRecord]:
    """The last check of everything that was ever checked, by name."""
    return [
        CheckRecord(
            package=row["package"],
            dossier=row["dossier"],
            checked_at=row["checked_at"],
            verdict=Verdict(row["verdict"]),
            findings=tuple(json.loads(row["findings"])),
            files=row["files"],
            bytes=row["bytes"],
            expires_at=row["expires_at"],
        )
        for row in ledger.rows("SELECT * FROM package_check ORDER BY package")
    ]


def record_check(ledger: Ledger, subject: Subject, item: VerifiedItem, beside: Beside) -> None:
    """Keep what came of a check, in one transaction.

    There is an event only where something has changed since the check before, or is wrong at the first:
    audits of a sound archive leave no trace in the log, whatever their number.
    """
    findings = json.dumps(list(_findings(item)), ensure_ascii=False, sort_keys=True)
    with ledger.transaction():
        rows = ledger.rows("SELECT verdict, findings FROM package_check WHERE package = ?", subject.key)
        before = rows[0]["verdict"] if rows else Verdict.VALID.value
        if before != item.verdict or (rows and rows[0]["findings"] != findings):
            ledger.add_event(
                "package_checked",
                subject.dossier,
                package=subject.key,
                verdict=item.verdict.value,
                before=before,
            )
        ledger.execute(
            "INSERT OR REPLACE INTO package_check VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            subject.key,
            subject.dossier,
            ledger.now(),
            item.verdict.value,
            findings,
            beside.files,
            beside.bytes,
            written(beside.expires_at) if beside.expires_at else None,
        )


def _findings(item: VerifiedItem) -> Iterator[dict[str, str]]:
    """What is wrong, without what changes from one check to the next."""
    report = item.report
    for signature in report.signatures:
        if signature.verdict is not Verdict.VALID:
            yield {"file": signature.field, "verdict": signature.verdict.value}
    if isinstance(report, PackageReport):
        for finding in report.findings:
            yield {"rule": finding.rule, "severity": finding.severity.value, "file": finding.file}
        for name, document in report.documents:
            if document.verdict is not Verdict.VALID:
                yield {"file": name, "verdict": document.verdict.value}
    if item.verdict is not Verdict.VALID:
        yield from ({"rule": note.code} for note in report.notes)
