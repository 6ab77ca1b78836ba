"""Take in what is new: copy originals once, and write them into the ledger.

The order is the promise: a file is copied and on the disk before the ledger knows of it, so that
what the ledger names is always there. A crash in between leaves a copy that the next run finds
and adopts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from digitize.errors import EnvironmentProblem, Fact, ItemProblem, UsageProblem
from digitize.files import READ_ONLY, Fixity, copy_whole, fixity, make_folder, write_whole
from digitize.ingest.discover import Found, Rejected, discover, discover_inbox, is_folder
from digitize.ingest.kinds import FileKind, kind_of
from digitize.ingest.naming import nfc, safe_code, unused
from digitize.model import Problem, Stage
from digitize.pipeline.generations import is_unrecorded
from digitize.pipeline.leases import lease
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.quarantine import release, set_aside
from digitize.pipeline.records import DossierRecord, OriginalRecord
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

_STRAY = frozenset(
    {"link_refused", "special_file_refused", "file_empty", "not_a_scan", "file_unreadable_here"}
)
"""Why a file in the inbox is refused; a dossier waits until it is mended or taken away."""


@dataclass(slots=True)
class TakenIn:
    """What an intake did.

    Attributes:
        dossiers: codes of dossiers that are new or have new pages.
        rejected: codes of what was set aside.
        notes: what the clerk should know, with the dossier it concerns.

    """

    dossiers: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    notes: list[tuple[str, Problem]] = field(default_factory=list)


class Intake:
    """Takes dossiers from an inbox into a workspace."""

    def __init__(self, workspace: Workspace, ledger: Ledger, clock: Clock) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._clock = clock

    def take(self, sources: Sequence[Path]) -> TakenIn:
        """Take in what is new in some sources, or in the workspace's inbox if none is named.

        Raises:
            UsageProblem: a source does not exist, or is the workspace's own.
            EnvironmentProblem: the disk does not take it.

        """
        taken = TakenIn()
        for found in self._found(sources):
            try:
                self._take_one(found, taken)
            except OSError as error:
                raise EnvironmentProblem("disk_trouble", detail=error.strerror or "") from error
        return taken

    def _found(self, sources: Sequence[Path]) -> Iterator[Found]:
        for source in sources:
            if not source.exists() and not source.is_symlink():
                raise UsageProblem("source_missing", path=str(source))
            if self._workspace.is_inside(source):
                raise UsageProblem("source_is_own", path=str(source))
        if not sources:
            inbox = self._workspace.inbox
            if not inbox.is_dir():
                raise EnvironmentProblem("inbox_missing", path=str(inbox))
            return discover_inbox(inbox)
        chosen: Iterable[Found] = (found for source in sources for found in discover(source))
        return iter(chosen)

    def _take_one(self, found: Found, taken: TakenIn) -> None:
        source = self._written(found.source)
        record = self._ledger.dossier_from(source) or self._cut_dossier(found, source)
        new_files = [path for path in found.files if self._is_new(path)]
        if record is not None and new_files and self._is_next_stack(record, found, source):
            record = None
        new_refusals = [one for one in found.rejected if not self._was_refused(one.path)]
        if record is not None and self._is_mended(record, found):
            self._release(record)
            taken.dossiers.append(record.id)
        if not new_files and not new_refusals:
            return
        if record is None:
            record = self._new_dossier(found, source, taken)
        try:
            with lease(self._ledger, record.id, self._clock):
                self._take_into(record.id, new_files, new_refusals, taken)
        except ItemProblem as error:
            # A person is working on it: what is new waits for the next run.
            taken.notes.append((record.id, Problem.of(error)))

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
        stray = record.problem is not None and record.problem.code in _STRAY
        return record.stage is Stage.QUARANTINED and stray and not found.rejected

    def _release(self, record: DossierRecord) -> None:
        release(self._workspace, record.id, self._clock)
        with self._ledger.transaction():
            self._ledger.set_problem(record.id, None)
            self._ledger.move(record.id, Stage.RECEIVED, "released")

    def _new_dossier(self, found: Found, source: str, taken: TakenIn) -> DossierRecord:
        codes = self._ledger.dossier_codes()
        code = unused(found.code, codes)
        with self._ledger.transaction():
            self._ledger.add_dossier(code, source)
            self._ledger.add_event("received", code, source=found.source.name)
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
        for path in files:
            before = path.stat()
            wanted = safe_code(path.name)
            name = unused(wanted, names)
            replaced = self._ledger.originals_from(self._written(path))
            if name != wanted and not replaced:
                clash = Problem("name_clash", {"file": nfc(path.name), "used": name})
                taken.notes.append((record.id, clash))
            proof = self._copied(path, folder / name)
            after = path.stat()
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                # Somebody is still writing it: the copy is replaced when it has come to rest.
                taken.notes.append((record.id, Problem("file_in_motion", {"file": path.name})))
                continue
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
        if not added:
            return
        known = self._ledger.checksums(record.id)
        write_checksums(folder, [*known, *((new.name, new.sha256) for new in added)])
        if record.stage is Stage.QUARANTINED:
            release(self._workspace, record.id, self._clock)
        with self._ledger.transaction():
            for original in added:
                self._ledger.add_original(original)
            if record.stage is Stage.QUARANTINED:
                self._ledger.set_problem(record.id, None)
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
        plain = refused.problem.code not in ("link_refused", "special_file_refused")
        culprit = refused.path if plain else None
        set_aside(self._workspace, self._ledger, record.id, refused.problem, culprit, self._clock)
        with self._ledger.transaction():
            self._remember(refused.path, refused.problem)
        taken.rejected.append(record.id)

    def _remember(self, path: Path, problem: Problem) -> None:
        status = path.lstat()
        self._ledger.refuse(self._written(path), status.st_size, status.st_mtime_ns, problem)

    def _was_refused(self, path: Path) -> bool:
        status = path.lstat()
        return self._ledger.is_refused(self._written(path), status.st_size, status.st_mtime_ns)

    def _is_new(self, path: Path) -> bool:
        """Whether a file has not been taken in as it is now."""
        status = path.stat()
        if self._was_refused(path):
            return False
        return not any(
            known.source_size == status.st_size and known.source_time == status.st_mtime_ns
            for known in self._ledger.originals_from(self._written(path))
        )

    def _written(self, path: Path) -> str:
        """A path as the ledger keeps it: relative to the workspace if it lies in it.

        Not normalised: two names that look alike are two places all the same. Bytes that are no
        Unicode are written out.
        """
        # Links are not followed: the name under which something was found is what counts.
        absolute = Path(path).absolute()
        root = self._workspace.root
        inside = absolute.is_relative_to(root)
        written = (absolute.relative_to(root) if inside else absolute).as_posix()
        return os.fsencode(written).decode("utf-8", "backslashreplace")


def write_checksums(folder: Path, checksums: Sequence[tuple[str, str]]) -> None:
    """Write the names and SHA-256 of a dossier's originals beside them."""
    lines = [f"{sha256}  {name}\n" for name, sha256 in checksums]
    write_whole(folder / CHECKSUMS, "".join(lines))


def is_divided(ledger: Ledger, record: DossierRecord) -> bool:
    """Whether a record is a stack that has been cut into dossiers, or is just being cut."""
    begun = ledger.rows("SELECT 1 FROM dossier WHERE stack = ? LIMIT 1", record.id)
    return record.stage is Stage.DIVIDED or bool(begun)
