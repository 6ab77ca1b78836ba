"""A pool of processes that may die.

A task that hangs is stopped after its time, and a task that takes its worker down takes nothing
else with it: the pool replaces the worker and goes on. A pool that breaks as a whole is built anew.
"""

from __future__ import annotations

import concurrent.futures
import logging
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.context import ForkServerContext
from multiprocessing.synchronize import RLock
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pebble import ProcessExpired, ProcessPool

from digitize.errors import DigitizeError, EnvironmentProblem, ItemProblem
from digitize.pipeline.processes import find_process

T = TypeVar("T")

log = logging.getLogger(__name__)

_TASKS_PER_WORKER = 500
"""A worker is replaced after so many tasks: libraries leak a little, nights are long."""


_STALLED = 120.0
"""Seconds in which no task is begun though some wait and none runs; then the pool is taken for broken."""

_MOST_POOLS = 10
"""A pool is built anew so often; then something is wrong that new workers do not mend."""

_NO_MEMORY = "Insufficient memory"
"""How OpenCV tells, in a class of its own for everything, that it was given no memory."""

_PAGES = 5
"""Pages of a dossier whose fields are read, or which are composed, in the time for reading one page anew."""


class TaskExecutor(Protocol):
    """Where tasks run: processes here, or on other machines."""

    @property
    def workers(self) -> int:
        """How many tasks run at once."""

    def submit(self, function: Callable[..., T], *args: Any) -> concurrent.futures.Future[T]:
        """Start a task when there is room for it."""

    def stop(self) -> None:
        """End now; what runs is lost and can be done again."""


class _Promise(concurrent.futures.Future[T]):
    """What comes of a task, of which either the library's pool or this one tells, whichever is first.

    The library sets the outcome of its own futures from threads of its own, also after a pool was given
    up, and stumbles where somebody else has set it.

    Args:
        flight: the library's future of the task.

    """

    def __init__(self, flight: concurrent.futures.Future[T]) -> None:
        super().__init__()
        # Each knows the other; let go of when something has come of it, so that results of a long run do
        # not wait for the collector of cycles.
        self._flight: concurrent.futures.Future[T] | None = flight
        self._settling = threading.Lock()

    def cancel(self) -> bool:
        """End the task, also while it runs."""
        flight = self._flight
        return flight is not None and flight.cancel()

    @property
    def is_running(self) -> bool:
        """Whether a worker has begun it."""
        flight = self._flight
        return flight is not None and flight.running()

    def follow(self, flight: concurrent.futures.Future[T]) -> None:
        """Take over what the library's future has come to."""
        self._flight = None
        if flight.cancelled():
            with self._settling:
                if super().cancel():
                    self.set_running_or_notify_cancel()
        elif (error := flight.exception()) is not None:
            self.fail(error)
        else:
            with self._settling:
                if not self.done():
                    self.set_result(flight.result())

    def fail(self, error: BaseException) -> None:
        """Nothing comes of the task, unless something has already."""
        with self._settling:
            if not self.done():
                self.set_exception(error)


class _Context(ForkServerContext):
    """Starts workers, and keeps their locks until the last of them has ended.

    A server that has loaded the libraries once forks workers from them; forking this process itself would
    copy its threads' locks.

    A worker finds its locks by their names as it begins. The library lets go of them, and with that of their
    names, before it ends its workers: one that has just begun would not find them, and say so aloud.
    """

    def __init__(self) -> None:
        super().__init__()
        self._locks: list[RLock] = []

    def RLock(self) -> RLock:  # noqa: N802 - the library's name
        """A lock between processes."""
        lock = super().RLock()
        self._locks.append(lock)
        return lock

    def let_go(self) -> None:
        """No worker needs its locks any more."""
        self._locks.clear()


