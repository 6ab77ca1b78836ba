"""A lease per dossier, so that a run and a person never work on the same one at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from digitize.errors import ItemProblem
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.processes import Process, this_process
from digitize.pipeline.records import Row
from digitize.times import Clock, written

IN_USE = "dossier_in_use"
"""Code of the problem that somebody else holds a dossier."""

_LASTS = dt.timedelta(hours=1)
"""A lease ends with its holder's process, and after this time at the latest: a person may have
left the screen."""

DESK_LASTS = dt.timedelta(minutes=3)
"""A window of the review page tells every minute that it is still open (``hold``)."""


@contextmanager
def lease(ledger: Ledger, dossier: str, clock: Clock) -> Iterator[None]:
    """Hold a dossier while the block runs.

    Raises:
        ItemProblem: another process holds it.

    """
    hold(ledger, dossier, "", clock)
    try:
        yield
    finally:
        let_go(ledger, dossier, "")


def hold(ledger: Ledger, dossier: str, desk: str, clock: Clock) -> None:
    """Let one window of this process hold a dossier, or hold it longer; it ends when nobody asks again.

    Args:
        ledger: where it stands.
        dossier: its code.
        desk: names the window; empty for a process that is one, whose hold lasts longer.
        clock: tells the time.

    Raises:
        ItemProblem: another process, or another window of this one, holds it.

    """
    with ledger.transaction():
        keep(ledger, dossier, desk, clock)


def keep(ledger: Ledger, dossier: str, desk: str, clock: Clock) -> None:
    """``hold`` inside a transaction, so that what follows in it rests on the hold.

    Raises:
        ItemProblem: another process, or another window of this one, holds it.

    """
    refuse_if_held(ledger, dossier, desk, clock)
    now, holder = clock(), this_process()
    until = now + (DESK_LASTS if desk else _LASTS)
    ledger.execute(
        "INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?, ?, ?)",
        dossier,
        ledger.who,
        holder.number,
        holder.began,
        written(until),
        desk,
    )


def is_held(ledger: Ledger, dossier: str, desk: str, clock: Clock) -> bool:
    """Whether a window of this process holds a dossier now."""
    own, now = this_process(), clock()
    rows = ledger.rows("SELECT * FROM lease WHERE dossier = ?", dossier)
    return any(_is_of(row, own, desk) and _lasts(row, now) for row in rows)


def let_go_of_all(ledger: Ledger, desk: str, clock: Clock) -> None:
    """End whatever a window of this process holds, and what has run out; inside a transaction."""
    own = this_process()
    sql = "DELETE FROM lease WHERE (process = ? AND began = ? AND desk = ?) OR until <= ?"
    ledger.execute(sql, own.number, own.began, desk, written(clock()))


def let_go(ledger: Ledger, dossier: str, desk: str) -> None:
    """End what a window of this process holds; nothing happens where it does not hold it."""
    with ledger.transaction():
        sql = "DELETE FROM lease WHERE dossier = ? AND process = ? AND desk = ?"
        ledger.execute(sql, dossier, this_process().number, desk)


def in_hands(ledger: Ledger, clock: Clock) -> set[str]:
    """Dossiers that anybody works on now, whatever window or process it is."""
    now = clock()
    return {row["dossier"] for row in ledger.rows("SELECT * FROM lease") if _lasts(row, now)}


def held_by_others(ledger: Ledger, desk: str, clock: Clock) -> set[str]:
    """Dossiers that a window of this process may not take now."""
    now, own = clock(), this_process()
    return {row["dossier"] for row in ledger.rows("SELECT * FROM lease") if _holds(row, own, desk, now)}


def refuse_if_held(ledger: Ledger, dossier: str, desk: str, clock: Clock) -> None:
    """Make sure that no other process, and no other window of this one, holds a dossier.

    Raises:
        ItemProblem: one does.

    """
    now, own = clock(), this_process()
    for row in ledger.rows("SELECT * FROM lease WHERE dossier = ?", dossier):
        if _holds(row, own, desk, now):
            raise _in_use(row)


def abandoned(ledger: Ledger) -> list[str]:
    """Dossiers whose holders have died over their work."""
    rows = ledger.rows("SELECT dossier, process, began FROM lease ORDER BY dossier")
    return [row["dossier"] for row in rows if not Process(row["process"], row["began"]).is_alive]


def end_abandoned(ledger: Ledger) -> None:
    """Let go of dossiers whose holders have died."""
    with ledger.transaction():
        for dossier in abandoned(ledger):
            ledger.execute("DELETE FROM lease WHERE dossier = ?", dossier)


def _holds(row: Row, asking: Process, desk: str, now: dt.datetime) -> bool:
    """Whether a lease keeps a window of a process out."""
    return not _is_of(row, asking, desk) and _lasts(row, now)


def _is_of(row: Row, process: Process, desk: str) -> bool:
    return Process(row["process"], row["began"]) == process and row["desk"] == desk


def _lasts(row: Row, now: dt.datetime) -> bool:
    """Whether a lease has not run out, and its holder's process has not ended."""
    if dt.datetime.fromisoformat(row["until"]) <= now:
        return False
    return Process(row["process"], row["began"]).is_alive


def _in_use(row: Row) -> ItemProblem:
    return ItemProblem(IN_USE, dossier=row["dossier"], holder=row["holder"], process=row["process"])
