"""Make the ledger anew from what lies in the workspace, where it is lost or broken and there is no backup.

The order is the promise. A new ledger is written whole in a folder of its own; then the broken one is moved
aside, never deleted; then the new one gets its name. Cut off in between there is no ledger, which every
command tells, and rebuilding again reads the one that was moved aside.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from digitize.errors import UsageProblem, WorkspaceBusy
from digitize.files import make_folder, publish_file, remove_tree
from digitize.model import Problem, Stage
from digitize.pipeline.heads import ToldHead, package_heads, report_heads
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.ledger_files import (
    aside,
    is_open_elsewhere,
    move_aside,
    moved_aside,
    read_only,
)
from digitize.pipeline.lock import run_lock
from digitize.pipeline.rebuild_holdings import Holdings, all_originals, gather_holdings
from digitize.pipeline.rebuild_log import RebuiltLog
from digitize.pipeline.rebuild_rows import RowWriter
from digitize.pipeline.rebuild_sources import find_sources
from digitize.pipeline.salvage import Salvage, is_whole, salvage_ledger
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

_STAGING = ".rebuild"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What rebuilding came to.

    Attributes:
        stages: how many dossiers stand where.
        packages: how many packages were tied to their dossiers, generations that were replaced included.
        kept_as: where the ledger before lies now; None if there was none.
        events_kept: events of the old log that were taken over, as far as its chain held.
        events_told: events that were told anew from packages.
        decisions: decisions of people that are known again.
        last_head: number of the last event that the old log is known to have had; 0 if nothing tells.
        unknown: packages of which nobody can say whose they are.
        notes: what was lost, and what a person should do about it.

    """

    stages: dict[Stage, int]
    packages: int
    kept_as: Path | None
    events_kept: int
    events_told: int
    decisions: int
    last_head: int
    unknown: tuple[str, ...]
    notes: tuple[Problem, ...]


def rebuild_ledger(
    workspace: Workspace, sources: Sequence[Path], clock: Clock, who: str, *, force: bool = False
) -> Rebuilt:
    """Make a workspace's ledger anew; nobody else works meanwhile.

    Args:
        workspace: whose.
        sources: folders or files besides the inbox from which dossiers were taken in.
        clock: tells the time.
        who: who does it.
        force: also where the ledger can still be used.

    Raises:
        UsageProblem: the ledger can still be used, or a source does not exist.
        WorkspaceBusy: a run or another command is at work.
        EnvironmentProblem: the disk does not take it.

    """
    workspace.require_folders()
    for source in sources:
        if not source.exists():
            raise UsageProblem("source_missing", path=str(source))
    with run_lock(workspace.lock, clock):
        if is_open_elsewhere(workspace.ledger):
            raise WorkspaceBusy("ledger_in_use")
        if not force and _is_usable(workspace.ledger):
            raise UsageProblem("ledger_sound", path=str(workspace.ledger))
        staging = workspace.root / _STAGING
        remove_tree(staging)
        make_folder(staging)
        try:
            return _rebuild(workspace, sources, staging, clock, who)
        finally:
            remove_tree(staging)


def _rebuild(workspace: Workspace, sources: Sequence[Path], staging: Path, clock: Clock, who: str) -> Rebuilt:
    moment = clock()
    old = workspace.ledger if workspace.ledger.is_file() else moved_aside(workspace.ledger)
    salvage = salvage_ledger(old, staging) if old else Salvage()
    kept = aside(workspace.ledger, moment) if workspace.ledger.exists() else old
    holdings = gather_holdings(workspace)
    rejected = {code for code, holding in holdings.dossiers.items() if holding.problem}
    found = find_sources(workspace, sources, all_originals(holdings), rejected)
    made = staging / workspace.ledger.name
    with closing(Ledger(made, clock, who)) as ledger, ledger.transaction():
        log = RebuiltLog(ledger, salvage)
        told = _last_head(workspace, holdings)
        log.begin(told, holdings, kept.name if kept else "")
        rows = RowWriter(workspace, ledger, salvage, found, moment)
        for code in sorted(holdings.dossiers):
            rows.write(holdings.dossiers[code])
        rows.write_rest()
        events = log.tell(holdings, rows)
        stages = Counter(record.stage for record in ledger.dossiers())
        sql = "SELECT (SELECT count(*) FROM decision) + (SELECT count(*) FROM page_decision) AS n"
        (counted,) = ledger.rows(sql)
    move_aside(workspace.ledger, moment)
    publish_file(made, workspace.ledger)
    last = max(told.head.id if told else 0, salvage.head.id)
    return Rebuilt(
        stages={stage: stages[stage] for stage in Stage if stages[stage]},
        packages=holdings.packages,
        kept_as=kept,
        events_kept=len(salvage.events),
        events_told=events,
        decisions=int(counted["n"]),
        last_head=last,
        unknown=tuple(holdings.unknown),
        notes=_notes(salvage, holdings, rows, last),
    )


def _is_usable(path: Path) -> bool:
    if not path.is_file() or path.stat().st_size == 0:
        return False
    try:
        with closing(read_only(path)) as database:
            database.execute("SELECT max(id) FROM event").fetchone()
            return is_whole(database)
    except sqlite3.Error:
        return False


def _last_head(workspace: Workspace, holdings: Holdings) -> ToldHead | None:
    """The last head that packages and reports tell of the log that is lost."""
    places = (workspace.archive, workspace.superseded)
    told = [
        head
        for holding in holdings.dossiers.values()
        for generation in holding.generations
        for place in places
        for head in package_heads(place / generation.past.folder, own=True)
    ]
    told += report_heads(workspace.reports)
    return max(told, key=lambda one: one.head.id, default=None)


def _notes(salvage: Salvage, holdings: Holdings, rows: RowWriter, last: int) -> tuple[Problem, ...]:
    """What was lost; nothing that is not so."""
    notes = []
    lost = max(last - salvage.head.id, salvage.lost_events)
    if lost or not salvage.events:
        notes.append(Problem("rebuild_log_lost", {"number": lost, "kept": len(salvage.events)}))
    if not salvage.rows("dossier"):
        notes.append(Problem("rebuild_withdrawn_lost"))
    if some := rows.guessed:
        notes.append(Problem("rebuild_sources_guessed", {"number": len(some), "first": some[0]}))
    if some := rows.unplaced:
        notes.append(Problem("rebuild_pages_guessed", {"number": len(some), "first": some[0]}))
    if some := holdings.unread:
        notes.append(Problem("rebuild_content_lost", {"number": len(some), "first": some[0]}))
    if some := holdings.unknown:
        notes.append(Problem("rebuild_package_unknown", {"number": len(some), "first": some[0]}))
    return tuple(notes)