class LocalPool:
    """Processes on this machine.

    Args:
        jobs: how many tasks run at once.
        seconds: longest time for a task of one page.
        megabytes: most address space of one worker, 0 for no limit.
        apart: each task has a worker of its own, in a process group of its own, so that a task which kills
            its group kills itself alone.
        patience: seconds in which no task is begun though some wait and none runs; then it counts as broken.

    """

    def __init__(
        self, jobs: int, *, seconds: float, megabytes: int, apart: bool = False, patience: float = _STALLED
    ) -> None:
        self.workers = jobs
        self._seconds = seconds
        self._megabytes = megabytes
        self._apart = apart
        self._patience = patience
        self._open: set[_Promise[Any]] = set()
        self._moved = time.monotonic()
        self._ended = threading.Event()
        self._watch: threading.Thread | None = None
        self._context = _Context()
        self._pool = self._built()
        self._pools = 1

    def submit(self, function: Callable[..., T], *args: Any) -> concurrent.futures.Future[T]:
        """Start a task in one of the processes when one is free.

        Raises:
            EnvironmentProblem: no process can be started here, or none lives long.

        """
        seconds = self._seconds * _shares(args)
        while True:
            try:
                flight = self._pool.schedule(function, args=args, timeout=seconds)
            except (RuntimeError, BrokenProcessPool) as error:
                if self._pools == _MOST_POOLS:
                    raise EnvironmentProblem("workers_unusable", times=self._pools) from error
                self._end()
                self._pool = self._built()
                self._pools += 1
            else:
                return self._followed(flight)

    def stop(self) -> None:
        """End the processes, also those at work."""
        self._ended.set()
        self._end()

    def _end(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        with suppress(RuntimeError):
            self._pool.join()
        self._context.let_go()

    def _followed(self, flight: concurrent.futures.Future[T]) -> concurrent.futures.Future[T]:
        """A future of which something comes, also where nobody takes the task up."""
        promise = _Promise(flight)
        self._open.add(promise)
        self._moved = time.monotonic()
        flight.add_done_callback(lambda done: self._landed(promise, done))
        if self._watch is None:
            self._watch = threading.Thread(target=self._look_after, daemon=True)
            self._watch.start()
        return promise

    def _landed(self, promise: _Promise[Any], flight: concurrent.futures.Future[Any]) -> None:
        self._open.discard(promise)
        self._moved = time.monotonic()
        promise.follow(flight)

    def _look_after(self) -> None:
        while not self._ended.wait(self._patience / 20):
            waiting = list(self._open)
            if not waiting or any(promise.is_running for promise in waiting):
                self._moved = time.monotonic()
            elif time.monotonic() - self._moved > self._patience:
                self._pool.stop()  # type: ignore[no-untyped-call]
                for promise in waiting:
                    self._open.discard(promise)
                    promise.fail(BrokenProcessPool("stalled"))

    def _built(self) -> ProcessPool:
        self._context.set_forkserver_preload(["digitize.pipeline.tasks", "pikepdf.pdfa"])
        return ProcessPool(
            max_workers=self.workers,
            max_tasks=1 if self._apart else _TASKS_PER_WORKER,
            initializer=_prepare_worker,
            initargs=(os.getpid(), self._megabytes, self._apart),
            context=self._context,
        )


def outcome(future: concurrent.futures.Future[T], seconds: float) -> T:
    """The result of a finished task.

    Raises:
        ItemProblem: what befell the task or its worker.
        EnvironmentProblem: the disk did not take what the worker wrote.

    """
    try:
        return future.result()
    except concurrent.futures.TimeoutError as error:
        # Work on several pages was given more time, which the pool tells.
        given = error.args[1] if len(error.args) > 1 else seconds
        raise ItemProblem("task_too_slow", seconds=round(given)) from error
    except ProcessExpired as error:
        raise ItemProblem("worker_died", exit_code=error.exitcode or 0) from error
    except BrokenProcessPool as error:
        raise ItemProblem("pool_broken") from error
    except MemoryError as error:
        raise ItemProblem("out_of_memory") from error
    except DigitizeError:
        raise
    except OSError as error:
        if error.errno is None:
            # Libraries use this class for files that they do not understand.
            raise ItemProblem("unexpected", detail=type(error).__name__) from error
        raise EnvironmentProblem("disk_trouble", detail=error.strerror or "") from error
    except Exception as error:
        if _NO_MEMORY in str(error):
            raise ItemProblem("out_of_memory") from error
        # A file that a library trips over in an unforeseen way must not stop the batch.
        log.debug("unexpected in a worker", exc_info=error)
        raise ItemProblem("unexpected", detail=type(error).__name__) from error


def _shares(args: tuple[Any, ...]) -> int:
    """How often the time for a page a task is given: work on a whole dossier takes longer with its pages."""
    pages = max((len(getattr(task, "pages", ())) for task in args), default=0)
    return max(1, -(-pages // _PAGES))


def _prepare_worker(parent: int, megabytes: int, apart: bool) -> None:  # noqa: FBT001 - the pool passes it so
    # An interrupt from the keyboard reaches the whole group; the parent decides what happens.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if apart:
        os.setpgid(0, 0)
    _quiet_libraries()
    # Where the machine runs out of memory, the kernel is to take a worker and not the run.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    import cv2

    cv2.setNumThreads(1)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    if megabytes:
        # Last: a thread that is given no memory never starts, and whoever starts it waits for that.
        limit = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _quiet_libraries() -> None:
    """Let libraries say nothing where the run speaks to people.

    They speak to developers, in English, and do not name the file; what befell a task is told by its outcome.
    """
    logging.basicConfig(level=logging.CRITICAL + 1)
    # Those in C write to the file itself. A mistake of this program is still told by Python.
    own = os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8", errors="backslashreplace")
    sys.stderr = own
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _end_with(parent: int) -> None:
    """End this worker when the run that it works for has ended, however that ended."""
    run = find_process(parent)
    while run is not None and run.is_alive:
        time.sleep(0.5)
    os._exit(1)
