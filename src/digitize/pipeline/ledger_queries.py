"""Parts of questions that are asked of a ledger of many dossiers."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Container, Sequence

from digitize.pipeline.records import Row


class Codes(Container[str]):
    """The codes of a ledger's dossiers, looked up one by one.

    Args:
        rows: gives the rows of a query.

    """

    def __init__(self, rows: Callable[..., Sequence[Row]]) -> None:
        self._rows = rows

    def __contains__(self, code: object) -> bool:
        return bool(self._rows("SELECT 1 FROM dossier WHERE id = ?", code))


def among(codes: Collection[str] | None, begin: str, column: str = "dossier") -> tuple[str, tuple[str, ...]]:
    """The condition that a dossier is one of some, after ``begin``, and its values; none for None."""
    if codes is None:
        return "", ()
    return f"{begin} {column} IN (SELECT value FROM json_each(?))", (json.dumps(list(codes)),)  # noqa: S608
