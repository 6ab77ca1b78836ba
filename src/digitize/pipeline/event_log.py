"""Check a ledger's log of events: against itself, and against the heads that have left the house.

The ledger may be hostile, as may everything beside it: it is opened read-only, in a worker with limits.
Nothing is written beside it either.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from digitize.archive.check import PackageReport
from digitize.archive.discovery import ItemKind
from digitize.archive.findings import Finding, Severity, error
from digitize.archive.opening import look
from digitize.archive.verification import Effort, VerifiedItem
from digitize.model import Problem
from digitize.pipeline.event_chain import (
    REBUILT,
    Break,
    BrokenLink,
    Head,
    LoggedEvent,
    broken_links,
    previous_head,
)
from digitize.pipeline.heads import ToldHead, changed_reports, package_heads, report_heads
from digitize.pipeline.workspace import Workspace
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Verdict
from digitize.workers import Crew, Lost

_COLUMNS = frozenset({"id", "at", "who", "dossier", "kind", "detail", "hash"})
_LONGEST_VALUE = 16 << 20
_BYTES_PER_SECOND = 2_000_000
_NAMING = ("package", "replaces")
"""Where the detail of an event names packages."""


@dataclass(frozen=True, slots=True)
class _Rebuilt:
    """Where a log was made anew: the event that says so, and which events before it are lost."""

    event: LoggedEvent
    first: int
    last: int

    def covers(self, head: Head) -> bool:
        """Whether a head is one of an event that is lost; the last of them must be the one that is named."""
        told = previous_head(self.event)
        named = told is not None and (head.id != told.id or head.hash == told.hash)
        return self.first <= head.id <= self.last and named


@dataclass(slots=True)
class _Reading:
    """What was read of a log."""

    events: int = 0
    head: Head = field(default_factory=lambda: Head(0, ""))
    first: BrokenLink | None = None
    breaks: int = 0
    hashes: dict[int, str] = field(default_factory=dict)
    packages: set[str] = field(default_factory=set)
    rebuilt: list[_Rebuilt] = field(default_factory=list)
    besides: tuple[Finding, ...] = ()


def check_log_of(
    workspace: Workspace, packages: Sequence[Path], trust: TrustStore, now: dt.datetime, effort: Effort
) -> VerifiedItem | None:
    """Check the log of a workspace against packages and its own reports, and these against their stamps.

    Nothing comes of a workspace that has no ledger, unless packages of its archive are among them.

    Args:
        workspace: whose ledger.
        packages: those under audit, wherever they lie.
        trust: what may be relied on.
        now: the time at which the check is made.
        effort: what it may cost; a long log is given more time.

    """
    folders = [folder.resolve() for folder in (workspace.archive, workspace.superseded)]
    ours = {path for path in packages if path.resolve().parent in folders}
    if not os.path.lexists(workspace.ledger):
        return _lost(workspace.ledger, Problem("event_log_gone")) if ours else None
    told = [head for path in packages for head in package_heads(path, own=path in ours)]
    told += report_heads(workspace.reports)
    return check_event_log(
        workspace.ledger, told, effort, lambda: changed_reports(workspace.reports, trust, now)
    )


def check_event_log(
    ledger: Path,
    told: Sequence[ToldHead],
    effort: Effort,
    besides: Callable[[], Iterable[Finding]] = tuple,
) -> VerifiedItem:
    """Check the log in a ledger.

    Args:
        ledger: the database; it need not be one.
        told: heads that packages and reports tell.
        effort: what it may cost; a long log is given more time.
        besides: finds what else is wrong, in the same worker.

    """

    def work(path: Path) -> _Reading | Problem:
        reading = _read(path, told)
        if isinstance(reading, _Reading):
            reading.besides = tuple(besides())
        return reading

    trouble = look(ledger)
    if trouble is None:
        with Crew[Path, _Reading | Problem](work, 1, effort.megabytes) as crew:
            crew.add(ledger, effort.seconds + ledger.stat().st_size / _BYTES_PER_SECOND)
            answers = [answer for _, answer in crew]
        trouble = answers[0] if isinstance(answers[0], Problem) else None
        if isinstance(answers[0], Lost):
            trouble = Problem("event_log_unreadable", {"detail": answers[0].loss.value})
        elif isinstance(answers[0], _Reading):
            return _item(ledger, _findings(ledger.name, answers[0], told), _said(answers[0], told))
    assert trouble is not None
    return _lost(ledger, trouble)


def _lost(ledger: Path, trouble: Problem) -> VerifiedItem:
    verdict = Verdict.INDETERMINATE if trouble.code == "event_log_old" else Verdict.UNREADABLE
    return VerifiedItem(ledger, ItemKind.EVENT_LOG, PackageReport(verdict, (), (), (), (trouble,)))


def _item(ledger: Path, findings: Sequence[Finding], notes: tuple[Problem, ...]) -> VerifiedItem:
    verdict = Verdict.INDETERMINATE if findings else Verdict.VALID
    if any(finding.severity is Severity.ERROR for finding in findings):
        verdict = Verdict.INVALID
    return VerifiedItem(ledger, ItemKind.EVENT_LOG, PackageReport(verdict, (), tuple(findings), (), notes))


def _said(reading: _Reading, told: Sequence[ToldHead]) -> tuple[Problem, ...]:
    read = Problem("event_log_read", {"events": reading.events, "heads": len(told)})
    kept = [gap for gap in reading.rebuilt if gap.first > gap.last]
    return (
        read,
        *(
            Problem("event_log_rebuilt_whole", {"number": one.event.id, "time": one.event.at[:40]})
            for one in kept
        ),
    )


# --- what is wrong --------------------------------------------------------------------------------


def _findings(name: str, reading: _Reading, told: Sequence[ToldHead]) -> list[Finding]:
    found = [_broken(name, reading.first, reading.breaks)] if reading.first is not None else []
    ordered = sorted(told, key=lambda one: one.head.id)
    good = [one.head.id for one in ordered if _fits(reading, one.head)]
    lost = [one for one in ordered if any(gap.covers(one.head) for gap in reading.rebuilt)]
    bad = [one for one in ordered if not _fits(reading, one.head) and one not in lost]
    found += [_rebuilt(name, gap, lost) for gap in reading.rebuilt if gap.first <= gap.last]
    ours = [one for one in bad if one.own or one.source in reading.packages]
    if ours:
        found.append(_unfit(name, reading, ours, max(good, default=0)))
    foreign = [one for one in bad if one not in ours]
    if foreign:
        facts = (("source", foreign[0].source), ("number", foreign[0].head.id), ("heads", len(foreign)))
        found.append(Finding("event_log_elsewhere", Severity.WARNING, name, facts))
    return [*found, *reading.besides]


def _rebuilt(name: str, gap: _Rebuilt, lost: Sequence[ToldHead]) -> Finding:
    """A log that was made anew explains why events are gone; it cannot prove what they were."""
    facts = (
        ("number", gap.event.id),
        ("time", gap.event.at[:40]),
        ("who", gap.event.who[:80]),
        ("first", gap.first),
        ("last", gap.last),
        ("heads", sum(gap.covers(one.head) for one in lost)),
    )
    return Finding("event_log_rebuilt", Severity.WARNING, name, facts)


def _fits(reading: _Reading, head: Head) -> bool:
    return reading.hashes.get(head.id) == head.hash


def _broken(name: str, first: BrokenLink, breaks: int) -> Finding:
    event, after = first.event, first.after
    number, at = event.id, event.at[:40]
    match first.kind:
        case Break.MISSING:
            return error("event_log_gap", name, first=after + 1, last=number - 1, time=at, breaks=breaks)
        case Break.ORDER:
            return error("event_log_order", name, number=number, time=at, after=after, breaks=breaks)
        case Break.BARE:
            return error("event_log_bare", name, number=number, time=at, breaks=breaks)
        case Break.CHANGED:
            return error(
                "event_log_changed", name, number=number, time=at, kind=event.kind[:40], breaks=breaks
            )


def _unfit(name: str, reading: _Reading, bad: Sequence[ToldHead], good: int) -> Finding:
    """The first head that was told and is not there; ``good`` is the last one that is."""
    first = bad[0]
    since = good + 1 if good < first.head.id else 1
    number, heads = first.head.id, len(bad)
    if number > reading.head.id:
        last = reading.head.id
        return error("event_log_cut", name, source=first.source, number=number, last=last, heads=heads)
    return error("event_log_rewritten", name, source=first.source, first=since, number=number, heads=heads)


# --- reading --------------------------------------------------------------------------------------


def _read(ledger: Path, told: Sequence[ToldHead]) -> _Reading | Problem:
    """What a worker does. Beside a ledger that nobody has open, SQLite must not leave files."""
    quiet = not _is_open(ledger)
    try:
        result = _read_as(ledger, told, immutable=quiet)
        # Somebody has begun to write in the meantime: what was read may be half of each.
        return _read_as(ledger, told, immutable=False) if quiet and _is_open(ledger) else result
    except (sqlite3.Error, OverflowError) as problem:
        if quiet and _is_open(ledger):
            with suppress(sqlite3.Error, OverflowError):
                return _read_as(ledger, told, immutable=False)
        return Problem("event_log_unreadable", {"detail": type(problem).__name__})


def _is_open(ledger: Path) -> bool:
    """Whether what was written last may still stand in the file beside it."""
    return ledger.with_name(f"{ledger.name}-wal").exists()


def _read_as(ledger: Path, told: Sequence[ToldHead], *, immutable: bool) -> _Reading | Problem:
    address = f"file:{quote(str(ledger.absolute()))}?mode=ro{'&immutable=1' if immutable else ''}"
    with closing(sqlite3.connect(address, uri=True, timeout=30.0)) as database:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        database.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        database.execute("PRAGMA trusted_schema=OFF")
        database.execute("PRAGMA query_only=ON")
        # One state of it all, though others write.
        database.execute("BEGIN")
        kinds = dict(
            database.execute("SELECT name, type FROM sqlite_master WHERE name IN ('event', 'dossier')")
        )
        columns = {row[1] for row in database.execute("PRAGMA table_info(event)")}
        if kinds.get("event") != "table" or not columns >= _COLUMNS - {"hash"}:
            return Problem("event_log_unreadable", {"detail": "event"})
        if "hash" not in columns:
            return Problem("event_log_old")
        wanted = {one.head.id for one in told}
        reading = _Reading()
        for number, broken in enumerate(broken_links(_watched(database, reading, wanted))):
            reading.first = reading.first if number else broken
            reading.breaks += 1
        if kinds.get("dossier") == "table":
            reading.packages |= {
                name for (name,) in database.execute("SELECT package FROM dossier") if isinstance(name, str)
            }
        reading.packages &= {one.source for one in told}
        return reading


def _watched(database: sqlite3.Connection, reading: _Reading, wanted: set[int]) -> Iterator[LoggedEvent]:
    """The events, with what is needed of them noted as they go by."""
    sql = "SELECT id, at, who, dossier, kind, detail, hash FROM event ORDER BY id"
    for row in database.execute(sql):
        number, *texts = row
        # A ledger of ours is strict about types; what is not strict was not made by us.
        if not isinstance(number, int) or not all(isinstance(one, str | None) for one in texts):
            raise sqlite3.DataError
        event = LoggedEvent(number, *("" if one is None and at != 2 else one for at, one in enumerate(texts)))
        if event.kind == REBUILT:
            reading.rebuilt.append(_Rebuilt(event, reading.head.id + 1, event.id - 1))
        reading.events += 1
        reading.head = Head(number, event.hash or "", event.at)
        if number in wanted:
            reading.hashes[number] = event.hash or ""
        reading.packages.update(_packages(event.detail))
        yield event


def _packages(detail: str) -> Iterator[str]:
    """Packages that an event names."""
    if any(f'"{key}"' in detail for key in _NAMING):
        with suppress(ValueError, RecursionError):
            values = json.loads(detail)
            if isinstance(values, dict):
                yield from (name for key in _NAMING if isinstance(name := values.get(key), str))
