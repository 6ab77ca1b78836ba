"""Forked processes that look at files which may be hostile, one file after the other.

A process that has loaded what it needs is forked in some milliseconds, so that even a single small file
is looked at in a child. The child may hang, die or ask for too much memory: only the job that it had is
lost, and the reason is told. Jobs go through a pipe one by one; a round trip costs some microseconds.
"""

from __future__ import annotations

import ctypes
import heapq
import itertools
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing import connection, get_context
from typing import Any, Generic, Self, TypeVar

J = TypeVar("J")
R = TypeVar("R")

_JOBS_PER_WORKER = 500

_INTERRUPTS = frozenset({signal.SIGINT, signal.SIGTERM})

_DIE_WITH_PARENT = 1
"""``PR_SET_PDEATHSIG`` of prctl(2)."""


class Loss(StrEnum):
    """Why a job has no result."""

    TOO_SLOW = "too_slow"
    OUT_OF_MEMORY = "out_of_memory"
    DIED = "died"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Lost:
    """A job without a result.

    Attributes:
        loss: why.
        detail: the seconds it was given, the signal or exit code with which its worker died, or the kind
            of exception.

    """

    loss: Loss
    detail: str = ""


@dataclass(slots=True)
class _Worker(Generic[J]):
    process: Any
    pipe: connection.Connection
    done: int = 0
    job: J | None = None
    seconds: float = 0.0
    deadline: float = 0.0


class Crew(AbstractContextManager["Crew[J, R]"], Generic[J, R]):
    """Some workers that all do the same work.

    Args:
        work: done in a worker for each job; jobs and results must be picklable.
        size: how many work at once.
        megabytes: most address space of a worker, 0 for no limit.
        jobs_each: a worker is replaced after so many jobs: libraries leak a little. To fork a process with
            much memory costs both sides, so that small jobs may be many.

    """

    def __init__(
        self, work: Callable[[J], R], size: int, megabytes: int = 0, jobs_each: int = _JOBS_PER_WORKER
    ) -> None:
        self._work = work
        self._size = size
        self._megabytes = megabytes
        self._jobs_each = jobs_each
        self._waiting: list[tuple[int, int, J, float]] = []
        self._order = itertools.count()
        self._workers: list[_Worker[J]] = []

    def add(self, job: J, seconds: float, *, first: bool = False) -> None:
        """Give a job that may take so many seconds; ``first`` puts it before those that wait."""
        heapq.heappush(self._waiting, (0 if first else 1, next(self._order), job, seconds))

    def __iter__(self) -> Iterator[tuple[J, R | Lost]]:
        """Each job with its result, as they are done; more jobs may be added meanwhile."""
        while True:
            self._hand_out()
            busy = [worker for worker in self._workers if worker.job is not None]
            if not busy:
                return
            left = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
            ready = connection.wait([worker.pipe for worker in busy], left)
            now = time.monotonic()
            for worker in busy:
                if worker.pipe in ready:
                    yield self._collect(worker)
                elif now >= worker.deadline:
                    yield self._lose(worker, Lost(Loss.TOO_SLOW, f"{worker.seconds:.0f}"))

    def __exit__(self, *_: object) -> None:
        """End the workers, also those at work."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.pipe.close()
        self._workers.clear()

    def __enter__(self) -> Self:
        return self

    def _hand_out(self) -> None:
        while self._waiting:
            worker = next((one for one in self._workers if one.job is None), None)
            if worker is None:
                if len(self._workers) >= self._size:
                    return
                worker = self._hire()
            _, _, job, seconds = heapq.heappop(self._waiting)
            worker.job, worker.seconds = job, seconds
            worker.deadline = time.monotonic() + seconds
            # One that died between two jobs is noticed when its result is waited for.
            try:
                worker.pipe.send(job)
            except (BrokenPipeError, ConnectionResetError):
                continue

    def _hire(self) -> _Worker[J]:
        ours, theirs = connection.Pipe()
        process = get_context("fork").Process(
            target=_serve, args=(theirs, self._work, self._megabytes, os.getpid()), daemon=True
        )
        # What runs after a fork in either process swallows an exception: an interrupt has to wait.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
        try:
            process.start()
            theirs.close()
            worker: _Worker[J] = _Worker(process, ours)
            self._workers.append(worker)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return worker

    def _collect(self, worker: _Worker[J]) -> tuple[J, R | Lost]:
        try:
            result: R | Lost = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join()
            code = worker.process.exitcode or 0
            return self._lose(worker, Lost(Loss.DIED, signal.Signals(-code).name if code < 0 else str(code)))
        job = worker.job
        assert job is not None
        worker.job = None
        worker.done += 1
        if worker.done >= self._jobs_each:
            self._dismiss(worker)
        return job, result

    def _lose(self, worker: _Worker[J], lost: Lost) -> tuple[J, Lost]:
        job = worker.job
        assert job is not None
        self._dismiss(worker)
        return job, lost

    def _dismiss(self, worker: _Worker[J]) -> None:
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)


def _serve(pipe: connection.Connection, work: Callable[[Any], Any], megabytes: int, parent: int) -> None:
    """What a worker does until its parent ends it."""
    # An interrupt from the keyboard reaches the whole group; the parent decides what happens.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPTS)
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        return
    # A core dump of a worker would be a copy of somebody's papers.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if megabytes:
        limit = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    while True:
        job = pipe.recv()
        pipe.send(_done(work, job))


def _done(work: Callable[[Any], Any], job: Any) -> Any:
    try:
        return work(job)
    except MemoryError:
        return Lost(Loss.OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001 - a file that nobody foresaw must not stop the others
        return Lost(Loss.FAILED, type(error).__name__)
