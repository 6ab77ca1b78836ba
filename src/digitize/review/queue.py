"""The queue of doubtful fields: how long it is, and whose turn it is, without reading it whole."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from digitize.model import Stage
from digitize.pipeline.asking import count_to_correct
from digitize.pipeline.leases import in_hands
from digitize.pipeline.ledger import Ledger
from digitize.times import Clock


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for people.

    Attributes:
        dossiers: in review.
        fields: in doubt in them, and those that are asked about because a correction was wanted.
        held: of the dossiers, those that somebody works on now.

    """

    dossiers: int
    fields: int
    held: int


def count_waiting(ledger: Ledger, clock: Clock) -> Waiting:
    """How much waits for people."""
    dossiers = ledger.rows("SELECT count(*) AS n FROM dossier WHERE stage = ?", Stage.IN_REVIEW)[0]["n"]
    # Fields by dossier first: there are fewer dossiers to look up than fields.
    sql = (
        "SELECT coalesce(sum(n), 0) AS n FROM "
        "(SELECT dossier, count(*) AS n FROM field WHERE needs_review = 1 GROUP BY dossier) "
        "JOIN dossier d ON d.id = dossier WHERE d.stage = ?"
    )
    doubtful = ledger.rows(sql, Stage.IN_REVIEW)[0]["n"]
    held = "SELECT count(*) AS n FROM dossier WHERE stage = ? AND id IN (SELECT value FROM json_each(?))"
    hands = json.dumps(sorted(in_hands(ledger, clock)))
    return Waiting(
        dossiers, doubtful + count_to_correct(ledger), ledger.rows(held, Stage.IN_REVIEW, hands)[0]["n"]
    )


def next_dossier(ledger: Ledger, kept_out: Collection[str]) -> str | None:
    """Whose turn it is: urgent dossiers first, each kind by its most doubtful field.

    Those in which nothing is in doubt, but which wait for a person all the same, come last, unless they wait
    for a second person's look.

    Args:
        ledger: where.
        kept_out: dossiers that are not to be given.

    """
    out = json.dumps(sorted(kept_out))
    for sql in (_URGENT, _MOST_DOUBTFUL, _WITHOUT_DOUBT):
        for row in ledger.rows(sql, Stage.IN_REVIEW, out):
            return str(row["id"])
    return None


_URGENT = """
SELECT d.id, (SELECT min(f.confidence) FROM field f WHERE f.dossier = d.id AND f.needs_review = 1) AS least
FROM dossier d
WHERE d.urgent = 1 AND d.stage = ?1 AND d.id NOT IN (SELECT value FROM json_each(?2))
    AND (least IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM second_look s WHERE s.dossier = d.id AND s.state IN ('waiting', 'differs')))
ORDER BY least IS NULL, least, d.received_at, d.id LIMIT 1
"""

_MOST_DOUBTFUL = """
SELECT d.id FROM field f INDEXED BY field_queue CROSS JOIN dossier d ON d.id = f.dossier
WHERE f.needs_review = 1 AND d.stage = ?1 AND f.dossier NOT IN (SELECT value FROM json_each(?2))
ORDER BY f.confidence, f.dossier LIMIT 1
"""
"""The index of the queue is walked from its beginning; the first that fits ends the walk."""

_WITHOUT_DOUBT = """
SELECT d.id FROM dossier d
WHERE d.stage = ?1 AND d.id NOT IN (SELECT value FROM json_each(?2))
    AND NOT EXISTS (SELECT 1 FROM second_look s WHERE s.dossier = d.id AND s.state IN ('waiting', 'differs'))
    AND NOT EXISTS (SELECT 1 FROM field f WHERE f.dossier = d.id AND f.needs_review = 1)
ORDER BY d.received_at, d.id LIMIT 1
"""
