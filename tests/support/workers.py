"""Tasks that misbehave, for a pool; workers import them by name."""

from __future__ import annotations

import errno
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Self

import cv2


def double(number: int) -> int:
    return 2 * number


def die(*_: object) -> None:
    """End the worker as the kernel does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(marker: Path) -> str:
    """End the worker on the first call, and do the work on the second."""
    if marker.exists():
        return "done"
    marker.touch()
    die()
    return "never"


def hang() -> None:
    time.sleep(3600)


def devour() -> int:
    """Ask for more memory than any worker may have."""
    return len(bytearray(1 << 40))


def devour_in_opencv() -> int:
    """The same in a library with errors of its own."""
    import cv2
    import numpy as np

    return len(cv2.resize(np.zeros((10, 10, 3), np.uint8), (60_000, 60_000)))


def end_group() -> None:
    """End every process of the group that the worker is in."""
    os.killpg(0, signal.SIGKILL)


def readiness_to_die() -> int:
    """How ready the kernel is to end the worker when memory runs out (proc(5))."""
    return int(Path("/proc/self/oom_score_adj").read_text("ascii"))


def stumble() -> None:
    raise KeyError("Nguyễn Văn A")


def complain() -> None:
    """Say something on standard error as libraries in C, libraries in Python and mistakes of ours do."""
    os.write(2, b"Fax4Decode: Bad code word\n")
    logging.getLogger("PIL.TiffImagePlugin").error("More samples per pixel than can be decoded: 65535")
    sys.stderr.write("a mistake of ours\n")


def complain_in_a_pool() -> None:
    from digitize.pipeline.pool import LocalPool

    pool = LocalPool(1, seconds=60, megabytes=0)
    pool.submit(complain).result()
    pool.stop()


def fill_the_disk() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def threads() -> tuple[str, int]:
    """How many threads Tesseract and OpenCV may have here."""
    return os.environ.get("OMP_THREAD_LIMIT", ""), cv2.getNumThreads()


def own_number() -> int:
    return os.getpid()


def wait_for(folder: Path, name: str) -> str:
    """Say under a name who does the task, and end when the folder has a file ``go``."""
    (folder / f"{name}.{os.getpid()}").touch()
    while not (folder / "go").exists():
        time.sleep(0.02)
    return name


class SlowToBegin(int):
    """A number that the second worker which is given it, and each one after, takes a while to receive."""

    def __new__(cls, value: int, folder: Path) -> Self:
        made = super().__new__(cls, value)
        made.folder = folder
        return made

    folder: Path

    def __reduce__(self) -> tuple[object, ...]:
        return _received, (int(self), self.folder)


def _received(value: int, folder: Path) -> int:
    try:
        (folder / "first").touch(exist_ok=False)
    except FileExistsError:
        (folder / "beginning").touch()
        time.sleep(1.0)
    return value


def be_slow_to_end(folder: Path) -> None:
    """Go on for a while after the pool has asked the worker to end."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    while not (folder / "beginning").exists():
        time.sleep(0.02)
    (folder / "under-way").touch()
    time.sleep(3600)


def stop_while_a_worker_begins(folder: Path) -> None:
    """Stop a pool of which one worker is slow to end, and another slow to begin."""
    from digitize.pipeline.pool import LocalPool

    pool = LocalPool(2, seconds=60, megabytes=SlowToBegin(0, folder))
    pool.submit(be_slow_to_end, folder)
    while not (folder / "under-way").exists():
        time.sleep(0.02)
    pool.stop()
