"""A worker that serves a cluster until it is told to end, through every restart of the scheduler."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from digitize.errors import EnvironmentProblem, Fact
from digitize.files import make_folder, remove_tree
from digitize.ocr.engine import EngineName
from digitize.ocr.tessdata import find_tessdata
from digitize.pipeline.cluster_address import (
    ClusterAddress,
    ClusterKeys,
    answers,
    parse_address,
    security_for,
)
from digitize.pipeline.processes import Process, give_way, this_process
from digitize.pipeline.versions import fingerprint

if TYPE_CHECKING:
    from distributed import Security

log = logging.getLogger(__name__)

_FOLDER = "digitize-worker-"

_CONNECTING = 10.0
"""Seconds for a scheduler to answer."""

_PAUSE = 1.0
"""Seconds before a scheduler that does not answer is tried again."""

_LEAVING = 20.0
"""Seconds for taking leave of a scheduler."""


class Tell(Protocol):
    """Is told what happens, by the name of a text and its facts."""

    def __call__(self, event: str, /, **facts: Fact) -> None:
        """Take notice."""


@dataclass(frozen=True, slots=True)
class ServingPlan:
    """How a machine serves a cluster.

    Attributes:
        address: of the scheduler.
        keys: for TLS.
        jobs: how many tasks at once; None takes every processor.
        host: the own address at which the scheduler and other workers find this one; None finds it.
        port: for the same; 0 takes any that is free.
        scratch: folder for what is kept while pages are read; None takes one of the system.
        nice: how much it gives way to what else the machine has to do, see nice(1).

    """

    address: str
    keys: ClusterKeys | None
    jobs: int | None = None
    host: str | None = None
    port: int = 0
    scratch: Path | None = None
    nice: int = 0


def serve_cluster(plan: ServingPlan, tell: Tell) -> None:
    """Serve until the process is told to end (SIGTERM, SIGINT).

    Raises:
        UsageProblem: the address cannot be used.
        EnvironmentProblem: no library, certificate, engine or language data.

    """
    address = parse_address(plan.address)
    security = security_for(address, plan.keys)
    fingerprint(EngineName.AUTO, find_tessdata())
    give_way(plan.nice)
    folder = _own_folder(plan.scratch or Path(tempfile.gettempdir()))
    try:
        asyncio.run(_serve(plan, address, security, folder, tell))
    finally:
        remove_tree(folder)


def _own_folder(scratch: Path) -> Path:
    """A folder for this process alone; what killed ones have left of somebody's papers is removed."""
    try:
        make_folder(scratch, mode=0o700)
        for left in scratch.glob(f"{_FOLDER}*-*"):
            number, _, began = left.name.removeprefix(_FOLDER).partition("-")
            ours = left.lstat().st_uid == os.getuid() and number.isdigit() and began.isdigit()
            if ours and not Process(int(number), int(began)).is_alive:
                remove_tree(left)
        process = this_process()
        folder = scratch / f"{_FOLDER}{process.number}-{process.began}"
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise EnvironmentProblem("folder_unusable", path=str(scratch)) from error
    return folder


async def _serve(
    plan: ServingPlan, address: ClusterAddress, security: Security | None, folder: Path, tell: Tell
) -> None:
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    waiting = False
    while not ending.is_set():
        if await answers(address, security, _CONNECTING):
            waiting = False
            try:
                await _serve_once(plan, address, security, folder, ending, tell)
            except (OSError, TimeoutError) as error:
                log.debug("not served", exc_info=error)
        elif not waiting:
            waiting = True
            tell("worker_waits", address=address.url)
        await _first(ending, _PAUSE)
    tell("worker_ended")


async def _serve_once(
    plan: ServingPlan,
    address: ClusterAddress,
    security: Security | None,
    folder: Path,
    ending: asyncio.Event,
    tell: Tell,
) -> None:
    """Be a worker of a scheduler as long as both are there."""
    from distributed import Worker

    from digitize.pipeline.cluster_worker import PageWork

    jobs = plan.jobs or len(os.sched_getaffinity(0))
    worker = Worker(
        address.url,
        nthreads=jobs,
        security=security,
        # In the clear it is open to this machine alone: who reaches a worker runs programs on it.
        host=plan.host or (address.host if address.loopback else None),
        port=plan.port,
        local_directory=str(folder),
        memory_limit=0,
        dashboard=False,
        dashboard_address="127.0.0.1:0",
        plugins=(PageWork(jobs),),
        death_timeout=_CONNECTING,
        heartbeat_interval="5s",
    )
    try:
        await worker
        tell("worker_ready", address=address.url, jobs=jobs, own=worker.address)
        finished = asyncio.ensure_future(worker.finished())
        told = asyncio.ensure_future(ending.wait())
        await asyncio.wait({finished, told}, return_when=asyncio.FIRST_COMPLETED)
        for one in (finished, told):
            one.cancel()
        if not ending.is_set():
            tell("worker_lost", address=address.url)
    finally:
        await worker.close(timeout=_LEAVING)


async def _first(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but no longer than so."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
