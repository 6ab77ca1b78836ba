"""The runner: takes in what is new, continues what is unfinished, stops where a person is needed.

The unit of parallel work is the page, over all dossiers in one pool; a dossier goes on as soon as
its last page is back. Only the runner writes to the ledger. Every step is one transaction, so
that a run killed at any moment goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from digitize.errors import ItemProblem
from digitize.model import Problem, Stage
from digitize.ocr.engine import EngineName
from digitize.ocr.tessdata import find_tessdata
from digitize.pipeline.batch import ACTIVE, Batch, Flights, RunResult
from digitize.pipeline.dossier_steps import DossierSteps
from digitize.pipeline.intake import Intake, TakenIn
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.leftovers import clear_leftovers
from digitize.pipeline.observer import Observer
from digitize.pipeline.packaging import Packager
from digitize.pipeline.page_steps import PageSteps
from digitize.pipeline.pool import TaskExecutor
from digitize.pipeline.tasks import ReadingSettings
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock


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
        packager: Packager | None = None,
        alone: TaskExecutor | None = None,
    ) -> None:
        workspace.require_rules()
        flights = Flights(executor, workspace.limits.page_seconds, alone)
        self._batch = Batch(workspace, ledger, observer, clock, flights, _reading_settings(workspace))
        self._pages = PageSteps(self._batch)
        self._steps = DossierSteps(self._batch, self._pages, packager)
        self._until = until

    def run(self, sources: Sequence[Path]) -> RunResult:
        """Take in what is new and work until nothing is left that needs no person."""
        batch = self._batch
        started = time.monotonic()
        clear_leftovers(batch.workspace, batch.ledger, batch.clock)
        self._note(Intake(batch.workspace, batch.ledger, batch.clock).take(sources))
        batch.ready.extend(record.id for record in batch.ledger.dossiers(*ACTIVE))
        batch.observer.planned(self._pages.waiting())
        try:
            self._work()
        except BaseException:
            self._pages.give_up()
            raise
        batch.result.seconds = time.monotonic() - started
        return batch.result

    def _work(self) -> None:
        flights, ready = self._batch.flights, self._batch.ready
        while True:
            self._fill()
            if not len(flights):
                self._fill_alone()
            if len(flights):
                self._land()
            elif not ready:
                break

    def _fill(self) -> None:
        """Keep the workers busy: dossiers that can go on first, then pages."""
        flights, ready = self._batch.flights, self._batch.ready
        while ready and flights.free > 0:
            self._steps.go_on(ready.popleft(), self._until)
        if flights.free > 0 and self._until is not Stage.RECEIVED:
            self._pages.start(flights.free)

    def _fill_alone(self) -> None:
        """When all else is done: what may have taken others with it, one at a time."""
        flights, suspected = self._batch.flights, self._batch.suspected
        while suspected and not len(flights):
            flights.start_alone(partial(self._steps.go_on, suspected.popleft(), self._until))
        if not len(flights) and not self._batch.ready and self._until is not Stage.RECEIVED:
            flights.start_alone(self._pages.start_suspect)

    def _land(self) -> None:
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
        for dossier, problem in taken.notes:
            observer.problem(dossier, problem)
        for dossier in taken.rejected:
            record = self._batch.ledger.dossier(dossier)
            if record is not None and record.problem is not None:
                observer.problem(dossier, record.problem)
        observer.taken_in(len(taken.dossiers))


def _reading_settings(workspace: Workspace) -> ReadingSettings:
    settings, profile = workspace.settings, workspace.profile
    return ReadingSettings(
        engine=EngineName(settings.reading.engine),
        tessdata=find_tessdata(settings.reading.tessdata),
        max_megapixels=workspace.limits.megapixels,
        jpeg_quality=profile.pdf.jpeg_quality,
        quality=profile.quality,
    )
