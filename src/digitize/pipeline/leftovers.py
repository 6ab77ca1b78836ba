"""What a run that was cut off has left behind, cleared before the next one begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from digitize.files import remove_tree, sweep
from digitize.model import Stage
from digitize.pipeline.batch import ACTIVE
from digitize.pipeline.generations import retire_leftovers
from digitize.pipeline.leases import abandoned, end_abandoned
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

_AGED = dt.timedelta(days=1)
"""No write takes so long."""

_FINISHED = (Stage.PACKAGED, Stage.WITHDRAWN, Stage.DIVIDED)


def clear_leftovers(workspace: Workspace, ledger: Ledger, clock: Clock) -> None:
    """Remove what was left half-written, and derived data that nobody needs any more.

    Packages that were replaced and not moved yet are moved out of the archive.
    """
    for folder in (workspace.work, workspace.quarantine, *_originals(workspace, ledger)):
        sweep(folder)
    # Settings, figures and copies are written here by other commands beside a run.
    sweep(workspace.root, before=(clock() - _AGED).timestamp())
    # Not before: they tell where something may lie.
    end_abandoned(ledger)
    retire_leftovers(workspace, ledger, clock)
    if workspace.work.is_dir():
        for folder in workspace.work.iterdir():
            record = ledger.dossier(folder.name)
            finished = record is None or record.stage in _FINISHED
            if finished and folder.is_dir():
                remove_tree(folder)


def _originals(workspace: Workspace, ledger: Ledger) -> Iterator[Path]:
    """Folders of originals in which something may be half-written.

    There are as many as dossiers were ever taken in: those are looked through whose dossier is under way, or
    was held when the program died.
    """
    held = abandoned(ledger)
    under_way = (record.id for record in ledger.dossiers(*ACTIVE))
    return (workspace.originals / code for code in sorted({*held, *under_way}))
