"""What the parts of a run share: where they work, what is under way, and what came of it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digitize.errors import EnvironmentProblem, ItemProblem
from digitize.model import Problem, Stage
from digitize.pipeline.demand import Demand, Needs
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.observer import Observer
from digitize.pipeline.pool import TaskExecutor, outcome
from digitize.pipeline.quarantine import set_aside
from digitize.pipeline.records import OriginalRecord, PageRecord
from digitize.pipeline.space import Space
from digitize.pipeline.suspects import NEIGHBOURS_FAULT
from digitize.pipeline.tasks import ReadingSettings
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

_AHEAD = 2
"""Tasks in flight for each worker: one that runs and one that waits for it."""

_BEAT = 1.0
"""So often, in seconds, a run that waits for its workers looks whether it is to stop."""

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
        stopped: what kept it from going on with all: a disk without room; None if nothing did.
        trouble: why not all of the inbox could be looked at; what was in work went on.

    """

    pages_read: int = 0
    failed: list[str] = field(default_factory=list)
    seconds: float = 0.0
    notes: list[tuple[str, Problem]] = field(default_factory=list)
    unsigned: EnvironmentProblem | None = None
    stopped: EnvironmentProblem | None = None
    trouble: EnvironmentProblem | None = None

    @property
    def kept_from(self) -> EnvironmentProblem | None:
        """Why it could not do all that needs no person; None if nothing kept it."""
        return self.stopped or self.trouble or self.unsigned


@dataclass(frozen=True, slots=True)
class Flight:
    """A task under way.

    Attributes:
        dossier: whose it is.
        settle: what to do with its result.
        culprit: the file that it is about, where it is about one.
        retry: told what befell it, says whether that is seen to; if not, its dossier is set aside.

    """

    dossier: str
    settle: Settle
    culprit: Path | None = None
    retry: Retry | None = None


class Flights:
    """The tasks under way in an executor.

    Args:
        executor: where they run.
        seconds: what a task of one page is given.
        alone: where tasks run that may have taken others with them, each in a worker of its own; the same
            executor if there is no other.

    """

    def __init__(self, executor: TaskExecutor, seconds: float, alone: TaskExecutor | None = None) -> None:
        self._executor = executor
        self._alone = alone or executor
        self._seconds = seconds
        self.are_alone = False
        self._flying: dict[Future[Any], Flight] = {}

    @property
    def free(self) -> int:
        """How many more tasks keep the workers busy; below 0 where a dossier has sent many at once."""
        if self.are_alone:
            return 0
        # Workers on other machines come and go.
        return self._executor.workers * _AHEAD - len(self._flying)

    def __len__(self) -> int:
        return len(self._flying)

    def start(self, flight: Flight, function: Callable[..., Any], *args: Any) -> None:
        """Send a task on its way."""
        executor = self._alone if self.are_alone else self._executor
        self._flying[executor.submit(function, *args)] = flight

    def start_alone(self, start: Callable[[], None]) -> None:
        """Start something while nothing else is under way, and nothing else until it has landed."""
        assert not self._flying
        self.are_alone = True
        try:
            start()
        finally:
            self.are_alone = bool(self._flying)

    def landed(self) -> Iterator[tuple[Flight, Future[Any]]]:
        """Those that have ended, as soon as at least one has; none if none does within a second."""
        finished, _ = wait(self._flying, timeout=_BEAT, return_when=FIRST_COMPLETED)
        for future in finished:
            yield self._flying.pop(future), future
        if not self._flying:
            self.are_alone = False

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
        space: what may still be written where.
        suspected: dossiers whose step may have taken others with it; they go on when all else is done.
        tries: how often each step of a dossier has been tried.
        held: dossiers for whose documents or package there was no room.
        left: what the files need that were not taken in for the same reason.
        refusal: what was missing when there was last no room.
        freed: a dossier was packaged since then, and left room.
        codes: that stacks are to have, in order; empty where nobody has listed any.
        only: the dossiers that it works on; None for all that need no person.

    """

    workspace: Workspace
    ledger: Ledger
    observer: Observer
    clock: Clock
    flights: Flights
    reading: ReadingSettings
    space: Space
    ready: deque[str] = field(default_factory=deque)
    suspected: deque[str] = field(default_factory=deque)
    tries: Counter[tuple[str, str]] = field(default_factory=Counter)
    held: list[str] = field(default_factory=list)
    left: Needs = field(default_factory=Needs)
    refusal: EnvironmentProblem | None = None
    freed: bool = False
    result: RunResult = field(default_factory=RunResult)
    codes: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None

    @property
    def demand(self) -> Demand:
        """What the work needs."""
        return Demand(self.workspace, self.ledger, self.space)

    def has_room(self, needs: Needs, dossier: str | None = None) -> bool:
        """Whether there is room; if not, the dossier that was begun is kept for later."""
        refusal = self.space.shortage(needs, begun=dossier is not None)
        if refusal is not None:
            self.hold(refusal, dossier)
        return refusal is None

    def hold(self, refusal: EnvironmentProblem, dossier: str | None) -> None:
        """There was no room, for a dossier that was begun or for anything."""
        self.refusal = refusal
        if dossier is not None:
            self.held.append(dossier)

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
        """Try a dossier's step again, alone, if what befell it may not be its own fault."""

        def retry(error: ItemProblem) -> bool:
            # A pool that broke says nothing of those in it; it is not built anew for ever.
            self.tries[dossier, step] += error.code != "pool_broken"
            again = error.code in NEIGHBOURS_FAULT and self.tries[dossier, step] < self.attempts
            if again and dossier not in self.suspected:
                self.suspected.append(dossier)
            return again

        return retry

    @property
    def attempts(self) -> int:
        """How often a task is tried before its dossier is set aside."""
        return self.workspace.limits.attempts

    def set_aside(
        self,
        dossier: str,
        problem: Problem,
        culprit: Path | None = None,
        pages: Sequence[PageRecord] = (),
    ) -> None:
        """Move a dossier to quarantine, and tell it."""
        record = self.ledger.dossier(dossier)
        if record is None or record.stage not in ACTIVE:
            # It is set aside already, or somebody has withdrawn it meanwhile.
            return
        set_aside(self.workspace, self.ledger, dossier, problem, culprit, self.clock, pages)
        self.result.failed.append(dossier)
        self.observer.problem(dossier, problem)
        self.observer.moved(dossier, Stage.QUARANTINED)

    def original_path(self, original: OriginalRecord) -> Path:
        """Where a file that was taken in lies."""
        return self.workspace.originals / original.dossier / original.name
