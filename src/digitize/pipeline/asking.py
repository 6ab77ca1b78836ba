"""What a person is asked about in a dossier: the next field, one field, and the last one once more.

Nothing here reads more of a dossier than it has to: one may have thousands of fields.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace

from digitize.model import Stage, Value
from digitize.pipeline.findings import (
    DoubtfulField,
    Look,
    as_decided,
    decided_since,
    decisions_of,
    field_of,
)
from digitize.pipeline.generations import correction_since
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import Row


def next_to_review(
    ledger: Ledger, dossier: str, passed: Collection[tuple[int, str]] = ()
) -> DoubtfulField | None:
    """What a person is asked about next in a dossier: the most doubtful field; no other one is read.

    Args:
        ledger: where.
        dossier: its code.
        passed: documents and keys of fields that the person has put off.

    """
    put_off = json.dumps([f"{document}:{key}" for document, key in passed])
    sql = (
        "SELECT f.*, c.form FROM field f JOIN document c ON c.dossier = f.dossier AND c.ordinal = f.document "
        "WHERE f.dossier = ? AND f.needs_review = 1 "
        "AND f.document || ':' || f.key NOT IN (SELECT value FROM json_each(?)) "
        "ORDER BY f.confidence, f.document, f.position LIMIT 1"
    )
    for row in ledger.rows(sql, dossier, put_off):
        return field_of(row)
    since = _correction_since(ledger, dossier)
    if since is None:
        return None
    sql = (
        f"SELECT f.*, c.form, c.anchor FROM {_UNDECIDED} "  # noqa: S608 - marks alone
        "AND f.document || ':' || f.key NOT IN (SELECT value FROM json_each(?)) "
        "ORDER BY f.document, f.position LIMIT 1"
    )
    return next((_shown(ledger, row) for row in ledger.rows(sql, dossier, since, put_off)), None)


def asked_about(ledger: Ledger, dossier: str, document: int, key: str) -> DoubtfulField | None:
    """A field as it is asked about now; None where it is not, any more or yet."""
    sql = (
        "SELECT f.*, c.form, c.anchor FROM field f "
        "JOIN document c ON c.dossier = f.dossier AND c.ordinal = f.document "
        "JOIN dossier d ON d.id = f.dossier "
        "WHERE f.dossier = ? AND f.document = ? AND f.key = ? AND d.stage = ?"
    )
    for row in ledger.rows(sql, dossier, document, key, Stage.IN_REVIEW):
        if row["needs_review"]:
            return field_of(row)
        since = _correction_since(ledger, dossier)
        if since is not None and key not in decided_since(ledger, dossier, document, since):
            return _shown(ledger, row)
    return None


def readings_of(
    ledger: Ledger, dossier: str, documents: Collection[int], keys: Collection[str]
) -> list[DoubtfulField]:
    """What some fields of some documents say now, decisions applied; no other field is read.

    A reading is marked for review only where it still waits for a person.
    """
    sql = (
        "SELECT f.*, c.form, c.anchor, n.key AS decided FROM json_each(?) o "
        "CROSS JOIN document c ON c.dossier = ? AND c.ordinal = o.value "
        "CROSS JOIN field f ON f.dossier = c.dossier AND f.document = c.ordinal "
        "AND f.key IN (SELECT value FROM json_each(?)) "
        "LEFT JOIN decision n ON n.dossier = c.dossier AND n.anchor = c.anchor AND n.form = c.form "
        "AND n.key = f.key ORDER BY f.document, f.position"
    )
    rows = ledger.rows(sql, json.dumps(sorted(documents)), dossier, json.dumps(sorted(keys)))
    decisions: dict[int, dict[str, Value]] = {}
    found = []
    for row in rows:
        field, document = field_of(row), row["document"]
        if row["decided"] is not None and document not in decisions:
            decisions[document] = decisions_of(ledger, dossier, row["anchor"], row["form"])
        as_it_waits = replace(field.reading, needs_review=bool(row["needs_review"]))
        reading = as_decided(as_it_waits, decisions.get(document, {}), field.key)
        found.append(replace(field, reading=reading))
    return found


_UNDECIDED = (
    "document c JOIN field f ON f.dossier = c.dossier AND f.document = c.ordinal "
    "WHERE c.dossier = ? AND f.needs_review = 0 AND NOT EXISTS (SELECT 1 FROM decision n "
    "WHERE n.dossier = c.dossier AND n.anchor = c.anchor AND n.form = c.form AND n.key = f.key AND n.at >= ?)"
)
"""Fields of a dossier that are not in doubt and that nobody has decided about since a time."""


def _correction_since(ledger: Ledger, dossier: str) -> str | None:
    record = ledger.dossier(dossier)
    return None if record is None else correction_since(ledger, record)


def _shown(ledger: Ledger, row: Row) -> DoubtfulField:
    """A field with what was decided about it, if anything was."""
    field = field_of(row)
    decided = decisions_of(ledger, field.dossier, row["anchor"], field.form)
    return replace(field, reading=as_decided(field.reading, decided, field.key))


def count_to_correct(ledger: Ledger) -> int:
    """How many fields that are not in doubt wait because their dossiers were reopened for a correction."""
    sql = "SELECT id FROM dossier WHERE stage = ? AND replaces IS NOT NULL"
    found = 0
    for one in ledger.rows(sql, Stage.IN_REVIEW):
        since = _correction_since(ledger, one["id"])
        if since is not None:
            counted = f"SELECT count(*) AS n FROM {_UNDECIDED}"  # noqa: S608 - marks alone
            found += ledger.rows(counted, one["id"], since)[0]["n"]
    return found


def take_back(ledger: Ledger, dossier: str, forms: Collection[str]) -> DoubtfulField | None:
    """Ask again about what this person decided last in a dossier; None if nothing is left. In a transaction.

    The answer stays among the answers. A field that was asked about for a correction says again what was
    decided before. What others have decided is left as it is, and what a second person has looked at.

    Args:
        ledger: where.
        dossier: its code.
        forms: those whose doubts are for a person.

    """
    sql = (
        "SELECT a.anchor, c.form, f.* FROM answer a "
        "JOIN decision n ON n.dossier = a.dossier AND n.anchor = a.anchor AND n.form = a.form "
        "AND n.key = a.key AND n.who = a.who AND n.at = a.at "
        "JOIN document c ON c.dossier = a.dossier AND c.anchor = a.anchor AND c.form = a.form "
        "JOIN field f ON f.dossier = c.dossier AND f.document = c.ordinal AND f.key = a.key "
        "WHERE a.dossier = ? AND a.who = ? AND a.look = ? AND a.at >= ? "
        "AND NOT EXISTS (SELECT 1 FROM second_look s "
        "WHERE s.dossier = a.dossier AND s.anchor = a.anchor AND s.form = a.form AND s.key = a.key "
        "AND s.state != 'waiting') ORDER BY a.id DESC LIMIT 1"
    )
    record = ledger.dossier(dossier)
    if record is None or record.stage is not Stage.IN_REVIEW:
        return None
    since = correction_since(ledger, record) or ""
    for row in ledger.rows(sql, dossier, ledger.who, Look.FIRST, since):
        named = (dossier, row["anchor"], row["form"], row["key"])
        sql = "DELETE FROM decision WHERE dossier = ? AND anchor = ? AND form = ? AND key = ?"
        ledger.execute(sql, *named)
        restored = ledger.execute(
            "INSERT INTO decision SELECT dossier, anchor, form, key, value, who, at FROM answer "
            "WHERE dossier = ? AND anchor = ? AND form = ? AND key = ? AND look != ? AND at < ? "
            "ORDER BY id DESC LIMIT 1",
            *named,
            Look.SECOND,
            since,
        )
        doubtful = not restored and row["form"] in forms and field_of(row).reading.needs_review
        ledger.execute(
            "UPDATE field SET needs_review = ? WHERE dossier = ? AND document = ? AND key = ?",
            int(doubtful),
            dossier,
            row["document"],
            row["key"],
        )
        ledger.add_event("field_reopened", dossier, document=row["document"], key=row["key"])
        return asked_about(ledger, dossier, row["document"], row["key"])
    return None
