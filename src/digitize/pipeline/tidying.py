"""Clear the inbox of what is kept: the only place where a scan is ever deleted.

A file goes only if its bytes are those of an original, both read now; if every dossier that it is in has
been packaged for long enough; and if those packages are valid, checked now. Whatever else lies there stays.

The order is the promise: the ledger names what is about to go, then it goes, then the ledger tells what
went. Cut off in between, the next call finds the intent and completes the record.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from digitize.archive.discovery import Found, ItemKind
from digitize.archive.verification import Effort, verify_found
from digitize.errors import EnvironmentProblem, ItemProblem
from digitize.files import Fixity, fixity, remove_empty, remove_kept
from digitize.ingest.kinds import is_plain_file
from digitize.ingest.names import inbox_names
from digitize.ingest.naming import in_order
from digitize.ingest.shares import is_away
from digitize.model import Problem, Stage
from digitize.pipeline.arrivals import require_inbox
from digitize.pipeline.leases import lease
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import OriginalRecord, original_of
from digitize.pipeline.workspace import Workspace
from digitize.signatures.trust import load_workspace_trust
from digitize.signatures.verdict import Verdict
from digitize.times import Clock

INTENT = "tidying"
DONE = "tidied"

UNVERIFIED = "tidy_unverified"
ORIGINAL = "tidy_original_damaged"
ALARMING = frozenset({UNVERIFIED, ORIGINAL})
"""Why a file stays that somebody has to do something about."""

_FINISHED = {False: Stage.PACKAGED, True: Stage.DIVIDED}
"""The stage at which a dossier is finished, and a stack of dossiers."""

_TOGETHER = 64
"""So many packages are verified before their scans go: a call that is cut off has done what it has done."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """What went of one dossier, or of one stack of dossiers."""

    dossier: str
    files: tuple[Path, ...]
    size: int


@dataclass(slots=True)
class Tidied:
    """What came of tidying.

    Attributes:
        cleared: what went, or would go.
        kept: what stays although it is no dossier in work, and why.
        waiting: files of dossiers that are not packaged yet.
        young: files of dossiers that were packaged too short a time ago.

    """

    cleared: list[Cleared] = field(default_factory=list)
    kept: list[tuple[Path, Problem]] = field(default_factory=list)
    waiting: int = 0
    young: int = 0


_Kept = tuple[Path, tuple[OriginalRecord, ...]]
"""A file of the inbox, and the originals that were made of it: one for each dossier that it is in."""


@dataclass(slots=True)
class _Group:
    """The files of the inbox that can only go together with the same dossiers."""

    owners: tuple[str, ...]
    files: list[_Kept] = field(default_factory=list)
    packages: tuple[Path, ...] = ()


class Tidying:
    """Clears the inbox of one workspace.

    Args:
        workspace: whose.
        ledger: knows what was taken in.
        clock: tells the time.
        age: how long dossiers must have been packaged.
        rehearse: whether nothing is deleted.
        effort: what the verification of packages may cost.

    """

    def __init__(
        self,
        workspace: Workspace,
        ledger: Ledger,
        clock: Clock,
        *,
        age: dt.timedelta,
        rehearse: bool = False,
        effort: Effort | None = None,
    ) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._clock = clock
        self._age = age
        self._rehearse = rehearse
        self._effort = effort or Effort()
        self._result = Tidied()

    def tidy(self, told: Callable[[int, int], None] = lambda _done, _all: None) -> Tidied:
        """Clear what may go.

        Args:
            told: is told how many groups of files are done, of how many.

        Raises:
            EnvironmentProblem: the inbox or the archive is not there, or an anchor cannot be used.

        """
        require_inbox(self._workspace)
        self._workspace.require_archive()
        if not self._rehearse:
            self._complete_records()
        try:
            groups = list(self._due())
        except OSError as error:
            path = str(self._workspace.inbox)
            raise EnvironmentProblem("inbox_away", path=path, detail=error.strerror or "") from error
        named = self._workspace.settings.trust
        trust = load_workspace_trust(self._workspace.root, named.anchors, named.revocations)
        for start in range(0, len(groups), _TOGETHER):
            told(start, len(groups))
            some = groups[start : start + _TOGETHER]
            packages = list(dict.fromkeys(path for group in some for path in group.packages))
            found = [Found(path, ItemKind.PACKAGE) for path in packages]
            items = verify_found(found, trust, self._clock(), effort=self._effort)
            verdicts = {item.path: item.verdict for item in items}
            for group in some:
                self._clear(group, verdicts)
        told(len(groups), len(groups))
        return self._result

    # --- what may go ------------------------------------------------------------------------------

    def _due(self) -> Iterator[_Group]:
        """Groups of files whose dossiers have been packaged for long enough."""
        names = inbox_names()
        groups: dict[tuple[str, ...], _Group] = {}
        for path in _files(self._workspace.inbox):
            originals = self._originals(path)
            if not originals:
                if not (names.is_beside(path) and is_plain_file(path)):
                    self._stays(path, "tidy_new")
                continue
            owners = self._owners([one.dossier for one in originals])
            group = groups.setdefault(owners, _Group(owners))
            group.files.append((path, originals))
        for group in groups.values():
            if self._are_packaged(group):
                yield group

    def _originals(self, path: Path) -> tuple[OriginalRecord, ...]:
        """The originals that were last taken from a path, one for each dossier that it is in."""
        sql = "SELECT * FROM original WHERE source = ? AND superseded = 0"
        return tuple(original_of(row) for row in self._ledger.rows(sql, self._workspace.written(path)))

    def _owners(self, dossiers: Sequence[str]) -> tuple[str, ...]:
        """Dossiers, and all that were cut from the same stack, which a file may hold pages of."""
        marks = ",".join("?" * len(dossiers))
        named = f"WITH named AS (SELECT id, stack FROM dossier WHERE id IN ({marks})), "  # noqa: S608 - marks alone
        sql = (
            "together AS (SELECT id FROM named UNION SELECT stack FROM named WHERE stack IS NOT NULL) "
            "SELECT id FROM dossier WHERE id IN (SELECT id FROM together) "
            "OR stack IN (SELECT id FROM together) ORDER BY id"
        )
        return tuple(row["id"] for row in self._ledger.rows(named + sql, *dossiers))

    def _are_packaged(self, group: _Group) -> bool:
        """Whether all dossiers of a group are packaged, and long enough; fills in their packages."""
        packages = self._packages(group)
        if packages is None:
            self._result.waiting += len(group.files)
            return False
        marks = ",".join("?" * len(packages))
        sql = (
            f"SELECT dossier, max(at) AS at FROM event WHERE dossier IN ({marks}) "  # noqa: S608 - marks alone
            "AND kind = 'packaged' GROUP BY dossier"
        )
        when = {row["dossier"]: row["at"] for row in self._ledger.rows(sql, *packages)}
        latest = self._clock() - self._age
        if any(one not in when or dt.datetime.fromisoformat(when[one]) > latest for one in packages):
            self._result.young += len(group.files)
            return False
        group.packages = tuple(packages.values())
        return True

    def _packages(self, group: _Group) -> dict[str, Path] | None:
        """The package of every dossier of a group; None if one has none now.

        A stack becomes no package itself; it only has to be divided.
        """
        marks = ",".join("?" * len(group.owners))
        sql = f"SELECT DISTINCT stack FROM dossier WHERE stack IN ({marks})"  # noqa: S608 - marks alone
        stacks = {row["stack"] for row in self._ledger.rows(sql, *group.owners)}
        packages: dict[str, Path] = {}
        for owner in group.owners:
            record = self._ledger.dossier(owner)
            if record is None or record.stage is not _FINISHED[owner in stacks]:
                return None
            if owner not in stacks:
                packages[owner] = self._workspace.archive / str(record.package)
        return packages or None

    # --- clearing ---------------------------------------------------------------------------------

    def _clear(self, group: _Group, verdicts: dict[Path, Verdict]) -> None:
        bad = [path for path in group.packages if verdicts.get(path) is not Verdict.VALID]
        if bad:
            verdict = verdicts.get(bad[0], Verdict.UNREADABLE).value
            for path, _ in group.files:
                self._stays(path, UNVERIFIED, package=bad[0].name, verdict=verdict)
            return
        try:
            with ExitStack() as stack:
                for owner in group.owners:
                    stack.enter_context(lease(self._ledger, owner, self._clock))
                self._clear_held(group)
        except ItemProblem as error:
            # A person works on it: the next call clears it.
            self._result.kept.extend((path, Problem.of(error)) for path, _ in group.files)

    def _clear_held(self, group: _Group) -> None:
        packages = self._packages(group)
        if packages is None or tuple(packages.values()) != group.packages:
            # Reopened, withdrawn or renewed since its packages were looked at.
            self._result.waiting += len(group.files)
            return
        going = [one for one in group.files if self._is_kept(*one)]
        if self._rehearse:
            gone = [(path, ones) for path, ones in going if self._is_same(path, ones[0])]
        else:
            gone = self._remove(going)
        by_dossier: dict[str, list[tuple[Path, OriginalRecord]]] = {}
        for path, ones in gone:
            by_dossier.setdefault(ones[0].dossier, []).append((path, ones[0]))
        for dossier, files in by_dossier.items():
            paths = tuple(path for path, _ in files)
            self._result.cleared.append(Cleared(dossier, paths, sum(one.size for _, one in files)))

    def _is_kept(self, path: Path, originals: Sequence[OriginalRecord]) -> bool:
        """Whether the originals of a file are on the disk as they were taken in."""
        for one in originals:
            try:
                good = fixity(self._workspace.originals / one.dossier / one.name) == Fixity(
                    one.sha256, one.size
                )
            except OSError:
                good = False
            if not good:
                self._stays(path, ORIGINAL, original=one.name, dossier=one.dossier)
                return False
        return True

    def _is_same(self, path: Path, original: OriginalRecord) -> bool:
        if not path.is_symlink() and fixity(path) == Fixity(original.sha256, original.size):
            return True
        self._stays(path, "tidy_changed")
        return False

    def _remove(self, going: Sequence[_Kept]) -> list[_Kept]:
        """Delete files after the ledger has been told that they are to go; those that went."""
        if not going:
            return []
        self._record(INTENT, going)
        gone: list[_Kept] = []
        try:
            for path, ones in going:
                if self._remove_one(path, Fixity(ones[0].sha256, ones[0].size)):
                    gone.append((path, ones))
        finally:
            self._record(DONE, gone)
        for folder in {path.parent for path, _ in gone}:
            remove_empty(folder, self._workspace.inbox)
        return gone

    def _remove_one(self, path: Path, known: Fixity) -> bool:
        inbox = self._workspace.inbox
        try:
            if remove_kept(path, inbox, known):
                return True
        except FileNotFoundError:
            return False
        except OSError as error:
            detail = error.strerror or ""
            if is_away(error):
                raise EnvironmentProblem("inbox_away", path=str(inbox), detail=detail) from error
            self._stays(path, "file_unreadable_here", detail=detail)
            return False
        self._stays(path, "tidy_changed")
        return False

    # --- records ----------------------------------------------------------------------------------

    def _record(self, kind: str, files: Sequence[_Kept]) -> None:
        by_dossier: dict[str, list[str]] = {}
        for path, ones in files:
            for one in ones:
                by_dossier.setdefault(one.dossier, []).append(self._workspace.written(path))
        with self._ledger.transaction():
            for dossier, sources in by_dossier.items():
                self._ledger.add_event(kind, dossier, files=sources)

    def _complete_records(self) -> None:
        """Tell what went when a call before this one was cut off between deleting and telling."""
        sql = "SELECT dossier, max(id) AS id FROM event WHERE kind = ? GROUP BY dossier"
        done = {row["dossier"]: row["id"] for row in self._ledger.rows(sql, DONE)}
        there: set[str] | None = None
        for row in self._ledger.rows(sql, INTENT):
            if row["id"] < done.get(row["dossier"], 0):
                continue
            intents = [event for event in self._ledger.events(row["dossier"]) if event.id == row["id"]]
            files = [str(name) for event in intents for name in _strings(event.detail.get("files"))]
            if there is None:
                # Names that are no Unicode are not found by what the ledger calls them.
                there = {self._workspace.written(path) for path in _files(self._workspace.inbox)}
            gone = [name for name in files if name not in there]
            if gone:
                with self._ledger.transaction():
                    self._ledger.add_event(DONE, row["dossier"], files=gone)
            for folder in {(self._workspace.root / name).parent for name in gone}:
                remove_empty(folder, self._workspace.inbox)

    def _stays(self, path: Path, code: str, **facts: str) -> None:
        shown = path.relative_to(self._workspace.inbox).as_posix()
        self._result.kept.append((path, Problem(code, {"file": shown, **facts})))


def _files(inbox: Path) -> Iterator[Path]:
    """What lies in an inbox and might be a scan; links are not followed.

    Raises:
        OSError: a folder cannot be listed.

    """
    names = inbox_names()
    for place, folders, files in os.walk(inbox, onerror=_fail, followlinks=False):
        folders[:] = sorted(name for name in folders if not names.is_ignored(name))
        yield from (
            Path(place) / name for name in in_order(map(Path, files)) if not names.is_ignored(name.name)
        )


def _fail(error: OSError) -> None:
    raise error


def _strings(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
