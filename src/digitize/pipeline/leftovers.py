"""What a run that was cut off has left behind, cleared before the next one begins."""

from __future__ import annotations

from digitize.files import remove_tree, sweep
from digitize.model import Stage
from digitize.pipeline.generations import retire_leftovers
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock


def clear_leftovers(workspace: Workspace, ledger: Ledger, clock: Clock) -> None:
    """Remove what was left half-written, and derived data that nobody needs any more.

    Packages that were replaced and not moved yet are moved out of the archive.
    """
    for folder in (workspace.work, workspace.originals, workspace.quarantine):
        sweep(folder)
    retire_leftovers(workspace, ledger, clock)
    finished = {record.id for record in ledger.dossiers(Stage.PACKAGED, Stage.WITHDRAWN, Stage.DIVIDED)}
    if workspace.work.is_dir():
        for folder in workspace.work.iterdir():
            if folder.name in finished:
                remove_tree(folder)
