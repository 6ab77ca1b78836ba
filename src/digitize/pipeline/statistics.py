"""What was done in a period, counted by the database: the figures behind ``report``.

Each thing is counted on its own day: a dossier is received on the day that its sheet names, else on that of
its scanning, digitized when its PDFs were first made, packaged (and signed, which is the same step) when that
first happened. What stands in review or in quarantine now, and the rates, are told of what was received
in the period.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields

from digitize.model import Stage
from digitize.pipeline.activity_facts import activity_facts
from digitize.pipeline.corrections import Corrections, corrections
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.periods import Period
from digitize.pipeline.records import Row
from digitize.pipeline.troubles import ReviewEffort, Troubles, review_effort, troubles
from digitize.pipeline.turnaround import Turnaround, turnaround


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of a period, or of one of its days, a procedure, a clerk, a body.

    Attributes:
        received: dossiers received.
        digitized: dossiers whose papers were made PDFs, after review where that was needed.
        components: papers of those that are no results.
        results: papers of those by which their procedure ends.
        signed: papers that were signed.
        packaged: dossiers that were signed and packaged.
        on_time: of those packaged, packaged on their due day or before.
        late: of those packaged, packaged after it.
        due_unknown: of those packaged, without a due day.
        withdrawn: of those received, taken out of work.
        unscanned: of those received, known by a sheet alone.
        in_review: of those received, waiting for a person now.
        quarantined: of those received, in quarantine now.
        overdue: of those received, not packaged though their due day has passed.
        with_components: of those received, digitized with at least one component.
        with_results: of those received, digitized with at least one result.
        finished: of those received, signed and packaged.

    """

    received: int = 0
    digitized: int = 0
    components: int = 0
    results: int = 0
    signed: int = 0
    packaged: int = 0
    on_time: int = 0
    late: int = 0
    due_unknown: int = 0
    withdrawn: int = 0
    unscanned: int = 0
    in_review: int = 0
    quarantined: int = 0
    overdue: int = 0
    with_components: int = 0
    with_results: int = 0
    finished: int = 0

    @property
    def counted(self) -> int:
        """Dossiers received that rates are taken of: those that were not withdrawn."""
        return self.received - self.withdrawn

    @property
    def components_rate(self) -> float | None:
        """Share of dossiers received whose components were digitized; None where there are none."""
        return self._share(self.with_components)

    @property
    def results_rate(self) -> float | None:
        """Share of dossiers received whose results were digitized; None where there are none."""
        return self._share(self.with_results)

    @property
    def signing_rate(self) -> float | None:
        """Share of dossiers received that were signed and packaged; None where there are none."""
        return self._share(self.finished)

    def _share(self, part: int) -> float | None:
        return part / self.counted if self.counted else None


