"""The clerk's desk: doubtful fields in turn, answers checked, dossiers let through.

The web page and the terminal work on the same desk. A window holds one dossier at a time, so that no field
is handed out twice. ``desk`` is what the window calls itself, empty for a process that has only one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from digitize.errors import ItemProblem
from digitize.forms.template import Template
from digitize.model import Problem, Stage, Value
from digitize.pipeline import leases
from digitize.pipeline.approval import Approval, ReviewRules
from digitize.pipeline.asking import asked_about, next_to_review, take_back
from digitize.pipeline.deadlines import Settler, settler
from digitize.pipeline.findings import DoubtfulField, Look, decide, fields_to_review
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.roles_apart import Role, kept_from, require_apart
from digitize.pipeline.second_looks import BlindField, SecondLooks
from digitize.pipeline.workspace import Workspace
from digitize.review.answers import Checked, meaning_of
from digitize.review.blind import blind, blind_view
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
        rules: what must have happened before a dossier is approved.

    """

    ledger: Ledger
    clock: Clock
    templates: Mapping[str, Template]
    settle_deadline: Settler | None = None
    rules: ReviewRules = field(default_factory=ReviewRules)

    @classmethod
    def of(cls, workspace: Workspace, ledger: Ledger, clock: Clock) -> Desk:
        """The desk of a workspace, with the rules of its profile."""
        rules = ReviewRules.of(workspace.profile)
        return cls(ledger, clock, workspace.templates, settler(workspace, ledger), rules)

    @property
    def approval(self) -> Approval:
        """Approves dossiers when nothing in them waits any more."""
        return Approval(self.ledger, self.rules, self.templates, self.settle_deadline)

    @property
    def looks(self) -> SecondLooks:
        """What second and third persons look at."""
        return self.approval.looks

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
        """Everything that this person is asked about in a dossier, in the order of its papers."""
        asked = fields_to_review(self.ledger, dossier)
        return asked or [blind(one) for one in self.looks.fields(dossier)]

    def for_others(self) -> int:
        """How many fields wait for another person than this one."""
        return self.looks.waits().for_others

    # --- holding dossiers ---------------------------------------------------------------------

    def take(self, desk: str, *, passed: Collection[str] = ()) -> str | None:
        """Hold the dossier whose turn it is, and let go of what the window held before; None if none is left.

        Urgent dossiers come first, then those with the most doubtful field, then those that wait for a person
        without one, then those whose fields this person looks at after others. Dossiers that another person
        has to check are left to others.

        Args:
            desk: names the window.
            passed: dossiers that the person has put off.

        """
        with self.ledger.transaction():
            leases.let_go_of_all(self.ledger, desk, self.clock)
            dossier = self.coming(desk, passed=passed)
            if dossier is not None:
                leases.keep(self.ledger, dossier, desk, self.clock)
        return dossier

    def coming(self, desk: str, *, passed: Collection[str] = ()) -> str | None:
        """The dossier that ``take`` would give now; it is not held."""
        held = leases.held_by_others(self.ledger, desk, self.clock)
        kept_out = held | set(passed) | kept_from(self.ledger, self.rules.roles, Role.CHECK)
        kept_out |= self.approval.waiting_for_approval()
        return next_dossier(self.ledger, kept_out) or self.looks.next(kept_out)

    def take_this(self, desk: str, dossier: str) -> None:
        """Hold one dossier, and let go of what the window held before.

        Raises:
            ItemProblem: somebody else holds it, it does not wait for a person, or for another one.

        """
        self._require_role(dossier)
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
            ItemProblem: somebody else works on it, or another person has to check it.

        """
        self._require_role(dossier)
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
        return self.ahead(dossier, passed)

    def ahead(self, dossier: str, passed: Collection[tuple[int, str]] = ()) -> DoubtfulField | None:
        """What ``next_field`` would give, for whoever makes its picture ready; nothing is held."""
        asked = next_to_review(self.ledger, dossier, passed)
        if asked is not None:
            return asked
        looks = (one for one in self.looks.fields(dossier) if (one.document, one.key) not in passed)
        return next(map(blind, looks), None)

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
        look = None if found else self.looks.find(dossier, document, key)
        found = blind(look) if look else found
        if found is None or seen not in (None, mark_of(found)):
            raise self._changed(dossier, asked=found is not None)
        return found

    def look_at(self, field: DoubtfulField) -> FieldView:
        """What a person is shown of a field."""
        if field.look is not Look.FIRST:
            return blind_view(self._look_of(field), self.templates)
        return view_of(self.ledger, field, self.templates)

    def check(self, field: DoubtfulField, text: str) -> Checked:
        """What a typed answer means, and what speaks against it; quick enough for every key."""
        found = meaning_of(field, text, self.templates)
        # What contradicts other fields would tell a second person what these say.
        if not found.fits or field.look is not Look.FIRST:
            return found
        around = surroundings_of(self.ledger, field, self.templates)
        return replace(found, problems=(*found.problems, *around.contradictions(found.value)))

    def settle(self, desk: str, field: DoubtfulField, value: Value) -> None:
        """Record what the person decided about a field as they saw it.

        Raises:
            ItemProblem: somebody else holds the dossier by now, the field was settled meanwhile, or what was
                read is no longer what the person saw.

        """
        self._require_role(field.dossier)
        with self.ledger.transaction():
            leases.keep(self.ledger, field.dossier, desk, self.clock)
            if field.look is not Look.FIRST:
                self.looks.settle(self._look_of(field), value)
                return
            now = asked_about(self.ledger, field.dossier, field.document, field.key)
            if now != field:
                raise self._changed(field.dossier, asked=now is not None)
            decide(self.ledger, field, value)
            self.approval.end_first_look(field.dossier)

    def _require_role(self, dossier: str) -> None:
        require_apart(self.ledger, dossier, self.rules.roles, Role.CHECK)

    def _look_of(self, field: DoubtfulField) -> BlindField:
        found = self.looks.find(field.dossier, field.document, field.key)
        if found is None or found.look is not field.look:
            raise self._changed(field.dossier, asked=found is not None)
        return found

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
        return self.approval.questions(dossier)

    def let_through(self, dossier: str, *, seen: bool = False) -> bool:
        """Approve a dossier if nothing in it waits any more and the last answer does so; whether it was.

        Args:
            dossier: its code.
            seen: a person has looked at what was noticed of the whole dossier, and it is right as it is.

        """
        return self.approval.let_through(dossier, seen=seen)
