"""The catalogue of an archive: made from its packages alone, and kept in step with them.

It can be deleted at any time. A new one is built aside and put in place whole; who searches meanwhile
goes on in the old one. Packages are read by workers that may die of them; one that cannot be read is
remembered as such.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path

from digitize.archive.catalogue_reading import Effort, PackageRows, Reading, Source
from digitize.archive.catalogue_rows import types_of
from digitize.archive.catalogue_store import BrokenCatalogueError, Store
from digitize.errors import EnvironmentProblem
from digitize.files import FILE_MODE, remove_file, whole_file
from digitize.forms.template import Template

_PAGES_AT_ONCE = 1000
"""How many pages enter the catalogue in one transaction."""

_SETTLED = 2.0
"""Seconds after which a folder's time tells of every change: clocks of file systems tick slowly."""

_SQLITE = b"SQLite format 3\0"
"""What every database of SQLite begins with."""

Told = Callable[[int, int], None]
"""Is told how many packages have been read, of how many."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the catalogue is, and what it is made from."""

    catalogue: Path
    archive: Path
    superseded: Path

    @property
    def lock(self) -> Path:
        """Held by who uses the catalogue, and by who puts a new one in its place."""
        return self.catalogue.with_name(f".{self.catalogue.stem}.lock")

    @property
    def writers(self) -> Path:
        """Held by who brings the catalogue up to date."""
        return self.catalogue.with_name(f".{self.catalogue.stem}-writer.lock")


@dataclass(slots=True)
class Refreshed:
    """What it took to bring the catalogue up to date.

    Attributes:
        added, removed: how many packages.
        anew: it was built from nothing.
        broken: because the one that was there could not be used.
        busy: another process is at it; what it has not reached yet is not found.

    """

    added: int = 0
    removed: int = 0
    anew: bool = False
    broken: bool = False
    busy: bool = False


