"""The document of ``verify --json``, which others script against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from digitize.archive.discovery import ItemKind
from digitize.archive.verification import VerifiedItem
from digitize.messages import Catalogue
from digitize.model import Problem
from digitize.reports.facts import conclusion, criterion_lines, warnings
from digitize.reports.outcome import Outcome
from digitize.signatures.certificate_facts import CertificateFacts
from digitize.signatures.verdict import SignatureReport, UsedEvidence
from digitize.signatures.verify_pdf import PdfReport
from digitize.times import written

Filed = Callable[[UsedEvidence], str]
"""Says under which name a piece of evidence was filed."""


class Writer:
    """Makes the document.

    Args:
        catalogue: for the words in it.
        filed: where evidence lies; None if none was kept.

    """

    def __init__(self, catalogue: Catalogue, filed: Filed | None = None) -> None:
        self._catalogue = catalogue
        self._filed = filed

    def document(self, outcome: Outcome) -> dict[str, object]:
        """Everything that was found."""
        return {
            "checked_at": written(outcome.moment),
            "online": outcome.online,
            "anchors": [certificate_json(anchor) for anchor in outcome.anchors],
            "items": [self._item(item) for item in outcome.items],
            **({"event_log": self._item(outcome.log)} if outcome.log is not None else {}),
            "summary": {verdict.value: count for verdict, count in outcome.counts.items()},
        }

    def _item(self, item: VerifiedItem) -> dict[str, object]:
        report = item.report
        if isinstance(report, PdfReport):
            return self._pdf(str(item.path), report, item.kind)
        return {
            "path": str(item.path),
            "kind": item.kind.value,
            "verdict": report.verdict.value,
            "signatures": [self._signature(one) for one in report.signatures],
            "findings": [
                {
                    "rule": finding.rule,
                    "severity": finding.severity.value,
                    "file": finding.file,
                    "message": self._catalogue.problem(finding.problem),
                }
                for finding in report.findings
            ],
            "notes": [self._problem(note) for note in report.notes],
            "items": [self._pdf(str(item.path / path), pdf) for path, pdf in report.documents],
        }

    def _pdf(self, path: str, report: PdfReport, kind: ItemKind = ItemKind.PDF) -> dict[str, object]:
        return {
            "path": path,
            "kind": kind.value,
            "verdict": report.verdict.value,
            "signatures": [self._signature(one) for one in report.signatures],
            "timestamps": [self._timestamp(one) for one in report.timestamps],
            "notes": [self._problem(note) for note in report.notes],
        }

    def _timestamp(self, report: SignatureReport) -> dict[str, object]:
        """A document timestamp: it proves a time for what it covers, and signs nothing."""
        return {
            "field": report.field,
            "integrity": report.integrity.value,
            "coverage": report.coverage.value,
            "later_changes": report.later_changes.value,
            "authority": report.signer,
            "timestamp": _time(report.timestamp),
            "not_after": _time(report.not_after),
            "notes": [self._problem(note) for note in report.notes],
        }

    def _signature(self, report: SignatureReport) -> dict[str, object]:
        told: dict[str, object] = {
            "field": report.field,
            "verdict": report.verdict.value,
            "conclusion": conclusion(self._catalogue, report.verdict),
            "integrity": report.integrity.value,
            "coverage": report.coverage.value,
            "later_changes": report.later_changes.value,
            "issuer": report.issuer,
            "signer": report.signer,
            "certificate_manager": report.certificate_manager,
            "signing_time": _time(report.signing_time),
            "time_source": report.time_source.value,
            "timestamp": _time(report.timestamp),
            "not_before": _time(report.not_before),
            "not_after": _time(report.not_after),
            "valid_at_signing_time": report.valid_at_signing_time,
            "revocation": report.revocation.value,
            "level": report.level,
            "notes": [self._problem(note) for note in report.notes],
            "warnings": [self._problem(warning) for warning in warnings(report)],
            "criteria": [
                {
                    "number": one.number,
                    "mandatory": one.mandatory,
                    "state": one.state.value,
                    "text": one.text,
                }
                for one in criterion_lines(self._catalogue, report)
            ],
        }
        if self._filed is not None:
            told["evidence"] = [{"kind": one.kind.value, "file": self._filed(one)} for one in report.evidence]
        return told

    def _problem(self, problem: Problem) -> dict[str, str]:
        return {"code": problem.code, "text": self._catalogue.problem(problem)}


def certificate_json(facts: CertificateFacts) -> dict[str, object]:
    """A certificate as documents give it."""
    return {
        "subject": facts.subject,
        "issuer": facts.issuer,
        "not_before": written(facts.not_before),
        "not_after": written(facts.not_after),
        "sha256": facts.sha256,
        "is_authority": facts.is_authority,
    }


def _time(moment: dt.datetime | None) -> str | None:
    return written(moment) if moment is not None else None
