"""Pages that failed, and pages that were begun and of which nothing came back.

Before a page is begun, the ledger counts it (``page.unsettled``); what comes of it sets the count back. A
page that is counted and not under way has taken its worker, its pool or the whole run with it, or was beside
one that did. It is read alone, when nothing else is under way, so that the guilty one is told from its
neighbours: what fails alone has failed by itself.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from digitize.errors import ItemProblem
from digitize.model import Problem, Stage
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.ledger_queries import among
from digitize.pipeline.records import PageRecord, page_of

NEIGHBOURS_FAULT = frozenset({"worker_died", "pool_broken", "task_too_slow", "out_of_memory"})
"""Codes of what may befall a page because of another one; they count only for a page that was alone."""

MOST_ENDS = 6
"""So many runs in a row end with a page that was being read alone, or with a dossier that was being packaged,
before it is set aside for that.

Each costs one page, for such a page comes last; and a run may be killed for any other reason.
"""


def next_suspect(ledger: Ledger, only: Collection[str] | None = None) -> PageRecord | None:
    """The suspect that was begun least often, of some dossiers or of all; None if there is none.

    Only while no page is under way.
    """
    chosen, values = among(only, "AND")
    sql = (
        "SELECT page.* FROM page JOIN dossier ON dossier.id = page.dossier AND dossier.stage = ? "  # noqa: S608 - marks alone
        f"WHERE page.state = 'waiting' AND page.unsettled > 0 {chosen} "
        "ORDER BY page.unsettled, dossier.received_at, page.dossier, page.ordinal LIMIT 1"
    )
    rows = ledger.rows(sql, Stage.RECEIVED, *values)
    return page_of(rows[0]) if rows else None


def has_ended_runs(page: PageRecord, attempts: int) -> bool:
    """Whether too many runs have ended with this page, read alone; in each it is tried so many times."""
    # The first time it was begun it may have had neighbours.
    return page.unsettled > max(MOST_ENDS, attempts)


@contextmanager
def counted(ledger: Ledger, dossier: str) -> Iterator[None]:
    """Count work on a dossier that this process does itself; whatever comes of it sets the count back.

    What is left is counted when nothing came of it: the process has died.

    Raises:
        ItemProblem: it has died of it, or during it, too many times in a row.

    """
    (row,) = ledger.rows("SELECT begun FROM dossier WHERE id = ?", dossier)
    try:
        if row["begun"] >= MOST_ENDS:
            raise ItemProblem("packaging_died", times=row["begun"])
        with ledger.transaction():
            ledger.execute("UPDATE dossier SET begun = begun + 1 WHERE id = ?", dossier)
        yield
    finally:
        with ledger.transaction():
            ledger.execute("UPDATE dossier SET begun = 0 WHERE id = ?", dossier)


def discount(ledger: Ledger, pages: Iterable[tuple[str, int]]) -> None:
    """Pages were begun and given up for a reason that is not theirs."""
    for dossier, ordinal in pages:
        ledger.execute(
            "UPDATE page SET unsettled = max(0, unsettled - 1) "
            "WHERE dossier = ? AND ordinal = ? AND state = 'waiting'",
            dossier,
            ordinal,
        )


def set_failed(ledger: Ledger, dossier: str, ordinal: int, problem: Problem) -> None:
    """A page has failed by itself."""
    text = json.dumps({"code": problem.code, "facts": problem.facts}, ensure_ascii=False, sort_keys=True)
    ledger.execute(
        "UPDATE page SET state = 'failed', problem = ?, unsettled = 0 "
        "WHERE dossier = ? AND ordinal = ? AND state = 'waiting'",
        text,
        dossier,
        ordinal,
    )


def failed_pages(ledger: Ledger, dossier: str) -> list[PageRecord]:
    """The pages of a dossier that have failed, in order."""
    sql = "SELECT * FROM page WHERE dossier = ? AND state = 'failed' ORDER BY ordinal"
    return [page_of(row) for row in ledger.rows(sql, dossier)]


def has_pictures(ledger: Ledger, dossier: str) -> bool:
    """Whether a person has accepted pages of a dossier as pictures that nobody reads."""
    return bool(ledger.rows("SELECT 1 FROM page WHERE dossier = ? AND picture = 1 LIMIT 1", dossier))


def let_wait(ledger: Ledger, pages: Sequence[PageRecord], *, picture: bool = False) -> None:
    """Pages are to be read again; those that may have harmed others are read alone.

    Args:
        ledger: where they stand.
        pages: which.
        picture: they are accepted as pictures that nobody reads.

    """
    for page in pages:
        alone = page.problem is not None and page.problem.code in NEIGHBOURS_FAULT
        ledger.execute(
            "UPDATE page SET state = 'waiting', problem = NULL, summary = NULL, unsettled = ?, "
            "picture = max(picture, ?) WHERE dossier = ? AND ordinal = ?",
            int(alone),
            int(picture),
            page.dossier,
            page.ordinal,
        )
