"""Whether a dossier in the inbox has come to rest, so that none of its pages is missing.

A dossier counts as a whole: while one file of it grows, appears or is open for writing, none is taken.
Where the times of files come from the clock of this machine, the kernel's record of the last change
(``ctime``, which no program can set) says how long a dossier has been at rest. Elsewhere, as on shares,
the clock is another one: a dossier is at rest when it has looked the same for so long.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from digitize.ingest.shares import is_network

_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Look:
    """A dossier in the inbox as seen from outside.

    Attributes:
        entries: every file and folder with inode, size, and the times of its last changes; also those that
            are no scans.
        folders: device and inode of every folder.
        changed: when something changed last, in nanoseconds of the clock that the file system goes by.

    """

    entries: frozenset[tuple[str, int, int, int, int]]
    folders: frozenset[tuple[int, int]]
    changed: int


def look_at(source: Path) -> Look:
    """Look at a dossier; links are not followed.

    Raises:
        OSError: it cannot be looked at whole.

    """
    entries: list[tuple[str, int, int, int, int]] = []
    folders: list[tuple[int, int]] = []
    waiting = [source]
    while waiting:
        path = waiting.pop()
        status = path.lstat()
        entries.append((str(path), status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
        if stat.S_ISDIR(status.st_mode):
            folders.append((status.st_dev, status.st_ino))
            try:
                waiting.extend(path.iterdir())
            except PermissionError:
                # What is in there is refused elsewhere.
                continue
    return Look(frozenset(entries), frozenset(folders), max(entry[4] for entry in entries))


class Stillness:
    """Remembers looks at dossiers that have not come to rest.

    Args:
        seconds: how long nothing may have changed.
        wall: the clock of this machine, in seconds since 1970.
        monotonic: seconds that only ever grow.

    """

    def __init__(self, seconds: float, wall: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self.seconds = seconds
        self._wall = wall
        self._monotonic = monotonic
        self._seen: dict[Path, tuple[Look, float]] = {}

    def is_at_rest(self, source: Path, look: Look) -> bool:
        """Whether nothing has changed for long enough; a look that says otherwise is remembered."""
        first = self._seen.get(source)
        if first is not None and first[0] == look:
            rested = self._monotonic() - first[1] >= self.seconds
        else:
            rested = self.seconds == 0
            self.remember(source, look)
        age = self._wall() - look.changed / _NANOSECONDS
        if rested or (age >= self.seconds and not is_network(source)):
            self.forget(source)
            return True
        return False

    def remember(self, source: Path, look: Look) -> None:
        """Look again at a dossier, though it seems to be at rest."""
        self._seen[source] = (look, self._monotonic())

    def forget(self, source: Path) -> None:
        """Forget what was seen of a dossier."""
        self._seen.pop(source, None)

    def keep(self, sources: Collection[Path]) -> None:
        """Forget all but these: what was renamed or taken away while it was in motion never comes to rest."""
        self._seen = {source: seen for source, seen in self._seen.items() if source in sources}

    @property
    def waiting(self) -> int:
        """How many dossiers are being watched."""
        return len(self._seen)

    def rests_in(self, source: Path) -> float:
        """Seconds after which a dossier is at rest if nothing changes from now on."""
        seen = self._seen.get(source)
        if seen is None:
            return 0.0
        look, since = seen
        left = self.seconds - (self._monotonic() - since)
        age = self._wall() - look.changed / _NANOSECONDS
        if age >= 0 and not is_network(source):
            left = min(left, self.seconds - age)
        return max(0.0, left)
