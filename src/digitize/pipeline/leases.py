"""A lease per dossier, so that a run and a person never work on the same one at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from digitize.errors import ItemProblem
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.processes import Process, this_process
from digitize.pipeline.records import Row
from digitize.times import Clock, written

IN_USE = "dossier_in_use"
"""Code of the problem that somebody else holds a dossier."""

_LASTS = dt.timedelta(hours=1)
"""A lease ends with its holder's process, and after this time at the latest: a person may have
left the screen."""


@contextmanager
def lease(ledger: Ledger, dossier: str, clock: Clock) -> Iterator[None]:
    """Hold a dossier while the block runs.

    Raises:
        ItemProblem: another process holds it.

    """
    holder = this_process()
    _take(ledger, dossier, holder, clock)
    try:
        yield
    finally:
        with ledger.transaction():
            ledger.execute("DELETE FROM lease WHERE dossier = ? AND process = ?", dossier, holder.number)


def abandoned(ledger: Ledger) -> list[str]:
    """Dossiers whose holders have died over their work."""
    rows = ledger.rows("SELECT dossier, process, began FROM lease ORDER BY dossier")
    return [row["dossier"] for row in rows if not Process(row["process"], row["began"]).is_alive]


def end_abandoned(ledger: Ledger) -> None:
    """Let go of dossiers whose holders have died."""
    with ledger.transaction():
        for dossier in abandoned(ledger):
            ledger.execute("DELETE FROM lease WHERE dossier = ?", dossier)


def _take(ledger: Ledger, dossier: str, holder: Process, clock: Clock) -> None:
    now = clock()
    with ledger.transaction():
        for row in ledger.rows("SELECT * FROM lease WHERE dossier = ?", dossier):
            if _holds(row, holder, now):
                raise ItemProblem(IN_USE, dossier=dossier, holder=row["holder"], process=row["process"])
        ledger.execute(
            "INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?, ?)",
            dossier,
            ledger.who,
            holder.number,
            holder.began,
            written(now + _LASTS),
        )


def _holds(row: Row, asking: Process, now: dt.datetime) -> bool:
    other = Process(row["process"], row["began"])
    return other != asking and other.is_alive and dt.datetime.fromisoformat(row["until"]) > now
