"""A dossier whose pages have been read: its documents and fields, its PDFs, its package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.errors import EnvironmentProblem, ItemProblem, SigningProblem
from digitize.forms.template_files import read_own_forms
from digitize.model import UNKNOWN_FORM, Document, Language, Problem, Stage
from digitize.pdf.compose import TOOL, Provenance
from digitize.pipeline import findings, tasks
from digitize.pipeline.batch import Batch, Flight, Settle
from digitize.pipeline.cutting import start_cutting
from digitize.pipeline.deadlines import settler
from digitize.pipeline.decided_pages import NOTHING, DecidedPage, decided_pages, was_sent_back
from digitize.pipeline.generations import waits_for_correction
from digitize.pipeline.layout import document_file, excerpts, page_target
from digitize.pipeline.leases import IN_USE
from digitize.pipeline.notices import add_notice, is_held_up, open_questions
from digitize.pipeline.page_counts import notice_page_counts
from digitize.pipeline.page_steps import PageSteps, engine_of
from digitize.pipeline.records import DossierRecord, PageRecord
from digitize.pipeline.roles import document_pages
from digitize.pipeline.roles_apart import ANOTHERS
from digitize.pipeline.second_look_draw import LookRules
from digitize.pipeline.second_looks import SecondLooks
from digitize.pipeline.signing_trouble import note_unsigned
from digitize.pipeline.space import TOO_SMALL
from digitize.pipeline.suspects import counted, has_pictures
from digitize.pipeline.unclear_forms import notice_unclear_forms
from digitize.procedures.completeness import completeness_of
from digitize.profiles.profile import ReviewBefore

if TYPE_CHECKING:
    from digitize.pipeline.packaging import Packager


class DossierSteps:
    """Takes a dossier from stage to stage.

    Args:
        batch: the run.
        pages: work on its pages.
        open_packager: opens the key, when the first dossier is to be packaged; None where none is.

    """

    def __init__(self, batch: Batch, pages: PageSteps, open_packager: Callable[[], Packager] | None) -> None:
        self._batch = batch
        self._pages = pages
        self._open_packager = open_packager
        self._packager: Packager | None = None
        self._workspace = batch.workspace
        self._ledger = batch.ledger
        rules = LookRules.of(batch.workspace.profile)
        self._looks = SecondLooks(batch.ledger, rules, batch.workspace.templates)

    def go_on(self, dossier: str, until: Stage) -> None:
        """Start whatever a dossier needs next, unless it has come to ``until``."""
        record = self._ledger.dossier(dossier)
        if record is None or record.stage.position >= until.position:
            return
        try:
            if record.stage is Stage.RECEIVED:
                self._pages.receive(record)
            elif record.stage is Stage.RECOGNISED:
                self._start_extracting(record)
            elif record.stage is Stage.EXTRACTED:
                self._decide(record)
            elif record.stage is Stage.APPROVED and not self._is_held_up(record):
                self._start_composing(record)
            elif record.stage is Stage.COMPOSED and self._open_packager is not None:
                self._package(record)
        except ItemProblem as error:
            if error.code in {IN_USE, *ANOTHERS}:
                # Somebody is signing it by hand, or another person has to; there is nothing wrong with it.
                self._batch.observer.problem(dossier, Problem.of(error))
            else:
                self._batch.set_aside(dossier, Problem.of(error))

    def _start_extracting(self, record: DossierRecord) -> None:
        pages = self._ledger.pages(record.id)
        if not self._pages.are_derived(record, pages):
            return

        chosen = document_pages(pages, self._workspace.profile.scan)
        decided = decided_pages(self._ledger, record.id, pages)
        told = tuple(decided.get(pages[index].ordinal, NOTHING).told for index in chosen)

        def settle(found: list[Document]) -> None:
            documents = [findings.placed(document, chosen) for document in found]
            findings.refuse_secret(documents)
            unreviewed = {form.id for form in self._workspace.templates.values() if not form.review}
            with self._ledger.transaction():
                if not self._batch.stands(record.id, Stage.RECOGNISED):
                    return
                findings.save_documents(self._ledger, record.id, documents, unreviewed)
                self._notice_gone_forms(record.id, decided)
                self._ledger.move(
                    record.id,
                    Stage.EXTRACTED,
                    "fields_extracted",
                    documents=len(documents),
                    doubtful=sum(len(one.doubtful) for one in documents if one.form not in unreviewed),
                    tool=TOOL,
                )
                deadline = settler(self._workspace, self._ledger)(record.id)
            for conflict in deadline.conflicts:
                self._batch.observer.noted(record.id, conflict)
            self._tell_missing(record.id, documents)
            self._batch.observer.moved(record.id, Stage.EXTRACTED)
            self._batch.ready.appendleft(record.id)

        task = tasks.ExtractTask(
            pages=tuple(page_target(self._workspace, record.id, pages[index].ordinal) for index in chosen),
            files=tuple(pages[index].original for index in chosen),
            threshold=self._workspace.profile.review.threshold,
            thresholds=self._workspace.profile.review.thresholds,
            own_forms=read_own_forms(self._workspace.forms),
            settings=self._batch.reading,
            told=told,
        )
        retry = self._batch.once_more(record.id, "extract")
        self._batch.flights.start(Flight(record.id, settle, None, retry), tasks.extract, task)

    def _notice_gone_forms(self, dossier: str, decided: Mapping[int, DecidedPage]) -> None:
        """Ask a person about papers whose chosen form is no longer known: the program told what they are."""
        for page, decision in decided.items():
            form = decision.form
            if form not in (None, UNKNOWN_FORM, *self._workspace.templates) and not decision.excluded:
                problem = Problem("chosen_form_gone", {"dossier": dossier, "page": page, "form": str(form)})
                add_notice(self._ledger, dossier, problem, asks=True)

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
        self._batch.result.notes.append((dossier, problem))
        self._batch.observer.problem(dossier, problem)

    def _decide(self, record: DossierRecord) -> None:
        """Let a dossier through, or send it to a person."""
        required = self._workspace.profile.review.required
        doubtful = len(findings.doubtful_fields(self._ledger, record.id))
        needed = required is ReviewBefore.ALWAYS or (required is ReviewBefore.DOUBTFUL and doubtful > 0)
        # Nobody has read what a clerk has accepted as a picture.
        unread = has_pictures(self._ledger, record.id)
        needed = needed or (unread and required is not ReviewBefore.NEVER)
        wanted = waits_for_correction(self._ledger, record) or was_sent_back(self._ledger, record.id)
        needed = needed or wanted
        with self._ledger.transaction():
            if not self._batch.stands(record.id, Stage.EXTRACTED):
                return
            noticed = [notice_page_counts(self._ledger, record.id, self._workspace.templates)]
            if required is not ReviewBefore.NEVER:
                noticed.append(notice_unclear_forms(self._ledger, record.id))
            questions = open_questions(self._ledger, record.id)
            needed = needed or bool(questions)
            # What was looked at before it was read anew is not let through unseen by a second person.
            first_look_over = not doubtful and not wanted
            needed = (first_look_over and self._looks.go_on(record.id)) or needed
            needed = needed or (first_look_over and self._looks.begin_unattended(record.id))
            stage = Stage.IN_REVIEW if needed else Stage.APPROVED
            event = "review_needed" if needed else "approved"
            self._ledger.move(record.id, stage, event, doubtful=doubtful)
        for problem in filter(None, noticed):
            self._batch.result.notes.append((record.id, problem))
            self._batch.observer.problem(record.id, problem)
        self._batch.observer.moved(record.id, stage)
        if stage is Stage.APPROVED:
            self._batch.ready.appendleft(record.id)

    def _is_held_up(self, record: DossierRecord) -> bool:
        """Send an approved dossier back to a person if a page of it is to be scanned again."""
        if not is_held_up(open_questions(self._ledger, record.id)):
            return False
        with self._ledger.transaction():
            self._batch.advance(record.id, Stage.APPROVED, Stage.IN_REVIEW, "review_needed", doubtful=0)
        self._batch.observer.moved(record.id, Stage.IN_REVIEW)
        return True

    def _start_composing(self, record: DossierRecord) -> None:
        pages = self._ledger.pages(record.id)
        if not self._pages.are_derived(record, pages):
            return
        if not self._batch.has_room(self._batch.demand.of_documents(record.id), record.id):
            return
        documents = findings.load_documents(self._ledger, record.id)
        originals = self._ledger.originals(record.id)
        cut = excerpts(self._workspace, originals)
        waiting = {*(f"compose {n}" for n in range(1, len(documents) + 1)), *(f"cut {n}" for n in cut)}

        def settled(step: str) -> Settle:
            def settle(_: Path | None) -> None:
                waiting.discard(step)
                if waiting:
                    return
                with self._ledger.transaction():
                    moved = self._batch.advance(
                        record.id,
                        Stage.APPROVED,
                        Stage.COMPOSED,
                        "composed",
                        documents=len(documents),
                        tool=TOOL,
                    )
                if not moved:
                    return
                self._batch.observer.moved(record.id, Stage.COMPOSED)
                self._batch.ready.appendleft(record.id)

            return settle

        for ordinal, document in enumerate(documents, start=1):
            task = self._compose_task(record, pages, ordinal, document)
            step = f"compose {ordinal}"
            flight = Flight(record.id, settled(step), None, self._batch.once_more(record.id, step))
            self._batch.flights.start(flight, tasks.compose_document, task)
        for original in originals:
            if original.ordinal in cut:
                settle = partial(settled(f"cut {original.ordinal}"), None)
                start_cutting(self._batch, original, cut[original.ordinal], settle)

    def _compose_task(
        self, record: DossierRecord, pages: Sequence[PageRecord], ordinal: int, document: Document
    ) -> tasks.ComposeTask:
        template = self._workspace.templates.get(document.form)
        settings, rules = self._workspace.settings, self._workspace.profile.pdf
        own = [pages[index] for index in document.pages]
        originals = {o.ordinal: o.sha256 for o in self._ledger.originals(record.id)}
        title = template.title[Language.VI] if template else f"Tài liệu {ordinal}"
        provenance = Provenance(
            title=f"{title} - {record.id}",
            identifier=f"{record.id}.{ordinal}",
            organisation=settings.organisation.name,
            conversion_mark=rules.conversion_mark,
            created=self._batch.clock(),
            sources=tuple(dict.fromkeys(originals[page.original] for page in own)),
            engine=engine_of(own),
        )
        return tasks.ComposeTask(
            pages=tuple(page_target(self._workspace, record.id, p.ordinal) for p in own),
            provenance=provenance,
            target=document_file(self._workspace, record.id, ordinal),
        )

    def _package(self, record: DossierRecord) -> None:
        packager = self._opened(record.id)
        if packager is None:
            return
        if not packager.can_package(record):
            self._pages.make_again(record, Stage.APPROVED)
            return
        try:
            with counted(self._ledger, record.id):
                packaged = packager.package(record.id)
            self._batch.freed = True
        except EnvironmentProblem as error:
            if isinstance(error, SigningProblem):
                self._wait_unsigned(record.id, error)
            elif error.code == TOO_SMALL:
                self._batch.hold(error, record.id)
            else:
                raise
            return
        for note in packaged.notes:
            self._batch.observer.noted(record.id, note)
        self._batch.observer.moved(record.id, Stage.PACKAGED)

    def _opened(self, dossier: str) -> Packager | None:
        """The packager with its key; None where it cannot be opened, and all that is composed waits."""
        if self._packager is None and self._open_packager is not None:
            try:
                self._packager = self._open_packager()
            except EnvironmentProblem as error:
                self._wait_unsigned(dossier, error)
        return self._packager

    def _wait_unsigned(self, dossier: str, error: EnvironmentProblem) -> None:
        # What cannot sign now cannot sign the next one either; pages can still be read.
        self._packager = self._open_packager = None
        note_unsigned(self._ledger, error, self._batch.clock)
        self._batch.result.unsigned = error
        self._batch.observer.problem(dossier, Problem.of(error))
