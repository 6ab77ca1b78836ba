"""Whether what was taken in is a stack of several dossiers, or a code on its papers names it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from digitize.errors import ItemProblem
from digitize.ingest.naming import safe_code
from digitize.ingest.stacks import CutStack, StackPage, codes_disagree, cut_stack
from digitize.model import Problem, Stage
from digitize.pipeline.batch import Batch, Flight
from digitize.pipeline.dividing import Divider, sheet_pages
from digitize.pipeline.looking import FoundSign, SignsTask, find_signs, signs_from, written_signs
from digitize.pipeline.notices import add_notice
from digitize.pipeline.records import DossierRecord, LaidPage, OriginalRecord

_LEAST = 2
"""Pages of what can be a stack: one page is what it is."""

_AT_ONCE = 12
"""Pages that a worker looks through in one task."""


_UNDECIDED = """
SELECT 1 FROM dossier WHERE stage = ? AND stack IS NULL AND package_uuid IS NULL
AND rowid < (SELECT rowid FROM dossier WHERE id = ?)
AND NOT EXISTS (SELECT 1 FROM page WHERE page.dossier = dossier.id)
AND EXISTS (SELECT 1 FROM original WHERE original.dossier = dossier.id) LIMIT 1
"""
"""Dossiers that were taken in before another and are neither laid out nor divided."""


@dataclass(slots=True)
class _Look:
    """A file that is being looked through: the pages under way, and what was found so far."""

    waiting: set[int]
    found: list[FoundSign] = field(default_factory=list)


class StackSteps:
    """Work on stacks, from files whose pages are counted to dossiers whose pages are known."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._ledger = batch.ledger
        self._divider = Divider(batch.workspace, batch.ledger, batch.clock, batch.codes)
        self._looks: dict[tuple[str, int], _Look] = {}
        self._behind: set[str] = set()

    def layout(self, record: DossierRecord, originals: Sequence[OriginalRecord]) -> list[LaidPage] | None:
        """The pages of a dossier whose files are known.

        None where it is not settled yet, or where it was a stack and is one no more.
        """
        pages = [LaidPage(one.ordinal, frame) for one in originals for frame in one.own_frames]
        look = self._batch.workspace.settings.stacks.look
        if not look or record.stack is not None or len(pages) < _LEAST:
            return pages
        signs = self._signs(originals)
        unknown = [one for one in originals if one.ordinal not in signs]
        for original in unknown:
            self._start_looking(original)
        if unknown:
            return None
        found = [_stack_page(page, signs[page.original].get(page.frame)) for page in pages]
        cut = cut_stack(found)
        if cut is None:
            return pages
        codes = [safe_code(part.code or "") for part in cut.parts]
        packaged = record.package_uuid is not None or record.package is not None
        if packaged or codes == [record.id]:
            return self._as_it_is(record, pages, cut)
        if self._is_behind(record):
            self._behind.add(record.id)
        else:
            self._divide(record, originals, cut)
        return None

    def go_on(self) -> None:
        """Let stacks that wait for others try again."""
        if self._behind:
            sql = "SELECT id FROM dossier WHERE stage = ? AND stack IS NULL ORDER BY rowid"
            rows = self._ledger.rows(sql, Stage.RECEIVED)
            self._batch.ready.extend(row["id"] for row in rows if row["id"] in self._behind)
            self._behind.clear()

    def _is_behind(self, record: DossierRecord) -> bool:
        """Whether something that was taken in before is not laid out yet.

        Of two stacks with the same code the first one taken in keeps it, whichever is looked through first.
        When nothing is under way any more, nobody is waited for.
        """
        under_way = len(self._batch.flights) > 0
        return under_way and bool(self._ledger.rows(_UNDECIDED, Stage.RECEIVED, record.id))

    def _signs(self, originals: Sequence[OriginalRecord]) -> dict[int, dict[int, FoundSign]]:
        """What was found in each file that has been looked through, by its pages."""
        sql = "SELECT ordinal, signs FROM original WHERE dossier = ? AND signs IS NOT NULL"
        rows = self._ledger.rows(sql, originals[0].dossier)
        return {row["ordinal"]: signs_from(row["signs"]) for row in rows}

    def _start_looking(self, original: OriginalRecord) -> None:
        key = (original.dossier, original.ordinal)
        if key in self._looks:
            return
        frames = original.own_frames
        self._looks[key] = _Look(set(frames))
        for start in range(0, len(frames), _AT_ONCE):
            self._start_task(original, frames[start : start + _AT_ONCE])

    def _start_task(self, original: OriginalRecord, frames: tuple[int, ...], tries: int = 1) -> None:
        key = (original.dossier, original.ordinal)
        look = self._looks[key]
        path = self._batch.original_path(original)

        def settle(found: list[FoundSign]) -> None:
            look.found.extend(found)
            self._settled(original, look, frames)

        def retry(error: ItemProblem) -> bool:
            if len(frames) > 1:
                # One of them may be at fault; the others need not suffer for it.
                for frame in frames:
                    self._start_task(original, (frame,))
            elif error.code == "worker_died" and tries < self._batch.attempts:
                self._start_task(original, frames, tries + 1)
            else:
                # What cannot be looked at has no sign; its reading will tell what is wrong with it.
                self._settled(original, look, frames)
            return True

        task = SignsTask(path, original.kind, frames, self._batch.reading.max_megapixels)
        self._batch.flights.start(Flight(original.dossier, settle, path, retry), find_signs, task)

    def _settled(self, original: OriginalRecord, look: _Look, frames: tuple[int, ...]) -> None:
        look.waiting.difference_update(frames)
        if look.waiting:
            return
        del self._looks[original.dossier, original.ordinal]
        with self._ledger.transaction():
            self._ledger.execute(
                "UPDATE original SET signs = ? WHERE dossier = ? AND ordinal = ?",
                written_signs(look.found),
                original.dossier,
                original.ordinal,
            )
        if not any(dossier == original.dossier for dossier, _ in self._looks):
            self._batch.ready.appendleft(original.dossier)

    def _as_it_is(self, record: DossierRecord, pages: Sequence[LaidPage], cut: CutStack) -> list[LaidPage]:
        """The pages of a dossier that stays one: it bears the code of its only sheet, or was packaged before.

        Sheets are put aside. Others' codes among the pages that came to a packaged dossier are asked about.
        """
        aside = {(page.original, page.frame): page for page in sheet_pages(cut)}
        doubts = [doubt for part in cut.parts for doubt in part.doubts] + cut.doubts
        others = [part.code for part in cut.parts if part.code and safe_code(part.code) != record.id]
        if others:
            doubts.append(codes_disagree(others))
        with self._ledger.transaction():
            for doubt in doubts:
                if add_notice(self._ledger, record.id, doubt, asks=True):
                    self._tell(record.id, doubt)
        return [aside.get((page.original, page.frame), page) for page in pages]

    def _divide(self, record: DossierRecord, originals: Sequence[OriginalRecord], cut: CutStack) -> None:
        divided = self._divider.divide(record, originals, cut)
        if divided is None:
            return
        for dossier, problem in divided.notices:
            self._tell(dossier, problem)
        note = Problem("stack_divided", {"dossiers": len(divided.dossiers), "sheets": len(cut.sheets)})
        self._batch.observer.noted(record.id, note)
        self._batch.observer.moved(record.id, Stage.DIVIDED)
        self._batch.ready.extendleft(reversed(divided.dossiers))

    def _tell(self, dossier: str, problem: Problem) -> None:
        self._batch.result.notes.append((dossier, problem))
        self._batch.observer.problem(dossier, problem)


def _stack_page(page: LaidPage, found: FoundSign | None) -> StackPage:
    sign, empty = (found.sign, found.empty) if found else (None, False)
    return StackPage(page.original, page.frame, sign, empty)