Grouped = tuple[tuple[str, Counts], ...]
"""Counts by what they were grouped by, in its order; an empty text where that is not known."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What was done in a period.

    Attributes:
        period: which days.
        total: all of it.
        by_day, by_month: each that has figures, ``YYYY-MM-DD`` and ``YYYY-MM``.
        by_procedure: ids of procedures that are known, else what sheets say, else the form that applies.
        by_clerk: those who received, digitized, packaged.
        by_receiving_body, by_handling_body: as sheets name them.
        turnaround: how long dossiers packaged in the period took.
        review: what people confirmed and corrected.
        corrections: the same by form, field and cause.
        troubles: what went wrong.
        unclear_days: dossiers of the period whose sheet names a day that is none.
        head: number of the last event of the ledger, and its hash.

    """

    period: Period
    total: Counts
    by_day: Grouped
    by_month: Grouped
    by_procedure: Grouped
    by_clerk: Grouped
    by_receiving_body: Grouped
    by_handling_body: Grouped
    turnaround: Turnaround
    review: ReviewEffort
    corrections: Corrections
    troubles: Troubles
    unclear_days: int = 0
    head: tuple[int, str | None] | None = field(default=None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened in the period."""
        nothing = self.total == Counts() and not self.review.by_clerk and not self.review.dossiers
        return nothing and not self.troubles.quarantine


@dataclass(frozen=True, slots=True)
class _Grouping:
    """What to group by: one expression for what is received, digitized, packaged."""

    received: str
    digitized: str
    packaged: str


_TOTAL = _Grouping("''", "''", "''")
_DAY = _Grouping("received_on", "digitized_on", "packaged_on")
_MONTH = _Grouping("substr(received_on, 1, 7)", "substr(digitized_on, 1, 7)", "substr(packaged_on, 1, 7)")
_CLERK = _Grouping("received_by", "digitized_by", "packaged_by")

_RECEIVED = f"""
    count(*) AS received,
    sum(stage = '{Stage.WITHDRAWN}') AS withdrawn,
    sum(stage = '') AS unscanned,
    sum(stage = '{Stage.IN_REVIEW}') AS in_review,
    sum(stage = '{Stage.QUARANTINED}') AS quarantined,
    sum(stage != '{Stage.WITHDRAWN}' AND packaged_on IS NULL AND due_on < ?) AS overdue,
    sum(stage != '{Stage.WITHDRAWN}' AND digitized_on IS NOT NULL AND components > 0) AS with_components,
    sum(stage != '{Stage.WITHDRAWN}' AND digitized_on IS NOT NULL AND results > 0) AS with_results,
    sum(stage != '{Stage.WITHDRAWN}' AND packaged_on IS NOT NULL) AS finished
"""

_DIGITIZED = "count(*) AS digitized, sum(components) AS components, sum(results) AS results"

_PACKAGED = """
    count(*) AS packaged,
    sum(papers) AS signed,
    sum(packaged_on <= due_on) AS on_time,
    sum(packaged_on > due_on) AS late,
    sum(due_on IS NULL) AS due_unknown
"""


def statistics_of(
    ledger: Ledger, organisation: str, forms: Collection[str], period: Period, today: dt.date
) -> Statistics:
    """Count what was done in a period.

    Args:
        ledger: in which it stands; it is not changed.
        organisation: name of the office, to know its own letters.
        forms: the forms that are known.
        period: which days.
        today: the present day, to know what is overdue.

    """
    with activity_facts(ledger, organisation, forms, period):

        def grouped(grouping: _Grouping) -> Grouped:
            return _grouped(ledger, grouping, period, today)

        totals = dict(grouped(_TOTAL))
        return Statistics(
            period=period,
            total=totals.get("", Counts()),
            by_day=grouped(_DAY),
            by_month=grouped(_MONTH),
            by_procedure=grouped(_Grouping(*["procedure"] * 3)),
            by_clerk=grouped(_CLERK),
            by_receiving_body=grouped(_Grouping(*["receiving_body"] * 3)),
            by_handling_body=grouped(_Grouping(*["handling_body"] * 3)),
            turnaround=turnaround(ledger, period),
            review=review_effort(ledger, period),
            corrections=corrections(ledger, period),
            troubles=troubles(ledger, period),
            unclear_days=_unclear(ledger, period),
            head=_head(ledger),
        )


def _grouped(ledger: Ledger, grouping: _Grouping, period: Period, today: dt.date) -> Grouped:
    days = (period.first.isoformat(), period.last.isoformat())
    found: dict[str, dict[str, int]] = {}
    for key, figures, day, values in (
        (grouping.received, _RECEIVED, "received_on", (today.isoformat(), *days)),
        (grouping.digitized, _DIGITIZED, "digitized_on", days),
        (grouping.packaged, _PACKAGED, "packaged_on", days),
    ):
        sql = f"SELECT {key} AS key, {figures} FROM activity WHERE {day} BETWEEN ? AND ? GROUP BY 1"  # noqa: S608
        for row in ledger.rows(sql, *values):
            found.setdefault(row["key"] or "", {}).update(_figures(row))
    return tuple((key, Counts(**found[key])) for key in sorted(found))


def _figures(row: Row) -> dict[str, int]:
    known = {one.name for one in fields(Counts)}
    # Sums over comparisons with what is not known are NULL where nothing is known.
    return {name: int(row[name] or 0) for name in row.keys() if name in known}  # noqa: SIM118 - a row is no mapping


def _unclear(ledger: Ledger, period: Period) -> int:
    sql = (
        "SELECT count(*) AS n FROM activity "
        "WHERE unclear AND (received_on BETWEEN ?1 AND ?2 OR packaged_on BETWEEN ?1 AND ?2)"
    )
    return int(ledger.rows(sql, period.first.isoformat(), period.last.isoformat())[0]["n"])


def _head(ledger: Ledger) -> tuple[int, str | None] | None:
    rows: Sequence[Row] = ledger.rows("SELECT id, hash FROM event ORDER BY id DESC LIMIT 1")
    return (rows[0]["id"], rows[0]["hash"]) if rows else None
