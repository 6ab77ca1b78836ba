"""The codes that stacks are to have, and which of them did not come where they should."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from digitize.ingest.naming import safe_code
from digitize.pipeline.ledger import Ledger

_MOST_BETWEEN = 5
"""More codes than these between two dossiers of a stack are another stack, not sheets that were missed."""


def missed_after(ledger: Ledger, codes: Sequence[str], found: Sequence[str]) -> dict[str, list[str]]:
    """Codes that should stand between two dossiers of a stack and that nobody has, by the one before them.

    A sheet that was missed leaves its papers at the end of the dossier before it.

    Args:
        ledger: knows which codes there are, and which imported sheets name.
        codes: as a list has them, in order; if empty, imported sheets are the list.
        found: codes of a stack, in order.

    """
    listed = list(codes) or _imported(ledger)
    places = {safe_code(code): place for place, code in enumerate(listed)}
    known = ledger.dossier_codes()
    missed: dict[str, list[str]] = {}
    for before, after in pairwise(found):
        if before not in places or after not in places:
            continue
        between = listed[places[before] + 1 : places[after]]
        missing = [code for code in between if safe_code(code) not in known]
        if missing and len(between) <= _MOST_BETWEEN:
            missed[before] = missing
    return missed


def still_missing(ledger: Ledger, codes: Sequence[str]) -> list[str]:
    """Codes of a list that no dossier has."""
    known = ledger.dossier_codes()
    return [code for code in codes if safe_code(code) not in known]


def _imported(ledger: Ledger) -> list[str]:
    """The codes of imported sheets, in their order."""
    sql = "SELECT dossier, min(rowid) AS place FROM sheet_value GROUP BY dossier ORDER BY place"
    return [row["dossier"] for row in ledger.rows(sql)]
