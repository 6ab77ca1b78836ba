"""The clerk's desk: doubtful fields in turn, answers checked, dossiers let through.

The web page and the terminal work on the same desk. A window holds one dossier at a time, so that no field
is handed out twice. ``desk`` is what the window calls itself, empty for a process that has only one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from digitize.errors import ItemProblem
from digitize.forms.template import Template
from digitize.model import Problem, Stage, Value
from digitize.pipeline import leases
from digitize.pipeline.asking import asked_about, next_to_review, take_back
from digitize.pipeline.deadlines import Settler
from digitize.pipeline.findings import DoubtfulField, decide, fields_to_review, is_doubtful
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import open_questions, settle_questions
from digitize.pipeline.page_counts import notice_page_counts
from digitize.review.answers import Checked, meaning_of
from digitize.review.looking import mark_of, view_of
from digitize.review.queue import Waiting, count_waiting, next_dossier
from digitize.review.surroundings import surroundings_of
from digitize.review.views import FieldView
from digitize.times import Clock


@dataclass(frozen=True)
class Desk:
    """Works on the dossiers of one workspace that wait for a person.

    Attributes:
        ledger: where they stand.
        clock: tells the time.
        templates: the forms that are known.
        settle_deadline: is told which dossier's fields are settled; None where days do not matter.

    """

    ledger: Ledger
    clock: Clock
    templates: Mapping[str, Template]
    settle_deadline: Settler | None = None

    # --- what waits ---------------------------------------------------------------------------

    def waiting_count(self) -> Waiting:
        """How much waits for people.

        Quick enough for every page of a list, but not for every field: it grows with the queue, unlike
        ``take`` and ``next_field``.
        """
        return count_waiting(self.ledger, self.clock)

    def waiting(self) -> list[DoubtfulField]:
        """What a person is asked about, dossiers received first coming first."""
        return fields_to_review(self.ledger)

    def dossiers(self) -> list[str]:
        """Dossiers in review, in the order in which they were received."""
        return [record.id for record in self.ledger.dossiers(Stage.IN_REVIEW)]

    def fields(self, dossier: str) -> list[DoubtfulField]:
        """Everything that a person is asked about in a dossier, in the order of its papers."""
        return fields_to_review(self.ledger, dossier)

    # --- holding dossiers ---------------------------------------------------------------------

    def take(self, desk: str, *, passed: Collection[str] = ()) -> str | None:
        """Hold the dossier whose turn it is, and let go of what the window held before; None if none is left.

        Urgent dossiers come first, then those with the most doubtful field, then those that wait for a person
        without one.

        Args:
            desk: names the window.
            passed: dossiers that the person has put off.

        """
        with self.ledger.transaction():
            leases.let_go_of_all(self.ledger, desk, self.clock)
            held = leases.held_by_others(self.ledger, desk, self.clock)
            dossier = next_dossier(self.ledger, held | set(passed))
            if dossier is not None:
                leases.keep(self.ledger, dossier, desk, self.clock)
        return dossier

    def take_this(self, desk: str, dossier: str) -> None:
        """Hold one dossier, and let go of what the window held before.

        Raises:
            ItemProblem: somebody else holds it, or it does not wait for a person.

        """
        with self.ledger.transaction():
            record = self.ledger.dossier(dossier)
            if record is None or record.stage is not Stage.IN_REVIEW:
                raise ItemProblem("dossier_changed", dossier=dossier)
            leases.let_go_of_all(self.ledger, desk, self.clock)
            leases.keep(self.ledger, dossier, desk, self.clock)

    def keep(self, desk: str, dossier: str) -> None:
        """Go on holding a dossier; to be called every minute.

        Raises:
            ItemProblem: somebody else holds it by now.

        """
        leases.hold(self.ledger, dossier, desk, self.clock)

    def let_go(self, desk: str, dossier: str) -> None:
        """Leave a dossier to others."""
        leases.let_go(self.ledger, dossier, desk)

    @contextmanager
    def holding(self, dossier: str) -> Iterator[list[DoubtfulField]]:
        """Hold a dossier and get the fields that a person is asked about.

        Raises:
            ItemProblem: somebody else works on it.

        """
        with leases.lease(self.ledger, dossier, self.clock):
            yield self.fields(dossier)

    # --- one field ----------------------------------------------------------------------------

    def next_field(
        self, desk: str, dossier: str, passed: Collection[tuple[int, str]] = ()
    ) -> DoubtfulField | None:
        """The most doubtful field of a dossier, which the window holds from then on; None if none is left.

        Args:
            desk: names the window.
            dossier: its code.
            passed: documents and keys of fields that the person has put off.

        Raises:
            ItemProblem: somebody else holds it by now.

        """
        if not leases.is_held(self.ledger, dossier, desk, self.clock):
            leases.hold(self.ledger, dossier, desk, self.clock)
        return next_to_review(self.ledger, dossier, passed)

    def find(self, dossier: str, document: int, key: str, seen: str | None = None) -> DoubtfulField:
        """A field as it is asked about now, for a page that knows it by its place.

        Args:
            dossier: its code.
            document: from 1.
            key: of the field.
            seen: ``FieldView.seen`` of what the person was shown; None where that does not matter.

        Raises:
            ItemProblem: nobody is asked about it any more, or it is no longer what the person was shown.

        """
        found = asked_about(self.ledger, dossier, document, key)
        if found is None or seen not in (None, mark_of(found)):
            raise self._changed(dossier, asked=found is not None)
        return found

    def look_at(self, field: DoubtfulField) -> FieldView:
        """What a person is shown of a field."""
        return view_of(self.ledger, field, self.templates)

    def check(self, field: DoubtfulField, text: str) -> Checked:
        """What a typed answer means, and what speaks against it; quick enough for every key."""
        found = meaning_of(field, text, self.templates)
        if not found.fits:
            return found
        around = surroundings_of(self.ledger, field, self.templates)
        return replace(found, problems=(*found.problems, *around.contradictions(found.value)))

    def settle(self, desk: str, field: DoubtfulField, value: Value) -> None:
        """Record what the person decided about a field as they saw it.

        Raises:
            ItemProblem: somebody else holds the dossier by now, the field was settled meanwhile, or what was
                read is no longer what the person saw.

        """
        with self.ledger.transaction():
            leases.keep(self.ledger, field.dossier, desk, self.clock)
            now = asked_about(self.ledger, field.dossier, field.document, field.key)
            if now != field:
                raise self._changed(field.dossier, asked=now is not None)
            decide(self.ledger, field, value)

    def unreadable(self, desk: str, field: DoubtfulField) -> None:
        """Record that nobody can read a field; raises like ``settle``."""
        self.settle(desk, field, None)

    def _changed(self, dossier: str, *, asked: bool) -> ItemProblem:
        """Why an answer to what was shown cannot be taken."""
        record = self.ledger.dossier(dossier)
        if asked or record is None or record.stage is not Stage.IN_REVIEW:
            return ItemProblem("dossier_changed", dossier=dossier)
        return ItemProblem("field_settled", dossier=dossier)

    def take_back(self, desk: str, dossier: str) -> DoubtfulField | None:
        """Ask again about what this person answered last in a dossier; None where there is nothing left.

        The answer is kept; what others decided stays.

        Raises:
            ItemProblem: somebody else holds the dossier by now.

        """
        with self.ledger.transaction():
            leases.keep(self.ledger, dossier, desk, self.clock)
            forms = [form.id for form in self.templates.values() if form.review]
            return take_back(self.ledger, dossier, forms)

    # --- whole dossiers -----------------------------------------------------------------------

    def questions(self, dossier: str) -> list[Problem]:
        """What was noticed of a whole dossier that a person has to look at before it goes on."""
        with self.ledger.transaction():
            record = self.ledger.dossier(dossier)
            if record is not None and record.stage is Stage.IN_REVIEW:
                # A person may just have settled what a cover says.
                notice_page_counts(self.ledger, dossier, self.templates)
        return open_questions(self.ledger, dossier)

    def let_through(self, dossier: str, *, seen: bool = False) -> bool:
        """Approve a dossier if nothing in it is in doubt any more; whether it was.

        Args:
            dossier: its code.
            seen: a person has looked at what was noticed of the whole dossier, and it is right as it is.

        """
        asked = self.questions(dossier)
        with self.ledger.transaction():
            record = self.ledger.dossier(dossier)
            if record is None or record.stage is not Stage.IN_REVIEW:
                return False
            if is_doubtful(self.ledger, dossier) or (asked and not seen):
                return False
            settled = settle_questions(self.ledger, dossier)
            facts = {"settled": settled} if settled else {}
            self.ledger.move(dossier, Stage.APPROVED, "approved", doubtful=0, **facts)
            if self.settle_deadline is not None:
                self.settle_deadline(dossier)
        return True
