"""What people decided about pages and what follows from it for those who work on them.

A decision is kept by the scan that was looked at, the checksum of its file and the page in it. So it outlives
every new reading, and lapses with the scan.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from digitize.forms.told import ToldPage
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import OriginalRecord, PageRecord, PageRole
from digitize.pipeline.roles import empty_backs

SENT_BACK = "sent_back"
"""Event that a dossier must be done again from an earlier stage because of what a person decided."""

SCANNED_AGAIN = "page_scanned_again"
"""Event that the new scan of a page has come that a person had asked for."""


class Decided(StrEnum):
    """What a decision about a page is about."""

    TURN = "turn"
    EXCLUDED = "excluded"
    SCAN_AGAIN = "scan_again"
    BORDER = "border"
    FORM = "form"


class Border(StrEnum):
    """Where a page stands between documents."""

    BEGINS = "begins"
    JOINS = "joins"


@dataclass(frozen=True, slots=True)
class DecidedPage:
    """What people decided about a page.

    Attributes:
        turn: the clockwise turn of the scan, in degrees, at which it is to be read; None where the program
            finds it.
        excluded: it is left out of documents.
        scan_again: why it is to be scanned again; empty where it is not.
        border: whether a document begins with it; None where the program tells.
        form: what the document that begins with it is; None where the program tells.

    """

    turn: int | None = None
    excluded: bool = False
    scan_again: str = ""
    border: Border | None = None
    form: str | None = None

    @property
    def told(self) -> ToldPage:
        """What whoever tells documents apart must know of it."""
        begins = None if self.border is None else self.border is Border.BEGINS
        return ToldPage(begins=begins, form=self.form)


NOTHING = DecidedPage()


def page_anchors(ledger: Ledger, dossier: str, pages: Sequence[PageRecord]) -> dict[int, str]:
    """What each page of a dossier is known by, by its ordinal: checksum of its file, and the frame."""
    files = file_keys(ledger, dossier)
    return {page.ordinal: f"{files[page.original]}:{page.frame}" for page in pages}


def file_keys(ledger: Ledger, dossier: str) -> dict[int, str]:
    """What each file of a dossier, replaced ones included, is known by: its checksum.

    Files with the same bytes that came under several names are told apart by the order in which they came:
    who excludes the second of two copies means that one.
    """
    sql = "SELECT ordinal, sha256, source FROM original WHERE dossier = ? ORDER BY ordinal"
    sources: dict[str, list[str]] = {}
    files: dict[int, str] = {}
    for row in ledger.rows(sql, dossier):
        known = sources.setdefault(row["sha256"], [])
        if row["source"] not in known:
            known.append(row["source"])
        place = known.index(row["source"])
        files[row["ordinal"]] = f"{row['sha256']}+{place}" if place else row["sha256"]
    return files


def decided_pages(ledger: Ledger, dossier: str, pages: Sequence[PageRecord]) -> dict[int, DecidedPage]:
    """What people decided about pages of a dossier, by their ordinals; others are left out."""
    rows = ledger.rows("SELECT anchor, kind, value FROM page_decision WHERE dossier = ?", dossier)
    if not rows:
        return {}
    by_anchor: dict[str, DecidedPage] = {}
    for row in rows:
        before = by_anchor.get(row["anchor"], NOTHING)
        by_anchor[row["anchor"]] = _with(before, row["kind"], json.loads(row["value"]))
    anchors = page_anchors(ledger, dossier, pages)
    return {page: by_anchor[anchor] for page, anchor in anchors.items() if anchor in by_anchor}


def decided_turn(ledger: Ledger, page: PageRecord) -> int | None:
    """The clockwise turn, in degrees, at which a page is to be read; None where nobody has decided it."""
    return decided_pages(ledger, page.dossier, [page]).get(page.ordinal, NOTHING).turn


def settle_roles(ledger: Ledger, dossier: str) -> None:
    """Write down what each page of a dossier that was read is to it; inside a transaction."""
    pages = ledger.pages(dossier)
    originals = {one.ordinal: one for one in ledger.originals(dossier)}
    record = ledger.dossier(dossier)
    of_stack = record is not None and record.stack is not None
    decided = decided_pages(ledger, dossier, pages)
    for page, role in _roles(pages, originals, decided, of_stack=of_stack):
        if page.role is not role:
            ledger.set_role(dossier, page.ordinal, role)


def was_sent_back(ledger: Ledger, dossier: str) -> bool:
    """Whether pages of a dossier were decided about or scanned again, and nobody let it through since."""
    sql = "SELECT kind FROM event WHERE dossier = ? AND kind IN (?, ?, 'approved') ORDER BY id DESC LIMIT 1"
    rows = ledger.rows(sql, dossier, SENT_BACK, SCANNED_AGAIN)
    return any(row["kind"] != "approved" for row in rows)


def sent_back_since(ledger: Ledger, event: int) -> tuple[list[str], int]:
    """Dossiers that were sent back after an event of the log, and the last event there is now."""
    rows = ledger.rows("SELECT id, dossier, kind FROM event WHERE id > ? ORDER BY id", event)
    found = dict.fromkeys(row["dossier"] for row in rows if row["kind"] == SENT_BACK)
    return list(found), rows[-1]["id"] if rows else event


def _with(page: DecidedPage, kind: str, value: object) -> DecidedPage:
    match kind, value:
        case Decided.TURN, int():
            return replace(page, turn=value)
        case Decided.EXCLUDED, dict():
            return replace(page, excluded=True)
        case Decided.SCAN_AGAIN, {"why": str() as why}:
            return replace(page, scan_again=why)
        case Decided.BORDER, {"to": str() as border}:
            return replace(page, border=Border(border))
        case Decided.FORM, str():
            return replace(page, form=value)
    return page


def _roles(
    pages: Sequence[PageRecord],
    originals: Mapping[int, OriginalRecord],
    decided: Mapping[int, DecidedPage],
    *,
    of_stack: bool,
) -> list[tuple[PageRecord, PageRole]]:
    """The roles of pages that are no separator sheets."""
    plain = [page if page.role is PageRole.SEPARATOR else replace(page, role=PageRole.SCAN) for page in pages]
    backs = set(empty_backs(plain, originals, of_stack=of_stack))
    found = []
    for page in pages:
        if page.role is PageRole.SEPARATOR:
            continue
        back = PageRole.BACK if page.ordinal in backs else PageRole.SCAN
        excluded = decided.get(page.ordinal, NOTHING).excluded
        found.append((page, PageRole.EXCLUDED if excluded else back))
    return found
