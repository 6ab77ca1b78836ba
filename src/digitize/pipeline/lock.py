"""The run lock: one ``run`` at a time in a workspace.

The lock is the kernel's and ends with its holder, however that ends; the file says who holds it. On a
network share the kernel asks the server (nfs(5), ``flock`` since Linux 2.6.12; SMB locks the bytes of the
file), so that it holds between machines as well, unless the share was mounted without locks.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from digitize.errors import EnvironmentProblem, WorkspaceBusy
from digitize.pipeline.processes import Process, this_process
from digitize.times import Clock, written

NOBODY_KNOWN = "lock_of_unknown"
"""The lock is held, and what the file says is not who holds it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock.

    Attributes:
        host: name of the machine.
        pid, began: the process, and when it began in ticks since its machine did.
        since: when it took the lock.
        user: for whom it works.
        command: what it does, such as ``run --watch``.

    """

    host: str
    pid: int
    began: int
    since: str
    user: str
    command: str

    @property
    def is_gone(self) -> bool:
        """Whether the process is known to have ended: one on another machine never is."""
        return self.host == socket.gethostname() and not Process(self.pid, self.began).is_alive


@contextmanager
def run_lock(
    path: Path, clock: Clock, busy: str = "workspace_busy", *, who: str = "", command: str = "run"
) -> Iterator[None]:
    """Hold the lock while the block runs.

    Args:
        path: the file.
        clock: tells since when.
        busy: code of the problem that somebody else holds it.
        who: for whom it is held.
        command: what is done meanwhile.

    Raises:
        WorkspaceBusy: somebody else holds it; the message says who.
        EnvironmentProblem: the lock cannot be made, or the file system has none.

    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise EnvironmentProblem("folder_unusable", path=str(path.parent)) from error
    try:
        _lock(handle, path, busy)
        process = this_process()
        holder = Holder(
            socket.gethostname(), process.number, process.began, written(clock()), who or "-", command
        )
        _tell(handle, json.dumps(asdict(holder)))
        yield
        _tell(handle, "")
    finally:
        os.close(handle)


def _lock(handle: int, path: Path, busy: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        # SMB servers refuse where others say that it would take a while.
        holder = find_holder(path)
        if holder is None or holder.is_gone:
            raise WorkspaceBusy(NOBODY_KNOWN, path=str(path)) from error
        raise WorkspaceBusy(
            busy,
            host=holder.host,
            pid=holder.pid,
            since=holder.since,
            user=holder.user,
            command=holder.command,
        ) from error
    except OSError as error:
        raise EnvironmentProblem("lock_unsupported", path=str(path), detail=error.strerror or "") from error


def _tell(handle: int, record: str) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, record.encode(), 0)


def find_holder(path: Path) -> Holder | None:
    """Whom a lock's file names; None where it names nobody or cannot be read."""
    try:
        return Holder(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
