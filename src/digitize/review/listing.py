"""The queue as a list: the dossiers that wait, whose turn comes first standing first."""

from __future__ import annotations

from dataclasses import dataclass

from digitize.model import Stage
from digitize.pipeline.ledger import Ledger
from digitize.times import Clock, written


@dataclass(frozen=True, slots=True)
class WaitingDossier:
    """A dossier in review.

    Attributes:
        dossier: its code.
        fields: how many are in doubt.
        received_at: when it was taken in.
        received_on, due_on: when the office received the papers, and when the citizen is to have the
            result, ISO 8601; None where that is not known.
        urgent: it goes before others.
        holder: who works on it now; empty where nobody does.

    """

    dossier: str
    fields: int
    received_at: str
    received_on: str | None
    due_on: str | None
    urgent: bool
    holder: str


_WAITING = """
SELECT d.id, d.received_at, d.received_on, d.due_on, d.urgent, l.holder, count(f.key) AS n,
    min(f.confidence) AS least
FROM dossier d LEFT JOIN field f ON f.dossier = d.id AND f.needs_review = 1
    LEFT JOIN lease l ON l.dossier = d.id AND l.until > ?
WHERE d.stage = ? GROUP BY d.id ORDER BY d.urgent DESC, least IS NULL, least, d.received_at, d.id LIMIT ?
"""


def waiting_dossiers(ledger: Ledger, clock: Clock, most: int) -> list[WaitingDossier]:
    """The first dossiers of the queue, no more than ``most`` of them."""
    return [
        WaitingDossier(
            row["id"],
            row["n"],
            row["received_at"],
            row["received_on"],
            row["due_on"],
            bool(row["urgent"]),
            row["holder"] or "",
        )
        for row in ledger.rows(_WAITING, written(clock()), Stage.IN_REVIEW, most)
    ]
