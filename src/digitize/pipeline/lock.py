"""The run lock: one ``run`` at a time in a workspace.

The lock is the kernel's and ends with its holder, however that ends; the file says who held it.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digitize.errors import EnvironmentProblem, WorkspaceBusy
from digitize.times import Clock, written


@contextmanager
def run_lock(path: Path, clock: Clock, busy: str = "workspace_busy") -> Iterator[None]:
    """Hold the lock while the block runs; ``busy`` is the code of the problem that somebody else does.

    Raises:
        WorkspaceBusy: another run holds it; the message says which.
        EnvironmentProblem: the lock cannot be made.

    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise EnvironmentProblem("folder_unusable", path=str(path.parent)) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = _holder(path)
            raise WorkspaceBusy(
                busy,
                host=holder.get("host", "?"),
                pid=holder.get("pid", "?"),
                since=holder.get("since", "?"),
            ) from error
        record = {"host": socket.gethostname(), "pid": str(os.getpid()), "since": written(clock())}
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(record).encode(), 0)
        yield
    finally:
        os.close(handle)


def _holder(path: Path) -> dict[str, str]:
    try:
        record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
