"""Codes of dossiers that begin with some letters: quick, read only, silent where there is nothing to read.

For the completion of what is typed. It loads little, for a key that was pressed waits for it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

_MOST = 200
"""More are not of use to a person who looks for one."""

_SECONDS = 0.5
"""How long a ledger that is locked is waited for."""

_PAST_EVERY_LETTER = "\U0010ffff"


def codes_beginning(ledger: Path, letters: str) -> list[tuple[str, str]]:
    """Codes with the names of the stages in which they are, in the order of the codes."""
    try:
        # Where nobody writes nothing is left beside the file.
        settled = "" if ledger.with_name(f"{ledger.name}-wal").exists() else "&immutable=1"
        address = f"file:{quote(str(ledger.absolute()))}?mode=ro{settled}"
        with closing(sqlite3.connect(address, uri=True, timeout=_SECONDS)) as connection:
            found = connection.execute(
                "SELECT id, stage FROM dossier WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
                (letters, letters + _PAST_EVERY_LETTER, _MOST),
            )
            return [(str(code), str(stage)) for code, stage in found]
    except (sqlite3.Error, OSError):
        return []
