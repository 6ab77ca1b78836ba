"""What the parts of a run share: where they work, what is under way, and what came of it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digitize.errors import ItemProblem, SigningProblem
from digitize.model import Problem, Stage
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.observer import Observer
from digitize.pipeline.pool import TaskExecutor, outcome
from digitize.pipeline.quarantine import set_aside
from digitize.pipeline.records import OriginalRecord
from digitize.pipeline.tasks import ReadingSettings
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

_AHEAD = 2
"""Tasks in flight for each worker: one that runs and one that waits for it."""

ATTEMPTS = 2
"""How often a task is tried before its dossier is set aside; a worker may be killed without its fault."""

ACTIVE = (Stage.RECEIVED, Stage.RECOGNISED, Stage.EXTRACTED, Stage.APPROVED, Stage.COMPOSED)
"""Stages at which a run goes on by itself."""

Settle = Callable[[Any], None]
Retry = Callable[[ItemProblem], bool]


@dataclass(slots=True)
class RunResult:
    """What a run did.

    Attributes:
        pages_read: pages read in this run.
        failed: dossiers that were set aside in this run.
        seconds: how long it took.
        notes: what the clerk should know, with the dossier concerned.
        unsigned: why dossiers wait unsigned though the profile lets a run sign; None if none does.

    """

    pages_read: int = 0
    failed: list[str] = field(default_factory=list)
    seconds: float = 0.0
    notes: list[tuple[str, Problem]] = field(default_factory=list)
    unsigned: SigningProblem | None = None


@dataclass(frozen=True, slots=True)
class Flight:
    """A task under way.

    Attributes:
        dossier: whose it is.
        settle: what to do with its result.
        culprit: the file that it is about, where it is about one.
        retry: told what befell it, says whether it is tried again.

    """

    dossier: str
    settle: Settle
    culprit: Path | None = None
    retry: Retry | None = None


class Flights:
    """The tasks under way in an executor."""

    def __init__(self, executor: TaskExecutor, seconds: float) -> None:
        self._executor = executor
        self._seconds = seconds
        self._room = executor.workers * _AHEAD
        self._flying: dict[Future[Any], Flight] = {}

    @property
    def free(self) -> int:
        """How many more tasks keep the workers busy; below 0 where a dossier has sent many at once."""
        return self._room - len(self._flying)

    def __len__(self) -> int:
        return len(self._flying)

    def start(self, flight: Flight, function: Callable[..., Any], *args: Any) -> None:
        """Send a task on its way."""
        self._flying[self._executor.submit(function, *args)] = flight

    def landed(self) -> Iterator[tuple[Flight, Future[Any]]]:
        """Those that have ended, as soon as at least one has."""
        finished, _ = wait(self._flying, return_when=FIRST_COMPLETED)
        for future in finished:
            yield self._flying.pop(future), future

    def result(self, future: Future[Any]) -> Any:
        """What came of a task that has ended.

        Raises:
            ItemProblem: what befell it or its worker.
            EnvironmentProblem: the disk did not take what it wrote.

        """
        return outcome(future, self._seconds)


@dataclass(slots=True)
class Batch:
    """One run of a workspace, as its parts see it.

    Attributes:
        reading: what workers must know to read a page.
        ready: dossiers that can go on; the first one next.
        tries: how often each step of a dossier has been tried.
        codes: that stacks are to have, in order; empty where nobody has listed any.

    """

    workspace: Workspace
    ledger: Ledger
    observer: Observer
    clock: Clock
    flights: Flights
    reading: ReadingSettings
    ready: deque[str] = field(default_factory=deque)
    tries: Counter[tuple[str, str]] = field(default_factory=Counter)
    result: RunResult = field(default_factory=RunResult)
    codes: tuple[str, ...] = ()

    def stands(self, dossier: str, stage: Stage) -> bool:
        """Whether a dossier stands at a stage; somebody may have withdrawn or reopened it."""
        record = self.ledger.dossier(dossier)
        return record is not None and record.stage is stage

    def advance(self, dossier: str, before: Stage, after: Stage, event: str, **detail: object) -> bool:
        """Move a dossier on, unless somebody has withdrawn or reopened it since its step began.

        Inside a transaction, with what the step has found.
        """
        if not self.stands(dossier, before):
            return False
        self.ledger.move(dossier, after, event, **detail)
        return True

    def once_more(self, dossier: str, step: str) -> Retry:
        """Try a dossier's step again if its worker died, which may not be the step's fault."""

        def retry(error: ItemProblem) -> bool:
            self.tries[dossier, step] += 1
            again = error.code == "worker_died" and self.tries[dossier, step] < ATTEMPTS
            if again:
                self.ready.append(dossier)
            return again

        return retry

    def set_aside(self, dossier: str, problem: Problem, culprit: Path | None = None) -> None:
        """Move a dossier to quarantine, and tell it."""
        record = self.ledger.dossier(dossier)
        if record is None or record.stage not in ACTIVE:
            # It is set aside already, or somebody has withdrawn it meanwhile.
            return
        set_aside(self.workspace, self.ledger, dossier, problem, culprit, self.clock)
        self.result.failed.append(dossier)
        self.observer.problem(dossier, problem)
        self.observer.moved(dossier, Stage.QUARANTINED)

    def original_path(self, original: OriginalRecord) -> Path:
        """Where a file that was taken in lies."""
        return self.workspace.originals / original.dossier / original.name
