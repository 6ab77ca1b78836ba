"""Who has a file open for writing, as far as this machine can know."""

from __future__ import annotations

import fcntl
import math
import os
import signal
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

_FRESH_SECONDS = 1.0
"""To look through all processes takes some milliseconds: not once for each of thousands of files."""

_ACCESS = 0o3
"""The bits of a file's flags that say whether it was opened for writing."""


class Writers:
    """Tells which files somebody has open for writing.

    The kernel is asked for a read lease, which it does not give while somebody can write (fcntl(2)). It
    gives leases on files of one's own; for the others the open files of all processes that may be seen are
    looked through. What another machine has open on a share is not known to either.

    Args:
        monotonic: seconds that only ever grow.

    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._open: set[tuple[int, int]] = set()
        self._looked_at = -math.inf

    def at_work_on(self, paths: Iterable[Path]) -> set[Path]:
        """Those of some files that somebody has open for writing.

        Raises:
            OSError: a file has gone or cannot be opened.

        """
        found: set[Path] = set()
        for path in paths:
            is_written = _is_written(path)
            if is_written or (is_written is None and self._seems_written(path)):
                found.add(path)
        return found

    def _seems_written(self, path: Path) -> bool:
        if self._monotonic() - self._looked_at > _FRESH_SECONDS:
            self._open, self._looked_at = open_for_writing(), self._monotonic()
        status = path.lstat()
        return (status.st_dev, status.st_ino) in self._open


def _is_written(path: Path) -> bool | None:
    """Whether a file is open for writing; None where the kernel does not say."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        # Whoever opens the file in this moment makes the kernel send a signal, by default one that kills.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(handle)
    return False


def open_for_writing() -> set[tuple[int, int]]:
    """Device and inode of every file that a process which may be looked into has open for writing."""
    found: set[tuple[int, int]] = set()
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            handles = [handle.name for handle in (process / "fd").iterdir()]
        except OSError:
            # Another user's, or ended.
            continue
        for handle in handles:
            try:
                status = (process / "fd" / handle).stat()
                if stat.S_ISREG(status.st_mode) and _writes(process / "fdinfo" / handle):
                    found.add((status.st_dev, status.st_ino))
            except OSError:
                continue
    return found


def _writes(info: Path) -> bool:
    for line in info.read_text("ascii", errors="replace").splitlines():
        if line.startswith("flags:"):
            return int(line.split()[1], 8) & _ACCESS != os.O_RDONLY
    return False
