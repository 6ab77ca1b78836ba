"""From files to pages that have been read: looking into originals, laying out pages, reading them."""

from __future__ import annotations

from collections.abc import Sequence

from digitize.errors import ItemProblem
from digitize.model import Problem, Stage
from digitize.pdf.compose import TOOL
from digitize.pipeline import tasks
from digitize.pipeline.batch import ATTEMPTS, Batch, Flight
from digitize.pipeline.layout import page_target
from digitize.pipeline.page_summary import summary_of
from digitize.pipeline.records import DossierRecord, OriginalRecord, PageRecord, PageRole
from digitize.pipeline.roles import empty_backs
from digitize.pipeline.stack_steps import StackSteps
from digitize.pipeline.twins import Twins
from digitize.profiles.quality import SHORTCOMINGS


class PageSteps:
    """Work on single files and pages."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._ledger = batch.ledger
        self._stacks = StackSteps(batch)
        self._twins = Twins(batch)
        self._looked_at: set[str] = set()
        self._under_way: set[tuple[str, int]] = set()

    def receive(self, record: DossierRecord) -> None:
        """Look into files that nobody has looked into; lay out pages when all are known."""
        originals = self._ledger.originals(record.id)
        unknown = [original for original in originals if original.pages is None]
        for original in unknown:
            self._start_inspecting(original)
        if unknown or not originals:
            return
        pages = self._ledger.pages(record.id)
        if not pages:
            layout = self._stacks.layout(record, originals)
            if layout is None:
                return
            with self._ledger.transaction():
                self._ledger.lay_pages(record.id, layout)
            self._batch.observer.planned(sum(page.summary is None for page in layout))
        elif all(page.read for page in pages):
            self._all_read(record.id)

    def stacks_go_on(self) -> None:
        """Let stacks that wait for others be divided, if they may be now."""
        self._stacks.go_on()

    def end(self) -> None:
        """Forget what need not be remembered for the next run."""
        self._twins.forget_old()

    def start(self, most: int) -> None:
        """Start reading so many pages, if so many wait."""
        for page in self._ledger.waiting_pages(most + len(self._under_way)):
            if most > 0 and (page.dossier, page.ordinal) not in self._under_way:
                self._start_page(page)
                most -= 1

    def waiting(self) -> int:
        """How many pages of dossiers in work nobody has read yet."""
        sql = (
            "SELECT count(*) AS n FROM page JOIN dossier ON dossier.id = page.dossier "
            "WHERE page.state = 'waiting' AND dossier.stage = ?"
        )
        return int(self._ledger.rows(sql, Stage.RECEIVED)[0]["n"])

    def are_derived(self, record: DossierRecord, pages: Sequence[PageRecord]) -> bool:
        """Whether what was made of the pages is there; if not, it is made again."""
        missing = [
            page.ordinal
            for page in pages
            if page.role is not PageRole.SEPARATOR
            and not tasks.words_file(page_target(self._batch.workspace, record.id, page.ordinal)).is_file()
        ]
        if not missing:
            return True
        with self._ledger.transaction():
            self._ledger.forget_pages(record.id, missing)
        self.make_again(record, Stage.RECEIVED)
        self._batch.observer.planned(len(missing))
        return False

    def make_again(self, record: DossierRecord, stage: Stage) -> None:
        """Send a dossier back to a stage, because what was derived from it is gone."""
        with self._ledger.transaction():
            self._batch.advance(record.id, record.stage, stage, "derived_made_again")
        self._batch.ready.append(record.id)

    def _start_inspecting(self, original: OriginalRecord) -> None:
        path = self._batch.original_path(original)

        def settle(found: tasks.Inspected) -> None:
            with self._ledger.transaction():
                self._ledger.set_inspected(
                    original.dossier, original.ordinal, found.pages, signed=found.signed
                )
            if all(o.pages is not None for o in self._ledger.originals(original.dossier)):
                self._batch.ready.appendleft(original.dossier)

        retry = self._batch.once_more(original.dossier, original.name)
        flight = Flight(original.dossier, settle, path, retry)
        limit = self._batch.workspace.settings.limits.pages_per_file
        self._batch.flights.start(flight, tasks.inspect_file, path, original.kind, limit)

    def _start_page(self, page: PageRecord) -> None:
        key = (page.dossier, page.ordinal)
        original = self._ledger.original(page.dossier, page.original)
        path = self._batch.original_path(original)
        with self._ledger.transaction():
            self._ledger.count_attempt(*key)
        self._under_way.add(key)

        def settle(done: tasks.PageDone) -> None:
            self._under_way.discard(key)
            self._batch.result.pages_read += 1
            with self._ledger.transaction():
                self._ledger.set_read(*key, summary_of(done))
                self._twins.remember(page, done)
            self._batch.observer.page_read(page.dossier)
            if self._ledger.unread_pages(page.dossier) == 0:
                self._all_read(page.dossier)

        def retry(error: ItemProblem) -> bool:
            self._under_way.discard(key)
            # Only what may not be the page's fault is worth another try.
            return error.code == "worker_died" and page.attempts + 1 < ATTEMPTS

        target = page_target(self._batch.workspace, *key)
        task = tasks.PageTask(path, original.kind, page.frame, target, self._batch.reading)
        self._batch.flights.start(Flight(page.dossier, settle, path, retry), tasks.read_one_page, task)

    def _all_read(self, dossier: str) -> None:
        """See whether the papers of a dossier were scanned before; then it is recognised."""
        if dossier not in self._looked_at:
            self._looked_at.add(dossier)
            self._twins.look(dossier, self._ledger.pages(dossier), self._recognised)

    def _recognised(self, dossier: str) -> None:
        self._looked_at.discard(dossier)
        with self._ledger.transaction():
            pages = self._ledger.pages(dossier)
            engine = engine_of(pages)
            originals = {one.ordinal: one for one in self._ledger.originals(dossier)}
            record = self._ledger.dossier(dossier)
            of_stack = record is not None and record.stack is not None
            for ordinal in empty_backs(pages, originals, of_stack=of_stack):
                self._ledger.set_role(dossier, ordinal, PageRole.BACK)
            moved = self._batch.advance(
                dossier,
                Stage.RECEIVED,
                Stage.RECOGNISED,
                "pages_read",
                pages=len(pages),
                engine=engine,
                tool=TOOL,
            )
        if not moved:
            return
        self._batch.observer.moved(dossier, Stage.RECOGNISED)
        poor = [str(number) for number, page in enumerate(pages, start=1) if _is_poor(page)]
        if poor:
            note = Problem("pages_below_quality", {"pages": ", ".join(poor), "dossier": dossier})
            self._batch.observer.noted(dossier, note)
        self._batch.ready.appendleft(dossier)


def engine_of(pages: Sequence[PageRecord]) -> str:
    """What read some pages; empty where none was read."""
    return next(
        (str(page.summary["engine"]) for page in pages if page.summary and "engine" in page.summary), ""
    )


def _is_poor(page: PageRecord) -> bool:
    problems = (page.summary or {}).get("problems", [])
    return isinstance(problems, list) and any(one["code"] in SHORTCOMINGS for one in problems)
