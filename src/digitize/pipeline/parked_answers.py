"""Answers about fields of a page that a person has parted from its document: kept apart until it comes back.

They stand for what was on that page. Under the key of the same document they would say something of a paper
that nobody looked at, so they are taken out of ``decision`` meanwhile; no answer is ever lost.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from digitize.pipeline.ledger import Ledger

PARKED = "answers"
"""Kind of what is kept in ``page_decision`` under the anchor of a document."""

_ANSWERS = """
SELECT n.*, json_extract(f.reading, '$.page') AS page FROM decision n
JOIN document c ON c.dossier = n.dossier AND c.anchor = n.anchor AND c.form = n.form
JOIN field f ON f.dossier = c.dossier AND f.document = c.ordinal AND f.key = n.key
WHERE n.dossier = ? AND json_extract(f.reading, '$.page') IN (SELECT value FROM json_each(?))
AND json_extract(c.pages, '$[0]') NOT IN (SELECT value FROM json_each(?))
"""
"""Answers about fields that stand on some pages; where the first page leaves, its document goes with it."""

_OWN = "dossier = ? AND anchor = ? AND kind = ?"


def park_answers(ledger: Ledger, dossier: str, leaving: Collection[int], anchors: Sequence[str]) -> int:
    """Keep apart what was answered about pages that leave their documents, inside a transaction.

    Args:
        ledger: where.
        dossier: its code.
        leaving: places of the pages, from 0.
        anchors: of all its pages, in order.

    Returns:
        How many answers.

    """
    places = json.dumps(sorted(leaving))
    rows = ledger.rows(_ANSWERS, dossier, places, places)
    for row in rows:
        told = {key: row[key] for key in ("form", "key", "value", "who", "at")}
        parked = [*_parked(ledger, dossier, row["anchor"]), {**told, "page": anchors[row["page"]]}]
        _keep(ledger, dossier, row["anchor"], parked)
        sql = "DELETE FROM decision WHERE dossier = ? AND anchor = ? AND form = ? AND key = ?"
        ledger.execute(sql, dossier, row["anchor"], row["form"], row["key"])
    return len(rows)


def return_answers(ledger: Ledger, dossier: str, anchor: str, form: str, there: Collection[str]) -> None:
    """Let answers count again whose page is in their document again, inside a transaction.

    Args:
        ledger: where.
        dossier: its code.
        anchor: of the document.
        form: what the document is.
        there: the anchors of its pages.

    """
    parked = _parked(ledger, dossier, anchor)
    back = [one for one in parked if one["form"] == form and one["page"] in there]
    if not back:
        return
    for one in back:
        # What somebody has answered since counts for more.
        sql = "INSERT OR IGNORE INTO decision VALUES (?, ?, ?, ?, ?, ?, ?)"
        ledger.execute(sql, dossier, anchor, form, one["key"], one["value"], one["who"], one["at"])
    _keep(ledger, dossier, anchor, [one for one in parked if one not in back])


def _parked(ledger: Ledger, dossier: str, anchor: str) -> list[dict[str, str]]:
    sql = f"SELECT value FROM page_decision WHERE {_OWN}"  # noqa: S608 - a constant
    rows = ledger.rows(sql, dossier, anchor, PARKED)
    found: list[dict[str, str]] = json.loads(rows[0]["value"]) if rows else []
    return found


def _keep(ledger: Ledger, dossier: str, anchor: str, parked: Sequence[dict[str, str]]) -> None:
    ledger.execute(f"DELETE FROM page_decision WHERE {_OWN}", dossier, anchor, PARKED)  # noqa: S608
    if parked:
        text = json.dumps(parked, ensure_ascii=False)
        sql = "INSERT INTO page_decision VALUES (?, ?, ?, ?, ?, ?)"
        ledger.execute(sql, dossier, anchor, PARKED, text, ledger.who, ledger.now())
