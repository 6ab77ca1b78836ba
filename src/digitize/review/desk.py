"""The clerk's desk: doubtful fields in turn, answers checked, dossiers let through.

The web page and the terminal work on the same desk.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from digitize.errors import UsageProblem
from digitize.forms.template import FieldType, Template
from digitize.forms.template_files import template_of
from digitize.forms.values import read_value
from digitize.model import Problem, Stage, Value
from digitize.pipeline.deadlines import Settler
from digitize.pipeline.findings import DoubtfulField, decide, doubtful_fields, fields_to_review
from digitize.pipeline.leases import lease
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import is_held_up, open_questions, settle_questions
from digitize.pipeline.page_counts import notice_page_counts
from digitize.times import Clock
from digitize.vietnamese.folding import single_spaced

_YES = frozenset({"có", "co", "x", "1", "true", "yes", "y"})
_NO = frozenset({"không", "khong", "0", "false", "no", "n"})

_UNUSUAL = frozenset(
    {
        "date_incomplete",
        "name_unusual",
        "place_odd",
        "province_unknown",
        "unit_odd",
        "phrase_odd",
        "pid_province_odd",
        "syllable_odd",
        "character_odd",
        "nationality_unknown",
        "relation_unknown",
        "iddoc_issuer_unknown",
    }
)
"""What makes a reading doubtful, but may be right all the same: the person has seen the paper."""

_LEFT_OUT = frozenset({"iddoc_issuer_unreadable", "iddoc_date_unreadable"})
"""What a person who types the number of an identity paper alone has left out: it is not written there."""


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

    def waiting(self) -> list[DoubtfulField]:
        """What a person is asked about, dossiers received first coming first."""
        return fields_to_review(self.ledger)

    def dossiers(self) -> list[str]:
        """Dossiers in review, in the order in which they were received."""
        return [record.id for record in self.ledger.dossiers(Stage.IN_REVIEW)]

    @contextmanager
    def holding(self, dossier: str) -> Iterator[list[DoubtfulField]]:
        """Hold a dossier and get the fields that a person is asked about.

        Raises:
            ItemProblem: somebody else works on it.

        """
        with lease(self.ledger, dossier, self.clock):
            yield fields_to_review(self.ledger, dossier)

    def settle(self, field: DoubtfulField, value: Value) -> None:
        """Record what the person decided."""
        with self.ledger.transaction():
            decide(self.ledger, field, value)

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
            if doubtful_fields(self.ledger, dossier) or (asked and not seen) or is_held_up(asked):
                return False
            settled = settle_questions(self.ledger, dossier)
            facts = {"settled": settled} if settled else {}
            self.ledger.move(dossier, Stage.APPROVED, "approved", doubtful=0, **facts)
            if self.settle_deadline is not None:
                self.settle_deadline(dossier)
        return True


def value_from(field: DoubtfulField, text: str, templates: Mapping[str, Template]) -> Value:
    """The value that a typed answer means for a field.

    Raises:
        UsageProblem: the answer does not fit the type of the field.

    """
    kind = template_of(field.form, templates).type_of(field.key)
    folded = text.strip().casefold()
    if kind in (FieldType.CHECK, FieldType.TICK, FieldType.SIGNATURE):
        if folded in _YES:
            return True
        if folded in _NO:
            return False
        raise UsageProblem("answer_not_yes_or_no")
    if any(unicodedata.category(character) == "Cc" for character in text):
        # Keys like the arrows send control sequences where the terminal does not edit lines.
        raise UsageProblem("answer_unfit", kind=kind.value)
    if kind is FieldType.LIST:
        parts = (single_spaced(part) for part in text.split(";"))
        return [part for part in parts if part]
    read = read_value(kind, text)
    accepted = _UNUSUAL | (_LEFT_OUT if folded.isdecimal() else set())
    serious = [problem for problem in read.problems if problem.code not in accepted]
    # Of a paper the first number is taken; a person who types more means something else.
    inexact = kind is FieldType.INT and not folded.isdecimal()
    if serious or inexact or read.value is None:
        raise UsageProblem("answer_unfit", kind=kind.value)
    return read.value
