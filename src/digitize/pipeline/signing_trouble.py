"""What keeps dossiers from being signed: written down, so that it can be told later.

Trouble with a key, a token or an authority is no dossier's fault: what is composed waits. Trouble with one
dossier sets that one aside.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from digitize.errors import EnvironmentProblem, ItemProblem
from digitize.model import Problem, Stage
from digitize.pipeline.leases import IN_USE
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.quarantine import set_aside
from digitize.pipeline.roles_apart import ANOTHERS
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

FAILED = "signing_failed"
"""The event that nothing could be signed."""

_NOT_ITS_OWN = frozenset({IN_USE, "not_composed", "derived_missing", *ANOTHERS})
"""Why a dossier is not signed now though there is nothing wrong with it; a run sees to it."""

_OFTEN = dt.timedelta(hours=1)
"""The same trouble is written down once in this time."""


@dataclass(frozen=True, slots=True)
class SigningTrouble:
    """Why nothing could be signed, when it was last tried, and how often since something was."""

    problem: Problem
    at: str
    times: int


def note_unsigned(ledger: Ledger, error: EnvironmentProblem, clock: Clock) -> None:
    """Write down why what is composed waits unsigned."""
    if not ledger.dossiers(Stage.COMPOSED):
        return
    before = last_trouble(ledger)
    again = before is not None and before.problem.code == error.code
    if before is not None and again and clock() - dt.datetime.fromisoformat(before.at) < _OFTEN:
        return
    with ledger.transaction():
        ledger.add_event(FAILED, None, code=error.code, facts=error.facts)


@contextmanager
def trouble_noted(ledger: Ledger, clock: Clock) -> Iterator[None]:
    """Write down what keeps the block from signing."""
    try:
        yield
    except EnvironmentProblem as error:
        # It is the first trouble that is told, also where the ledger cannot be written.
        with suppress(EnvironmentProblem):
            note_unsigned(ledger, error, clock)
        raise


def last_trouble(ledger: Ledger) -> SigningTrouble | None:
    """What the last attempt to sign met; None where something has been signed or tried anew since."""
    sql = (
        "SELECT at, detail FROM event WHERE kind = ? AND id > "
        "(SELECT COALESCE(max(id), 0) FROM event WHERE kind IN ('packaged', 'signing_retried')) ORDER BY id"
    )
    rows = ledger.rows(sql, FAILED)
    if not rows:
        return None
    detail = json.loads(rows[-1]["detail"])
    return SigningTrouble(Problem(detail["code"], detail.get("facts", {})), rows[-1]["at"], len(rows))


def set_aside_unsigned(
    workspace: Workspace, ledger: Ledger, dossier: str, error: ItemProblem, clock: Clock
) -> bool:
    """Set a composed dossier aside that cannot be signed for a reason of its own; return whether it was."""
    record = ledger.dossier(dossier)
    if record is None or record.stage is not Stage.COMPOSED or error.code in _NOT_ITS_OWN:
        return False
    set_aside(workspace, ledger, dossier, Problem.of(error), None, clock)
    return True
