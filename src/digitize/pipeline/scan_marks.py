"""Pages that a person wants to have scanned again, until the new scan has come."""

from __future__ import annotations

import json

from digitize.errors import Fact
from digitize.model import Problem
from digitize.pipeline.decided_pages import Decided, file_keys
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import drop_notice
from digitize.pipeline.records import DossierRecord, OriginalRecord, PageRecord


def asked_for(record: DossierRecord, page: PageRecord, original: OriginalRecord, why: str) -> Problem:
    """What the clerk is asked to do for a page, and how the new scan is put in the place of the old one."""
    facts: dict[str, Fact] = {
        "dossier": record.id,
        "page": page.ordinal,
        "why": why,
        "file": original.name,
        "source": original.source,
    }
    if record.stack is not None:
        # Its file is that of the whole stack, in which other dossiers have pages.
        return Problem("stack_page_to_scan_again", facts)
    if original.pages == 1:
        return Problem("page_to_scan_again", facts)
    number = {"number": page.frame + 1, "pages": original.pages or 0}
    return Problem("file_to_scan_again", {**facts, **number})


def take_off_mark(ledger: Ledger, dossier: str, anchor: str) -> None:
    """End what is asked for a page, inside the transaction whose event says why."""
    key = (dossier, anchor, Decided.SCAN_AGAIN)
    where = "FROM page_decision WHERE dossier = ? AND anchor = ? AND kind = ?"
    for row in ledger.rows(f"SELECT value {where}", *key):
        code, facts = json.loads(row["value"])["notice"]
        drop_notice(ledger, dossier, Problem(code, facts))
    ledger.execute(f"DELETE {where}", *key)


def settle_marks(ledger: Ledger, dossier: str) -> None:
    """Take the marks off pages whose file has been replaced, with their events, inside a transaction."""
    sql = "SELECT anchor, value FROM page_decision WHERE dossier = ? AND kind = ?"
    marked = ledger.rows(sql, dossier, Decided.SCAN_AGAIN)
    if not marked:
        return
    standing = {one.ordinal for one in ledger.originals(dossier)}
    there = {key for ordinal, key in file_keys(ledger, dossier).items() if ordinal in standing}
    for row in marked:
        if row["anchor"].rpartition(":")[0] in there:
            continue
        facts = json.loads(row["value"])["notice"][1]
        take_off_mark(ledger, dossier, row["anchor"])
        ledger.add_event("page_scanned_again", dossier, pages=[facts["page"]], file=facts["file"])
