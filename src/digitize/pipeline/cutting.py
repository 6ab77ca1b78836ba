"""A dossier's own pages, taken out of the files of its stack, for a package that takes its scans along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from digitize.errors import ItemProblem
from digitize.model import Problem, Stage
from digitize.pipeline import tasks
from digitize.pipeline.batch import Batch, Flight
from digitize.pipeline.notices import add_notice, drop_notice, notices
from digitize.pipeline.records import OriginalRecord

UNCUT = "original_uncut"


def start_cutting(batch: Batch, original: OriginalRecord, target: Path, settle: Callable[[], None]) -> None:
    """Start to write a dossier's own pages of a file to a file of their own.

    Nothing that befalls this holds the dossier up: the scan is kept whole beside its package, which names it.

    Args:
        batch: the run.
        original: the file.
        target: the file of their own.
        settle: what to do when it is there, or cannot be.

    """
    dossier = original.dossier
    once_more = batch.once_more(dossier, f"cut {original.ordinal}")

    def settled(problem: Problem | None) -> None:
        if batch.stands(dossier, Stage.APPROVED):
            _note(batch, original, problem)
        settle()

    def retry(error: ItemProblem) -> bool:
        if not once_more(error):
            settled(tasks.leave_uncut(target, Problem.of(error)))
        return True

    path = batch.original_path(original)
    task = tasks.CutTask(path, original.kind, original.own_frames, target, batch.reading.max_megapixels)
    batch.flights.start(Flight(dossier, settled, path, retry), tasks.cut_original, task)


def _note(batch: Batch, original: OriginalRecord, problem: Problem | None) -> None:
    """Tell that a scan stays out of its package because it could not be cut; None takes that back."""
    dossier, file, ledger = original.dossier, original.name, batch.ledger
    why = [problem.code, str(problem.facts.get("detail", ""))] if problem is not None else []
    note = Problem(UNCUT, {"file": file, "why": ": ".join(filter(None, why))})
    with ledger.transaction():
        for told in notices(ledger, dossier):
            if told.code == UNCUT and told.facts.get("file") == file and (not why or told != note):
                drop_notice(ledger, dossier, UNCUT, told.facts)
        new = bool(why) and add_notice(ledger, dossier, note, asks=False)
    if new:
        batch.result.notes.append((dossier, note))
        batch.observer.noted(dossier, note)
