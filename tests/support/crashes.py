"""A run that fails or dies at its n-th step on the disk, and what a resume makes of it.

Tasks run in the process of the runner and processes are forked from one that has loaded
everything, so that hundreds of such points can be tried. The signing time is the same each time;
fresh identifiers and what chance decides inside signatures are not compared.
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import re
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from digitize.errors import DigitizeError
from digitize.model import Problem, Stage
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.lock import run_lock
from digitize.pipeline.packaging import Packager
from digitize.pipeline.runner import Runner
from digitize.pipeline.sealing import make_seal
from digitize.pipeline.workspace import Workspace
from digitize.times import VIETNAM

T = TypeVar("T")

DIED = 137
FAILED = 3
BROKEN = 99


class Fault(StrEnum):
    """What happens at the chosen step."""

    DIES = "the process dies"
    FAILS_ONCE = "the step fails once"
    FAILS_ON = "this step and all that follow fail"


class HereAndNow:
    """Does each task at once, in this process."""

    workers = 1

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(function(*args))
        except Exception as error:  # noqa: BLE001 - as a pool does
            future.set_exception(error)
        return future

    def stop(self) -> None:
        """Nothing runs."""


class Nobody:
    """Is told everything and says nothing."""

    def taken_in(self, dossiers: int) -> None: ...

    def planned(self, pages: int) -> None: ...

    def page_read(self, dossier: str) -> None: ...

    def moved(self, dossier: str, stage: Stage) -> None: ...

    def noted(self, dossier: str, problem: Problem) -> None: ...

    def problem(self, dossier: str, problem: Problem) -> None: ...


@dataclass
class Watcher:
    """Counts the steps on the disk, and spoils one."""

    spoil: int = 0
    fault: Fault = Fault.DIES
    count: int = 0
    armed: bool = False

    def __call__(self, event: str, _: tuple[Any, ...]) -> None:
        if event != "digitize.disk" or not self.armed:
            return
        self.count += 1
        if self.count == self.spoil and self.fault is Fault.DIES:
            os._exit(DIED)
        once = self.fault is Fault.FAILS_ONCE and self.count == self.spoil
        ever = self.fault is Fault.FAILS_ON and self.spoil and self.count >= self.spoil
        if once or ever:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


WATCHER = Watcher()
"""Hooks cannot be taken away again, so there is one for all."""


def run_here(root: Path, moment: dt.datetime) -> None:
    """A run like that of the command, in this process, at a fixed time."""
    workspace = Workspace.open(root)
    workspace.require_folders()

    def clock() -> dt.datetime:
        return moment

    with run_lock(workspace.lock, clock), closing(Ledger(workspace.ledger, clock, "tester")) as ledger:
        packager = Packager(workspace, ledger, make_seal(workspace, None), clock)
        Runner(workspace, ledger, HereAndNow(), Nobody(), clock, packager=packager).run([])


def in_child(work: Callable[[], None]) -> int:
    """Do something in a forked process; its exit code."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = BROKEN
        try:
            work()
            code = 0
        except (DigitizeError, OSError) as error:
            code = FAILED if getattr(error, "exit_code", FAILED) == FAILED else BROKEN
        except BaseException:  # noqa: BLE001 - a child must end here
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


@dataclass(frozen=True)
class Point:
    """One crash point and what came of it: nothing, or what is wrong."""

    number: int
    fault: Fault
    faults: tuple[str, ...]


