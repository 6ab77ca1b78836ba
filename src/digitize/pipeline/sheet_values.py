"""What a clerk's own sheet says of a dossier and its documents, as it was imported.

Keys are those under which metadata are known here: ``title``, ``retention``, ``subject``, ``issued_date`` …
"""

from __future__ import annotations

from collections.abc import Mapping

from digitize.pipeline.ledger import Ledger

WHOLE = 0
"""The dossier itself; its documents count from 1."""


def sheet_values(ledger: Ledger, dossier: str) -> dict[int, dict[str, str]]:
    """Imported values of a dossier, by document and key."""
    found: dict[int, dict[str, str]] = {}
    sql = "SELECT document, key, value FROM sheet_value WHERE dossier = ? ORDER BY document, key"
    for row in ledger.rows(sql, dossier):
        found.setdefault(row["document"], {})[row["key"]] = row["value"]
    return found


def set_sheet_values(
    ledger: Ledger, dossier: str, values: Mapping[int, Mapping[str, str]], source: str
) -> None:
    """Take what a sheet says in the place of what was imported before; inside a transaction."""
    ledger.execute("DELETE FROM sheet_value WHERE dossier = ?", dossier)
    for document, fields in values.items():
        for key, value in fields.items():
            ledger.execute(
                "INSERT INTO sheet_value VALUES (?, ?, ?, ?, ?, ?, ?)",
                dossier,
                document,
                key,
                value,
                source,
                ledger.who,
                ledger.now(),
            )
