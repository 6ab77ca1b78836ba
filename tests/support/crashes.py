"""Work that fails or dies at its n-th step on the disk, and what a resume makes of it.

What is done is a scenario: a run, a correction, a renewal … A scenario is begun, spoilt at one step, and
begun again, as a clerk would; it must end where an undisturbed one ends. The list of scenarios is at the end.

Tasks run in the process of the runner and processes are forked from one that has loaded
everything, so that hundreds of such points can be tried. The signing time is the same each time;
fresh identifiers and what chance decides inside signatures are not compared.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import logging
import os
import re
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from digitize.errors import DigitizeError
from digitize.model import Problem, Stage
from digitize.pipeline.generations import MADE
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.lock import run_lock
from digitize.pipeline.packaging import Packager
from digitize.pipeline.pool import TaskExecutor
from digitize.pipeline.renewal import Renewal
from digitize.pipeline.reopening import Reopening
from digitize.pipeline.runner import Runner
from digitize.pipeline.sealing import make_renewer, make_seal
from digitize.pipeline.workspace import Workspace
from digitize.review.desk import Desk
from digitize.times import VIETNAM
from support.handing_over import export_packages, handed_over, import_sheet, write_sheet
from support.offices import contents, scans_go_along, small_scan
from support.page_deciding import decide_about_pages, put_in_review
from support.stacks import paper, sheets, write_stack

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
    seen: list[str] = field(default_factory=list)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event != "digitize.disk" or not self.armed:
            return
        self.count += 1
        self.seen.append(str(arguments[0]))
        if self.count == self.spoil and self.fault is Fault.DIES:
            os._exit(DIED)
        once = self.fault is Fault.FAILS_ONCE and self.count == self.spoil
        ever = self.fault is Fault.FAILS_ON and self.spoil and self.count >= self.spoil
        if once or ever:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


WATCHER = Watcher()
"""Hooks cannot be taken away again, so there is one for all."""


def run_here(root: Path, moment: dt.datetime, executor: TaskExecutor | None = None) -> None:
    """A run like that of the command, in this process, at a fixed time; tasks are done elsewhere if told."""
    workspace = Workspace.open(root)
    workspace.require_folders()

    def clock() -> dt.datetime:
        return moment

    with run_lock(workspace.lock, clock), closing(Ledger(workspace.ledger, clock, "tester")) as ledger:
        packager = Packager(workspace, ledger, make_seal(workspace, None), clock)
        Runner(workspace, ledger, executor or HereAndNow(), Nobody(), clock, packager=lambda: packager).run(
            []
        )


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


Act = Callable[[Path, dt.datetime], None]
"""Does something in a workspace at a time; done again it goes on where it was cut off."""


@dataclass(frozen=True)
class Scenario:
    """What is done step by step.

    Attributes:
        name: for people.
        prepare: leads from a finished run, or from a filled inbox where ``from_scans`` is set, to where
            the work begins; it is not spoilt.
        act: the work.
        from_scans: it begins before the first run.

    """

    name: str
    act: Act
    prepare: Act | None = None
    from_scans: bool = False


@dataclass(frozen=True)
class Point:
    """One crash point and what came of it: nothing, or what is wrong."""

    number: int
    fault: Fault
    faults: tuple[str, ...]


class CrashLab:
    """Tries crash points of one scenario on copies of one workspace.

    Args:
        scenario: what is done.
        start: a workspace to begin from; it is copied.
        scratch: a folder to work in.
        moment: when everything happens.

    """

    def __init__(self, scenario: Scenario, start: Path, scratch: Path, moment: dt.datetime) -> None:
        self._scenario = scenario
        self._moment = moment
        self._template = scratch / f"{scenario.name}-before"
        self._place = scratch / "place"
        shutil.copytree(start, self._template)
        if scenario.prepare is not None:
            scenario.prepare(self._template, moment)
        self._do_undisturbed()

    def _do_undisturbed(self) -> None:
        """See where the work ends, and by which steps."""
        shutil.rmtree(self._place, ignore_errors=True)
        shutil.copytree(self._template, self._place)
        WATCHER.count, WATCHER.spoil, WATCHER.armed = 0, 0, True
        WATCHER.seen.clear()
        self._scenario.act(self._place, self._moment)
        WATCHER.armed = False
        self.steps = WATCHER.count
        self._turning = [step for step, kind in enumerate(WATCHER.seen, start=1) if kind in _TURNING]
        self._wanted = archive_of(self._place)
        self._happened = happened(self._place, self._moment)

    def points(self, number: int | None = None) -> Iterator[Point]:
        """Try every point with every fault; or so many of those that turn something.

        Then the faults take turns.
        """
        faults = list(Fault)
        if number is None:
            chosen = [(step, fault) for step in range(1, self.steps + 1) for fault in faults]
        else:
            steps, most = self._turning, min(number, len(self._turning))
            chosen = [
                (steps[turn * (len(steps) - 1) // max(1, most - 1)], faults[turn % len(faults)])
                for turn in range(most)
            ]
        for step, fault in chosen:
            yield self.attempt(step, fault)

    def attempt(self, number: int, fault: Fault) -> Point:
        """Spoil one step, resume, and look at what is there."""
        if dt.datetime.now(VIETNAM) - self._moment > _AS_LONG:
            self._moment = dt.datetime.now(VIETNAM).replace(microsecond=0)
            self._do_undisturbed()
        shutil.rmtree(self._place, ignore_errors=True)
        shutil.copytree(self._template, self._place)

        def spoilt() -> None:
            WATCHER.count, WATCHER.spoil, WATCHER.fault, WATCHER.armed = 0, number, fault, True
            self._scenario.act(self._place, self._moment)

        first = in_child(spoilt)
        second = in_child(lambda: self._scenario.act(self._place, self._moment))
        faults = []
        if first not in ((DIED,) if fault is Fault.DIES else (0, FAILED)):
            faults.append(f"the spoilt one ended with {first}")
        if second != 0:
            faults.append(f"the resume ended with {second}")
        else:
            faults += self._compare()
        return Point(number, fault, tuple(faults))

    def _compare(self) -> list[str]:
        place, faults = self._place, []
        found = archive_of(place)
        faults += [f"missing {name}" for name in self._wanted.keys() - found.keys()]
        faults += [f"too many: {name}" for name in found.keys() - self._wanted.keys()]
        both = self._wanted.keys() & found.keys()
        faults += [f"other {name}" for name in both if self._wanted[name] != found[name]]
        hidden = (".digitize-", ".staging-", ".renewed-")
        left = [path for path in place.rglob("*") if path.name.startswith(hidden)]
        left += [*(place / "work").iterdir(), *(place / "quarantine").iterdir()]
        faults += [f"left over: {path.relative_to(place)}" for path in left]
        told = happened(place, self._moment)
        if told != self._happened:
            faults.append(f"the ledger tells {told} instead of {self._happened}")
        return faults + self._displaced()

    def _displaced(self) -> list[str]:
        """What is wrong with packages that were there before and with marks of what was replaced."""
        place, faults = self._place, []
        for package in packages_of(self._template / "archive"):
            here = [place / "archive" / package.name, place / "superseded" / package.name]
            kept = [path for path in here if path.exists()]
            if len(kept) != 1 or contents(kept[0]) != contents(package):
                faults.append(f"{package.name} is not kept once, as it was")
        standing = {package.name for package in packages_of(place / "archive")}
        for old in packages_of(place / "superseded"):
            mark = json.loads(old.with_name(f"{old.name}.json").read_text("utf-8"))
            if mark["package"] != old.name or mark["replaced_by"] not in standing:
                faults.append(f"{old.name} has a wrong mark")
        return faults


_AS_LONG = dt.timedelta(minutes=3)
"""Nothing is signed at a time that is far from the clock of who puts timestamps."""

_TURNING = ("commit", "rename", "remove")
"""Steps after which a resume finds something else than before."""

_TOLD = (
    *MADE, "received", "divided", "cut_from_stack", "reopened", "withdrawn", "returned", "renewal_begun",
    "late_pages", "page_turned", "page_excluded", "sent_back",
)  # fmt: skip


def happened(place: Path, moment: dt.datetime) -> dict[str, tuple[str, dict[str, int]]]:
    """Where each dossier stands, and how often what must not happen twice did."""
    with closing(Ledger(place / "ledger.db", lambda: moment, "tester")) as ledger:
        return {
            record.id: (
                record.stage.value,
                dict(Counter(e.kind for e in ledger.events(record.id) if e.kind in _TOLD)),
            )
            for record in ledger.dossiers()
        }


def packages_of(folder: Path) -> list[Path]:
    """The packages in a folder."""
    return sorted(path for path in folder.glob("[!.]*") if path.is_dir())


_CHANCE = re.compile(
    rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"  # fresh identifiers
    rb"|[0-9a-fA-F]{64}"  # checksums of what is signed
    rb"|(?<=signatureValue>)[^<]+"
    rb"|(?<=log head\): )\d+"  # how many events all dossiers had by then
    rb"|(?<=/ID )\[[^]]*\]"
    rb"|(?<=<xmp:MetadataDate>)[^<]+"  # the hour of writing
    rb'|(?<=SIZE=")\d+|(?<=<size>)\d+|(?<=size>)\d+'  # and its size
)


def archive_of(place: Path) -> dict[str, bytes]:
    """Every file of archive, originals and exports with what must be the same after each resume."""
    kept = {
        str(path.relative_to(place)): path.read_bytes()
        for path in (place / "originals").rglob("*")
        if path.is_file()
    }
    for package in packages_of(place / "archive"):
        pdf = next(package.glob("representations/*/data/*.pdf"))
        # Fresh identifiers stand in names of folders; two packages of one dossier are one too many.
        twin = "" if f"{pdf.stem}/METS.xml" not in kept else " once more"
        for path in package.rglob("*"):
            if path.is_file():
                name = f"{pdf.stem}{twin}/{path.relative_to(package)}"
                kept[name] = _steady(path)
    return kept | handed_over(place)


def _steady(path: Path) -> bytes:
    """A file without what chance decides."""
    data = path.read_bytes()
    if path.suffix == ".pdf":
        # What the signature covers was added to what had been composed.
        return _CHANCE.sub(b"-", data[: data.index(b"%%EOF") + 5])
    return b"" if path.suffix in (".p7s", ".tst") else _CHANCE.sub(b"-", data)


# --- scenarios ------------------------------------------------------------------------------------

FIRST, SECOND = "HS-1", "HS-2"


def fill(office: Path) -> None:
    """Put the scans of two dossiers into the inbox of a workspace."""
    small_scan(office / "scans" / FIRST / "a.jpg", "Hồ sơ thứ nhất")
    small_scan(office / "scans" / f"{SECOND}.tif", "Hồ sơ thứ hai", pages=2)


@contextmanager
def opened(root: Path, moment: dt.datetime) -> Iterator[tuple[Workspace, Ledger]]:
    """A workspace and its ledger at a time."""
    workspace = Workspace.open(root)
    workspace.require_folders()
    with closing(Ledger(workspace.ledger, lambda: moment, "tester")) as ledger:
        yield workspace, ledger


def _reopened(root: Path, moment: dt.datetime, *, supplement: bool) -> None:
    """Reopen the first dossier, unless that was done."""
    with opened(root, moment) as (workspace, ledger):
        if not any(event.kind == "reopened" for event in ledger.events(FIRST)):
            reopening = Reopening(workspace, ledger, lambda: moment)
            reopening.reopen(FIRST, "Quét lại", supplement=supplement)


def _scan_again(root: Path, moment: dt.datetime) -> None:
    """Another scan of the first dossier's page lies in the inbox, and a run has told so."""
    small_scan(root / "scans" / FIRST / "a.jpg", "Hồ sơ thứ nhất, quét lại")
    run_here(root, moment)


