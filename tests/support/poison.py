"""Pages that harm whoever reads them, read in real processes by a stand-in that knows no letters.

What a page does stands in the name of its file. As a program this runs a workspace, to be killed with it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

from PIL import Image

from digitize.model import Document, Stage
from digitize.pipeline import tasks
from digitize.pipeline.batch import RunResult
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.lock import run_lock
from digitize.pipeline.pool import LocalPool, TaskExecutor
from digitize.pipeline.runner import Runner
from digitize.pipeline.workspace import Workspace
from digitize.times import now
from support import workers
from support.crashes import Nobody

T = TypeVar("T")

DIES, HANGS, DEVOURS, KILLS_GROUP, KILLS_RUN = "dies", "hangs", "devours", "kills group", "kills run"


def tiny_scan(path: Path) -> Path:
    """A page without anything on it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (60, 40), (250, 248, 240)).save(path, dpi=(200, 200))
    return path


def read_stand_in(task: tasks.PageTask) -> tasks.PageDone:
    """Do what the file's name says, or keep the page as a picture."""
    does = task.original.stem
    if task.picture:
        return tasks.read_one_page(task)
    if does.startswith(DIES):
        workers.die()
    if does.startswith(HANGS):
        workers.hang()
    if does.startswith(DEVOURS):
        workers.devour()
    if does.startswith(KILLS_GROUP):
        os.killpg(0, signal.SIGKILL)
    if does.startswith(KILLS_RUN):
        os.kill(_parent_of(os.getppid()), signal.SIGKILL)
        workers.hang()
    return tasks.read_one_page(replace(task, picture=True))


def extract_stand_in(task: tasks.ExtractTask) -> list[Document]:
    """Do what the dossier's name says."""
    if task.pages[0].parent.name.startswith(DIES):
        workers.die()
    return []


class StandIn:
    """Reads pages by the stand-in, in another executor."""

    def __init__(self, executor: TaskExecutor) -> None:
        self._executor = executor
        self.workers = executor.workers
        self.pages: list[str] = []

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        if function is tasks.read_one_page:
            self.pages.append(args[0].original.stem)
            function = cast("Callable[..., T]", read_stand_in)
        elif function is tasks.extract:
            self.pages.append(args[0].pages[0].parent.name)
            function = cast("Callable[..., T]", extract_stand_in)
        return self._executor.submit(function, *args)

    def stop(self) -> None:
        self._executor.stop()


def run_poisoned(
    root: Path, *, jobs: int = 2, seconds: float = 30, until: Stage = Stage.RECOGNISED
) -> tuple[RunResult, list[str], list[str]]:
    """Read the pages of a workspace; what came of it, what was begun in company, and what alone."""
    workspace = Workspace.open(root)
    workspace.require_folders()
    pool = StandIn(LocalPool(jobs, seconds=seconds, megabytes=4096))
    alone = StandIn(LocalPool(1, seconds=seconds, megabytes=4096, apart=True))
    with run_lock(workspace.lock, now), closing(Ledger(workspace.ledger, now, "tester")) as ledger:
        try:
            runner = Runner(workspace, ledger, pool, Nobody(), now, until=until, alone=alone)
            return runner.run([]), pool.pages, alone.pages
        finally:
            pool.stop()
            alone.stop()


def _parent_of(number: int) -> int:
    stat = Path(f"/proc/{number}/stat").read_text("utf-8", errors="replace")
    return int(stat.rpartition(")")[2].split()[1])


if __name__ == "__main__":
    run_poisoned(Path(sys.argv[1]), seconds=float(sys.argv[2]))
