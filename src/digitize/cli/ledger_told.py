"""What the commands of ``digitize ledger`` tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitize.cli.session import Session
from digitize.cli.theme import Style
from digitize.pipeline.ledger_check import LedgerReport

if TYPE_CHECKING:
    from digitize.pipeline.rebuild import Rebuilt

_MOST = 20


def check_json(session: Session, report: LedgerReport) -> dict[str, object]:
    """A check as one document."""
    return {
        "good": report.is_good,
        "version": report.version,
        "dossiers": report.dossiers,
        "events": report.events,
        "originals": report.originals,
        "packages": report.packages,
        "findings": [
            {
                "severity": "error" if one.serious else "warning",
                "dossier": one.dossier,
                **session.problem_json(one.problem),
            }
            for one in report.findings
        ],
    }


def show_check(session: Session, report: LedgerReport) -> None:
    """A check as people read it: what is wrong with what to do, then how much was looked at."""
    ordered = sorted(report.findings, key=lambda one: not one.serious)
    told: set[str] = set()
    for finding in ordered[:_MOST]:
        session.out.print(session.catalogue.problem(finding.problem), markup=False)
        remedy = session.catalogue.remedy(finding.problem)
        if remedy and remedy not in told:
            told.add(remedy)
            session.out.print(f"  {session.text('say.remedy')} {remedy}", markup=False)
    if len(ordered) > _MOST:
        session.out.print(session.text("say.ledger_more", number=len(ordered) - _MOST), markup=False)
    if not report.is_good:
        number = sum(one.serious for one in report.findings)
        session.out.print(session.text("say.ledger_bad", number=number), style=Style.BAD, markup=False)
    elif not session.quiet:
        session.out.print(
            session.text(
                "say.ledger_good",
                version=report.version,
                dossiers=report.dossiers,
                events=report.events,
                originals=report.originals,
                packages=report.packages,
            ),
            markup=False,
        )


def rebuilt_json(session: Session, result: Rebuilt) -> dict[str, object]:
    """What was made anew, as one document."""
    return {
        "summary": {stage.value: count for stage, count in result.stages.items()},
        "packages": result.packages,
        "kept_as": result.kept_as.name if result.kept_as else None,
        "events_kept": result.events_kept,
        "events_told": result.events_told,
        "decisions": result.decisions,
        "last_head": result.last_head,
        "unknown": list(result.unknown),
        "notes": [session.problem_json(one) for one in result.notes],
    }


def show_rebuilt(session: Session, result: Rebuilt) -> None:
    """What was made anew, and what was lost, as people read it."""
    stages = ", ".join(
        f"{session.text(f'stage.{stage.value}')}: {count}" for stage, count in result.stages.items()
    )
    session.out.print(stages or session.text("say.no_dossiers"), markup=False)
    facts = {
        "packages": result.packages,
        "kept": result.events_kept,
        "told": result.events_told,
        "decisions": result.decisions,
    }
    session.out.print(session.text("say.ledger_rebuilt", **facts), markup=False)
    if result.kept_as:
        session.out.print(session.text("say.ledger_kept_as", path=str(result.kept_as)), markup=False)
    for note in result.notes:
        session.out.print(f"- {session.catalogue.problem(note)}", markup=False)
        session.out.print(f"  {session.text('say.remedy')} {session.catalogue.remedy(note)}", markup=False)
    session.say("ledger_rebuilt_next")