def _correct(root: Path, moment: dt.datetime) -> None:
    """Reopen, read the new scan, look at it, let it through, sign."""
    _reopened(root, moment, supplement=False)
    run_here(root, moment)
    with opened(root, moment) as (workspace, ledger):
        Desk(ledger, lambda: moment, workspace.templates).let_through(FIRST)
    run_here(root, moment)


def _late_page_over_a_renewal(root: Path, moment: dt.datetime) -> None:
    """A page came late, and a renewal of the first dossier waits for a signature."""
    small_scan(root / "scans" / FIRST / "b.jpg", "Giấy tờ đến sau")
    run_here(root, moment)
    with opened(root, moment) as (workspace, ledger):
        Renewal(workspace, ledger, lambda: moment).renew(FIRST, make_renewer(workspace), None)


def _supplement(root: Path, moment: dt.datetime) -> None:
    """Reopen for the late page; the run does the rest."""
    _reopened(root, moment, supplement=True)
    run_here(root, moment)


def _withdraw_and_return(root: Path, moment: dt.datetime) -> None:
    """Take the second dossier out of work, bring it back, and let it go on."""
    for kind in ("withdrawn", "returned"):
        with opened(root, moment) as (workspace, ledger):
            if any(event.kind == kind for event in ledger.events(SECOND)):
                continue
            reopening = Reopening(workspace, ledger, lambda: moment)
            if kind == "withdrawn":
                reopening.withdraw(SECOND, "Quét nhầm")
            else:
                reopening.reopen(SECOND, "Không nhầm")
        run_here(root, moment)


