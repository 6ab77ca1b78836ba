"""How long dossiers took from their receipt to their package, in working days and hours."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from digitize.pipeline.ledger import Ledger
from digitize.pipeline.periods import Period
from digitize.vietnamese.working_time import knows_days_off, working_days, working_hours


@dataclass(frozen=True, slots=True)
class Spread:
    """How some lengths of time lie.

    Attributes:
        dossiers: how many there are.
        median: half are no longer; the mean of the middle two where their number is even.
        ninth: nine of ten are no longer (nearest rank).

    """

    dossiers: int
    median: float
    ninth: float


@dataclass(frozen=True, slots=True)
class Turnaround:
    """How long it took.

    Attributes:
        days: working days after the day of receipt, of what was packaged in the period; None if nothing was.
        hours: working hours, of those received by scanning, whose time of receipt is known.
        reversed: dossiers packaged before the day on which they were received by their sheet: not counted.
        years_unknown: years in it whose days off are not known, so that holidays count as days of work.

    """

    days: Spread | None
    hours: Spread | None
    reversed: int = 0
    years_unknown: tuple[int, ...] = ()


_DAYS = """
SELECT received_on, packaged_on, count(*) AS dossiers FROM activity
WHERE packaged_on BETWEEN ? AND ? GROUP BY received_on, packaged_on
"""

_HOURS = """
SELECT received_at, packaged_at FROM activity
WHERE packaged_on BETWEEN ? AND ? AND received_at <= packaged_at
"""


def turnaround(ledger: Ledger, period: Period) -> Turnaround:
    """How long the dossiers took that were packaged in a period; inside ``activity_facts``."""
    asked = (period.first.isoformat(), period.last.isoformat())
    days: list[float] = []
    reversed_ = 0
    years: set[int] = set()
    for row in ledger.rows(_DAYS, *asked):
        first, last = dt.date.fromisoformat(row["received_on"]), dt.date.fromisoformat(row["packaged_on"])
        if first > last:
            reversed_ += row["dossiers"]
            continue
        days += [working_days(first, last)] * row["dossiers"]
        years.update(range(first.year, last.year + 1))
    hours = [
        working_hours(
            dt.datetime.fromisoformat(row["received_at"]), dt.datetime.fromisoformat(row["packaged_at"])
        )
        for row in ledger.rows(_HOURS, *asked)
    ]
    unknown = tuple(sorted(year for year in years if not knows_days_off(year)))
    return Turnaround(_spread(days), _spread(hours), reversed_, unknown)


def _spread(lengths: Sequence[float]) -> Spread | None:
    if not lengths:
        return None
    ordered = sorted(lengths)
    ninth = ordered[math.ceil(0.9 * len(ordered)) - 1]
    return Spread(len(ordered), float(statistics.median(ordered)), float(ninth))
