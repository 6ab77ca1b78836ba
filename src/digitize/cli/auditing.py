"""What ``audit`` does: check what is due, and tell it to a clerk, to cron, or as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from digitize.archive.verification import Effort
from digitize.cli.counting import Counter, counting
from digitize.cli.session import Session
from digitize.cli.verdicts import show_counts, show_items
from digitize.cli.verification import exit_code
from digitize.errors import ExitCode, UsageProblem
from digitize.pipeline.audit import AuditResult, AuditWishes
from digitize.pipeline.event_chain import Head
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.workspace import Workspace
from digitize.reports.audit import audit_and_report
from digitize.reports.document import Writer
from digitize.reports.facts import moment_text
from digitize.reports.fixity import ReportNews
from digitize.reports.outcome import Outcome
from digitize.signatures.certificate_facts import certificate_facts
from digitize.signatures.verdict import Verdict
from digitize.times import duration, now

_MOST = 20
"""So many warnings of a kind are read in a terminal; JSON holds all."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What was asked for, as the options of the command have it."""

    budget: str | None = None
    within: int | None = None
    jobs: int | None = None
    report: bool = False
    details: bool = False
    json: bool = False


def audit_and_tell(session: Session, workspace: Workspace, ledger: Ledger, wanted: Audit) -> ExitCode:
    """Audit a workspace and tell what was found.

    Raises:
        UsageProblem: the budget is no time.
        WorkspaceBusy: another audit is at work.
        EnvironmentProblem: there is no archive, an anchor cannot be used, or the disk does not take a report.

    """
    wishes = _wishes(workspace, wanted)
    moment = now()
    with _progress(session) as told:
        result, news = audit_and_report(workspace, ledger, now, wishes, told, report=wanted.report)
    items = list(result.items)
    if result.log is not None and result.log.verdict is not Verdict.VALID:
        items.append(result.log)
    anchors = tuple(map(certificate_facts, result.trust.anchors))
    outcome = Outcome(items, moment, anchors, log=result.log)
    if wanted.json:
        session.report_json(_document(session, outcome, result, news, ledger.head()))
    else:
        _show(session, outcome, result, news, details=wanted.details)
        _warn(session, result, news)
    return exit_code({item.verdict for item in items} | {row.verdict for row in result.standing})


def _wishes(workspace: Workspace, wanted: Audit) -> AuditWishes:
    within = workspace.profile.preservation.warn_days if wanted.within is None else wanted.within
    try:
        budget = duration(wanted.budget) if wanted.budget is not None else None
    except ValueError as error:
        raise UsageProblem("duration_unreadable", text=wanted.budget or "") from error
    return AuditWishes(budget, dt.timedelta(days=within), Effort(jobs=wanted.jobs or 0))


@contextmanager
def _progress(session: Session) -> Iterator[Callable[[int, int], None]]:
    """A bar that begins when it is known how much there is."""
    with ExitStack() as stack:
        counters: list[Counter] = []
        seen = 0

        def told(done: int, total: int) -> None:
            nonlocal seen
            if not counters:
                counters.append(stack.enter_context(counting(session, "verifying", total)))
            for _ in range(done - seen):
                counters[0]()
            seen = done

        yield told


def _document(
    session: Session, outcome: Outcome, result: AuditResult, news: ReportNews, head: Head
) -> dict[str, object]:
    return Writer(session.catalogue).document(outcome) | {
        "log_head": {"number": head.id, "hash": head.hash, "at": head.at or None},
        "expiring": [
            {"dossier": one.dossier, "package": one.package, "expires": one.expires_at}
            for one in result.expiring
        ],
        "strays": [str(path) for path in result.strays],
        "unchecked": [
            {"package": one.key, "dossier": one.dossier, "checked_at": one.checked_at or None}
            for one in result.unchecked
        ],
        "standing": [
            {
                "package": one.package,
                "dossier": one.dossier,
                "checked_at": one.checked_at,
                "verdict": one.verdict.value,
            }
            for one in result.standing
        ],
        "overdue": result.overdue,
        "reports": {
            "made": [str(path) for path in news.made],
            "stamped": [str(path) for path in news.stamped],
            "waiting": [str(path) for path in news.waiting],
            "problem": session.problem_json(news.problem) if news.problem else None,
        },
    }


def _show(
    session: Session, outcome: Outcome, result: AuditResult, news: ReportNews, *, details: bool
) -> None:
    """What is bad, or everything if asked for; a quiet call says nothing of what is well."""
    everything = details or session.verbose
    shown = [item for item in outcome.worst_first if everything or item.verdict is not Verdict.VALID]
    if shown:
        show_items(session, shown, details=everything)
    if session.quiet:
        return
    show_counts(session, outcome)
    if result.unchecked:
        first = result.unchecked[0].checked_at
        since = moment_text(session.catalogue, dt.datetime.fromisoformat(first)) if first else "-"
        session.say("audit_left", number=len(result.unchecked), since=since)
    for path in news.made:
        session.say("pdf_written", path=str(path))
    for path in news.stamped:
        session.say("audit_stamped", path=str(path))


def _warn(session: Session, result: AuditResult, news: ReportNews) -> None:
    """What somebody has to do something about, also in a quiet call."""
    tell = session.warn
    for one in result.standing[:_MOST]:
        verdict = session.text(f"verdict.{one.verdict.value}")
        since = moment_text(session.catalogue, dt.datetime.fromisoformat(one.checked_at))
        tell("audit_standing", package=one.package, verdict=verdict, since=since)
    if len(result.standing) > _MOST:
        tell("audit_more_standing", number=len(result.standing) - _MOST)
    for one in result.expiring[:_MOST]:
        until = moment_text(session.catalogue, dt.datetime.fromisoformat(one.expires_at or ""))
        tell("audit_expiring", dossier=one.dossier or "-", package=one.package, until=until)
    if len(result.expiring) > _MOST:
        tell("audit_more_expiring", number=len(result.expiring) - _MOST)
    if result.overdue:
        tell("audit_overdue", number=len(result.overdue), first=result.overdue[0])
    if news.waiting and news.problem is not None:
        tell("audit_waits", number=len(news.waiting))
        session.show_failure(news.waiting[0], news.problem)