def _stack_comes(root: Path, moment: dt.datetime) -> None:  # noqa: ARG001 - like every act
    """A stack of two dossiers with separator sheets lies in the inbox, and a folder that is one as well."""
    with tempfile.TemporaryDirectory() as folder:
        one, two, three = sheets(Path(folder), ["HS-A", "HS-B", "HS-C"])
    write_stack(root / "scans" / "chong.tif", [one, paper("Giấy A"), two, paper("Giấy B"), paper("B hai")])
    write_stack(root / "scans" / "khay", [three, paper("Giấy C")])


def _stack_goes_along(root: Path, moment: dt.datetime) -> None:
    """The same where packages take their scans along: the file is cut for each of them."""
    scans_go_along(root)
    _stack_comes(root, moment)


def _renew(root: Path, moment: dt.datetime) -> None:
    """Renew the first dossier at once, and the second by way of a person's signature."""
    with opened(root, moment) as (workspace, ledger):
        renewal = Renewal(workspace, ledger, lambda: moment)
        renewal.tidy()
        renewer, seal = make_renewer(workspace), make_seal(workspace, None)
        for dossier, first_seal in ((FIRST, seal), (SECOND, None)):
            if any(event.kind == "renewed" for event in ledger.events(dossier)):
                continue
            if not renewal.renew(dossier, renewer, first_seal):
                renewal.sign(dossier, seal)


