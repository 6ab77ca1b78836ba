"""A worker of the cluster: what runs on each of the other machines.

Dask's worker hands every task to a process of its own pool, as a run on one machine does: with limits of
time and memory, and replaced when it dies. Hence a page that kills its process fails alone, and Dask's
worker stays. The worker holds neither ledger nor keys.
"""

from __future__ import annotations

import asyncio
import pickle
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from distributed import Worker, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from digitize.errors import DigitizeError, EnvironmentProblem, ItemProblem
from digitize.files import write_whole
from digitize.pipeline import tasks
from digitize.pipeline.cluster_orders import (
    PLUGIN,
    Answer,
    Fate,
    Look,
    Needed,
    Order,
    Probe,
    TaskLimits,
    look_again,
)
from digitize.pipeline.pool import LocalPool, outcome
from digitize.pipeline.versions import data_stamp, fingerprint, seal_of, tessdata_here

_KEPT_ORIGINALS = 4
"""Originals that a worker keeps for further pages beside those that are in use."""


@dataclass(slots=True)
class _Kept:
    path: Path
    users: int = 0


@dataclass(slots=True)
class _PoolInUse:
    pool: LocalPool
    users: int = 0


class _Dropped(Exception):
    """Nobody waits for the result any more."""


class PageWork(WorkerPlugin):
    """Does orders in processes that may die.

    Args:
        jobs: how many at once.

    """

    name = PLUGIN

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._lock = threading.Lock()
        self._pools: dict[TaskLimits, _PoolInUse] = {}
        self._kept: dict[str, _Kept] = {}
        self._running: dict[str, Future[Any]] = {}
        self._versions: dict[tuple[str, Path | None], tuple[tuple[int, ...], dict[str, str]]] = {}
        self._folder = Path()
        self._address = ""
        self._ending = False

    def setup(self, worker: Worker) -> None:
        """Begin with a worker."""
        self._folder = Path(worker.local_directory)
        self._address = worker.address

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - so the library calls it
        """End the processes, also those at work."""
        with self._lock:
            self._ending = True
            pools = [one.pool for one in self._pools.values()]
            self._pools.clear()
            self._kept.clear()
        for running in list(self._running.values()):
            running.cancel()
        for pool in pools:
            pool.stop()

    def transition(self, key: Any, start: str, finish: str, **_: Any) -> None:
        """End a task that nobody waits for: the run was interrupted, or has died."""
        if start == "executing" and finish in ("cancelled", "released", "forgotten"):
            running = self._running.get(key)
            if running is not None:
                running.cancel()

    def versions(self, needed: Needed) -> dict[str, str]:
        """What this machine has that changes results.

        Raises:
            EnvironmentProblem: no engine, or no language data.

        """
        key = (needed.engine, needed.tessdata)
        stamp = data_stamp(needed.tessdata)
        if key not in self._versions:
            self._versions[key] = stamp, fingerprint(needed.engine, needed.tessdata)
        since, found = self._versions[key]
        if since != stamp:
            # Processes that are at work still have the old ones.
            raise EnvironmentProblem("cluster_worker_stale")
        return found

    def do(self, order: Order, data: bytes | None, key: str) -> Answer:
        """Do an order; whatever befalls it is told in the answer."""
        try:
            if seal_of(self.versions(order.needed)) != order.needed.seal:
                return Answer(Fate.REFUSED, self._address)
            args = tuple(_at_home(arg) for arg in order.args)
            if data is None:
                look_again(args)
                return Answer(Fate.DONE, self._address, self._run(order, args, key))
            return self._with_data(order, args, data, key)
        except _Dropped:
            return Answer(Fate.LOST, self._address)
        except DigitizeError as error:
            return Answer(Fate.FAILED, self._address, problem=error)
        except OSError as error:
            problem = EnvironmentProblem("disk_trouble", detail=error.strerror or "")
            return Answer(Fate.FAILED, self._address, problem=problem)

    def _with_data(self, order: Order, args: tuple[Any, ...], data: bytes, key: str) -> Answer:
        (task,) = args
        with (
            self._original(order.original, data) as original,
            tempfile.TemporaryDirectory(dir=self._folder, prefix="page-") as folder,
        ):
            target = Path(folder) / "page"
            moved = replace(task, original=original, target=target)
            result = self._run(order, (moved,), key)
            files = {path.suffix: path.read_bytes() for path in Path(folder).iterdir()}
        return Answer(Fate.DONE, self._address, result, files)

    def _run(self, order: Order, args: tuple[Any, ...], key: str) -> Any:
        with self._pool(order.limits) as pool:
            future = pool.submit(order.function, *args)
            self._running[key] = future
            try:
                return outcome(future, order.limits.seconds)
            except ItemProblem:
                if future.cancelled() or self._ending:
                    raise _Dropped from None
                raise
            finally:
                self._running.pop(key, None)

    @contextmanager
    def _pool(self, limits: TaskLimits) -> Iterator[LocalPool]:
        """The processes for some limits; those for others end when nothing runs in them."""
        with self._lock:
            if self._ending:
                raise _Dropped
            if limits not in self._pools:
                for other in [one for one, pool in self._pools.items() if not pool.users]:
                    self._pools.pop(other).pool.stop()
                made = LocalPool(self.jobs, seconds=limits.seconds, megabytes=limits.megabytes)
                self._pools[limits] = _PoolInUse(made)
            used = self._pools[limits]
            used.users += 1
        try:
            yield used.pool
        finally:
            with self._lock:
                used.users -= 1

    @contextmanager
    def _original(self, name: str, data: bytes) -> Iterator[Path]:
        """An original that was sent, as a file; kept for its next page."""
        with self._lock:
            kept = self._kept.pop(name, None)
            if kept is None:
                for old in [one for one, other in self._kept.items() if not other.users][:-_KEPT_ORIGINALS]:
                    self._kept.pop(old).path.unlink(missing_ok=True)
                kept = _Kept(self._folder / f"original-{name}")
                write_whole(kept.path, data, mode=0o600)
            self._kept[name] = kept
            kept.users += 1
        try:
            yield kept.path
        finally:
            with self._lock:
                kept.users -= 1


