"""When a dossier that a person looks at is approved: nothing in it waits for anybody any more.

All approvals of persons pass through here, those by the last answer and those by ``approve``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from digitize.errors import ItemProblem
from digitize.forms.template import Template
from digitize.model import Problem, Stage
from digitize.pipeline.deadlines import Settler
from digitize.pipeline.findings import fields_to_review, is_doubtful
from digitize.pipeline.leases import lease
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import is_held_up, open_questions, settle_questions
from digitize.pipeline.page_counts import notice_page_counts
from digitize.pipeline.roles_apart import Role, require_apart
from digitize.pipeline.second_look_draw import LookRules
from digitize.pipeline.second_looks import SecondLooks, Waits
from digitize.profiles.profile import Profile, RoleRules
from digitize.times import Clock


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """What must have happened before a dossier is approved.

    Attributes:
        looks: second looks; None where nobody says: then none are begun, and those that wait hold it
            up all the same.
        roles: which work different people do.
        by_itself: nothing else is missing once nothing waits.

    """

    looks: LookRules | None = None
    roles: RoleRules = field(default_factory=RoleRules)
    by_itself: bool = True

    @classmethod
    def of(cls, profile: Profile) -> ReviewRules:
        """The rules of a profile."""
        by_itself = profile.review.approve == "with_last_field"
        return cls(LookRules.of(profile), profile.roles, by_itself)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a dossier in review still waits for.

    Attributes:
        doubtful: fields that nobody has settled.
        questions: things that were noticed of the whole dossier and that nobody has looked at.
        looks: fields that another person looks at.
        approval: nothing else is missing but that somebody approves it.

    """

    doubtful: int
    questions: int
    looks: Waits
    approval: bool

    @property
    def is_clean(self) -> bool:
        """Whether nothing waits."""
        return not self.doubtful and not self.questions and not self.looks.any


@dataclass(frozen=True)
class Approval:
    """Approves dossiers of one workspace; the person is the one who uses the ledger.

    Attributes:
        ledger: where they stand.
        rules: what must have happened before.
        templates: the forms that are known.
        settle_deadline: is told which dossier's fields are settled; None where days do not matter.

    """

    ledger: Ledger
    rules: ReviewRules
    templates: Mapping[str, Template]
    settle_deadline: Settler | None = None

    @property
    def looks(self) -> SecondLooks:
        """Second looks as the profile wants them."""
        return SecondLooks(self.ledger, self.rules.looks, self.templates)

    def questions(self, dossier: str) -> list[Problem]:
        """What was noticed of a whole dossier that a person has to look at before it goes on."""
        with self.ledger.transaction():
            if self._is_in_review(dossier):
                # A person may just have settled what a cover says.
                notice_page_counts(self.ledger, dossier, self.templates)
        return open_questions(self.ledger, dossier)

    def standing(self, dossier: str) -> Standing:
        """What a dossier in review waits for; second looks are drawn when the first is over."""
        doubtful = len(fields_to_review(self.ledger, dossier))
        asked = len(open_questions(self.ledger, dossier))
        looks = self.looks.waits(dossier)
        clean = not doubtful and not asked and not looks.any
        return Standing(doubtful, asked, looks, clean and not self.rules.by_itself)

    def waiting_for_approval(self) -> set[str]:
        """Dossiers in which nothing else is left to do than to approve them by a step of its own."""
        if self.rules.by_itself:
            return set()
        return {row["id"] for row in self.ledger.rows(_DONE, Stage.IN_REVIEW)}

    def end_first_look(self, dossier: str) -> None:
        """Draw fields for a second person once nobody is asked for a first look; in a transaction."""
        if is_doubtful(self.ledger, dossier) or not self._is_in_review(dossier):
            return
        if not fields_to_review(self.ledger, dossier):
            self.looks.begin(dossier)

    def let_through(self, dossier: str, *, seen: bool = False) -> bool:
        """Approve a dossier if nothing in it waits any more, and the last answer may do so; whether it was.

        Args:
            dossier: its code.
            seen: a person has looked at what was noticed of the whole dossier, and it is right as it is.

        """
        return self._approve(dossier, seen=seen, said=self.rules.by_itself)

    def approve(self, dossier: str, clock: Clock) -> Standing:
        """Approve a dossier because a person says so.

        Returns:
            What it waits for where it could not be approved; a clean standing where it was, or had been.

        Raises:
            ItemProblem: it is not at a person, somebody works on it, or this person may not approve it.

        """
        record = self.ledger.dossier(dossier)
        if record is not None and Stage.APPROVED.position <= record.stage.position <= Stage.PACKAGED.position:
            return Standing(0, 0, Waits(), approval=False)
        if record is None or record.stage is not Stage.IN_REVIEW:
            stage = record.stage.value if record else "-"
            raise ItemProblem("not_to_approve", dossier=dossier, stage=stage)
        with lease(self.ledger, dossier, clock):
            require_apart(self.ledger, dossier, self.rules.roles, Role.APPROVE)
            self.questions(dossier)
            if fields_to_review(self.ledger, dossier):
                # Of a dossier that was reopened nobody has looked at any field yet.
                return self.standing(dossier)
            approved = self._approve(dossier, seen=False, said=True, apart=True)
            return Standing(0, 0, Waits(), approval=False) if approved else self.standing(dossier)

    def _approve(self, dossier: str, *, seen: bool, said: bool, **detail: bool) -> bool:
        asked = self.questions(dossier)
        with self.ledger.transaction():
            if not self._is_in_review(dossier) or is_doubtful(self.ledger, dossier):
                return False
            if is_held_up(asked) or (asked and not seen):
                return False
            settled = settle_questions(self.ledger, dossier)
            waits = self.looks.begin(dossier)
            if waits or not said:
                if settled:
                    self.ledger.add_event("questions_settled", dossier, settled=settled)
                return False
            facts = {"settled": settled} if settled else {}
            self.ledger.move(dossier, Stage.APPROVED, "approved", doubtful=0, **facts, **detail)
            if self.settle_deadline is not None:
                self.settle_deadline(dossier)
        return True

    def _is_in_review(self, dossier: str) -> bool:
        record = self.ledger.dossier(dossier)
        return record is not None and record.stage is Stage.IN_REVIEW


_DONE = """
SELECT d.id FROM dossier AS d WHERE d.stage = ? AND d.replaces IS NULL
AND NOT EXISTS (SELECT 1 FROM field AS f WHERE f.dossier = d.id AND f.needs_review = 1)
AND NOT EXISTS (SELECT 1 FROM second_look AS s WHERE s.dossier = d.id AND s.state IN ('waiting', 'differs'))
AND NOT EXISTS (SELECT 1 FROM notice AS n WHERE n.dossier = d.id AND n.asks = 1 AND n.settled IS NULL)
"""
