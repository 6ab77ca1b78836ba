"""What ``tidy`` does and says: what went from the inbox, and what stays and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from digitize.archive.verification import Effort
from digitize.cli.session import Session
from digitize.errors import ExitCode
from digitize.pipeline.json_log import JsonLog, Level
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.tidying import ALARMING, Tidied, Tidying
from digitize.pipeline.workspace import Workspace
from digitize.times import now

_MOST = 20
"""So many lines of a kind are read in a terminal; JSON holds all."""

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for, as the options of the command have it."""

    older_than: int | None = None
    rehearse: bool = False
    jobs: int = 0
    json: bool = False


def tidy_and_tell(
    session: Session, workspace: Workspace, ledger: Ledger, wanted: Wanted, log: JsonLog | None = None
) -> ExitCode:
    """Clear the inbox and tell what went and what stays, to a log for programs as well.

    Raises:
        EnvironmentProblem: the inbox or the archive is not there, or an anchor cannot be used.

    """
    days = workspace.profile.preservation.tidy_days if wanted.older_than is None else wanted.older_than
    tidying = Tidying(
        workspace,
        ledger,
        now,
        age=dt.timedelta(days=days),
        rehearse=wanted.rehearse,
        effort=Effort(jobs=wanted.jobs),
    )
    result = tidying.tidy()
    if log is not None:
        _write(log, workspace, result, wanted)
    if wanted.json:
        session.report_json(_document(session, workspace, result, wanted, days))
    else:
        _show(session, workspace, result, wanted, days)
    return ExitCode.ITEMS if any(problem.code in ALARMING for _, problem in result.kept) else ExitCode.DONE


def _write(log: JsonLog, workspace: Workspace, result: Tidied, wanted: Wanted) -> None:
    event = "would_clear" if wanted.rehearse else "cleared"
    for one in result.cleared:
        log.write(Level.INFO, event, dossier=one.dossier, files=len(one.files), bytes=one.size)
    for path, problem in result.kept:
        level = Level.WARNING if problem.code in ALARMING else Level.INFO
        log.write(level, "kept", file=workspace.written(path), code=problem.code)


def _document(
    session: Session, workspace: Workspace, result: Tidied, wanted: Wanted, days: int
) -> dict[str, object]:
    return {
        "dry_run": wanted.rehearse,
        "older_than": days,
        "cleared": [
            {
                "dossier": one.dossier,
                "files": [workspace.written(path) for path in one.files],
                "bytes": one.size,
            }
            for one in result.cleared
        ],
        "kept": [
            {"file": workspace.written(path)} | session.problem_json(problem) for path, problem in result.kept
        ],
        "summary": {
            "cleared": sum(len(one.files) for one in result.cleared),
            "bytes": sum(one.size for one in result.cleared),
            "kept": len(result.kept),
            "waiting": result.waiting,
            "young": result.young,
        },
    }


def _show(session: Session, workspace: Workspace, result: Tidied, wanted: Wanted, days: int) -> None:
    """What went, unless the call is quiet; what somebody has to do something about in any case."""
    key = "tidy_would" if wanted.rehearse else "tidy_cleared"
    for one in result.cleared[:_MOST]:
        session.say(key, dossier=one.dossier, files=len(one.files))
    if len(result.cleared) > _MOST:
        session.say("more_dossiers", number=len(result.cleared) - _MOST)
    alarming = [one for one in result.kept if one[1].code in ALARMING]
    others = [one for one in result.kept if one[1].code not in ALARMING]
    for path, problem in alarming[:_MOST]:
        session.show_failure(workspace.written(path), problem)
    for _, problem in others[:_MOST]:
        session.show_note(problem)
    more = max(0, len(alarming) - _MOST) + max(0, len(others) - _MOST)
    if more:
        session.say("tidy_more_kept", number=more)
    files = sum(len(one.files) for one in result.cleared)
    size = round(sum(one.size for one in result.cleared) / _MEGABYTE, 1)
    session.say("tidy_done_rehearsal" if wanted.rehearse else "tidy_done", files=files, megabytes=size)
    if result.waiting or result.young:
        session.say("tidy_left", waiting=result.waiting, young=result.young, days=days)
