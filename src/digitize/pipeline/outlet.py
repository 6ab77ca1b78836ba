"""The way out of the house: whole or not at all, never over something, and never without its event.

The order is the promise. What leaves is finished in a staging folder within the folder it goes to; then
the ledger is told, who took what of which dossier in which form; and last it gets its name there. A cut
between the last two leaves an event without a copy, never a copy without an event. A step that fails there
while the program goes on is told to the ledger as well (``export_failed``). What an interrupted export left
in staging is removed by the next one to the same folder.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from digitize.errors import EnvironmentProblem, ItemProblem, UsageProblem
from digitize.files import make_folder, publish_file, publish_folder, remove_tree
from digitize.model import Problem, Stage
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import DossierRecord
from digitize.pipeline.workspace import Workspace

STAGING = ".staging-export"

EXPORTED = "exported"
FIELDS_EXPORTED = "fields_exported"
EXPORT_FAILED = "export_failed"


class Destination(StrEnum):
    """What kind of place a copy went to, as far as the machine can tell."""

    SAME_DISK = "same_disk"
    OTHER_DISK = "other_disk"


@dataclass(frozen=True, slots=True)
class Exported:
    """Something that left: of which dossiers, and the files or folders that were written."""

    dossiers: tuple[str, ...]
    paths: tuple[Path, ...]
    notes: tuple[Problem, ...] = ()


@dataclass(slots=True)
class ExportResult:
    """What a call of ``export`` did.

    Attributes:
        done: what was written.
        failed: dossiers of which nothing was written, and why.

    """

    done: list[Exported] = field(default_factory=list)
    failed: dict[str, Problem] = field(default_factory=dict)


Told = Callable[[str, Exported | Problem], None]
"""Is told of each dossier what was written of it, or why nothing was."""


def tell_nobody(_dossier: str, _outcome: Exported | Problem) -> None:
    """For those who look at the result alone."""


def chosen_dossiers(ledger: Ledger, codes: Sequence[str]) -> list[DossierRecord]:
    """The dossiers that are named, each once; all that were not withdrawn where none is.

    Raises:
        UsageProblem: one of them does not exist.
        ItemProblem: one of them is withdrawn, or a stack that was divided.

    """
    records = {record.id: record for record in ledger.dossiers()}
    unknown = next((code for code in codes if code not in records), None)
    if unknown is not None:
        raise UsageProblem("dossier_unknown", dossier=unknown)
    withdrawn = next((code for code in codes if records[code].stage is Stage.WITHDRAWN), None)
    if withdrawn is not None:
        raise ItemProblem("export_withdrawn", dossier=withdrawn)
    divided = next((code for code in codes if records[code].stage is Stage.DIVIDED), None)
    if divided is not None:
        raise ItemProblem("stack_is_divided", dossier=divided)
    standing = [r for r in records.values() if r.stage not in (Stage.WITHDRAWN, Stage.DIVIDED)]
    return [records[code] for code in dict.fromkeys(codes)] or standing


@dataclass(frozen=True, slots=True)
class Outlet:
    """A folder that copies go to, while nobody else exports to it; made by ``open_outlet``.

    Attributes:
        folder: where to.
        ledger: is told of everything that leaves.
        destination: what kind of place it is.

    """

    folder: Path
    ledger: Ledger
    destination: Destination

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """An empty folder to build in; it is gone afterwards."""
        place = self.folder / STAGING
        remove_tree(place)
        make_folder(place)
        try:
            yield place
        finally:
            remove_tree(place)

    def require_free(self, names: Sequence[str]) -> None:
        """See before the work whether names are free.

        Raises:
            ItemProblem: something of such a name is there.

        """
        for name in names:
            if os.path.lexists(self.folder / name):
                raise ItemProblem("export_exists", path=str(self.folder / name))

    def publish(
        self, kind: str, details: Mapping[str, Mapping[str, object]], staged: Sequence[Path]
    ) -> tuple[Path, ...]:
        """Tell the ledger, then give what is finished in staging its place.

        Args:
            kind: kind of the event.
            details: for each dossier that something leaves of, what its event says.
            staged: files or folders; each keeps its name.

        Raises:
            ItemProblem: something of that name is there; it is left alone.
            EnvironmentProblem: the disk or the ledger does not take it.

        """
        names = [path.name for path in staged]
        self.require_free(names)
        with self.ledger.transaction():
            for dossier, detail in details.items():
                facts = {**detail, "names": names, "destination": self.destination.value}
                self.ledger.add_event(kind, dossier, **facts)
        try:
            for path in staged:
                publish = publish_folder if path.is_dir() else publish_file
                publish(path, self.folder / path.name)
        except OSError as error:
            with self.ledger.transaction():
                for dossier in details:
                    self.ledger.add_event(EXPORT_FAILED, dossier, names=names)
            if isinstance(error, FileExistsError):
                raise ItemProblem("export_exists", path=str(error)) from error
            raise EnvironmentProblem("disk_trouble", detail=error.strerror or "") from error
        return tuple(self.folder / name for name in names)


@contextmanager
def open_outlet(workspace: Workspace, ledger: Ledger, folder: Path) -> Iterator[Outlet]:
    """Open a folder for an export; it is made if it is not there.

    Raises:
        UsageProblem: another export writes there, or the program itself keeps its things there.
        EnvironmentProblem: the folder cannot be made or written to.

    """
    workspace.require_outside(folder)
    try:
        make_folder(folder.absolute())
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise EnvironmentProblem("folder_unusable", path=str(folder)) from error
    try:
        _lock(handle, folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise EnvironmentProblem("folder_unusable", path=str(folder))
        remove_tree(folder / STAGING)
        same = os.fstat(handle).st_dev == workspace.root.stat().st_dev
        yield Outlet(folder, ledger, Destination.SAME_DISK if same else Destination.OTHER_DISK)
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UsageProblem("export_busy", path=str(folder)) from error
    except OSError:
        # Some network shares know no locks; names are still never taken twice.
        return


def export_each(
    dossiers: Sequence[DossierRecord], export: Callable[[str, int], Exported], told: Told = tell_nobody
) -> ExportResult:
    """Export dossiers one after the other; what one of them lacks stops no other.

    Args:
        dossiers: which ones.
        export: given a dossier's code and its place, from 1, among those that left.
        told: is told of each.

    Raises:
        EnvironmentProblem: the disk or the ledger does not take it; what had left stays.

    """
    result = ExportResult()
    for record in dossiers:
        try:
            done = export(record.id, len(result.done) + 1)
        except ItemProblem as error:
            result.failed[record.id] = Problem.of(error)
            told(record.id, result.failed[record.id])
        except OSError as error:
            raise EnvironmentProblem("disk_trouble", detail=error.strerror or "") from error
        else:
            result.done.append(done)
            told(record.id, done)
    return result