def perform(written: bytes, data: bytes | None = None) -> Answer:
    """Do an order on the worker that this runs on.

    Args:
        written: the order as a pickle: the scheduler opens what it passes on, and need not know of this.
        data: the bytes of the original, if they are sent.

    """
    worker = get_worker()
    order: Order = pickle.loads(written)  # noqa: S301 - all that Dask carries are pickles
    return _work_of(worker).do(order, data, str(worker.get_current_task()))


def hold(data: bytes) -> bytes:
    """Keep the bytes of an original in the cluster, for all its pages."""
    return data


async def look(needed: Needed, probe: Probe | None, dask_worker: Worker) -> Look:
    """What a worker says of itself; an answer is written to a probe if it can be."""
    work = _work_of(dask_worker)
    if probe is not None:
        await asyncio.to_thread(_answer, probe)
    try:
        return Look(await asyncio.to_thread(work.versions, needed), work.jobs)
    except DigitizeError as error:
        return Look({}, work.jobs, error)


def _answer(probe: Probe) -> None:
    try:
        if probe.originals.is_dir():
            write_whole(probe.answer, probe.question.read_bytes())
    except OSError:
        # Who does not see the folders cannot answer, which says it all.
        return


def _work_of(worker: Worker) -> PageWork:
    work = worker.plugins[PLUGIN]
    assert isinstance(work, PageWork)
    return work


def _at_home(arg: Any) -> Any:
    """A task with the language data of this machine instead of those of the machine that asks."""
    settings = getattr(arg, "settings", None)
    if not isinstance(settings, tasks.ReadingSettings):
        return arg
    return replace(arg, settings=replace(settings, tessdata=tessdata_here(settings.tessdata)))
