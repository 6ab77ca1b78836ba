"""Set a dossier aside: a copy of what is wrong, beside a REASON.json for people and programs."""

from __future__ import annotations

import json
from pathlib import Path

from digitize.files import copy_whole, make_folder, rename_folder, write_whole
from digitize.messages import Catalogue
from digitize.model import Problem, Stage
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock, written

REASON = "REASON.json"


def set_aside(
    workspace: Workspace,
    ledger: Ledger,
    dossier: str,
    problem: Problem,
    culprit: Path | None,
    clock: Clock,
) -> None:
    """Move a dossier to quarantine.

    The copy and its reason are in place before the ledger says so; done twice it gives the same.

    Args:
        workspace: where.
        ledger: in which the move is recorded.
        dossier: its code.
        problem: what is wrong.
        culprit: the file that is wrong, copied beside the reason; None where there is none, or
            where it must not be touched.
        clock: tells the time.

    """
    catalogue = Catalogue(workspace.settings.language)
    folder = make_folder(workspace.quarantine / dossier)
    if culprit is not None and culprit.is_file() and not culprit.is_symlink():
        copy_whole(culprit, folder / culprit.name)
    reason = {
        "item": dossier,
        "file": culprit.name if culprit is not None else None,
        "code": problem.code,
        "facts": problem.facts,
        "what": catalogue.text("quarantine.what", dossier=dossier),
        "why": catalogue.problem(problem),
        "what_to_do": catalogue.remedy(problem) or catalogue.text("quarantine.remedy"),
        "at": written(clock()),
    }
    write_whole(folder / REASON, json.dumps(reason, ensure_ascii=False, indent=1))
    with ledger.transaction():
        record = ledger.dossier(dossier)
        if record is not None and record.stage is Stage.WITHDRAWN:
            # Somebody has taken it out of work meanwhile; that stands.
            return
        ledger.set_problem(dossier, problem)
        ledger.move(dossier, Stage.QUARANTINED, "quarantined", code=problem.code)


def release(workspace: Workspace, dossier: str, clock: Clock) -> None:
    """Keep an old quarantine folder under another name when its dossier is taken in anew."""
    folder = workspace.quarantine / dossier
    if folder.is_dir():
        stamp = clock().strftime("%Y%m%dT%H%M%S")
        rename_folder(folder, workspace.quarantine / f"{dossier}.released-{stamp}")
