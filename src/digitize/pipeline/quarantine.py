"""Set a dossier aside: a copy of what is wrong, beside a REASON.json for people and programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from digitize.errors import Fact, written_out
from digitize.files import copy_whole, make_folder, rename_folder, write_whole
from digitize.ingest.naming import unused
from digitize.messages import Catalogue
from digitize.model import Problem, Stage
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import PageRecord
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
    pages: Sequence[PageRecord] = (),
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
        pages: those that failed, if the dossier is set aside for single pages; their files are copied.

    """
    catalogue = Catalogue(workspace.settings.language)
    folder = make_folder(workspace.quarantine / dossier)
    record = ledger.dossier(dossier)
    stage = record.stage if record is not None else Stage.RECEIVED
    names = dict.fromkeys(ledger.original(dossier, page.original).name for page in pages)
    culprits = [workspace.originals / dossier / name for name in names]
    culprits += [culprit] if culprit is not None else []
    for path in culprits:
        if path.is_file() and not path.is_symlink():
            copy_whole(path, folder / path.name)
    reason = {
        "item": dossier,
        "file": written_out(culprits[0].name) if culprits else None,
        "pages": [_page_reason(ledger, page, catalogue) for page in pages],
        "code": problem.code,
        "facts": problem.facts,
        "what": catalogue.text("quarantine.what", dossier=dossier),
        "why": catalogue.problem(problem),
        "what_to_do": catalogue.remedy(problem) or catalogue.text("quarantine.remedy"),
        "release": f"digitize retry '{dossier}'",
        "stage": stage.value,
        "times": times_set_aside(ledger, dossier) + 1,
        "at": written(clock()),
    }
    write_whole(folder / REASON, json.dumps(reason, ensure_ascii=False, indent=1))
    with ledger.transaction():
        record = ledger.dossier(dossier)
        if record is not None and record.stage is Stage.WITHDRAWN:
            # Somebody has taken it out of work meanwhile; that stands.
            return
        ledger.set_problem(dossier, problem)
        detail: dict[str, object] = {"code": problem.code}
        if pages:
            detail["pages"] = [page.ordinal for page in pages]
        if record is not None and record.stage is not Stage.QUARANTINED:
            detail["was"] = record.stage.value
        ledger.move(dossier, Stage.QUARANTINED, "quarantined", **detail)


def times_set_aside(ledger: Ledger, dossier: str) -> int:
    """How often a dossier has been set aside."""
    sql = "SELECT count(*) AS n FROM event WHERE dossier = ? AND kind = 'quarantined'"
    return int(ledger.rows(sql, dossier)[0]["n"])


def stood_before(ledger: Ledger, dossier: str) -> Stage:
    """Where a dossier that is set aside stood before; the beginning where that is not known."""
    sql = (
        "SELECT json_extract(detail, '$.was') AS was FROM event WHERE dossier = ? AND kind = 'quarantined' "
        "AND was IS NOT NULL ORDER BY id DESC LIMIT 1"
    )
    rows = ledger.rows(sql, dossier)
    return Stage(rows[0]["was"]) if rows else Stage.RECEIVED


def release(workspace: Workspace, dossier: str, clock: Clock) -> None:
    """Keep an old quarantine folder under another name when its dossier is worked on again."""
    folder = workspace.quarantine / dossier
    if folder.is_dir():
        stamp = clock().strftime("%Y%m%dT%H%M%S")
        taken = {path.name for path in workspace.quarantine.iterdir()}
        rename_folder(folder, workspace.quarantine / unused(f"{dossier}.released-{stamp}", taken))


def _page_reason(ledger: Ledger, page: PageRecord, catalogue: Catalogue) -> dict[str, Fact | None]:
    """What REASON.json says of one page."""
    problem = page.problem
    return {
        "page": page.ordinal,
        "file": ledger.original(page.dossier, page.original).name,
        "page_in_file": page.frame + 1,
        "code": problem.code if problem else None,
        "why": catalogue.problem(problem) if problem else None,
        "what_to_do": catalogue.remedy(problem) if problem else None,
        "attempts": page.attempts,
    }
