"""An audit with the reports that it makes: what ``audit`` does."""

from __future__ import annotations

from collections.abc import Callable

from digitize.messages import Catalogue
from digitize.pipeline.audit import AuditResult, AuditWishes, audit_workspace
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.lock import run_lock
from digitize.pipeline.workspace import Workspace
from digitize.reports.fixity import FixityReports, ReportNews
from digitize.times import Clock


def audit_and_report(
    workspace: Workspace,
    ledger: Ledger,
    clock: Clock,
    wishes: AuditWishes,
    told: Callable[[int, int], None],
    *,
    report: bool = False,
) -> tuple[AuditResult, ReportNews]:
    """Write the reports that are due, audit, and put timestamps on reports that have none.

    Args:
        workspace: whose archive.
        ledger: where its packages stand.
        clock: tells the time.
        wishes: what the audit may cost.
        told: is told how many things are done, of how many.
        report: whether to write a report on what stands now, too.

    Raises:
        WorkspaceBusy: another audit is at work.
        EnvironmentProblem: there is no archive, an anchor cannot be used, or the disk does not take a report.

    """
    workspace.require_archive()
    reports = FixityReports(workspace, ledger, clock, Catalogue(workspace.settings.language))
    with run_lock(workspace.audit_lock, clock, "audit_busy", who=ledger.who, command="audit"):
        news = ReportNews(made=reports.write_due())
        result = audit_workspace(workspace, ledger, clock, wishes, told)
        if report:
            news.made.append(reports.write_now())
        reports.stamp_waiting(news)
    return result, news
