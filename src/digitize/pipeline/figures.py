"""How a workspace stands, in figures: for monitoring, and for the summary after a night."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from digitize.model import Stage
from digitize.pipeline.ledger import Ledger

WAITING = (Stage.RECEIVED, Stage.IN_REVIEW, Stage.COMPOSED, Stage.QUARANTINED)
"""Stages at which dossiers may come to wait: for a run, for a person, for a signature, for a repair."""

SOON = dt.timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Figures:
    """How a workspace stands.

    Attributes:
        stages: how many dossiers stand at each stage; all stages are there.
        quarantined: how many are in quarantine for each reason, by its code.
        oldest: when the dossier was received that has waited longest at a stage.
        late: dossiers that are not packaged and whose day has passed.
        soon: dossiers that are not packaged and whose day is within the next days.
        proof_until: when the first proof of a package ends, as far as audits have seen; None if unknown.

    """

    stages: dict[Stage, int]
    quarantined: dict[str, int]
    oldest: dict[Stage, dt.datetime]
    late: int
    soon: int
    proof_until: dt.datetime | None


def figures_of(ledger: Ledger, now: dt.datetime) -> Figures:
    """Count what stands in a ledger."""
    with ledger.standing_still():
        rows = ledger.rows(
            "SELECT stage, count(*) AS n, min(received_at) AS oldest FROM dossier GROUP BY stage"
        )
        reasons = ledger.rows(
            "SELECT coalesce(json_extract(problem, '$.code'), '') AS code, count(*) AS n FROM dossier "
            "WHERE stage = ? GROUP BY code ORDER BY n DESC, code",
            Stage.QUARANTINED,
        )
        proof = ledger.rows(
            "SELECT min(package_check.expires_at) AS until FROM package_check "
            "JOIN dossier ON dossier.package = package_check.package"
        )
        late, soon = _deadlines(ledger, now.date())
    counted = {Stage(row["stage"]): row for row in rows}
    until = proof[0]["until"]
    return Figures(
        stages={stage: counted[stage]["n"] if stage in counted else 0 for stage in Stage},
        quarantined={row["code"] or "unexpected": row["n"] for row in reasons},
        oldest={
            stage: dt.datetime.fromisoformat(counted[stage]["oldest"])
            for stage in WAITING
            if stage in counted
        },
        late=late,
        soon=soon,
        proof_until=dt.datetime.fromisoformat(until) if until else None,
    )


def _deadlines(ledger: Ledger, today: dt.date) -> tuple[int, int]:
    sql = (
        "SELECT count(*) FILTER (WHERE due_on < ?) AS late, "
        "count(*) FILTER (WHERE due_on BETWEEN ? AND ?) AS soon "
        "FROM dossier WHERE due_on IS NOT NULL AND stage NOT IN (?, ?)"
    )
    day, end = today.isoformat(), (today + SOON).isoformat()
    row = ledger.rows(sql, day, day, end, Stage.PACKAGED, Stage.WITHDRAWN)[0]
    return int(row["late"]), int(row["soon"])
