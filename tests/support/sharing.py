"""What is dear to make: made once for all the processes that run tests, each of which gets a copy."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(
    factory: pytest.TempPathFactory, worker_id: str, name: str, make: Callable[[Path], None]
) -> Path:
    """A copy of a folder that the first process which needs it makes, and the others wait for.

    Each has its own: even what only looks at a workspace opens its ledger, which makes files beside it.

    Args:
        factory: of this process.
        worker_id: which of pytest-xdist's processes this is.
        name: of the folder.
        make: makes it; it is not there before.

    """
    own = factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    place, made = shared / f"{name}-shared", shared / f"{name}-made"
    with (shared / f"{name}-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            # A process that made it may have failed.
            shutil.rmtree(place, ignore_errors=True)
            make(place)
            made.touch()
    return Path(shutil.copytree(place, factory.mktemp(name) / name))
