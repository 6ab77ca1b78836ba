"""What stands where: the answers behind ``status`` and ``show``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from digitize.model import Document, Problem, Stage
from digitize.pipeline.findings import count_doubtful, load_documents
from digitize.pipeline.ledger import EventRecord, Ledger, OriginalRecord, PageRecord


@dataclass(frozen=True, slots=True)
class DossierLine:
    """A dossier in one line."""

    id: str
    stage: Stage
    pages: int
    doubtful_fields: int
    problem: Problem | None
    package: str | None
    received_at: str


@dataclass(frozen=True, slots=True)
class DossierDetail:
    """Everything known about one dossier."""

    line: DossierLine
    originals: tuple[OriginalRecord, ...]
    pages: tuple[PageRecord, ...]
    documents: tuple[Document, ...]
    events: tuple[EventRecord, ...]


def dossier_lines(ledger: Ledger) -> list[DossierLine]:
    """Every dossier in one line, in the order in which they were received."""
    doubtful = count_doubtful(ledger)
    pages = {
        row["dossier"]: int(row["n"])
        for row in ledger.rows("SELECT dossier, count(*) AS n FROM page GROUP BY dossier")
    }
    return [
        DossierLine(
            id=record.id,
            stage=record.stage,
            pages=pages.get(record.id, 0),
            doubtful_fields=doubtful.get(record.id, 0),
            problem=record.problem,
            package=record.package,
            received_at=record.received_at,
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
    line = known or next((line for line in dossier_lines(ledger) if line.id == dossier), None)
    if line is None:
        return None
    return DossierDetail(
        line=line,
        originals=tuple(ledger.originals(dossier)),
        pages=tuple(ledger.pages(dossier)),
        documents=tuple(load_documents(ledger, dossier)),
        events=tuple(ledger.events(dossier)),
    )
