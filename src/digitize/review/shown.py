"""Fields, dossiers and questions as the page shows them."""

from __future__ import annotations

from dataclasses import dataclass

from digitize.review.pictures import Cutting


@dataclass(frozen=True, slots=True)
class Choice:
    """Another reading that a clerk may take; ``source`` tells where it comes from."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Kin:
    """A field that has to agree with the one that is asked, or an answer; ``asked`` is the one itself."""

    name: str
    text: str
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One doubtful field.

    Attributes:
        form: what its paper is called.
        page_text: on which page it stands; empty where it has no place.
        number, all: which of the dossier's fields it is.
        name: what it is called.
        reasons: why it is in doubt.
        read: the value as read.
        text: the same, or as it was answered before.
        picture: address of its picture; empty where it has no place.
        cutting: where it is on that picture.
        choices: other readings.
        kin: fields that have to agree with it.
        again: which look it is where others have looked before: ``second`` or ``deciding``; else empty.
        urgent: its dossier goes before others.
        late: the day on which its dossier was due; empty where it is not late.

    """

    form: str
    page_text: str
    number: int
    all: int
    name: str
    reasons: tuple[str, ...]
    read: str
    text: str
    picture: str
    cutting: Cutting | None
    choices: tuple[Choice, ...] = ()
    kin: tuple[Kin, ...] = ()
    again: str = ""
    urgent: bool = False
    late: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What was noticed of a whole dossier."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A dossier of which every field was looked at.

    Attributes:
        dossier: its code.
        questions: what a person has to look at.
        skipped: how many fields were left for later.
        answers: what was recorded just now.
        approves: the last answer approves it, where nobody else has to look.

    """

    dossier: str
    questions: tuple[Question, ...]
    skipped: int
    answers: tuple[Kin, ...]
    approves: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A dossier that waits."""

    dossier: str
    fields: int
    received: str
    due: str
    urgent: bool
    late: bool
    held: str


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits."""

    dossiers: int
    fields: int
    rows: tuple[Row, ...]
    more: int


@dataclass(frozen=True, slots=True)
class FormChoice:
    """A form that a document may be told to be."""

    id: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page of a dossier; ``document`` and ``form`` are empty where it is in none, or does not begin one."""

    number: int
    chosen: bool
    document: str
    form: str
    notes: str


@dataclass(frozen=True, slots=True)
class PagesView:
    """The pages of a dossier, and what can be done with the chosen one.

    Attributes:
        dossier: its code.
        rows: its pages.
        page: the chosen one.
        sheet: that is a separator sheet, with which nothing can be done.
        excluded, marked, begins, first: how it stands.
        forms: what its document may be.

    """

    dossier: str
    rows: tuple[PageRow, ...]
    page: int
    sheet: bool
    excluded: bool
    marked: bool
    begins: bool
    first: bool
    forms: tuple[FormChoice, ...]


def day_text(day: str | None) -> str:
    """A date or a moment of the ledger with the day first; empty where there is none."""
    return "/".join(reversed(day[:10].split("-"))) if day else ""
