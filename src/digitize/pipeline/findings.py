"""What was read of a dossier, and what people decided about it, in the ledger."""

from __future__ import annotations

import json
from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from pydantic import TypeAdapter

from digitize.errors import ItemProblem
from digitize.model import Document, FieldReading, Problem, Source, Stage, Value
from digitize.pipeline.generations import correction_since
from digitize.pipeline.kept_decisions import table_rows, tell_displaced, with_decided_cells
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.ledger_queries import among
from digitize.pipeline.parked_answers import return_answers
from digitize.pipeline.records import Row

_READING: TypeAdapter[FieldReading] = TypeAdapter(FieldReading)
_PROBLEMS: TypeAdapter[tuple[Problem, ...]] = TypeAdapter(tuple[Problem, ...])


class Look(IntEnum):
    """Whose look at a field an answer comes from."""

    FIRST = 1
    SECOND = 2
    DECIDING = 3


@dataclass(frozen=True, slots=True)
class DoubtfulField:
    """A field that a person has to look at; ``document`` counts from 1.

    Of a second or deciding look (``second_looks``) the reading says where the field stands, and no more.
    """

    dossier: str
    document: int
    form: str
    key: str
    reading: FieldReading
    look: Look = Look.FIRST


def save_documents(
    ledger: Ledger, dossier: str, documents: Sequence[Document], unreviewed: Container[str] = ()
) -> None:
    """Replace what was read of a dossier; decisions of people stay and are applied on reading.

    Those that have lost their place are told (``kept_decisions``).

    Doubts about papers of ``unreviewed`` forms are kept with their readings, and hold nothing up.
    """
    rows_before = table_rows(ledger, dossier)
    ledger.execute("DELETE FROM document WHERE dossier = ?", dossier)
    ledger.execute("DELETE FROM field WHERE dossier = ?", dossier)
    anchors = page_anchors(ledger, dossier)
    for ordinal, document in enumerate(documents, start=1):
        anchor = anchors[document.pages[0]]
        ledger.execute(
            "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            dossier,
            ordinal,
            json.dumps(document.pages),
            anchor,
            document.form,
            document.form_version,
            document.form_confidence,
            _PROBLEMS.dump_json(document.problems).decode(),
            document.paper,
        )
        return_answers(ledger, dossier, anchor, document.form, {anchors[page] for page in document.pages})
        decided = decisions_of(ledger, dossier, anchor, document.form)
        fields = with_decided_cells(document.fields, decided)
        for position, (key, reading) in enumerate(fields.items()):
            ledger.execute(
                "INSERT INTO field VALUES (?, ?, ?, ?, ?, ?, ?)",
                dossier,
                ordinal,
                position,
                key,
                _READING.dump_json(reading).decode(),
                int(reading.needs_review and key not in decided and document.form not in unreviewed),
                reading.confidence,
            )
    tell_displaced(ledger, dossier, set(anchors), rows_before)


def placed(document: Document, pages: Sequence[int]) -> Document:
    """A document that was found among some pages of a dossier, with its places in the whole dossier.

    Args:
        document: with places among those pages, from 0.
        pages: the place of each in the dossier.

    """
    fields = {
        key: reading if reading.page is None else replace(reading, page=pages[reading.page])
        for key, reading in document.fields.items()
    }
    return replace(document, pages=tuple(pages[index] for index in document.pages), fields=fields)


def refuse_secret(documents: Sequence[Document]) -> None:
    """Stop at a paper with a mark of secrecy.

    Raises:
        ItemProblem: there is one.

    """
    for document in documents:
        for problem in document.problems:
            if problem.code == "secret_paper":
                raise ItemProblem("secret_paper", mark=problem.facts["mark"])


def load_documents(ledger: Ledger, dossier: str) -> list[Document]:
    """The documents of a dossier with their fields, decisions of people applied."""
    documents = []
    for row in ledger.rows("SELECT * FROM document WHERE dossier = ? ORDER BY ordinal", dossier):
        ordinal, form = row["ordinal"], row["form"]
        decided = decisions_of(ledger, dossier, row["anchor"], form)
        fields = {
            field["key"]: as_decided(_READING.validate_json(field["reading"]), decided, field["key"])
            for field in ledger.rows(
                "SELECT * FROM field WHERE dossier = ? AND document = ? ORDER BY position",
                dossier,
                ordinal,
            )
        }
        documents.append(
            Document(
                pages=tuple(json.loads(row["pages"])),
                form=form,
                form_version=row["version"],
                form_confidence=row["confidence"],
                fields=fields,
                problems=_PROBLEMS.validate_json(row["problems"]),
                paper=row["paper"],
            )
        )
    return documents


def doubtful_fields(ledger: Ledger, dossier: str | None = None) -> list[DoubtfulField]:
    """Fields that wait for a person: of one dossier, or of all that are in review."""
    chosen = "AND f.dossier = ?" if dossier else "AND d.stage = 'in_review'"
    sql = (
        "SELECT f.*, c.form FROM field f JOIN dossier d ON d.id = f.dossier "  # noqa: S608
        "JOIN document c ON c.dossier = f.dossier AND c.ordinal = f.document "
        f"WHERE f.needs_review = 1 {chosen} ORDER BY d.received_at, f.dossier, f.document, f.position"
    )
    values = (dossier,) if dossier else ()
    return [field_of(row) for row in ledger.rows(sql, *values)]


def field_of(row: Row) -> DoubtfulField:
    """A field as the program has read it, from a row of the field with the form of its document."""
    reading = _READING.validate_json(row["reading"])
    return DoubtfulField(row["dossier"], row["document"], row["form"], row["key"], reading)


