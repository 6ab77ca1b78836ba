"""What ``verify`` does: settle what is trusted, verify, tell it in every way that was asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from digitize.archive.discovery import ItemKind, find_items
from digitize.archive.verification import Effort, VerifiedItem, verify_found
from digitize.cli.counting import counting
from digitize.cli.session import Session
from digitize.cli.targets import require_free
from digitize.cli.verdicts import show_outcome
from digitize.errors import ExitCode, UsageProblem
from digitize.reports.document import Writer
from digitize.reports.evidence import EvidenceFolder
from digitize.reports.outcome import Outcome
from digitize.signatures.certificate_facts import certificate_facts
from digitize.signatures.trust import (
    TrustStore,
    load_revocations,
    load_trust,
    load_user_store,
    load_workspace_trust,
)
from digitize.signatures.verdict import Verdict
from digitize.times import VIETNAM, now

_ONLY_A_DAY = len("2026-11-21")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for, as the options of the command have it."""

    anchors: tuple[Path, ...] = ()
    crls: tuple[Path, ...] = ()
    workspace: Path | None = None
    at: str | None = None
    online: bool = False
    effort: Effort = field(default_factory=Effort)
    evidence: Path | None = None
    html: Path | None = None
    csv: Path | None = None
    details: bool = False
    json: bool = False


def verify_and_tell(session: Session, paths: Sequence[Path], wishes: Wishes) -> ExitCode:
    """Verify what lies under some paths and tell what was found.

    Raises:
        UsageProblem: nothing is there, a time cannot be, or a report would be written over something.
        EnvironmentProblem: an anchor cannot be used, or the disk does not take a report.

    """
    moment = moment_of(wishes.at, now()) if wishes.at else now()
    trust = _trust(wishes)
    for target in (wishes.html, wishes.csv):
        if target is not None:
            require_free(target)
    with ExitStack() as stack:
        folder = stack.enter_context(EvidenceFolder(wishes.evidence)) if wishes.evidence else None
        found = find_items(paths)
        told = stack.enter_context(counting(session, "verifying", len(found)))

        def keep(item: VerifiedItem) -> VerifiedItem:
            return folder.keep(item) if folder is not None else item

        items = verify_found(found, trust, moment, lambda _: told(), wishes.effort, keep)
        log = _log(wishes, items, trust, moment)
        if log is not None and log.verdict is not Verdict.VALID:
            items.append(log)
        anchors = tuple(certificate_facts(anchor) for anchor in trust.anchors)
        outcome = Outcome(items, moment, anchors, online=wishes.online, log=log)
        # The bar has gone before anything else is told.
        told.close()
        _write(session, outcome, wishes, folder)
    if wishes.json:
        session.report_json(Writer(session.catalogue, folder.name if folder else None).document(outcome))
    elif not session.quiet:
        show_outcome(session, outcome, details=wishes.details or session.verbose)
        if not trust.anchors:
            session.say("no_anchors")
    return exit_code({item.verdict for item in items})


def exit_code(verdicts: AbstractSet[Verdict]) -> ExitCode:
    """The exit code that tells how it stands with everything that has one of these verdicts."""
    if verdicts <= {Verdict.VALID}:
        return ExitCode.DONE
    if verdicts <= {Verdict.VALID, Verdict.INDETERMINATE}:
        return ExitCode.INDETERMINATE
    return ExitCode.ITEMS


def moment_of(text: str, present: dt.datetime) -> dt.datetime:
    """The time that a person means: Vietnamese unless it has an offset, a day alone up to its end.

    Raises:
        UsageProblem: it is no time, or it has not come yet.

    """
    try:
        moment = dt.datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=VIETNAM)
        # Where the clocks of two machines differ, this also holds what year 9999 would break.
        moment = moment.astimezone(VIETNAM)
    except (ValueError, OverflowError) as error:
        raise UsageProblem("time_unreadable", text=text) from error
    if moment > present:
        raise UsageProblem("time_in_future", text=text)
    if len(text.strip()) <= _ONLY_A_DAY:
        return min(moment + dt.timedelta(days=1, seconds=-1), present)
    return moment


def _trust(wishes: Wishes) -> TrustStore:
    trust = _chosen(wishes)
    lists = tuple(map(load_revocations, wishes.crls))
    return replace(trust, revocations=(*trust.revocations, *lists))


def _chosen(wishes: Wishes) -> TrustStore:
    if wishes.anchors:
        return load_trust(wishes.anchors, online=wishes.online)
    if wishes.workspace is not None:
        from digitize.pipeline.workspace import Workspace

        opened = Workspace.open(wishes.workspace)
        named = opened.settings.trust
        return load_workspace_trust(opened.root, named.anchors, named.revocations, online=wishes.online)
    return load_user_store(online=wishes.online)


def _log(
    wishes: Wishes, items: Sequence[VerifiedItem], trust: TrustStore, moment: dt.datetime
) -> VerifiedItem | None:
    """The log of the workspace that was named, if one was, held against the packages under audit."""
    if wishes.workspace is None:
        return None
    from digitize.pipeline.event_log import check_log_of
    from digitize.pipeline.workspace import Workspace

    packages = [item.path for item in items if item.kind is ItemKind.PACKAGE]
    return check_log_of(Workspace.open(wishes.workspace), packages, trust, moment, wishes.effort)


def _write(session: Session, outcome: Outcome, wishes: Wishes, folder: EvidenceFolder | None) -> None:
    """Everything that goes into files."""
    for target in (wishes.html, wishes.csv):
        if target is not None:
            require_free(target)
    if wishes.html is not None:
        from digitize.reports.page import write_page

        write_page(outcome, session.catalogue, wishes.html)
        session.say("pdf_written", path=str(wishes.html))
    if wishes.csv is not None:
        from digitize.reports.sheet import write_table

        write_table(outcome, session.catalogue, wishes.csv)
        session.say("pdf_written", path=str(wishes.csv))
    if folder is not None:
        folder.finish(Writer(session.catalogue, folder.name).document(outcome))
        session.say("pdf_written", path=str(wishes.evidence))
