"""Do at once what a person has decided about pages, for that one dossier."""

from __future__ import annotations

from dataclasses import dataclass

from digitize.errors import WorkspaceBusy
from digitize.model import Problem, Stage
from digitize.pipeline.observer import Observer, Several
from digitize.pipeline.operation import Orders, held_workspace, run_batch
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock


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

    Nothing is taken in and no other dossier is worked on. It takes as long as its pages take to read, and may
    be cut off at any time: the next run goes on.

    Raises:
        EnvironmentProblem: settings, disk or engine do not let anything be read.

    """
    orders = Orders(who=who, jobs=1, until=Stage.IN_REVIEW, only=(dossier,))
    try:
        with held_workspace(workspace, who, clock, "review") as ledger:
            result = run_batch(workspace, ledger, (), orders, observer or Several(()), clock)
            record = ledger.dossier(dossier)
    except WorkspaceBusy as error:
        return CarriedOut(done=False, busy=Problem.of(error))
    if result.kept_from is not None:
        return CarriedOut(done=False, problem=Problem.of(result.kept_from))
    if dossier in result.failed and record is not None:
        return CarriedOut(done=False, problem=record.problem)
    return CarriedOut(done=True)
