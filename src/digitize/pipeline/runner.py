"""The runner: takes in what is new, continues what is unfinished, stops where a person is needed.

The unit of parallel work is the page, over all dossiers in one pool; a dossier goes on as soon as
its last page is back. Only the runner writes to the ledger. Every step is one transaction, so
that a run killed at any moment goes on where it stopped.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digitize.errors import ItemProblem, SigningProblem
from digitize.model import Document, Language, Problem, Stage
from digitize.ocr.engine import EngineName
from digitize.ocr.tessdata import find_tessdata
from digitize.pdf.compose import TOOL, Provenance
from digitize.pipeline import findings, tasks
from digitize.pipeline.generations import waits_for_correction
from digitize.pipeline.intake import Intake, TakenIn
from digitize.pipeline.layout import document_file, page_target
from digitize.pipeline.leases import IN_USE
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.leftovers import clear_leftovers
from digitize.pipeline.observer import Observer
from digitize.pipeline.packaging import Packager
from digitize.pipeline.page_summary import summary_of
from digitize.pipeline.pool import TaskExecutor, outcome
from digitize.pipeline.quarantine import set_aside
from digitize.pipeline.records import DossierRecord, OriginalRecord, PageRecord
from digitize.pipeline.workspace import Workspace
from digitize.procedures.completeness import completeness_of
from digitize.profiles.profile import ReviewBefore
from digitize.profiles.quality import SHORTCOMINGS
from digitize.times import Clock

_AHEAD = 2
"""Tasks in flight for each worker: one that runs and one that waits for it."""

_ATTEMPTS = 2
"""How often a page is tried before it is set aside; a worker may be killed without its fault."""

_ACTIVE = (Stage.RECEIVED, Stage.RECOGNISED, Stage.EXTRACTED, Stage.APPROVED, Stage.COMPOSED)


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


Settle = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class _Flight:
    """A task under way: whose it is, what to do with its result, and which file it is about."""

    dossier: str
    settle: Settle
    culprit: Path | None
    retry: Callable[[ItemProblem], bool] | None = None


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
        self._workspace = workspace
        self._ledger = ledger
        self._executor = executor
        self._observer = observer
        self._clock = clock
        self._room = executor.workers * _AHEAD
        self._until = until
        self._packager = packager
        self._flying: dict[Future[Any], _Flight] = {}
        self._reading: set[tuple[str, int]] = set()
        self._ready: deque[str] = deque()
        self._tries: Counter[tuple[str, str]] = Counter()
        self._result = RunResult()
        workspace.require_rules()
        settings, profile = workspace.settings, workspace.profile
        self._reading_settings = tasks.ReadingSettings(
            engine=EngineName(settings.reading.engine),
            tessdata=find_tessdata(settings.reading.tessdata),
            max_megapixels=settings.limits.megapixels,
            jpeg_quality=profile.pdf.jpeg_quality,
            quality=profile.quality,
        )

    def run(self, sources: Sequence[Path]) -> RunResult:
        """Take in what is new and work until nothing is left that needs no person."""
        started = time.monotonic()
        clear_leftovers(self._workspace, self._ledger, self._clock)
        self._note(Intake(self._workspace, self._ledger, self._clock).take(sources))
        self._ready.extend(record.id for record in self._ledger.dossiers(*_ACTIVE))
        self._observer.planned(self._known_pages())
        while True:
            self._fill()
            if not self._flying:
                break
            finished, _ = wait(self._flying, return_when=FIRST_COMPLETED)
            for future in finished:
                self._land(future)
        self._result.seconds = time.monotonic() - started
        return self._result

    # --- the loop -----------------------------------------------------------------------------

    def _fill(self) -> None:
        """Keep the workers busy: dossiers that can go on first, then pages."""
        while self._ready and len(self._flying) < self._room:
            self._go_on(self._ready.popleft())
        free = self._room - len(self._flying)
        if free > 0 and self._until is not Stage.RECEIVED:
            waiting = self._ledger.waiting_pages(free + len(self._reading))
            for page in waiting:
                if free > 0 and (page.dossier, page.ordinal) not in self._reading:
                    self._start_page(page)
                    free -= 1

    def _fly(self, flight: _Flight, function: Callable[..., Any], *args: Any) -> None:
        self._flying[self._executor.submit(function, *args)] = flight

    def _land(self, future: Future[Any]) -> None:
        flight = self._flying.pop(future)
        try:
            result = outcome(future, self._workspace.settings.limits.page_seconds)
            flight.settle(result)
        except ItemProblem as error:
            if flight.retry is None or not flight.retry(error):
                self._set_aside(flight.dossier, Problem.of(error), flight.culprit)

    def _once_more(self, dossier: str, step: str) -> Callable[[ItemProblem], bool]:
        """Try a dossier's step again if its worker died, which may not be the step's fault."""

        def retry(error: ItemProblem) -> bool:
            self._tries[dossier, step] += 1
            again = error.code == "worker_died" and self._tries[dossier, step] < _ATTEMPTS
            if again:
                self._ready.append(dossier)
            return again

        return retry

    def _set_aside(self, dossier: str, problem: Problem, culprit: Path | None) -> None:
        record = self._ledger.dossier(dossier)
        if record is None or record.stage not in _ACTIVE:
            # It is set aside already, or somebody has withdrawn it meanwhile.
            return
        set_aside(self._workspace, self._ledger, dossier, problem, culprit, self._clock)
        self._result.failed.append(dossier)
        self._observer.problem(dossier, problem)
        self._observer.moved(dossier, Stage.QUARANTINED)

    def _advance(self, dossier: str, before: Stage, after: Stage, event: str, **detail: object) -> bool:
        """Move a dossier on, unless somebody has withdrawn or reopened it since its step began.

        Inside a transaction, with what the step has found.
        """
        if not self._stands(dossier, before):
            return False
        self._ledger.move(dossier, after, event, **detail)
        return True

    def _stands(self, dossier: str, stage: Stage) -> bool:
        record = self._ledger.dossier(dossier)
        return record is not None and record.stage is stage

    # --- stages -------------------------------------------------------------------------------

    def _go_on(self, dossier: str) -> None:
        """Start whatever a dossier needs next."""
        record = self._ledger.dossier(dossier)
        if record is None or record.stage.position >= self._until.position:
            return
        try:
            if record.stage is Stage.RECEIVED:
                self._receive(record)
            elif record.stage is Stage.RECOGNISED:
                self._start_extracting(record)
            elif record.stage is Stage.EXTRACTED:
                self._decide(record)
            elif record.stage is Stage.APPROVED:
                self._start_composing(record)
            elif record.stage is Stage.COMPOSED and self._packager is not None:
                self._package(record)
        except ItemProblem as error:
            if error.code == IN_USE:
                # Somebody is signing it by hand; there is nothing wrong with it.
                self._observer.problem(dossier, Problem.of(error))
            else:
                self._set_aside(dossier, Problem.of(error), None)

    def _receive(self, record: DossierRecord) -> None:
        """Look into files that nobody has looked into; lay out pages when all are known."""
        originals = self._ledger.originals(record.id)
        unknown = [original for original in originals if original.pages is None]
        for original in unknown:
            self._start_inspecting(original)
        if unknown or not originals:
            return
        pages = self._ledger.pages(record.id)
        if not pages:
            layout = [
                (original.ordinal, frame) for original in originals for frame in range(original.pages or 0)
            ]
            with self._ledger.transaction():
                self._ledger.set_pages(record.id, layout)
            self._observer.planned(len(layout))
        elif all(page.read for page in pages):
            self._recognised(record.id)

    def _start_inspecting(self, original: OriginalRecord) -> None:
        path = self._original_path(original)

        def settle(found: tasks.Inspected) -> None:
            with self._ledger.transaction():
                self._ledger.set_inspected(
                    original.dossier, original.ordinal, found.pages, signed=found.signed
                )
            if all(o.pages is not None for o in self._ledger.originals(original.dossier)):
                self._ready.appendleft(original.dossier)

        flight = _Flight(original.dossier, settle, path, self._once_more(original.dossier, original.name))
        limit = self._workspace.settings.limits.pages_per_file
        self._fly(flight, tasks.inspect_file, path, original.kind, limit)

    def _start_page(self, page: PageRecord) -> None:
        key = (page.dossier, page.ordinal)
        original = self._ledger.original(page.dossier, page.original)
        path = self._original_path(original)
        with self._ledger.transaction():
            self._ledger.count_attempt(*key)
        self._reading.add(key)

        def settle(done: tasks.PageDone) -> None:
            self._reading.discard(key)
            self._result.pages_read += 1
            with self._ledger.transaction():
                self._ledger.set_read(*key, summary_of(done))
            self._observer.page_read(page.dossier)
            if self._ledger.unread_pages(page.dossier) == 0:
                self._recognised(page.dossier)

        def retry(error: ItemProblem) -> bool:
            self._reading.discard(key)
            # Only what may not be the page's fault is worth another try.
            return error.code == "worker_died" and page.attempts + 1 < _ATTEMPTS

        flight = _Flight(page.dossier, settle, path, retry)
        target = page_target(self._workspace, *key)
        task = tasks.PageTask(path, original.kind, page.frame, target, self._reading_settings)
        self._fly(flight, tasks.read_one_page, task)

    def _recognised(self, dossier: str) -> None:
        with self._ledger.transaction():
            pages = self._ledger.pages(dossier)
            engine = next((str(p.summary["engine"]) for p in pages if p.summary), "")
            moved = self._advance(
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
        self._observer.moved(dossier, Stage.RECOGNISED)
        poor = [str(number) for number, page in enumerate(pages, start=1) if _is_poor(page)]
        if poor:
            note = Problem("pages_below_quality", {"pages": ", ".join(poor), "dossier": dossier})
            self._observer.noted(dossier, note)
        self._ready.appendleft(dossier)

    def _start_extracting(self, record: DossierRecord) -> None:
        pages = self._ledger.pages(record.id)
        if not self._are_derived(record, pages):
            return

        def settle(documents: list[Document]) -> None:
            findings.refuse_secret(documents)
            unreviewed = {form.id for form in self._workspace.templates.values() if not form.review}
            with self._ledger.transaction():
                if not self._stands(record.id, Stage.RECOGNISED):
                    return
                findings.save_documents(self._ledger, record.id, documents, unreviewed)
                self._ledger.move(
                    record.id,
                    Stage.EXTRACTED,
                    "fields_extracted",
                    documents=len(documents),
                    doubtful=sum(len(one.doubtful) for one in documents if one.form not in unreviewed),
                    tool=TOOL,
                )
            self._tell_missing(record.id, documents)
            self._observer.moved(record.id, Stage.EXTRACTED)
            self._ready.appendleft(record.id)

        task = tasks.ExtractTask(
            pages=tuple(page_target(self._workspace, record.id, p.ordinal) for p in pages),
            files=tuple(page.original for page in pages),
            threshold=self._workspace.profile.review.threshold,
            thresholds=self._workspace.profile.review.thresholds,
            forms=self._workspace.forms,
            settings=self._reading_settings,
        )
        retry = self._once_more(record.id, "extract")
        self._fly(_Flight(record.id, settle, None, retry), tasks.extract, task)

    def _tell_missing(self, dossier: str, documents: Sequence[Document]) -> None:
        """Tell which papers the procedure of a dossier asks for that are not in it."""
        found = completeness_of(documents)
        if found is None or not found.missing:
            return
        problem = Problem(
            "papers_missing",
            {
                "procedure": found.procedure.name[Language.VI],
                "papers": "; ".join(asked.name(Language.VI) for asked in found.missing),
            },
        )
        self._result.notes.append((dossier, problem))
        self._observer.problem(dossier, problem)

    def _decide(self, record: DossierRecord) -> None:
        """Let a dossier through, or send it to a person."""
        required = self._workspace.profile.review.required
        doubtful = len(findings.doubtful_fields(self._ledger, record.id))
        needed = required is ReviewBefore.ALWAYS or (required is ReviewBefore.DOUBTFUL and doubtful > 0)
        needed = needed or waits_for_correction(self._ledger, record)
        stage = Stage.IN_REVIEW if needed else Stage.APPROVED
        event = "review_needed" if needed else "approved"
        with self._ledger.transaction():
            moved = self._advance(record.id, Stage.EXTRACTED, stage, event, doubtful=doubtful)
        if not moved:
            return
        self._observer.moved(record.id, stage)
        if stage is Stage.APPROVED:
            self._ready.appendleft(record.id)

    def _start_composing(self, record: DossierRecord) -> None:
        pages = self._ledger.pages(record.id)
        if not self._are_derived(record, pages):
            return
        documents = findings.load_documents(self._ledger, record.id)
        waiting = set(range(1, len(documents) + 1))

        def settled(ordinal: int) -> Settle:
            def settle(_: Path) -> None:
                waiting.discard(ordinal)
                if waiting:
                    return
                with self._ledger.transaction():
                    moved = self._advance(
                        record.id,
                        Stage.APPROVED,
                        Stage.COMPOSED,
                        "composed",
                        documents=len(documents),
                        tool=TOOL,
                    )
                if not moved:
                    return
                self._observer.moved(record.id, Stage.COMPOSED)
                self._ready.appendleft(record.id)

            return settle

        for ordinal, document in enumerate(documents, start=1):
            task = self._compose_task(record, pages, ordinal, document)
            retry = self._once_more(record.id, f"compose {ordinal}")
            flight = _Flight(record.id, settled(ordinal), None, retry)
            self._fly(flight, tasks.compose_document, task)

    def _compose_task(
        self, record: DossierRecord, pages: Sequence[PageRecord], ordinal: int, document: Document
    ) -> tasks.ComposeTask:
        template = self._workspace.templates.get(document.form)
        settings, rules = self._workspace.settings, self._workspace.profile.pdf
        own = [pages[index] for index in document.pages]
        originals = {o.ordinal: o.sha256 for o in self._ledger.originals(record.id)}
        engine = next((str(page.summary["engine"]) for page in own if page.summary), "")
        title = template.title[Language.VI] if template else f"Tài liệu {ordinal}"
        provenance = Provenance(
            title=f"{title} - {record.id}",
            identifier=f"{record.id}.{ordinal}",
            organisation=settings.organisation.name,
            conversion_mark=rules.conversion_mark,
            created=self._clock(),
            sources=tuple(dict.fromkeys(originals[page.original] for page in own)),
            engine=engine,
        )
        return tasks.ComposeTask(
            pages=tuple(page_target(self._workspace, record.id, p.ordinal) for p in own),
            provenance=provenance,
            target=document_file(self._workspace, record.id, ordinal),
        )

    def _package(self, record: DossierRecord) -> None:
        assert self._packager is not None
        if not self._packager.can_package(record):
            self._make_again(record, Stage.APPROVED)
            return
        try:
            packaged = self._packager.package(record.id)
        except SigningProblem as error:
            # What cannot sign now cannot sign the next one either; pages can still be read.
            self._packager = None
            self._result.unsigned = error
            self._observer.problem(record.id, Problem.of(error))
            return
        for note in packaged.notes:
            self._observer.noted(record.id, note)
        self._observer.moved(record.id, Stage.PACKAGED)

    # --- derived data -------------------------------------------------------------------------

    def _are_derived(self, record: DossierRecord, pages: Sequence[PageRecord]) -> bool:
        """Whether what was made of the pages is there; if not, it is made again."""
        missing = [
            page.ordinal
            for page in pages
            if not tasks.words_file(page_target(self._workspace, record.id, page.ordinal)).is_file()
        ]
        if not missing:
            return True
        with self._ledger.transaction():
            self._ledger.forget_pages(record.id, missing)
        self._make_again(record, Stage.RECEIVED)
        self._observer.planned(len(missing))
        return False

    def _make_again(self, record: DossierRecord, stage: Stage) -> None:
        with self._ledger.transaction():
            self._advance(record.id, record.stage, stage, "derived_made_again")
        self._ready.append(record.id)

    def _original_path(self, original: OriginalRecord) -> Path:
        return self._workspace.originals / original.dossier / original.name

    def _known_pages(self) -> int:
        sql = (
            "SELECT count(*) AS n FROM page JOIN dossier ON dossier.id = page.dossier "
            "WHERE page.state = 'waiting' AND dossier.stage = ?"
        )
        return int(self._ledger.rows(sql, Stage.RECEIVED)[0]["n"])

    def _note(self, taken: TakenIn) -> None:
        self._result.failed.extend(taken.rejected)
        self._result.notes.extend(taken.notes)
        for dossier, problem in taken.notes:
            self._observer.problem(dossier, problem)
        for dossier in taken.rejected:
            record = self._ledger.dossier(dossier)
            if record is not None and record.problem is not None:
                self._observer.problem(dossier, record.problem)
        self._observer.taken_in(len(taken.dossiers))


def _is_poor(page: PageRecord) -> bool:
    problems = (page.summary or {}).get("problems", [])
    return isinstance(problems, list) and any(one["code"] in SHORTCOMINGS for one in problems)
