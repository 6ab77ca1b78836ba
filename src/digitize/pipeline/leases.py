"""A lease per dossier, so that a run and a person never work on the same one at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from digitize.errors import ItemProblem
from digitize.pipeline.ledger import Ledger
from digitize.times import Clock, written

_LASTS = dt.timedelta(minutes=10)
"""A lease that its holder did not give back ends by itself: holders may be killed."""


@contextmanager
def lease(ledger: Ledger, dossier: str, holder: str, clock: Clock) -> Iterator[None]:
    """Hold a dossier while the block runs.

    Raises:
        ItemProblem: somebody else holds it.

    """
    _take(ledger, dossier, holder, clock)
    try:
        yield
    finally:
        with ledger.transaction():
            ledger.execute("DELETE FROM lease WHERE dossier = ? AND holder = ?", dossier, holder)


def _take(ledger: Ledger, dossier: str, holder: str, clock: Clock) -> None:
    now = clock()
    with ledger.transaction():
        rows = ledger.rows("SELECT holder, until FROM lease WHERE dossier = ?", dossier)
        if rows and rows[0]["holder"] != holder and rows[0]["until"] > written(now):
            raise ItemProblem("dossier_in_use", dossier=dossier, holder=rows[0]["holder"])
        ledger.execute(
            "INSERT OR REPLACE INTO lease VALUES (?, ?, ?)", dossier, holder, written(now + _LASTS)
        )