@dataclass(frozen=True)
class Catalogue:
    """Brings a catalogue up to date and opens it.

    Attributes:
        places: where things are.
        templates: the forms that are known; they say how values are compared.
        effort: what reading a package may cost.
        told: is told of the progress.

    """

    places: Places
    templates: Mapping[str, Template]
    effort: Effort = field(default_factory=Effort)
    told: Told = lambda _done, _all: None

    @contextmanager
    def opened(self) -> Iterator[Store]:
        """The catalogue as it is.

        Raises:
            BrokenCatalogueError: there is none, or it cannot be used.

        """
        with _held(self.places.lock, LOCK_SH):
            if not self.places.catalogue.is_file():
                raise BrokenCatalogueError
            store = Store(self.places.catalogue)
            try:
                yield store
            finally:
                store.close()

    def refresh(self, *, anew: bool = False) -> Refreshed:
        """Bring the catalogue in step with the packages; make it if there is none.

        Args:
            anew: throw away what is there.

        Raises:
            EnvironmentProblem: the disk does not take it.

        """
        result = Refreshed()
        try:
            if anew or not self.places.catalogue.exists():
                self._build(result, wanted=anew)
                return result
            try:
                self._follow(result)
            except BrokenCatalogueError:
                result.broken = True
                self._build(result, wanted=True)
        except (sqlite3.Error, OSError) as error:
            detail = getattr(error, "strerror", None) or str(error)
            raise EnvironmentProblem("disk_trouble", detail=detail) from error
        return result

    # --- steps --------------------------------------------------------------------------------

    def _build(self, result: Refreshed, *, wanted: bool) -> None:
        places = self.places
        with _held(places.writers, LOCK_EX):
            if places.catalogue.exists() and not wanted:
                # Another process has made it while this one waited.
                self._follow_alone(result)
                return
            seen, sources = self._listed()
            self._sweep()
            with ExitStack() as swap, whole_file(places.catalogue) as part:
                store = Store(part, building=True)
                try:
                    store.db.execute("BEGIN")
                    for rows in Reading(types_of(self.templates), self.effort).read(
                        sources.values(), self.told
                    ):
                        _add(store, rows)
                        result.added += 1
                    _remember(store, seen)
                    store.finish()
                    store.db.execute("COMMIT")
                finally:
                    store.close()
                swap.enter_context(_held(places.lock, LOCK_EX))
                # The journal of the old one would be taken for the new one's.
                for end in ("-wal", "-shm", "-journal"):
                    remove_file(places.catalogue.with_name(places.catalogue.name + end))
            result.anew = True

    def _sweep(self) -> None:
        """Remove what was left of a catalogue whose making was cut off; under the writers' lock."""
        for path in self.places.catalogue.parent.glob(".digitize-*.part"):
            with path.open("rb") as stream:
                cut_off = stream.read(len(_SQLITE)) == _SQLITE
            if cut_off:
                remove_file(path)

    def _follow(self, result: Refreshed) -> None:
        try:
            with self.opened() as store:
                if self._in_step(store) or not store.writable:
                    return
            with _held(self.places.writers, LOCK_EX | LOCK_NB):
                self._follow_alone(result)
        except BlockingIOError:
            result.busy = True

    def _follow_alone(self, result: Refreshed) -> None:
        """Take in and out what has come and gone; under the writers' lock."""
        seen, sources = self._listed()
        with self.opened() as store:
            known = store.folders()
            gone = known.keys() - sources.keys()
            new = [source for name, source in sources.items() if known.get(name) != source.superseded]
        for rows in _batches(Reading(types_of(self.templates), self.effort).read(new, self.told)):
            # Not held while packages are read: who rebuilds would have to wait for it.
            with self.opened() as store, store.transaction():
                for one in rows:
                    _add(store, one)
            result.added += len(rows)
        with self.opened() as store, store.transaction():
            for name in gone:
                store.remove(name)
                result.removed += 1
            _remember(store, seen)

    def _in_step(self, store: Store) -> bool:
        seen = _times(self.places)
        if store.meta("seen") == seen:
            return True
        _, sources = self._listed()
        if {name: source.superseded for name, source in sources.items()} != store.folders():
            return False
        if store.writable:
            with store.transaction():
                _remember(store, seen)
        return True

    def _listed(self) -> tuple[str, dict[str, Source]]:
        """Every package by the name of its folder, and the times at which they were listed."""
        seen = _times(self.places)
        found = {name: Source(path, superseded=True) for name, path in _folders(self.places.superseded)}
        # What is in both was cut off on its way out of the archive.
        found |= {name: Source(path, superseded=False) for name, path in _folders(self.places.archive)}
        return seen, found


def _add(store: Store, rows: PackageRows) -> None:
    store.add(
        rows.source.path.name,
        rows.file_code,
        rows.documents,
        superseded=rows.source.superseded,
        problem=rows.problem,
    )


def _batches(rows: Iterable[PackageRows]) -> Iterator[list[PackageRows]]:
    batch: list[PackageRows] = []
    pages = 0
    for one in rows:
        batch.append(one)
        pages += 1 + sum(len(document.pages) for document in one.documents)
        if pages >= _PAGES_AT_ONCE:
            yield batch
            batch, pages = [], 0
    if batch:
        yield batch


def _folders(place: Path) -> Iterator[tuple[str, Path]]:
    try:
        with os.scandir(place) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
                    yield entry.name, place / entry.name
    except FileNotFoundError:
        return


def _times(places: Places) -> str:
    """When something last came into the folders of packages or left them."""
    return " ".join(str(_time(place)) for place in (places.archive, places.superseded))


def _time(place: Path) -> int:
    try:
        return place.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _remember(store: Store, seen: str) -> None:
    """Remember at which times of the folders the catalogue was in step, if these times are settled."""
    newest = max(int(one) for one in seen.split())
    if time.time_ns() - newest > _SETTLED * 1e9:
        store.set_meta("seen", seen)


@contextmanager
def _held(path: Path, how: int) -> Iterator[None]:
    """Hold a lock of the kernel's while the block runs.

    Raises:
        BlockingIOError: somebody else holds it, and waiting was not asked for.

    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    except PermissionError:
        if not path.exists():
            # Nobody who may write has ever been here; nothing will be put in place meanwhile.
            yield
            return
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        flock(handle, how)
        yield
    finally:
        os.close(handle)
