"""Verify whatever an auditor points at: PDFs, packages, bags, whole archives.

Every file is opened in a worker with limits of time and memory. A worker that dies of a file costs that
file its verdict, ``UNREADABLE``, and nothing else. The PDFs of a package are files like any other, so
that one of them neither hides the rest of its package nor makes it wait.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from digitize.archive.check import PackageReport, join_documents, look_at_package
from digitize.archive.checks.bag import join_items, look_at_bag
from digitize.archive.discovery import Found, ItemKind, find_items
from digitize.archive.opening import read_plain
from digitize.model import Problem
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import SignatureReport, Verdict
from digitize.signatures.verify_pdf import PdfReport, verify_pdf_data
from digitize.workers import Crew, Loss, Lost

_BYTES_PER_SECOND = 5_000_000
"""How fast a slow disk is read: large files are given more time."""

_LONGEST = 3600.0


@dataclass(frozen=True, slots=True)
class Effort:
    """What a verification may cost.

    Attributes:
        jobs: how many files are looked at at once; 0 for as many as there are processors.
        seconds: longest time for one file of ordinary size.
        megabytes: most address space of a worker; 0 for no limit.
        evidence: whether what the verdicts rest on comes back with them.

    """

    jobs: int = 0
    seconds: float = 60.0
    megabytes: int = 4096
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class VerifiedItem:
    """One PDF, package or bag, and what was found."""

    path: Path
    kind: ItemKind
    report: PdfReport | PackageReport

    @property
    def verdict(self) -> Verdict:
        """What the item as a whole deserves."""
        return self.report.verdict


def verify_paths(
    paths: Sequence[Path],
    trust: TrustStore,
    now: dt.datetime,
    told: Callable[[VerifiedItem], None] = lambda _: None,
    effort: Effort | None = None,
) -> list[VerifiedItem]:
    """Verify everything under some paths.

    Args:
        paths: PDFs, packages, bags, or folders of such.
        trust: what may be relied on.
        now: the time at which the verification is made.
        told: is told of each item as it is done.
        effort: what it may cost.

    Raises:
        UsageProblem: a path does not exist, or there is nothing to verify under any of them.

    """
    return verify_found(find_items(paths), trust, now, told, effort)


def verify_found(
    found: Sequence[Found],
    trust: TrustStore,
    now: dt.datetime,
    told: Callable[[VerifiedItem], None] = lambda _: None,
    effort: Effort | None = None,
    refine: Callable[[VerifiedItem], VerifiedItem] = lambda item: item,
) -> list[VerifiedItem]:
    """Verify what was found; items come back in its order.

    ``refine`` is asked in this process for each item, before it is kept.
    """
    return _Verification(found, trust, now, effort or Effort()).run(told, refine)


@dataclass(frozen=True, slots=True)
class _Job:
    """A file to look at: an item itself, or one of the PDFs of a package."""

    item: int
    path: Path
    kind: ItemKind = ItemKind.PDF
    document: int | None = None

    @property
    def whole(self) -> bool:
        """Whether it is a folder, all of which is read."""
        return self.kind in (ItemKind.PACKAGE, ItemKind.BAG)


_Answer = PdfReport | PackageReport | tuple[PackageReport, tuple[str, ...]]
"""On a PDF; on a bag; on a package, with the PDFs that are still to be looked at."""


class _Verification:
    def __init__(self, found: Sequence[Found], trust: TrustStore, now: dt.datetime, effort: Effort) -> None:
        self._found = found
        self._trust = trust
        self._now = now
        self._effort = effort
        self._done: list[VerifiedItem | None] = [None] * len(found)
        self._packages: dict[int, tuple[PackageReport, tuple[str, ...]]] = {}
        self._documents: dict[int, dict[int, PdfReport]] = {}
        self._bags: dict[int, PackageReport] = {}

    def run(
        self, told: Callable[[VerifiedItem], None], refine: Callable[[VerifiedItem], VerifiedItem]
    ) -> list[VerifiedItem]:
        size = self._effort.jobs or len(os.sched_getaffinity(0))
        with Crew[_Job, _Answer](self._look, size, self._effort.megabytes) as crew:
            for number, one in enumerate(self._found):
                if one.problem is not None:
                    self._keep(number, _unreadable(one.problem), told, refine)
                    continue
                job = _Job(number, one.path, one.kind)
                crew.add(job, self._seconds(one.path, whole=job.whole))
            for job, answer in crew:
                report = self._settle(job, answer, crew)
                if report is not None:
                    self._keep(job.item, report, told, refine)
        # A bag in a bag comes after it, and so is joined before it.
        for number in sorted(self._bags, reverse=True):
            self._keep(number, join_items(self._bags[number], self._inside(number)), told, refine)
        return [item for item in self._done if item is not None]

    def _keep(
        self,
        number: int,
        report: PdfReport | PackageReport,
        told: Callable[[VerifiedItem], None],
        refine: Callable[[VerifiedItem], VerifiedItem],
    ) -> None:
        one = self._found[number]
        item = self._done[number] = refine(VerifiedItem(one.path, one.kind, report))
        told(item)

    def _inside(self, bag: int) -> Iterator[Verdict]:
        """The verdicts on what lies in a bag; it was found right after it."""
        path = self._found[bag].path
        for number in range(bag + 1, len(self._found)):
            item = self._done[number]
            if item is None or not item.path.is_relative_to(path):
                return
            yield item.verdict

    def _look(self, job: _Job) -> _Answer:
        """What a worker does."""
        if job.kind is ItemKind.BAG:
            return look_at_bag(job.path)
        if job.kind is ItemKind.PACKAGE:
            package, names = look_at_package(job.path, self._trust, self._now)
            return replace(package, signatures=self._kept(package.signatures)), names
        data = read_plain(job.path)
        if isinstance(data, Problem):
            return _unreadable(data)
        report = verify_pdf_data(data, self._trust, self._now)
        return replace(report, signatures=self._kept(report.signatures))

    def _kept(self, signatures: tuple[SignatureReport, ...]) -> tuple[SignatureReport, ...]:
        """Signatures without what nobody asked for: revocation lists are large."""
        if self._effort.evidence:
            return signatures
        return tuple(replace(signature, evidence=()) for signature in signatures)

    def _settle(
        self, job: _Job, answer: _Answer | Lost, crew: Crew[_Job, _Answer]
    ) -> PdfReport | PackageReport | None:
        """The report on a whole item, once all of it is there."""
        if isinstance(answer, Lost):
            report = _unreadable(_reason(answer))
            if job.document is None and not job.whole:
                return report
            if job.document is None:
                return self._later(job, PackageReport(report.verdict, (), (), (), report.notes))
        elif isinstance(answer, PackageReport):
            return self._later(job, answer)
        elif isinstance(answer, PdfReport):
            report = _spoken_plainly(answer)
            if job.document is None:
                return report
        else:
            self._packages[job.item] = answer
            for number, name in enumerate(answer[1]):
                path = job.path / name
                crew.add(_Job(job.item, path, document=number), self._seconds(path), first=True)
            return self._whole(job.item)
        self._documents.setdefault(job.item, {})[job.document] = report
        return self._whole(job.item)

    def _later(self, job: _Job, report: PackageReport) -> PackageReport | None:
        """The report on a package; that on a bag is kept until all that is in it has been looked at."""
        if job.kind is not ItemKind.BAG:
            return report
        self._bags[job.item] = report
        return None

    def _whole(self, number: int) -> PackageReport | None:
        package, names = self._packages[number]
        documents = self._documents.get(number, {})
        if len(documents) < len(names):
            return None
        del self._packages[number]
        self._documents.pop(number, None)
        return join_documents(package, [(name, documents[place]) for place, name in enumerate(names)])

    def _seconds(self, path: Path, *, whole: bool = False) -> float:
        """How long a file may take; a package is read whole, to compute its checksums."""
        paths = (Path(folder) / name for folder, _, names in os.walk(path) for name in names)
        size = sum(map(_size, paths)) if whole else _size(path)
        return min(self._effort.seconds + size / _BYTES_PER_SECOND, max(_LONGEST, self._effort.seconds))


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _unreadable(problem: Problem) -> PdfReport:
    return PdfReport(Verdict.UNREADABLE, notes=(problem,))


def _reason(lost: Lost) -> Problem:
    match lost.loss:
        case Loss.TOO_SLOW:
            return Problem("audit_too_slow", {"seconds": lost.detail})
        case Loss.OUT_OF_MEMORY:
            return Problem("audit_memory")
        case Loss.DIED:
            return Problem("audit_died", {"detail": lost.detail})
        case Loss.FAILED:
            return Problem("audit_failed", {"detail": lost.detail})


def _spoken_plainly(report: PdfReport) -> PdfReport:
    """The report with what the limits of its worker did to it said as such."""
    notes = tuple(
        Problem("audit_memory") if note.facts.get("detail") == MemoryError.__name__ else note
        for note in report.notes
    )
    return replace(report, notes=notes) if notes != report.notes else report
