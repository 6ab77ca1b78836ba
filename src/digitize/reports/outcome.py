"""What a verification came to, as one value that every kind of report is made from."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from digitize.archive.check import PackageReport
from digitize.archive.findings import Finding, Severity
from digitize.archive.verification import VerifiedItem
from digitize.model import Problem
from digitize.signatures.certificate_facts import CertificateFacts
from digitize.signatures.verdict import SignatureReport, Verdict
from digitize.signatures.verify_pdf import PdfReport


@dataclass(frozen=True, slots=True)
class Outcome:
    """The items of a verification and what they were judged by.

    Attributes:
        items: in the order in which they were found.
        moment: as of when.
        anchors: what was trusted.
        online: whether missing evidence was asked for on the network.
        log: the log of events of a workspace, if it was checked; an item as well unless it is whole.

    """

    items: Sequence[VerifiedItem]
    moment: dt.datetime
    anchors: tuple[CertificateFacts, ...] = ()
    online: bool = False
    log: VerifiedItem | None = None

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many items there are of each verdict, the worst first."""
        found = Counter(item.verdict for item in self.items)
        return {verdict: found[verdict] for verdict in Verdict if found[verdict]}

    @property
    def worst_first(self) -> list[VerifiedItem]:
        """The items, those that need somebody before the others."""
        return sorted(self.items, key=lambda item: item.verdict.rank)


@dataclass(frozen=True, slots=True)
class Part:
    """A file of an item that bears signatures: the item itself, its METS, or one of its PDFs.

    Attributes:
        name: relative to the item; empty for the item itself.
        verdict: on this part.
        signatures: its signatures.
        notes: what else is to be said of it.

    """

    name: str
    verdict: Verdict
    signatures: tuple[SignatureReport, ...]
    notes: tuple[Problem, ...]


def parts_of(item: VerifiedItem) -> Iterator[Part]:
    """The parts of an item, its METS first."""
    report = item.report
    if isinstance(report, PdfReport):
        yield Part("", report.verdict, report.signatures, report.notes)
        return
    if report.signatures:
        (signature, *_) = report.signatures
        yield Part(signature.field, signature.verdict, report.signatures, ())
    for name, document in report.documents:
        yield Part(name, document.verdict, document.signatures, document.notes)


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one severity.

    Attributes:
        severity: of all of them.
        number: how many there are.
        shown: as many of them as were asked for.

    """

    severity: Severity
    number: int
    shown: tuple[Finding, ...]


_OF_A_RULE = 3
"""Where not all are shown, so many of one rule, that it does not hide the others."""


def finding_groups(item: VerifiedItem, most: int | None = None) -> tuple[FindingGroup, ...]:
    """What is wrong with a package, errors before warnings; at most so many of each, of every rule some."""
    report = item.report
    if not isinstance(report, PackageReport):
        return ()
    by_severity = {
        severity: [one for one in report.findings if one.severity is severity] for severity in Severity
    }
    return tuple(
        FindingGroup(severity, len(found), tuple(_chosen(found, most)))
        for severity, found in by_severity.items()
        if found
    )


def _chosen(found: list[Finding], most: int | None) -> list[Finding]:
    if most is None or len(found) <= most:
        return found
    seen: Counter[str] = Counter()
    chosen = []
    for one in found:
        seen[one.rule] += 1
        if seen[one.rule] <= _OF_A_RULE:
            chosen.append(one)
    return chosen[:most]


def general_notes(item: VerifiedItem) -> tuple[Problem, ...]:
    """What is to be said of a package as a whole beside its findings; a PDF's are its part's."""
    return item.report.notes if isinstance(item.report, PackageReport) else ()


def each_signature(item: VerifiedItem, change: Callable[[SignatureReport], SignatureReport]) -> VerifiedItem:
    """The same item with every signature report changed."""
    report: PdfReport | PackageReport = item.report
    changed = replace(report, signatures=tuple(map(change, report.signatures)))
    if isinstance(changed, PackageReport):
        documents = tuple(
            (name, replace(pdf, signatures=tuple(map(change, pdf.signatures))))
            for name, pdf in changed.documents
        )
        changed = replace(changed, documents=documents)
    return replace(item, report=changed)