SCENARIOS = (
    Scenario("run", run_here, from_scans=True),
    Scenario("stack", run_here, _stack_comes),
    Scenario("scans in packages", run_here, _stack_goes_along),
    Scenario("correction", _correct, _scan_again),
    Scenario("supplement", _supplement, _late_page_over_a_renewal),
    Scenario("pages", partial(decide_about_pages, run_here), partial(put_in_review, run_here)),
    Scenario("withdrawal", _withdraw_and_return),
    Scenario("renewal", _renew),
    Scenario("export", export_packages),
    Scenario("import", import_sheet, write_sheet),
)
"""Everything that writes to the archive or the ledger; a new command has its line here."""


def laboratories(office: Path, scratch: Path, names: Sequence[str] = ()) -> Iterator[tuple[str, CrashLab]]:
    """A laboratory for each scenario, or for some of them.

    Args:
        office: a demo workspace with an empty inbox.
        scratch: a folder to work in.
        names: of scenarios; all if empty.

    """
    moment = dt.datetime.now(VIETNAM).replace(microsecond=0)
    sys.addaudithook(WATCHER)
    logging.disable(logging.CRITICAL)
    start = scratch / "start"
    shutil.copytree(office, start)
    fill(start)
    ran = scratch / "ran"
    shutil.copytree(start, ran)
    # This loads what later ones fork with them.
    run_here(ran, moment)
    for scenario in SCENARIOS:
        if not names or scenario.name in names:
            yield scenario.name, CrashLab(scenario, start if scenario.from_scans else ran, scratch, moment)
