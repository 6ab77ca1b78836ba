"""Audit a workspace: everything in its archive and its originals is checked again, the oldest check first.

What a check comes to is kept at once, so that an audit that is cut off has done what it has done. It works
beside a run: it reads, and writes into the ledger what it found.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from digitize.archive.check import PackageReport
from digitize.archive.discovery import Found, ItemKind
from digitize.archive.findings import Finding, error
from digitize.archive.opening import is_plain_inside, look
from digitize.archive.renewal import package_expiry
from digitize.archive.verification import Effort, VerifiedItem, verify_found
from digitize.errors import ItemProblem
from digitize.files import fixity
from digitize.model import Problem
from digitize.pipeline.audit_record import Beside, CheckRecord, load_checks, record_check
from digitize.pipeline.audit_subjects import Subject, find_holdings, newest_packages
from digitize.pipeline.event_log import check_log_of
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.workspace import Workspace
from digitize.signatures.trust import TrustStore, load_workspace_trust
from digitize.signatures.verdict import DAMAGED, Verdict
from digitize.times import Clock
from digitize.workers import Crew, Lost

_AT_ONCE = 8
"""Packages for each worker between two looks at the clock, where nobody waits for the end."""

_BYTES_PER_SECOND = 5_000_000
_NEWEST = 20


_Look = tuple[Beside, tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class AuditWishes:
    """What an audit may cost, and how far it looks ahead.

    Attributes:
        budget: no package is begun after so long; None for no limit.
        within: what ends within this time is told.
        effort: what a single file may cost, and how many are looked at at once.

    """

    budget: dt.timedelta | None
    within: dt.timedelta
    effort: Effort


@dataclass(slots=True)
class AuditResult:
    """What an audit came to.

    Attributes:
        items: what was checked, what is missing, and what nobody knows.
        log: the log of events.
        unchecked: what there was no time for, the oldest check first.
        strays: what lies in the archive and nothing in the ledger names.
        expiring: packages whose proof ends soon, that which ends first before the others.
        standing: of the unchecked what was bad when it was checked last.
        overdue: names of what has not been checked for longer than the profile allows.
        trust: what was relied on.

    """

    items: list[VerifiedItem] = field(default_factory=list)
    log: VerifiedItem | None = None
    unchecked: list[Subject] = field(default_factory=list)
    strays: tuple[Path, ...] = ()
    expiring: list[CheckRecord] = field(default_factory=list)
    standing: list[CheckRecord] = field(default_factory=list)
    overdue: list[str] = field(default_factory=list)
    trust: TrustStore = field(default_factory=TrustStore)


def audit_workspace(
    workspace: Workspace,
    ledger: Ledger,
    clock: Clock,
    wishes: AuditWishes,
    told: Callable[[int, int], None],
) -> AuditResult:
    """Check a workspace's holdings; at least one thing, and what the budget allows.

    Args:
        workspace: whose archive.
        ledger: where its packages stand and what came of the last checks.
        clock: tells the time.
        wishes: what it may cost.
        told: is told how many things are done, of how many.

    Raises:
        EnvironmentProblem: there is no archive, or an anchor cannot be used.

    """
    workspace.require_archive()
    return _Audit(workspace, ledger, clock, wishes).run(told)


class _Audit:
    def __init__(self, workspace: Workspace, ledger: Ledger, clock: Clock, wishes: AuditWishes) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._clock = clock
        self._wishes = wishes
        self._jobs = wishes.effort.jobs or len(os.sched_getaffinity(0))
        named = workspace.settings.trust
        self._checksums: dict[str, list[tuple[str, str]]] = {}
        self._trust = load_workspace_trust(workspace.root, named.anchors, named.revocations)

    def run(self, told: Callable[[int, int], None]) -> AuditResult:
        begun = self._clock()
        holdings = find_holdings(self._workspace, self._ledger)
        result = AuditResult(strays=holdings.strays, trust=self._trust)
        for subject in holdings.missing:
            self._keep(result, subject, _missing(subject), Beside())
        result.items += [_stray(path) for path in holdings.strays]
        waiting = list(holdings.subjects)
        at_once = self._jobs * (_AT_ONCE if self._wishes.budget is None else 1)
        while waiting:
            chunk, waiting = waiting[:at_once], waiting[at_once:]
            for subject, item, beside in self._checked(chunk):
                self._keep(result, subject, item, beside)
            told(len(holdings.subjects) - len(waiting), len(holdings.subjects))
            if self._wishes.budget is not None and self._clock() - begun >= self._wishes.budget:
                break
        result.unchecked = waiting
        years = self._workspace.profile.preservation.check_years
        result.overdue = [one.key for one in waiting if one.is_overdue(begun, years)]
        current = {one.key for one in holdings.subjects if one.current}
        checks = load_checks(self._ledger)
        left = {one.key for one in waiting}
        result.standing = [row for row in checks if row.package in left and row.verdict is not Verdict.VALID]
        result.expiring = _expiring(checks, current, begun + self._wishes.within)
        result.log = self._log(result)
        return result

    def _keep(self, result: AuditResult, subject: Subject, item: VerifiedItem, beside: Beside) -> None:
        record_check(self._ledger, subject, item, beside)
        result.items.append(item)

    def _log(self, result: AuditResult) -> VerifiedItem | None:
        packages = [item.path for item in result.items if item.kind is ItemKind.PACKAGE]
        # A ledger that was exchanged knows none of what lies there.
        packages += result.strays
        packages += newest_packages(self._workspace, self._ledger, _NEWEST)
        packages = list(dict.fromkeys(packages))
        return check_log_of(self._workspace, packages, self._trust, self._clock(), self._wishes.effort)

    # --- checking -----------------------------------------------------------------------------

    def _checked(self, subjects: Sequence[Subject]) -> Iterator[tuple[Subject, VerifiedItem, Beside]]:
        """Each subject with what was found, in their order."""
        subjects = [one for one in subjects if not self._was_moved(one)]
        packages = [one for one in subjects if one.kind is ItemKind.PACKAGE]
        found = [Found(one.path, ItemKind.PACKAGE, _no_folder(one.path)) for one in packages]
        effort = replace(self._wishes.effort, jobs=self._jobs)
        reports = verify_found(found, self._trust, self._clock(), effort=effort)
        items = dict(zip(packages, map(_as_package, reports), strict=True))
        items |= {one: self._as_of_then(one, items[one], effort) for one in packages if one.replaced_at}
        own = {one.dossier for one in subjects if one.kind is ItemKind.ORIGINALS and one.dossier}
        self._checksums = {dossier: self._ledger.checksums(dossier) for dossier in own}
        with Crew[Subject, tuple[Beside, tuple[Finding, ...]]](
            self._look, self._jobs, effort.megabytes
        ) as crew:
            for subject in subjects:
                crew.add(subject, effort.seconds + _size(subject.path) / _BYTES_PER_SECOND)
            answers = dict(crew)
        for subject in subjects:
            answer = answers[subject]
            beside = Beside() if isinstance(answer, Lost) else answer[0]
            if subject.kind is ItemKind.ORIGINALS:
                items[subject] = _originals(subject, answer)
            yield subject, items[subject], beside

    def _as_of_then(self, subject: Subject, item: VerifiedItem, effort: Effort) -> VerifiedItem:
        """A generation that was replaced, as it stood then: nobody renews its timestamps any more."""
        if item.verdict in DAMAGED or item.verdict is Verdict.VALID:
            return item
        moment = dt.datetime.fromisoformat(subject.replaced_at)
        found = [Found(subject.path, ItemKind.PACKAGE)]
        (then,) = map(_as_package, verify_found(found, self._trust, moment, effort=effort))
        return max(item, then, key=lambda one: one.verdict.rank)

    def _was_moved(self, subject: Subject) -> bool:
        """Whether a package was replaced by a later one since it was found; it is checked next time."""
        later = self._workspace.superseded / subject.path.name
        return subject.current and not os.path.lexists(subject.path) and later.is_dir()

    def _look(self, subject: Subject) -> _Look:
        """What a worker does besides the verification."""
        files = [path for path in _files(subject.path) if not path.is_symlink()]
        beside = Beside(len(files), sum(path.lstat().st_size for path in files))
        if subject.kind is ItemKind.ORIGINALS:
            return beside, tuple(self._changed(subject))
        try:
            return replace(beside, expires_at=package_expiry(subject.path).until), ()
        except (ItemProblem, OSError):
            # The verification says what is wrong with it.
            return beside, ()

    def _changed(self, subject: Subject) -> Iterator[Finding]:
        """Originals that are not as they were when they were taken in."""
        for name, sha256 in self._checksums[subject.dossier or ""]:
            if not is_plain_inside(subject.path, name):
                yield error("original_missing", name)
            elif fixity(subject.path / name).sha256 != sha256:
                yield error("original_changed", name)


def _expiring(checks: Sequence[CheckRecord], current: set[str], until: dt.datetime) -> list[CheckRecord]:
    """Of some packages those whose proof ends by a time, in the order in which it does."""
    ends = [
        (dt.datetime.fromisoformat(row.expires_at), row)
        for row in checks
        if row.package in current and row.expires_at
    ]
    ends.sort(key=lambda pair: (pair[0], pair[1].dossier or "", pair[1].package))
    return [row for end, row in ends if end <= until]


def _missing(subject: Subject) -> VerifiedItem:
    finding = error("package_not_there", "", dossier=subject.dossier or "-")
    return VerifiedItem(subject.path, ItemKind.PACKAGE, PackageReport(Verdict.INVALID, (), (finding,), ()))


def _stray(path: Path) -> VerifiedItem:
    note = Problem("archive_stray")
    return VerifiedItem(path, ItemKind.FOLDER, PackageReport(Verdict.INDETERMINATE, (), (), (), (note,)))


def _no_folder(path: Path) -> Problem | None:
    """Why something at the place of a package is none; a link may lead anywhere."""
    return None if path.is_dir() and not path.is_symlink() else look(path) or Problem("audit_special")


def _as_package(item: VerifiedItem) -> VerifiedItem:
    """An item of a package that could not be opened, as that of a package."""
    report = item.report
    if not isinstance(report, PackageReport):
        report = PackageReport(report.verdict, (), (), (), report.notes)
    return replace(item, report=report)


def _originals(subject: Subject, answer: _Look | Lost) -> VerifiedItem:
    if isinstance(answer, Lost):
        trouble = Problem("audit_failed", {"detail": f"{answer.loss.value} {answer.detail}"})
        report = PackageReport(Verdict.UNREADABLE, (), (), (), (trouble,))
    else:
        _, findings = answer
        report = PackageReport(Verdict.INVALID if findings else Verdict.VALID, (), findings, ())
    return VerifiedItem(subject.path, ItemKind.ORIGINALS, report)


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder, followlinks=False):
        yield from (Path(place, name) for name in names)


def _size(folder: Path) -> int:
    """How much there is to read; what vanishes meanwhile is nothing."""
    total = 0
    for path in _files(folder):
        with suppress(OSError):
            total += path.lstat().st_size
    return total
