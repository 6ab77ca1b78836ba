"""Pages that a person wants to have scanned again, until the new scan has come."""

from __future__ import annotations

import json

from digitize.errors import Fact
from digitize.model import Problem
from digitize.pipeline.decided_pages import SCANNED_AGAIN, Decided, file_keys
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import add_notice, drop_notice
from digitize.pipeline.parked_answers import PARKED
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
        drop_notice(ledger, dossier, code, facts)
    ledger.execute(f"DELETE {where}", *key)


def settle_replaced(ledger: Ledger, dossier: str) -> None:
    """See what was decided about pages whose file has been replaced, inside the transaction that says so.

    Marks come off: the new scan has come. Other decisions lapse, and a person is asked to look again.
    """
    rows = ledger.rows("SELECT anchor, kind, value FROM page_decision WHERE dossier = ?", dossier)
    if not rows:
        return
    keys = file_keys(ledger, dossier)
    there = {keys[one.ordinal] for one in ledger.originals(dossier)}
    names = {key: ledger.original(dossier, ordinal).name for ordinal, key in keys.items()}
    for row in rows:
        key = row["anchor"].rpartition(":")[0]
        if key in there or row["kind"] == PARKED:
            continue
        if row["kind"] == Decided.SCAN_AGAIN:
            facts = json.loads(row["value"])["notice"][1]
            take_off_mark(ledger, dossier, row["anchor"])
            ledger.add_event(SCANNED_AGAIN, dossier, pages=[facts["page"]], file=facts["file"])
        else:
            lapsed = Problem("page_decisions_lapsed", {"dossier": dossier, "file": names.get(key, "?")})
            add_notice(ledger, dossier, lapsed, asks=True)
