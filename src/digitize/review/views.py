"""What a person is shown of a field: what it may say, why it is in doubt, and what it has to fit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from digitize.forms.template import FieldType
from digitize.model import FieldReading, Problem, Value
from digitize.pipeline.findings import DoubtfulField, Look


class Ground(StrEnum):
    """Why a value is offered."""

    AS_READ = "as_read"
    """It stands on the paper as it was read; the program has made something else of it."""
    OTHER_READING = "other_reading"
    """A second look read it."""
    SUGGESTED = "suggested"
    """A list has it, and it is nearly the same."""
    SAME_PERSON = "same_person"
    """Another paper of the dossier says it of the same person."""
    DECIDED = "decided"
    """Somebody decided it for the same field of this dossier, on another paper or scan."""
    FOLLOWS = "follows"
    """It follows from another field of the same paper, such as a date from its words."""
    ANSWERED = "answered"
    """One of two people has typed it, who is not told; a third one decides."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A value that a field may have instead of the one that was read.

    Attributes:
        value: the value.
        ground: why it is offered.
        document, key: where it comes from; 0 and empty where that is the field itself.
        form: of that document; empty where it is the field's own.

    """

    value: Value
    ground: Ground
    document: int = 0
    key: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """Another field that this one has to fit.

    Attributes:
        document, form, key: which one.
        reading: what it says now, decisions applied.
        doubtful: it waits for a person itself.
        rule: which rule names the two together (``Check.rule``), or ``same_person``.

    """

    document: int
    form: str
    key: str
    reading: FieldReading
    doubtful: bool
    rule: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field as a person is shown it.

    Attributes:
        field: the field with what was read.
        kind: type of its values.
        words: what may be answered where the type has a closed list; of an open list what is usual.
        alternatives: values with grounds, the likeliest first; the value that was read is none of them.
        reasons: why it is in doubt.
        related: fields that it has to fit.
        seen: stands for what is shown; an answer is taken only as long as it stays the same.

    """

    field: DoubtfulField
    kind: FieldType
    words: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    reasons: tuple[Problem, ...]
    related: tuple[Related, ...]
    seen: str

    @property
    def blind(self) -> bool:
        """Whether the person types what stands on the paper, without a value to accept."""
        return self.field.look is not Look.FIRST