class CrashLab:
    """Tries crash points on copies of one workspace.

    Args:
        pristine: a demo workspace with scans in its inbox, not run yet.
        scratch: a folder to work in.

    """

    def __init__(self, pristine: Path, scratch: Path) -> None:
        self._pristine = pristine
        self._scratch = scratch
        self._moment = dt.datetime.now(VIETNAM).replace(microsecond=0)
        sys.addaudithook(WATCHER)
        # Twice: the first run loads what later ones fork with them.
        run_here(self._copy(), self._moment)
        place = self._copy()
        WATCHER.count, WATCHER.spoil, WATCHER.armed = 0, 0, True
        run_here(place, self._moment)
        WATCHER.armed = False
        self.steps = WATCHER.count
        self.wanted = archive_of(place)

    def _copy(self) -> Path:
        place = self._scratch / "place"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self._pristine, place)
        return place

    def points(self, every: int = 1) -> Iterator[Point]:
        """Try every n-th point, the faults taking turns; all faults where n is 1."""
        for number in range(1, self.steps + 1):
            if every == 1:
                for fault in Fault:
                    yield self.attempt(number, fault)
            elif number % every == 0:
                yield self.attempt(number, list(Fault)[number // every % len(Fault)])

    def attempt(self, number: int, fault: Fault) -> Point:
        """Spoil one step, resume, and look at what is there."""
        place = self._copy()

        def spoilt() -> None:
            WATCHER.count, WATCHER.spoil, WATCHER.fault, WATCHER.armed = 0, number, fault, True
            run_here(place, self._moment)

        first = in_child(spoilt)
        second = in_child(lambda: run_here(place, self._moment))
        faults = []
        if first not in ((DIED,) if fault is Fault.DIES else (0, FAILED)):
            faults.append(f"the spoilt run ended with {first}")
        if second != 0:
            faults.append(f"the resume ended with {second}")
        else:
            faults += self._compare(place)
        return Point(number, fault, tuple(faults))

    def _compare(self, place: Path) -> list[str]:
        faults = []
        found = archive_of(place)
        faults += [f"missing {name}" for name in self.wanted.keys() - found.keys()]
        faults += [f"too many: {name}" for name in found.keys() - self.wanted.keys()]
        faults += [
            f"other {name}" for name in self.wanted.keys() & found.keys() if self.wanted[name] != found[name]
        ]
        left = [path for path in place.rglob("*") if path.name.startswith((".digitize-", ".staging-"))]
        left += [*(place / "work").iterdir(), *(place / "quarantine").iterdir()]
        faults += [f"left over: {path.relative_to(place)}" for path in left]
        with closing(Ledger(place / "ledger.db", lambda: self._moment, "tester")) as ledger:
            for record in ledger.dossiers():
                kinds = [event.kind for event in ledger.events(record.id)]
                if record.stage is not Stage.PACKAGED or kinds.count("packaged") != 1:
                    faults.append(f"{record.id}: {record.stage}, {kinds}")
        return faults


_CHANCE = re.compile(
    rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"  # fresh identifiers
    rb"|[0-9a-fA-F]{64}"  # checksums of what is signed
    rb"|(?<=signatureValue>)[^<]+"
    rb"|(?<=/ID )\[[^]]*\]"
    rb"|(?<=<xmp:MetadataDate>)[^<]+"  # the hour of writing
    rb'|(?<=SIZE=")\d+|(?<=<size>)\d+|(?<=size>)\d+'  # and its size
)


def archive_of(place: Path) -> dict[str, bytes]:
    """Every file of the archive and of the originals with what must be the same after each run."""
    kept = {
        str(path.relative_to(place)): path.read_bytes()
        for path in (place / "originals").rglob("*")
        if path.is_file()
    }
    for package in (place / "archive").iterdir():
        pdf = next(package.glob("representations/*/data/*.pdf"))
        for path in package.rglob("*"):
            if path.is_file():
                name = f"{pdf.stem}/{path.relative_to(package)}"
                kept[name] = _steady(path)
    return kept


def _steady(path: Path) -> bytes:
    """A file without what chance decides."""
    data = path.read_bytes()
    if path.suffix == ".pdf":
        # What the signature covers was added to what had been composed.
        return _CHANCE.sub(b"-", data[: data.index(b"%%EOF") + 5])
    return b"" if path.suffix == ".p7s" else _CHANCE.sub(b"-", data)