def is_doubtful(ledger: Ledger, dossier: str) -> bool:
    """Whether any field of a dossier waits for a person."""
    return bool(ledger.rows("SELECT 1 FROM field WHERE dossier = ? AND needs_review = 1 LIMIT 1", dossier))


def fields_to_review(ledger: Ledger, dossier: str | None = None) -> list[DoubtfulField]:
    """What a person is asked about: of one dossier, or of all that are in review.

    Doubtful fields, and of a dossier that was reopened for a correction every field that nobody has decided
    about since. What was decided before is shown as it was decided.
    """
    records = ledger.dossiers(Stage.IN_REVIEW) if dossier is None else [ledger.dossier(dossier)]
    found: list[DoubtfulField] = []
    for record in records:
        if record is None or record.stage is not Stage.IN_REVIEW:
            # It has been sent back: what was read of it is being read anew.
            continue
        doubtful = doubtful_fields(ledger, record.id)
        since = correction_since(ledger, record)
        if since is None:
            found += doubtful
            continue
        asked = {(one.document, one.key) for one in doubtful}
        found += doubtful
        for ordinal, document in enumerate(load_documents(ledger, record.id), start=1):
            settled = decided_since(ledger, record.id, ordinal, since)
            found += [
                DoubtfulField(record.id, ordinal, document.form, key, reading)
                for key, reading in document.fields.items()
                if (ordinal, key) not in asked and key not in settled
            ]
    return found


def decided_since(ledger: Ledger, dossier: str, document: int, since: str) -> set[str]:
    """Keys of the fields of a document that somebody has decided about since a time."""
    sql = (
        "SELECT decision.key FROM decision JOIN document ON document.dossier = decision.dossier "
        "AND document.anchor = decision.anchor AND document.form = decision.form "
        "WHERE document.dossier = ? AND document.ordinal = ? AND decision.at >= ?"
    )
    return {row["key"] for row in ledger.rows(sql, dossier, document, since)}


def count_doubtful(ledger: Ledger, codes: Collection[str] | None = None) -> dict[str, int]:
    """How many fields of each dossier, or of those of some codes, wait for a person."""
    chosen, values = among(codes, "AND")
    sql = f"SELECT dossier, count(*) AS n FROM field WHERE needs_review = 1 {chosen} GROUP BY dossier"  # noqa: S608
    return {row["dossier"]: row["n"] for row in ledger.rows(sql, *values)}


def decide(ledger: Ledger, field: DoubtfulField, value: Value) -> None:
    """Record what a person decided about a field. It is never overwritten by the program.

    Raises:
        ItemProblem: the dossier has been read anew since the person was asked.

    """
    rows = ledger.rows(
        "SELECT anchor FROM document JOIN dossier ON dossier.id = dossier "
        "WHERE dossier = ? AND ordinal = ? AND form = ? AND stage = ?",
        field.dossier,
        field.document,
        field.form,
        Stage.IN_REVIEW,
    )
    if not rows:
        raise ItemProblem("dossier_changed", dossier=field.dossier)
    anchor, at = rows[0]["anchor"], ledger.now()
    ledger.execute(
        "INSERT OR REPLACE INTO decision VALUES (?, ?, ?, ?, ?, ?, ?)",
        field.dossier,
        anchor,
        field.form,
        field.key,
        json.dumps(value, ensure_ascii=False),
        ledger.who,
        at,
    )
    keep_answer(ledger, field, anchor, Look.FIRST, value)
    ledger.execute(
        "UPDATE field SET needs_review = 0 WHERE dossier = ? AND document = ? AND key = ?",
        field.dossier,
        field.document,
        field.key,
    )
    changed = value != field.reading.value
    ledger.add_event(
        "field_corrected" if changed else "field_confirmed",
        field.dossier,
        document=field.document,
        key=field.key,
    )


def keep_answer(ledger: Ledger, field: DoubtfulField, anchor: str, look: Look, value: Value) -> None:
    """Keep what a person answered about a field for good, whatever is decided later."""
    reading = field.reading
    ledger.execute(
        "INSERT INTO answer (dossier, anchor, form, key, look, value, read, raw, causes, who, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        field.dossier,
        anchor,
        field.form,
        field.key,
        look,
        _told(value),
        _told(reading.value),
        reading.raw,
        json.dumps([problem.code for problem in reading.problems]),
        ledger.who,
        ledger.now(),
    )


def _told(value: Value) -> str:
    """A value as a text that is the same for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def page_anchors(ledger: Ledger, dossier: str) -> list[str]:
    """What the pages of a dossier are known by wherever they stand: the checksum of the scan, and the frame.

    A document is known by that of its first page.
    """
    sums = {
        row["ordinal"]: row["sha256"]
        for row in ledger.rows("SELECT ordinal, sha256 FROM original WHERE dossier = ?", dossier)
    }
    return [f"{sums[page.original]}:{page.frame}" for page in ledger.pages(dossier)]


def decisions_of(ledger: Ledger, dossier: str, anchor: str, form: str) -> dict[str, Value]:
    """What people have decided about a document, by the keys of its fields."""
    sql = "SELECT key, value FROM decision WHERE dossier = ? AND anchor = ? AND form = ?"
    rows = ledger.rows(sql, dossier, anchor, form)
    return {row["key"]: json.loads(row["value"]) for row in rows}


def as_decided(reading: FieldReading, decided: dict[str, Value], key: str) -> FieldReading:
    """A reading with what was decided about it, if anything was."""
    if key not in decided:
        return reading
    return replace(
        reading,
        value=decided[key],
        confidence=1.0,
        source=Source.HUMAN,
        needs_review=False,
        problems=(),
    )
