"""Do at once what a person has decided about pages, for that one dossier."""

from __future__ import annotations

import time
from dataclasses import dataclass

from digitize.errors import WorkspaceBusy
from digitize.model import Problem, Stage
from digitize.pipeline.observer import Observer, Several
from digitize.pipeline.operation import Orders, held_workspace, run_batch
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

_COMMAND = "pages"
"""What the run lock says that is done meanwhile."""

_PATIENCE = 60.0
_TICK = 0.2
"""Seconds to wait for another window, which takes this dossier along with its own, and between two looks."""


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What came of it.

    Attributes:
        done: the dossier was done again, as far as it can be without a person.
        busy: who holds the workspace, if somebody does; a run takes the dossier up itself.
        problem: why a run could not go on with it.

    """

    done: bool
    busy: Problem | None = None
    problem: Problem | None = None


def carry_out(
    workspace: Workspace, dossier: str, who: str, clock: Clock, observer: Observer | None = None
) -> CarriedOut:
    """Do a dossier again that was sent back, up to review, unless a run holds the workspace.

    Nothing is taken in, and no other dossier is worked on but those that are sent back meanwhile. It takes as
    long as the pages take to read, and may be cut off at any time: the next run goes on.

    Raises:
        EnvironmentProblem: settings, disk or engine do not let anything be read.

    """
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return _carry_out(workspace, dossier, who, clock, observer or Several(()))
        except WorkspaceBusy as error:
            if error.facts.get("command") != _COMMAND or time.monotonic() > until:
                return CarriedOut(done=False, busy=Problem.of(error))
        time.sleep(_TICK)


def _carry_out(workspace: Workspace, dossier: str, who: str, clock: Clock, observer: Observer) -> CarriedOut:
    orders = Orders(who=who, jobs=1, until=Stage.IN_REVIEW, only=(dossier,))
    with held_workspace(workspace, who, clock, _COMMAND) as ledger:
        result = run_batch(workspace, ledger, (), orders, observer, clock)
        record = ledger.dossier(dossier)
    if result.kept_from is not None:
        return CarriedOut(done=False, problem=Problem.of(result.kept_from))
    if record is not None and record.stage is Stage.QUARANTINED:
        return CarriedOut(done=False, problem=record.problem)
    return CarriedOut(done=True)
