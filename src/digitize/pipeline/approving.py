"""Approve the dossiers that somebody names, or all that nothing waits in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from digitize.errors import ItemProblem, UsageProblem
from digitize.model import Problem, Stage
from digitize.pipeline.approval import Approval, ReviewRules, Standing
from digitize.pipeline.deadlines import settler
from digitize.pipeline.findings import count_doubtful
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one dossier.

    Attributes:
        dossier: its code.
        stage: where it stands now.
        approved: it is approved, now or before.
        is_new: it was approved by this call.
        standing: what it waits for, if that was looked at.
        problem: why it could not be approved.
        failed: somebody wanted it and it could not be done.

    """

    dossier: str
    stage: Stage
    approved: bool = False
    is_new: bool = False
    standing: Standing | None = None
    problem: Problem | None = None
    failed: bool = False


def approve_dossiers(
    workspace: Workspace, ledger: Ledger, named: Sequence[str], clock: Clock, *, every: bool
) -> list[Outcome]:
    """Approve dossiers, each in a step of its own; the person is the one who uses the ledger.

    Args:
        workspace: whose dossiers.
        ledger: where they stand.
        named: their codes.
        clock: tells the time.
        every: all that nothing waits in, besides those; others are left as they are, which is no failure.

    Raises:
        UsageProblem: there is no dossier of such a code, or nothing is named; none is approved then.

    """
    if not named and not every:
        raise UsageProblem("approve_nothing_named")
    for code in named:
        if ledger.dossier(code) is None:
            raise UsageProblem("dossier_unknown", dossier=code)
    settle = settler(workspace, ledger)
    approval = Approval(ledger, ReviewRules.of(workspace.profile), workspace.templates, settle)
    wanted = list(dict.fromkeys(named))
    if every:
        wanted += [one.id for one in ledger.dossiers(Stage.IN_REVIEW) if one.id not in wanted]
    doubtful = count_doubtful(ledger, wanted)
    return [_outcome(approval, code, clock, doubtful, asked_for=code in named) for code in wanted]


def _outcome(
    approval: Approval, dossier: str, clock: Clock, doubtful: Mapping[str, int], *, asked_for: bool
) -> Outcome:
    before = approval.ledger.dossier(dossier)
    assert before is not None
    if not asked_for and dossier in doubtful:
        # Most of many: nobody need look closer.
        return Outcome(dossier, before.stage)
    try:
        standing = approval.approve(dossier, clock)
    except ItemProblem as error:
        return Outcome(dossier, before.stage, problem=Problem.of(error), failed=True)
    after = approval.ledger.dossier(dossier)
    assert after is not None
    if standing.is_clean:
        is_new = before.stage is Stage.IN_REVIEW
        return Outcome(dossier, after.stage, approved=True, is_new=is_new, standing=standing)
    problem = Problem(
        "dossier_not_clean",
        {
            "dossier": dossier,
            "doubtful": standing.doubtful,
            "questions": standing.questions,
            "looks": standing.looks.second + standing.looks.deciding,
        },
    )
    return Outcome(dossier, after.stage, standing=standing, problem=problem, failed=asked_for)


def outcomes_json(
    outcomes: Sequence[Outcome], problem_json: Callable[[Problem], Mapping[str, str]]
) -> dict[str, object]:
    """What became of the dossiers, as a document for programs."""
    return {
        "dossiers": [
            {
                "id": one.dossier,
                "stage": one.stage.value,
                "approved": one.approved,
                "waits": _waits_json(one.standing),
                "problem": problem_json(one.problem) if one.problem else None,
            }
            for one in outcomes
        ],
        "summary": {
            "approved": sum(one.is_new for one in outcomes),
            "left": sum(not one.approved for one in outcomes),
        },
    }


def _waits_json(standing: Standing | None) -> dict[str, int] | None:
    if standing is None:
        return None
    looks = standing.looks
    return {
        "doubtful_fields": standing.doubtful,
        "questions": standing.questions,
        "second_looks": looks.second,
        "third_looks": looks.deciding,
        "for_others": looks.for_others,
    }
