"""Take in what is new: copy originals once, and write them into the ledger.

The order is the promise: a file is copied and on the disk before the ledger knows of it, so that
what the ledger names is always there. A crash in between leaves a copy that the next run finds
and adopts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from digitize.errors import EnvironmentProblem, Fact, ItemProblem, written_out
from digitize.files import (
    READ_ONLY,
    Fixity,
    copy_whole,
    fixity,
    make_folder,
    remove_file,
    size_of,
    write_whole,
)
from digitize.ingest.discover import OWN, Found, Rejected, is_folder
from digitize.ingest.kinds import FileKind, kind_of
from digitize.ingest.naming import nfc, safe_code, unused
from digitize.ingest.stillness import Stillness
from digitize.model import Problem, Stage
from digitize.pipeline.arrivals import Arrivals
from digitize.pipeline.deadlines import settle_deadline
from digitize.pipeline.demand import Demand, Needs
from digitize.pipeline.generations import is_unrecorded
from digitize.pipeline.leases import lease
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.quarantine import release, set_aside
from digitize.pipeline.records import DossierRecord, OriginalRecord
from digitize.pipeline.scan_marks import settle_replaced
from digitize.pipeline.space import Space
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

CHECKSUMS = "SHA256SUMS"

LATE = "late_pages"
"""Code of the problem that files came for a dossier that was packaged."""

WITHDRAWN = "pages_of_withdrawn"
"""The same for a dossier that was taken out of work."""

DIVIDED = "pages_of_divided"
"""The same for a stack that was cut into dossiers."""

WITHIN = "//"
"""Between the source of a stack and the number of a dossier in it; no path has it."""

_UNREADABLE = "file_unreadable_here"

_NOT_COPIED = frozenset({"link_refused", "special_file_refused", _UNREADABLE})
"""Why a file is refused of which quarantine keeps no copy: it cannot be read, or must not be opened."""

STRAY = _NOT_COPIED | {"file_empty", "not_a_scan", OWN}
"""Why a file in the inbox is refused; a dossier waits until it is mended or taken away."""


@dataclass(slots=True)
class TakenIn:
    """What an intake did.

    Attributes:
        dossiers: codes of dossiers that are new or have new pages.
        rejected: codes of what was set aside.
        notes: what the clerk should know, with the dossier it concerns.
        left: what the files need for which there was no room.
        refusal: what was missing for the first of them; None if there was room for all.
        trouble: why not all of the inbox could be looked at.

    """

    dossiers: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    notes: list[tuple[str, Problem]] = field(default_factory=list)
    left: Needs = field(default_factory=Needs)
    refusal: EnvironmentProblem | None = None
    trouble: EnvironmentProblem | None = None


class Intake:
    """Takes dossiers from an inbox into a workspace.

    Args:
        workspace: whose.
        ledger: in which it is recorded.
        clock: tells the time.
        stillness: what is known from earlier looks; then nobody waits for what is in motion. Without it a
            dossier that is in motion is waited for once, for as long as the settings say.
        space: what may be written; by default what the settings leave.

    """

    def __init__(
        self,
        workspace: Workspace,
        ledger: Ledger,
        clock: Clock,
        stillness: Stillness | None = None,
        space: Space | None = None,
    ) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._clock = clock
        self._space = space or Space(workspace.limits.free_megabytes)
        self._demand = Demand(workspace, ledger, self._space)
        self._promised = Needs()
        self._pause: Callable[[float], None] | None = time.sleep if stillness is None else None
        self._stillness = stillness or make_stillness(workspace)

    def take(self, sources: Sequence[Path]) -> TakenIn:
        """Take in what is new in some sources, or in the workspace's inbox if none is named.

        Raises:
            UsageProblem: a source does not exist, or is the workspace's own.
            EnvironmentProblem: the disk does not take it.

        """
        taken = TakenIn()
        arrivals = Arrivals(self._workspace, self._stillness, self._pause)
        for found, has_news in arrivals.ready(sources, self._is_taken, self._has_news):
            try:
                self._take_one(found, taken, has_news=has_news)
            except OSError as error:
                if not arrivals.blames(found, error):
                    raise EnvironmentProblem("disk_trouble", detail=error.strerror or "") from error
                arrivals.stumble(found, error)
        taken.notes.extend(arrivals.notes)
        taken.trouble = arrivals.trouble
        return taken

    def _take_one(self, found: Found, taken: TakenIn, *, has_news: bool) -> None:
        source = self._written(found.source)
        record = self._ledger.dossier_from(source) or self._cut_dossier(found, source)
        if record is not None and self._is_mended(record, found):
            self._release(record)
            taken.dossiers.append(record.id)
            # What could not be read and now can is taken in with it, before it goes on.
            has_news = True
        if not has_news:
            return
        new_files = [path for path in found.files if self._is_new(path) and not self._came_again(path)]
        if record is not None and new_files and self._is_next_stack(record, found, source):
            record = None
        new_refusals = [one for one in found.rejected if not self._was_refused(one.path)]
        if not new_files and not new_refusals:
            return
        if not self._has_room(new_files, taken):
            return
        if record is None:
            record = self._new_dossier(found, source, taken)
        try:
            with lease(self._ledger, record.id, self._clock):
                self._take_into(record.id, new_files, new_refusals, taken)
        except ItemProblem as error:
            # A person is working on it: what is new waits for the next run.
            taken.notes.append((record.id, Problem.of(error)))

    def _has_room(self, files: Sequence[Path], taken: TakenIn) -> bool:
        """Whether files can be kept and worked on with all that was taken in; if not, they stay in place."""
        if not files:
            return True
        derived = self._demand.of_files(files)
        needs = derived + Needs({self._workspace.originals: sum(map(size_of, files))})
        taken.refusal = taken.refusal or self._space.shortage(self._promised + needs)
        if taken.refusal is not None:
            taken.left += needs
            return False
        self._promised += derived
        return True

    def _cut_dossier(self, found: Found, source: str) -> DossierRecord | None:
        """The dossier of a stack whose code a folder bears: what is put there belongs to it."""
        record = self._ledger.dossier(found.code) if is_folder(found.source) else None
        if record is None or record.stack is None or is_divided(self._ledger, record):
            return None
        stack = self._ledger.dossier(record.stack)
        if stack is None or stack.stage is not Stage.DIVIDED or WITHIN not in record.source:
            # It has another folder already, or is just being cut.
            return None
        with self._ledger.transaction():
            self._ledger.execute("UPDATE dossier SET source = ? WHERE id = ?", source, record.id)
        return self._ledger.dossier(record.id)

    def _is_next_stack(self, record: DossierRecord, found: Found, source: str) -> bool:
        """Whether a file is a new stack that a scanner has given the name of one that was divided.

        A folder of a divided stack is still that stack's.
        """
        if record.stage is not Stage.DIVIDED or is_folder(found.source):
            return False
        with self._ledger.transaction():
            older = f"{source}{WITHIN}{record.id}"
            self._ledger.execute("UPDATE dossier SET source = ? WHERE id = ?", older, record.id)
        return True

    def _take_into(
        self, dossier: str, files: Sequence[Path], refusals: Sequence[Rejected], taken: TakenIn
    ) -> None:
        record = self._ledger.dossier(dossier)
        assert record is not None
        late = record.stage in (Stage.PACKAGED, Stage.WITHDRAWN) or is_unrecorded(self._workspace, record)
        if late or is_divided(self._ledger, record):
            self._too_late(record, [*files, *(refused.path for refused in refusals)], taken)
            return
        if files:
            self._add_files(record, files, taken)
        for refused in refusals:
            self._refuse(record, refused, taken)

    def _is_mended(self, record: DossierRecord, found: Found) -> bool:
        """Whether a dossier is in quarantine for a stray file alone, which has gone since."""
        stray = record.problem is not None and record.problem.code in STRAY
        if record.stage is not Stage.QUARANTINED or not stray or found.rejected:
            return False
        # A PDF of our own looks like a scan; what could not be read may be readable now.
        return all(self._refused_for(path) in (None, _UNREADABLE) for path in found.files)

    def _release(self, record: DossierRecord) -> None:
        release(self._workspace, record.id, self._clock)
        with self._ledger.transaction():
            # It is as it was, but that it may be read now.
            self._ledger.forget_refused(record.source, [_UNREADABLE])
            self._ledger.set_problem(record.id, None)
            self._ledger.move(record.id, Stage.RECEIVED, "released")

    def _new_dossier(self, found: Found, source: str, taken: TakenIn) -> DossierRecord:
        code = unused(found.code, self._ledger.codes)
        with self._ledger.transaction():
            self._ledger.add_dossier(code, source)
            known = settle_deadline(self._ledger, code, self._workspace.profile.deadlines, silent=True)
            self._ledger.add_event("received", code, source=written_out(found.source.name), **known.facts())
            if code != found.code:
                clash = Problem("code_clash", {"code": found.code, "used": code})
                self._ledger.set_problem(code, clash)
                taken.notes.append((code, clash))
        record = self._ledger.dossier(code)
        assert record is not None
        return record

    def _add_files(self, record: DossierRecord, files: Sequence[Path], taken: TakenIn) -> None:
        folder = make_folder(self._workspace.originals / record.id)
        names = self._ledger.original_names(record.id)
        ordinal = len(names)
        added: list[OriginalRecord] = []
        copies: list[Path] = []
        for path in files:
            before = path.stat()
            wanted = safe_code(path.name)
            name = unused(wanted, names)
            replaced = self._ledger.originals_from(self._written(path))
            if name != wanted and not replaced:
                clash = Problem("name_clash", {"file": nfc(path.name), "used": name})
                taken.notes.append((record.id, clash))
            proof = self._copied(path, folder / name)
            copies.append(folder / name)
            after = path.stat()
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                # Somebody is still writing it. Without it the others are no whole dossier.
                taken.notes.append((record.id, Problem("file_in_motion", {"file": path.name})))
                for copy in copies:
                    remove_file(copy)
                return
            names.append(name)
            ordinal += 1
            added.append(
                OriginalRecord(
                    dossier=record.id,
                    ordinal=ordinal,
                    name=name,
                    source=self._written(path),
                    source_size=after.st_size,
                    source_time=after.st_mtime_ns,
                    kind=kind_of(path) or FileKind.IMAGE,
                    sha256=proof.sha256,
                    size=proof.size,
                    pages=None,
                    signed=False,
                )
            )
        known = self._ledger.checksums(record.id)
        write_checksums(folder, [*known, *((new.name, new.sha256) for new in added)])
        if record.stage is Stage.QUARANTINED:
            release(self._workspace, record.id, self._clock)
        with self._ledger.transaction():
            for original in added:
                self._ledger.add_original(original)
            if record.stage is Stage.QUARANTINED:
                self._ledger.set_problem(record.id, None)
            settle_replaced(self._ledger, record.id)
            names_added = [original.name for original in added]
            self._ledger.move(record.id, Stage.RECEIVED, "files_taken_in", files=names_added)
        taken.dossiers.append(record.id)

    def _copied(self, path: Path, target: Path) -> Fixity:
        """Copy a file, or adopt the same copy that an interrupted run has left."""
        if target.is_file():
            here, there = fixity(path), fixity(target)
            if here == there:
                return here
        return copy_whole(path, target, mode=READ_ONLY)

    def _too_late(self, record: DossierRecord, files: Sequence[Path], taken: TakenIn) -> None:
        """Pages came after the dossier was packaged or withdrawn: told, and never slipped in."""
        facts: dict[str, Fact] = {"files": len(files), "dossier": record.id}
        code = DIVIDED if is_divided(self._ledger, record) else LATE
        problem = Problem(WITHDRAWN if record.stage is Stage.WITHDRAWN else code, facts)
        with self._ledger.transaction():
            self._ledger.set_problem(record.id, problem)
            self._ledger.add_event(problem.code, record.id, files=[nfc(path.name) for path in files])
            for path in files:
                self._remember(path, problem)
        taken.notes.append((record.id, problem))

    def _refuse(self, record: DossierRecord, refused: Rejected, taken: TakenIn) -> None:
        """Something among the scans is none: a dossier that may lack a paper must not go on."""
        plain = refused.problem.code not in _NOT_COPIED
        culprit = refused.path if plain else None
        set_aside(self._workspace, self._ledger, record.id, refused.problem, culprit, self._clock)
        with self._ledger.transaction():
            self._remember(refused.path, refused.problem)
        taken.rejected.append(record.id)

    def _remember(self, path: Path, problem: Problem) -> None:
        status = path.lstat()
        self._ledger.refuse(self._written(path), status.st_size, status.st_mtime_ns, problem)

    def _was_refused(self, path: Path) -> bool:
        return self._refused_for(path) is not None

    def _refused_for(self, path: Path) -> str | None:
        status = path.lstat()
        return self._ledger.refused_for(self._written(path), status.st_size, status.st_mtime_ns)

    def _has_news(self, found: Found) -> bool:
        """Whether there is something in a dossier that was neither taken in nor refused as it is now."""
        return any(map(self._is_new, found.files)) or not all(
            self._was_refused(one.path) for one in found.rejected
        )

    def _is_new(self, path: Path) -> bool:
        """Whether a file has been neither taken in nor refused as it is now."""
        status, source = path.stat(), self._written(path)
        if self._ledger.refused_for(source, status.st_size, status.st_mtime_ns) is not None:
            return False
        return not self._ledger.is_taken(source, status.st_size, status.st_mtime_ns)

    def _is_taken(self, path: Path) -> bool:
        """Whether a file has been taken in as it is now."""
        status = path.stat()
        return self._ledger.is_taken(self._written(path), status.st_size, status.st_mtime_ns)

    def _came_again(self, path: Path) -> bool:
        """Whether a file is the one that was last taken from its place, put there once more; remembered."""
        status, source = path.stat(), self._written(path)
        known = next(iter(self._ledger.originals_from(source)), None)
        if known is None or known.size != status.st_size or fixity(path).sha256 != known.sha256:
            return False
        with self._ledger.transaction():
            self._ledger.set_source_time(source, known.sha256, status.st_mtime_ns)
        return True

    def _written(self, path: Path) -> str:
        return self._workspace.written(path)


def make_stillness(workspace: Workspace) -> Stillness:
    """What decides, for a workspace, whether a dossier in its inbox has come to rest."""
    return Stillness(workspace.settings.inbox.quiet_seconds, time.time, time.monotonic)


def write_checksums(folder: Path, checksums: Sequence[tuple[str, str]]) -> None:
    """Write the names and SHA-256 of a dossier's originals beside them."""
    lines = [f"{sha256}  {name}\n" for name, sha256 in checksums]
    write_whole(folder / CHECKSUMS, "".join(lines))


def is_divided(ledger: Ledger, record: DossierRecord) -> bool:
    """Whether a record is a stack that has been cut into dossiers, or is just being cut."""
    begun = ledger.rows("SELECT 1 FROM dossier WHERE stack = ? LIMIT 1", record.id)
    return record.stage is Stage.DIVIDED or bool(begun)
