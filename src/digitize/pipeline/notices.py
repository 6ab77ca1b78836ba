"""What was noticed of a dossier, and what of it a person has to look at before the dossier goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from digitize.errors import Fact
from digitize.model import Problem
from digitize.pipeline.ledger import Ledger

HOLDING = frozenset({"page_to_scan_again", "file_to_scan_again", "stack_page_to_scan_again"})
"""Codes of what nobody lets through by having looked at it: something must be done first."""


def add_notice(ledger: Ledger, dossier: str, problem: Problem, *, asks: bool) -> bool:
    """Notice something of a dossier, with its event, inside a transaction; whether it is new.

    Args:
        ledger: where it is kept.
        dossier: whose it is.
        problem: what.
        asks: a person has to look before the dossier goes on.

    """
    facts = json.dumps(problem.facts, ensure_ascii=False, sort_keys=True)
    sql = "INSERT OR IGNORE INTO notice (dossier, code, facts, asks) VALUES (?, ?, ?, ?)"
    new = ledger.execute(sql, dossier, problem.code, facts, int(asks)) > 0
    if new:
        ledger.add_event("noticed", dossier, code=problem.code, facts=problem.facts)
    return new


def drop_notice(ledger: Ledger, dossier: str, code: str, facts: Mapping[str, Fact]) -> None:
    """What was noticed of a dossier is so no more; inside the transaction whose event says why."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    sql = "DELETE FROM notice WHERE dossier = ? AND code = ? AND facts = ?"
    ledger.execute(sql, dossier, code, text)


def is_held_up(asked: Iterable[Problem]) -> bool:
    """Whether something must be done before a dossier can be let through."""
    return any(problem.code in HOLDING for problem in asked)


def notices(ledger: Ledger, dossier: str) -> list[Problem]:
    """Everything that was noticed of a dossier, settled or not."""
    sql = "SELECT code, facts FROM notice WHERE dossier = ? ORDER BY rowid"
    return [Problem(row["code"], json.loads(row["facts"])) for row in ledger.rows(sql, dossier)]


def open_questions(ledger: Ledger, dossier: str) -> list[Problem]:
    """What a person has to look at before a dossier goes on."""
    sql = "SELECT code, facts FROM notice WHERE dossier = ? AND asks = 1 AND settled IS NULL ORDER BY rowid"
    return [Problem(row["code"], json.loads(row["facts"])) for row in ledger.rows(sql, dossier)]


def first_questions(ledger: Ledger) -> dict[str, Problem]:
    """The first open question of every dossier that has one."""
    sql = "SELECT dossier, code, facts FROM notice WHERE asks = 1 AND settled IS NULL ORDER BY rowid DESC"
    return {row["dossier"]: Problem(row["code"], json.loads(row["facts"])) for row in ledger.rows(sql)}


def settle_questions(ledger: Ledger, dossier: str) -> list[str]:
    """A person has looked at everything that was asked; return the codes, inside a transaction.

    What must be done first stays open.
    """
    codes = [one.code for one in open_questions(ledger, dossier) if one.code not in HOLDING]
    for code in codes:
        sql = "UPDATE notice SET settled = ? WHERE dossier = ? AND code = ? AND asks = 1 AND settled IS NULL"
        ledger.execute(sql, ledger.now(), dossier, code)
    return codes
