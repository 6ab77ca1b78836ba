"""What stands where: the answers behind ``status`` and ``show``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digitize.model import Document, Problem, Stage
from digitize.pipeline.findings import count_doubtful, load_documents
from digitize.pipeline.generations import MADE, RecordStatus
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import first_questions, notices
from digitize.pipeline.records import EventRecord, OriginalRecord, PageRecord


@dataclass(frozen=True, slots=True)
class DossierLine:
    """A dossier in one line.

    Attributes:
        id: its code.
        stage: where it stands.
        pages: how many it has.
        doubtful_fields: how many wait for a person.
        problem: what a person should know.
        package: the folder of its package that stands in the archive.
        received_at: when it was taken in.
        generation: the number of that package; 0 where there is none.
        replaces: the package that this one, or the next one of a reopened dossier, stands for.
        record_status: what it is to that: ``NEW``, ``REPLACEMENT``, ``SUPPLEMENT``.
        why: the reason for the last time that it was reopened, withdrawn or brought back.
        stack: the stack that it was cut from.

    """

    id: str
    stage: Stage
    pages: int
    doubtful_fields: int
    problem: Problem | None
    package: str | None
    received_at: str
    generation: int
    replaces: str | None
    record_status: str
    why: str
    stack: str | None = None

    @property
    def is_reopened(self) -> bool:
        """Whether a next generation of its package is in the making."""
        in_work = self.stage not in (Stage.PACKAGED, Stage.WITHDRAWN, Stage.DIVIDED)
        return in_work and self.replaces is not None and self.replaces == self.package


@dataclass(frozen=True, slots=True)
class GenerationLine:
    """A package that was made of a dossier.

    Attributes:
        number: from 1.
        package: its folder.
        at, who: when it came into the archive, and who put it there.
        record_status: what it is to the one before.
        replaces: the one before; None for the first.
        why: the reason for it; empty for the first and for renewed timestamps.
        superseded: a later one has taken its place.

    """

    number: int
    package: str
    at: str
    who: str
    record_status: str
    replaces: str | None
    why: str
    superseded: bool


@dataclass(frozen=True, slots=True)
class DossierDetail:
    """Everything known about one dossier, or about a stack that was divided.

    Attributes:
        notices: what was noticed of it, settled or not.
        parts: of a stack, the dossiers that were cut from it.

    """

    line: DossierLine
    originals: tuple[OriginalRecord, ...]
    pages: tuple[PageRecord, ...]
    documents: tuple[Document, ...]
    events: tuple[EventRecord, ...]
    generations: tuple[GenerationLine, ...]
    notices: tuple[Problem, ...] = ()
    parts: tuple[str, ...] = ()


def dossier_lines(ledger: Ledger) -> list[DossierLine]:
    """Every dossier in one line, in the order in which they were received; divided stacks are none."""
    return [line for line in _lines(ledger) if line.stage is not Stage.DIVIDED]


def stack_sizes(ledger: Ledger) -> dict[str, int]:
    """How many dossiers were cut from each divided stack, in the order in which they were received."""
    sql = (
        "SELECT stack.id AS id, count(part.id) AS n FROM dossier AS stack "
        "LEFT JOIN dossier AS part ON part.stack = stack.id WHERE stack.stage = ? "
        "GROUP BY stack.id ORDER BY stack.received_at, stack.id"
    )
    return {row["id"]: int(row["n"]) for row in ledger.rows(sql, Stage.DIVIDED)}


def _lines(ledger: Ledger) -> list[DossierLine]:
    doubtful = count_doubtful(ledger)
    pages = {
        row["dossier"]: int(row["n"])
        for row in ledger.rows("SELECT dossier, count(*) AS n FROM page GROUP BY dossier")
    }
    made, reasons = _generation_counts(ledger), _reasons(ledger)
    questions = first_questions(ledger)
    return [
        DossierLine(
            id=record.id,
            stage=record.stage,
            pages=pages.get(record.id, 0),
            doubtful_fields=doubtful.get(record.id, 0),
            problem=record.problem or questions.get(record.id),
            package=record.package,
            received_at=record.received_at,
            generation=made.get(record.id, 0),
            replaces=record.replaces,
            record_status=record.record_status,
            why=reasons.get(record.id, ""),
            stack=record.stack,
        )
        for record in ledger.dossiers()
    ]


def counts(lines: list[DossierLine]) -> dict[Stage, int]:
    """How many dossiers stand at each stage, in the order of the stages."""
    found = Counter(line.stage for line in lines)
    return {stage: found[stage] for stage in Stage if found[stage]}


def dossier_detail(ledger: Ledger, dossier: str, known: DossierLine | None = None) -> DossierDetail | None:
    """Everything known about a dossier; None if there is none of that code.

    Whoever asks for many gives the line of each, so that not all of them are looked through each time.
    """
    line = known or next((line for line in _lines(ledger) if line.id == dossier), None)
    if line is None:
        return None
    events = tuple(ledger.events(dossier))
    return DossierDetail(
        line=line,
        originals=tuple(ledger.originals(dossier)),
        pages=tuple(ledger.pages(dossier)),
        documents=tuple(load_documents(ledger, dossier)),
        events=events,
        generations=tuple(_generations(line, events)),
        notices=tuple(notices(ledger, dossier)),
        parts=tuple(r["id"] for r in ledger.rows(_PARTS, dossier)),
    )


_PARTS = "SELECT id FROM dossier WHERE stack = ? ORDER BY received_at, id"


def _generation_counts(ledger: Ledger) -> dict[str, int]:
    marks = ",".join("?" * len(MADE))
    sql = f"SELECT dossier, count(*) AS n FROM event WHERE kind IN ({marks}) GROUP BY dossier"  # noqa: S608
    return {row["dossier"]: int(row["n"]) for row in ledger.rows(sql, *MADE)}


def _reasons(ledger: Ledger) -> dict[str, str]:
    """The last reason that was given for each dossier."""
    sql = (
        "SELECT dossier, json_extract(detail, '$.why') AS why, max(id) FROM event "
        "WHERE kind IN ('reopened', 'withdrawn', 'returned') GROUP BY dossier"
    )
    return {row["dossier"]: str(row["why"]) for row in ledger.rows(sql)}


def _generations(line: DossierLine, events: Sequence[EventRecord]) -> Iterator[GenerationLine]:
    """Every package that was made of a dossier, the first one first."""
    made = [event for event in events if event.kind in MADE]
    for number, event in enumerate(made, start=1):
        package, replaces = str(event.detail["package"]), event.detail.get("replaces")
        status = RecordStatus.REPLACEMENT if replaces else RecordStatus.NEW
        yield GenerationLine(
            number=number,
            package=package,
            at=event.at,
            who=event.who,
            record_status=str(event.detail.get("record_status", status)),
            replaces=str(replaces) if replaces else None,
            why=str(event.detail.get("why", "")),
            superseded=package != line.package,
        )
