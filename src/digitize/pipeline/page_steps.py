"""From files to pages that have been read: looking into originals, laying out pages, reading them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from digitize.errors import DigitizeError, ItemProblem
from digitize.model import Problem, Stage
from digitize.pdf.compose import TOOL
from digitize.pipeline import suspects, tasks
from digitize.pipeline.batch import Batch, Flight
from digitize.pipeline.decided_pages import decided_turn, settle_roles
from digitize.pipeline.layout import page_target
from digitize.pipeline.ledger_queries import among
from digitize.pipeline.page_summary import summary_of
from digitize.pipeline.records import DossierRecord, OriginalRecord, PageRecord, PageRole
from digitize.pipeline.stack_steps import StackSteps
from digitize.pipeline.twins import Twins
from digitize.profiles.quality import SHORTCOMINGS

_AT_ONCE = 200
"""Pages asked for at once: to put all that wait in order costs as much for one as for many."""


class PageSteps:
    """Work on single files and pages."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._ledger = batch.ledger
        self._stacks = StackSteps(batch)
        self._twins = Twins(batch)
        self._looked_at: set[str] = set()
        self._under_way: set[tuple[str, int]] = set()
        self._coming: deque[tuple[str, int]] = deque()

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
            self._coming.clear()
            self._batch.observer.planned(sum(page.summary is None for page in layout))
        else:
            self._finish(record.id)

    def stacks_go_on(self) -> None:
        """Let stacks that wait for others be divided, if they may be now."""
        self._stacks.go_on()

    def end(self) -> None:
        """Forget what need not be remembered for the next run."""
        self._twins.forget_old()

    def start(self, most: int) -> None:
        """Start reading so many pages, if so many wait."""
        if not self._batch.has_room(self._batch.demand.of_pages(most + len(self._under_way))):
            # It comes back when dossiers that were begun are packaged.
            return
        while most > 0 and (page := self._next_page()) is not None:
            self._start_page(page)
            most -= 1

    def _next_page(self) -> PageRecord | None:
        """The page that is to be read next; None if none waits."""
        while True:
            if not self._coming:
                most = _AT_ONCE + len(self._under_way)
                waiting = self._ledger.waiting_pages(most, self._batch.only)
                keys = ((page.dossier, page.ordinal) for page in waiting)
                self._coming.extend(key for key in keys if key not in self._under_way)
            if not self._coming:
                return None
            # It may have been withdrawn or set aside since.
            page = self._ledger.waiting_page(*self._coming.popleft())
            if page is not None:
                return page

    def start_suspect(self) -> None:
        """Start the page that was begun before and of which nothing came back, if there is one."""
        while page := suspects.next_suspect(self._ledger, self._batch.only):
            if not suspects.has_ended_runs(page, self._batch.attempts):
                self._start_page(page)
                return
            self._fail(page, Problem("page_ends_run", {"times": page.unsettled}))

    def give_up(self) -> None:
        """The run is told to end; pages under way are not the reason."""
        try:
            with self._ledger.transaction():
                suspects.discount(self._ledger, self._under_way)
        except DigitizeError:
            # The ledger cannot be written, which may be why the run ends: they are read alone next time.
            return

    def waiting(self) -> int:
        """How many pages of dossiers in work nobody has read yet."""
        chosen, values = among(self._batch.only, "AND")
        sql = (
            "SELECT count(*) AS n FROM page JOIN dossier ON dossier.id = page.dossier "  # noqa: S608 - marks alone
            f"WHERE page.state = 'waiting' AND dossier.stage = ? {chosen}"
        )
        return int(self._ledger.rows(sql, Stage.RECEIVED, *values)[0]["n"])

    def look_again(self) -> None:
        """Pages wait that did not when it was last asked."""
        self._coming.clear()

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
        limit = self._batch.workspace.limits.pages_per_file
        self._batch.flights.start(flight, tasks.inspect_file, path, original.kind, limit)

    def _start_page(self, page: PageRecord) -> None:
        key = (page.dossier, page.ordinal)
        original = self._ledger.original(page.dossier, page.original)
        path = self._batch.original_path(original)
        self._under_way.add(key)
        with self._ledger.transaction():
            self._ledger.count_attempt(*key)
        alone = self._batch.flights.are_alone

        def settle(done: tasks.PageDone) -> None:
            self._under_way.discard(key)
            self._batch.result.pages_read += 1
            self._batch.space.learn(done.bytes)
            with self._ledger.transaction():
                self._ledger.set_read(*key, summary_of(done))
                self._twins.remember(page, done)
            self._batch.observer.page_read(page.dossier)
            self._finish(page.dossier)

        def retry(error: ItemProblem) -> bool:
            self._under_way.discard(key)
            # Only what may not be the page's fault is worth another try; then it is alone. A pool that broke
            # says less than a worker that died: such a page is tried until it has ended too many runs.
            tried = alone and page.unsettled + 1 >= self._batch.attempts and error.code != "pool_broken"
            if error.code not in suspects.NEIGHBOURS_FAULT or tried:
                self._fail(page, Problem.of(error))
            return True

        target = page_target(self._batch.workspace, *key)
        task = tasks.PageTask(
            path,
            original.kind,
            page.frame,
            target,
            self._batch.reading,
            picture=page.picture,
            turned=decided_turn(self._ledger, page),
        )
        self._batch.flights.start(Flight(page.dossier, settle, path, retry), tasks.read_one_page, task)

    def _fail(self, page: PageRecord, problem: Problem) -> None:
        with self._ledger.transaction():
            suspects.set_failed(self._ledger, page.dossier, page.ordinal, problem)
        self._finish(page.dossier)

    def _finish(self, dossier: str) -> None:
        """Let a dossier go on whose pages have all been read; set it aside if some of them cannot be."""
        if self._ledger.unread_pages(dossier):
            return
        failed = suspects.failed_pages(self._ledger, dossier)
        first = failed[0].problem if failed else None
        if first is None:
            self._all_read(dossier)
            return
        alike = [page.ordinal for page in failed if page.problem and page.problem.code == first.code]
        self._batch.set_aside(dossier, first.at(alike), pages=failed)

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
            settle_roles(self._ledger, dossier)
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
        (str(page.summary["engine"]) for page in pages if page.summary and page.summary.get("engine")), ""
    )


def _is_poor(page: PageRecord) -> bool:
    problems = (page.summary or {}).get("problems", [])
    return isinstance(problems, list) and any(one["code"] in SHORTCOMINGS for one in problems)
