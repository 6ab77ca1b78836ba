"""Which dossiers go before all others because somebody says so."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from digitize.errors import UsageProblem
from digitize.pipeline.ledger import Ledger


def mark_urgent(ledger: Ledger, codes: Sequence[str], *, urgent: bool = True) -> list[str]:
    """Mark dossiers as urgent, or as urgent no longer; a run that is under way goes by it at once.

    Returns:
        The codes of those that were not so before.

    Raises:
        UsageProblem: there is no dossier of such a code; none is marked then.

    """
    # Codes are in composed form, what people type or paste need not be.
    wanted = [unicodedata.normalize("NFC", code) for code in codes]
    for code in wanted:
        if ledger.dossier(code) is None:
            raise UsageProblem("dossier_unknown", dossier=code)
    with ledger.transaction():
        return [code for code in wanted if _mark(ledger, code, urgent=urgent)]


def _mark(ledger: Ledger, code: str, *, urgent: bool) -> bool:
    """Whether that changed anything."""
    sql = "UPDATE dossier SET urgent = ? WHERE id = ? AND urgent <> ?"
    changed = bool(ledger.execute(sql, int(urgent), code, int(urgent)))
    if changed:
        ledger.add_event("urgent" if urgent else "not_urgent", code)
    return changed
