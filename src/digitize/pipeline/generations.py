"""Generations of a dossier's package: which one stands, which it replaced, and where the old one goes.

The order is the promise. The identity of the next generation stands in the ledger before anything of it
is built; the old one stays in the archive until the new one is in place and the ledger names it; then a
mark is written to ``superseded``, and last the old folder is moved beside it. Nothing is ever deleted.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from enum import StrEnum

from digitize.archive.naming import Names, make_names
from digitize.errors import ItemProblem
from digitize.files import make_folder, rename_folder, write_whole
from digitize.model import Stage
from digitize.pipeline.leases import lease
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import DossierRecord, EventRecord
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

MADE = ("packaged", "renewed")
"""Events that say that a generation is in the archive."""


class RecordStatus(StrEnum):
    """What a package is to the one before it (METS ``RECORDSTATUS``)."""

    NEW = "NEW"
    REPLACEMENT = "REPLACEMENT"
    SUPPLEMENT = "SUPPLEMENT"


def package_names(workspace: Workspace, record: DossierRecord, identity: uuid.UUID) -> Names:
    """The names of a dossier's package of a given identity."""
    return make_names(
        workspace.profile.package,
        workspace.settings.organisation,
        record.id,
        dt.datetime.fromisoformat(record.received_at),
        identity,
    )


def is_unrecorded(workspace: Workspace, record: DossierRecord) -> bool:
    """Whether a dossier's next package is in the archive and the ledger does not say so yet."""
    if record.stage is Stage.PACKAGED or not record.package_uuid:
        return False
    names = package_names(workspace, record, uuid.UUID(record.package_uuid))
    return names.folder != record.package and (workspace.archive / names.folder).exists()


def waits_for_correction(ledger: Ledger, record: DossierRecord) -> bool:
    """Whether a dossier was reopened and nobody has looked at it since."""
    return correction_since(ledger, record) is not None


def correction_since(ledger: Ledger, record: DossierRecord) -> str | None:
    """When a dossier was reopened that nobody has looked at since; None where none waits for a correction.

    Who asked for a correction is given the chance to make it. For a supplement the pages that came are
    what it was reopened for.
    """
    if record.record_status == RecordStatus.NEW:
        return None
    sql = (
        "SELECT id, at FROM event WHERE dossier = ? AND kind IN ('reopened', 'withdrawn', 'returned') "
        "AND kind = 'reopened' ORDER BY id DESC LIMIT 1"
    )
    for row in ledger.rows(sql, record.id):
        over = ["approved"] + ["files_taken_in"] * (record.record_status == RecordStatus.SUPPLEMENT)
        marks = ",".join("?" * len(over))
        later = f"SELECT 1 FROM event WHERE dossier = ? AND id > ? AND kind IN ({marks}) LIMIT 1"  # noqa: S608
        if not ledger.rows(later, record.id, row["id"], *over):
            return str(row["at"])
    return None


def retire(workspace: Workspace, ledger: Ledger, record: DossierRecord) -> None:
    """Move the generation that a dossier's package replaced out of the archive, beside a mark.

    Whoever calls it holds the dossier. Done twice it gives the same.
    """
    old = record.replaces
    if not old or old == record.package or record.stage is not Stage.PACKAGED:
        return
    folder = workspace.archive / old
    made = _making(ledger, record)
    if made is None or not folder.exists():
        return
    place = make_folder(workspace.superseded)
    mark = {
        "package": old,
        "replaced_by": record.package,
        "at": made.at,
        "who": made.who,
        "why": "renewed" if made.kind == "renewed" else "reopened",
        "record_status": record.record_status,
        "reason": made.detail.get("why", ""),
    }
    write_whole(place / f"{old}.json", json.dumps(mark, ensure_ascii=False, indent=1))
    rename_folder(folder, place / old)


def retire_leftovers(workspace: Workspace, ledger: Ledger, clock: Clock) -> None:
    """Move away what was replaced when the program was cut off before it could do so."""
    replaced = ledger.replaced()
    if not replaced:
        return
    with os.scandir(workspace.archive) as entries:
        left = [entry.name for entry in entries if entry.name in replaced]
    for package in left:
        try:
            with lease(ledger, replaced[package], clock):
                now = ledger.dossier(replaced[package])
                if now is not None:
                    retire(workspace, ledger, now)
        except ItemProblem:
            # Whoever works on it does this in time.
            continue


def reason_for_next(ledger: Ledger, record: DossierRecord) -> str:
    """Why the present or next generation of a dossier is made; empty for the first one."""
    if record.record_status == RecordStatus.NEW:
        return ""
    found = [event for event in ledger.events(record.id) if event.kind == "reopened"]
    return str(found[-1].detail["why"]) if found else ""


def _making(ledger: Ledger, record: DossierRecord) -> EventRecord | None:
    events = reversed(ledger.events(record.id))
    return next((e for e in events if e.kind in MADE and e.detail.get("package") == record.package), None)
