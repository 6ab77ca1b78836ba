"""How a workspace stands, in figures: for monitoring, and for the summary after a night."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from digitize.model import Stage
from digitize.pipeline.deadlines import DueLists, due_now
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.quarantined import QuarantineGroup, quarantine_groups
from digitize.profiles.profile import DeadlineRules
from digitize.times import Clock

WAITING = (Stage.RECEIVED, Stage.IN_REVIEW, Stage.COMPOSED, Stage.QUARANTINED)
"""Stages at which dossiers may come to wait: for a run, for a person, for a signature, for a repair."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How a workspace stands.

    Attributes:
        stages: how many dossiers stand at each stage; all stages are there.
        oldest: when the dossier was received that has waited longest at a stage.
        groups: what is set aside, and what waits for a signature that failed, by its reason.
        due: what is late and what is due soon.
        proof_until: when the first proof of a package ends, as far as audits have seen; None if unknown.

    """

    stages: dict[Stage, int]
    oldest: dict[Stage, dt.datetime]
    groups: tuple[QuarantineGroup, ...]
    due: DueLists
    proof_until: dt.datetime | None


def figures_of(ledger: Ledger, rules: DeadlineRules, clock: Clock) -> Figures:
    """Count what stands in a ledger, as of one moment."""
    with ledger.standing_still():
        rows = ledger.rows(
            "SELECT stage, count(*) AS n, min(received_at) AS oldest FROM dossier GROUP BY stage"
        )
        proof = ledger.rows(
            "SELECT min(package_check.expires_at) AS until FROM package_check "
            "JOIN dossier ON dossier.package = package_check.package"
        )
        groups, due = tuple(quarantine_groups(ledger)), due_now(ledger, rules, clock)
    counted = {Stage(row["stage"]): row for row in rows}
    until = proof[0]["until"]
    return Figures(
        stages={stage: counted[stage]["n"] if stage in counted else 0 for stage in Stage},
        oldest={
            stage: dt.datetime.fromisoformat(counted[stage]["oldest"])
            for stage in WAITING
            if stage in counted
        },
        groups=groups,
        due=due,
        proof_until=dt.datetime.fromisoformat(until) if until else None,
    )
