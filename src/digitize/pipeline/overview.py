"""What stands where: the answers behind ``status`` and ``show``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from digitize.model import Document, Problem, Stage
from digitize.pipeline.findings import count_doubtful, load_documents
from digitize.pipeline.generations import MADE, RecordStatus
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.ledger_queries import among
from digitize.pipeline.notices import first_questions, notices
from digitize.pipeline.records import EventRecord, OriginalRecord, PageRecord
from digitize.pipeline.second_looks import count_looks


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
        received_on: date on which the office received its papers, ISO 8601; None where that is not known.
        due_on: date on which the citizen is to have the result, likewise.
        stack: the stack that it was cut from.
        second_looks: how many fields wait for a second or third person.

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
    received_on: str | None = None
    due_on: str | None = None
    stack: str | None = None
    second_looks: int = 0

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


@dataclass(frozen=True, slots=True)
class Overview:
    """What stands where.

    Attributes:
        lines: dossiers that a person wants to see.
        counts: how many dossiers stand at each stage, those without a line included; in the order of the
            stages. Divided stacks are none.
        stacks: how many dossiers were cut from each divided stack.
        chosen: somebody asked for these lines and no others.

    """

    lines: Sequence[DossierLine]
    counts: Mapping[Stage, int]
    stacks: Mapping[str, int]
    chosen: bool = False

    @property
    def left_out(self) -> int:
        """How many dossiers have no line though nobody asked for others alone."""
        return 0 if self.chosen else sum(self.counts.values()) - len(self.lines)


def overview(ledger: Ledger, most: int | None = None, only: Sequence[str] | None = None) -> Overview:
    """Dossiers as they stand: all of them, or if they are too many those that are not finished.

    Args:
        ledger: of the workspace.
        most: how many lines are wanted; those come first that need a person. None gives every dossier in the
            order in which they were received.
        only: the codes of the dossiers that are wanted, in their order.

    """
    with ledger.standing_still():
        counts, stacks = stage_counts(ledger), stack_sizes(ledger)
        if only is not None:
            return Overview(_ordered(ledger, only), counts, stacks, chosen=True)
        lines = dossier_lines(ledger) if most is None else _foremost(ledger, most, sum(counts.values()))
    return Overview(lines, counts, stacks)


def stage_counts(ledger: Ledger) -> dict[Stage, int]:
    """How many dossiers stand at each stage, in the order of the stages; divided stacks are none."""
    rows = ledger.rows("SELECT stage, count(*) AS n FROM dossier GROUP BY stage")
    found = {row["stage"]: int(row["n"]) for row in rows}
    return {stage: found[stage] for stage in Stage if stage in found and stage is not Stage.DIVIDED}


def stack_sizes(ledger: Ledger) -> dict[str, int]:
    """How many dossiers were cut from each divided stack, in the order in which they were received."""
    sql = (
        "SELECT stack.id AS id, count(part.id) AS n FROM dossier AS stack "
        "LEFT JOIN dossier AS part ON part.stack = stack.id WHERE stack.stage = ? "
        "GROUP BY stack.id ORDER BY stack.received_at, stack.id"
    )
    return {row["id"]: int(row["n"]) for row in ledger.rows(sql, Stage.DIVIDED)}


def _foremost(ledger: Ledger, most: int, dossiers: int) -> list[DossierLine]:
    """The lines of dossiers that need a person first; of more than ``most``, unfinished ones alone."""
    chosen = "stage <> 'divided'" if dossiers <= most else _UNFINISHED
    sql = f"SELECT id FROM dossier WHERE {chosen} ORDER BY {_URGENCY}, received_at, id LIMIT ?"  # noqa: S608
    return _ordered(ledger, [row["id"] for row in ledger.rows(sql, most)])


def _ordered(ledger: Ledger, codes: Sequence[str]) -> list[DossierLine]:
    lines = {line.id: line for line in dossier_lines(ledger, codes)}
    return [lines[code] for code in codes]


_UNFINISHED = "stage <> 'divided' AND (stage NOT IN ('packaged', 'withdrawn') OR problem IS NOT NULL)"
_URGENCY = (
    "CASE stage WHEN 'quarantined' THEN 0 WHEN 'in_review' THEN 1 "
    "WHEN 'packaged' THEN 3 + (problem IS NULL) WHEN 'withdrawn' THEN 5 ELSE 2 END"
)


def dossier_lines(ledger: Ledger, codes: Collection[str] | None = None) -> list[DossierLine]:
    """Every dossier in one line, or those of some codes, in the order in which they were received.

    Divided stacks are none.
    """
    return [line for line in _lines(ledger, codes) if line.stage is not Stage.DIVIDED]


def _lines(ledger: Ledger, codes: Collection[str] | None) -> list[DossierLine]:
    doubtful, pages = count_doubtful(ledger, codes), _page_counts(ledger, codes)
    made, reasons = _generation_counts(ledger, codes), _reasons(ledger, codes)
    questions, looks = first_questions(ledger), count_looks(ledger, codes)
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
            received_on=record.received_on,
            due_on=record.due_on,
            stack=record.stack,
            second_looks=looks.get(record.id, 0),
        )
        for record in (ledger.dossiers() if codes is None else ledger.dossiers_of(codes))
    ]


def dossier_detail(ledger: Ledger, dossier: str, known: DossierLine | None = None) -> DossierDetail | None:
    """Everything known about a dossier; None if there is none of that code.

    Whoever asks for many gives the line of each, which is known from one look at all.
    """
    line = known or next(iter(_lines(ledger, [dossier])), None)
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


def _page_counts(ledger: Ledger, codes: Collection[str] | None) -> dict[str, int]:
    chosen, values = among(codes, "WHERE")
    sql = f"SELECT dossier, count(*) AS n FROM page {chosen} GROUP BY dossier"  # noqa: S608 - marks alone
    return {row["dossier"]: int(row["n"]) for row in ledger.rows(sql, *values)}


def _generation_counts(ledger: Ledger, codes: Collection[str] | None) -> dict[str, int]:
    # As literals: an index holds for them.
    kinds = ", ".join(f"'{kind}'" for kind in MADE)
    chosen, values = among(codes, "AND")
    sql = f"SELECT dossier, count(*) AS n FROM event WHERE kind IN ({kinds}) {chosen} GROUP BY dossier"  # noqa: S608
    return {row["dossier"]: int(row["n"]) for row in ledger.rows(sql, *values)}


def _reasons(ledger: Ledger, codes: Collection[str] | None) -> dict[str, str]:
    """The last reason that was given for each dossier."""
    chosen, values = among(codes, "AND")
    sql = (
        "SELECT dossier, json_extract(detail, '$.why') AS why, max(id) FROM event "  # noqa: S608 - marks alone
        f"WHERE kind IN ('reopened', 'withdrawn', 'returned') {chosen} GROUP BY dossier"
    )
    return {row["dossier"]: str(row["why"]) for row in ledger.rows(sql, *values)}


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
