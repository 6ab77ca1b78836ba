"""The runner: takes in what is new, continues what is unfinished, stops where a person is needed.

The unit of parallel work is the page, over all dossiers in one pool; a dossier goes on as soon as
its last page is back. Only the runner writes to the ledger. Every step is one transaction, so
that a run killed at any moment goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.errors import EnvironmentProblem, ItemProblem
from digitize.ingest.stillness import Stillness
from digitize.model import Problem, Stage
from digitize.ocr.engine import EngineName
from digitize.ocr.tessdata import find_tessdata
from digitize.pipeline.batch import ACTIVE, Batch, Flights, RunResult
from digitize.pipeline.code_list import still_missing
from digitize.pipeline.decided_pages import sent_back_since
from digitize.pipeline.dossier_steps import DossierSteps
from digitize.pipeline.intake import Intake, TakenIn
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.leftovers import clear_leftovers
from digitize.pipeline.observer import Observer
from digitize.pipeline.page_steps import PageSteps
from digitize.pipeline.pool import TaskExecutor
from digitize.pipeline.space import Space
from digitize.pipeline.tasks import ReadingSettings
from digitize.pipeline.urgency import mark_urgent
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

if TYPE_CHECKING:
    from digitize.pipeline.packaging import Packager

_MOST_TOLD = 20
"""Codes of a list that did not come; of more than these the first are named."""

CODE_LIST = "--codes"
"""What is said to concern the list of codes, not a dossier."""


class Runner:
    """Drives the dossiers of one workspace."""

    def __init__(  # noqa: PLR0913 - everything that a run works with is handed in
        self,
        workspace: Workspace,
        ledger: Ledger,
        executor: TaskExecutor,
        observer: Observer,
        clock: Clock,
        *,
        until: Stage = Stage.PACKAGED,
        packager: Callable[[], Packager] | None = None,
        space: Space | None = None,
        alone: TaskExecutor | None = None,
        only: tuple[str, ...] | None = None,
    ) -> None:
        workspace.require_rules()
        space = space or Space(workspace.limits.free_megabytes)
        flights = Flights(executor, workspace.limits.page_seconds, alone)
        reading = _reading_settings(workspace)
        codes = _codes(workspace)
        self._batch = Batch(
            workspace, ledger, observer, clock, flights, reading, space, codes=codes, only=only
        )
        self._pages = PageSteps(self._batch)
        self._steps = DossierSteps(self._batch, self._pages, packager)
        self._until = until
        self._seen = ledger.head().id

    def run(
        self,
        sources: Sequence[Path],
        urgent: Sequence[str] = (),
        *,
        stillness: Stillness | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> RunResult:
        """Take in what is new and work until nothing is left that needs no person.

        Args:
            sources: where scans lie; the inbox if none are named.
            urgent: codes of dossiers that go before all others.
            stillness: what is known of dossiers that were in motion, see ``Intake``.
            stop: asked between any two steps, and at least once a second, whether to begin nothing more.

        """
        batch = self._batch
        started = time.monotonic()
        clear_leftovers(batch.workspace, batch.ledger, batch.clock)
        self._take(sources, stillness)
        mark_urgent(batch.ledger, urgent)
        batch.ready.extend(self._in_work())
        batch.observer.planned(self._pages.waiting())
        try:
            self._work(sources, stillness, stop)
        except BaseException:
            self._pages.give_up()
            raise
        self._pages.end()
        if batch.only is None:
            self._tell_missing_codes()
        batch.result.stopped = self._shortage()
        batch.result.seconds = time.monotonic() - started
        return batch.result

    def _tell_missing_codes(self) -> None:
        """Tell which codes of the list have not come; their sheets may have been missed."""
        missing = still_missing(self._batch.ledger, self._batch.codes)
        if missing:
            some = ", ".join(missing[:_MOST_TOLD]) + (" …" if len(missing) > _MOST_TOLD else "")
            note = Problem("codes_not_come", {"number": len(missing), "codes": some})
            self._batch.result.notes.append(("", note))
            self._batch.observer.noted(CODE_LIST, note)

    def _work(self, sources: Sequence[Path], stillness: Stillness | None, stop: Callable[[], bool]) -> None:
        batch = self._batch
        flights, ready = batch.flights, batch.ready
        while True:
            if not stop():
                self._fill(stop)
            if not len(flights) and not stop():
                self._fill_alone()
            if len(flights):
                self._land()
            elif stop():
                break
            elif batch.freed and (batch.held or batch.left):
                # What was packaged has left room.
                batch.freed, batch.held = False, []
                self._take(sources, stillness)
                ready.extend(self._in_work())
            elif not ready and not self._look_again():
                break

    def _in_work(self) -> list[str]:
        """Dossiers that can go on, in the order in which they are worked on."""
        only = self._batch.only
        return [one for one in self._batch.ledger.work_at(*ACTIVE) if only is None or one in only]

    def _look_again(self) -> bool:
        """Take up at once what people have sent back since this was last asked; whether there was any.

        A run of some dossiers takes it up as well: it keeps out whoever would do it.
        """
        batch = self._batch
        again, self._seen = sent_back_since(batch.ledger, self._seen)
        batch.ready.extendleft(reversed(again))
        if again:
            batch.only = None if batch.only is None else (*batch.only, *again)
            self._pages.look_again()
        return bool(again)

    def _take(self, sources: Sequence[Path], stillness: Stillness | None) -> None:
        batch = self._batch
        if batch.only is not None:
            return
        taken = Intake(batch.workspace, batch.ledger, batch.clock, stillness, batch.space).take(sources)
        batch.left = taken.left
        batch.refusal = taken.refusal or batch.refusal
        self._note(taken)

    def _fill(self, stop: Callable[[], bool]) -> None:
        """Keep the workers busy: dossiers that can go on first, then pages."""
        flights, ready = self._batch.flights, self._batch.ready
        self._pages.stacks_go_on()
        while ready and flights.free > 0 and not stop():
            self._steps.go_on(ready.popleft(), self._until)
        if flights.free > 0 and self._until is not Stage.RECEIVED:
            self._pages.start(flights.free)

    def _shortage(self) -> EnvironmentProblem | None:
        """What was missing on a disk for what a run has left; None if it has left nothing for that reason."""
        batch = self._batch
        waiting = self._pages.waiting() if self._until is not Stage.RECEIVED else 0
        if not (waiting or batch.held or batch.left):
            return None
        rest = batch.demand.of_rest(waiting, batch.held, batch.left)
        return batch.space.shortage(rest) or batch.refusal

    def _fill_alone(self) -> None:
        """When all else is done: what may have taken others with it, one at a time."""
        flights, suspected = self._batch.flights, self._batch.suspected
        while suspected and not len(flights):
            flights.start_alone(partial(self._steps.go_on, suspected.popleft(), self._until))
        if not len(flights) and not self._batch.ready and self._until is not Stage.RECEIVED:
            flights.start_alone(self._pages.start_suspect)

    def _land(self) -> None:
        self._look_again()
        for flight, future in self._batch.flights.landed():
            try:
                flight.settle(self._batch.flights.result(future))
            except ItemProblem as error:
                if flight.retry is None or not flight.retry(error):
                    self._batch.set_aside(flight.dossier, Problem.of(error), flight.culprit)

    def _note(self, taken: TakenIn) -> None:
        result, observer = self._batch.result, self._batch.observer
        result.failed.extend(taken.rejected)
        result.notes.extend(taken.notes)
        result.trouble = taken.trouble
        for dossier, problem in taken.notes:
            observer.problem(dossier, problem)
        for dossier in taken.rejected:
            record = self._batch.ledger.dossier(dossier)
            if record is not None and record.problem is not None:
                observer.problem(dossier, record.problem)
                observer.moved(dossier, Stage.QUARANTINED)
        observer.taken_in(len(taken.dossiers))


def _codes(workspace: Workspace) -> tuple[str, ...]:
    source = workspace.settings.stacks.codes
    if source is None:
        return ()
    # What prints sheets takes long to load, and few offices keep a list.
    from digitize.pipeline.separators import listed_dossiers

    return tuple(one.code for one in listed_dossiers(source).dossiers)


def _reading_settings(workspace: Workspace) -> ReadingSettings:
    settings, profile = workspace.settings, workspace.profile
    return ReadingSettings(
        engine=EngineName(settings.reading.engine),
        tessdata=find_tessdata(settings.reading.tessdata),
        max_megapixels=workspace.limits.megapixels,
        jpeg_quality=profile.pdf.jpeg_quality,
        quality=profile.quality,
    )
