"""The runner: takes in what is new, continues what is unfinished, stops where a person is needed.

The unit of parallel work is the page, over all dossiers in one pool; a dossier goes on as soon as
its last page is back. Only the runner writes to the ledger. Every step is one transaction, so
that a run killed at any moment goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from digitize.errors import ItemProblem
from digitize.model import Problem, Stage
from digitize.ocr.engine import EngineName
from digitize.ocr.tessdata import find_tessdata
from digitize.pipeline.batch import ACTIVE, Batch, Flights, RunResult
from digitize.pipeline.code_list import expected_codes, still_missing
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

_MOST_TOLD = 20
"""Codes of a list that did not come; of more than these the first are named."""

CODE_LIST = "--codes"
"""What is said to concern the list of codes, not a dossier."""


class Runner:
    """Drives the dossiers of one workspace."""

    def __init__(
        self,
        workspace: Workspace,
        ledger: Ledger,
        executor: TaskExecutor,
        observer: Observer,
        clock: Clock,
        *,
        until: Stage = Stage.PACKAGED,
        packager: Packager | None = None,
    ) -> None:
        workspace.require_rules()
        flights = Flights(executor, workspace.settings.limits.page_seconds)
        reading = _reading_settings(workspace)
        self._batch = Batch(workspace, ledger, observer, clock, flights, reading, codes=_codes(workspace))
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
        while True:
            self._fill()
            if not len(batch.flights):
                break
            self._land()
        self._pages.end()
        self._tell_missing_codes()
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

    def _fill(self) -> None:
        """Keep the workers busy: dossiers that can go on first, then pages."""
        flights, ready = self._batch.flights, self._batch.ready
        self._pages.stacks_go_on()
        while ready and flights.free > 0:
            self._steps.go_on(ready.popleft(), self._until)
        if flights.free > 0 and self._until is not Stage.RECEIVED:
            self._pages.start(flights.free)

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


def _codes(workspace: Workspace) -> tuple[str, ...]:
    source = workspace.settings.stacks.codes
    return expected_codes(source) if source is not None else ()


def _reading_settings(workspace: Workspace) -> ReadingSettings:
    settings, profile = workspace.settings, workspace.profile
    return ReadingSettings(
        engine=EngineName(settings.reading.engine),
        tessdata=find_tessdata(settings.reading.tessdata),
        max_megapixels=settings.limits.megapixels,
        jpeg_quality=profile.pdf.jpeg_quality,
        quality=profile.quality,
    )
