"""What is set aside and what waits for a signature that failed, grouped by its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from digitize.model import AT_PAGES, Problem, Stage
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import DossierRecord, problem_from
from digitize.pipeline.signing_trouble import last_trouble


class Waits(StrEnum):
    """Why something waits: it was set aside itself, or nothing can be signed."""

    QUARANTINE = "quarantine"
    SIGNING = "signing"


@dataclass(frozen=True, slots=True)
class QuarantinedItem:
    """A dossier that waits, or a page for which its dossier waits.

    Attributes:
        dossier: its code.
        page: the number of the page, from 1; None where the dossier as a whole waits.
        file: the name of that page's file.
        problem: the reason.
        since: when it was set aside.
        times: how often its dossier was, with this time.
        attempts: how often the page was begun; 0 for a dossier.

    """

    dossier: str
    page: int | None
    file: str | None
    problem: Problem
    since: str
    times: int
    attempts: int = 0

    @property
    def name(self) -> str:
        """What ``digitize retry`` calls it."""
        return self.dossier if self.page is None else f"{self.dossier}:{self.page}"


@dataclass(frozen=True, slots=True)
class QuarantineGroup:
    """Everything that waits for one reason; ``code`` is that of its problem."""

    waits: Waits
    code: str
    items: tuple[QuarantinedItem, ...]

    @property
    def problem(self) -> Problem:
        """The reason of the first item, which speaks for all."""
        return self.items[0].problem

    @property
    def dossiers(self) -> int:
        """How many dossiers they are."""
        return len({item.dossier for item in self.items})


def quarantine_groups(ledger: Ledger) -> list[QuarantineGroup]:
    """What is set aside by its reason, the most frequent reason first; last what waits for a signature."""
    by_code: dict[str, list[QuarantinedItem]] = {}
    for item in _set_aside(ledger):
        by_code.setdefault(item.problem.code, []).append(item)
    groups = [QuarantineGroup(Waits.QUARANTINE, code, tuple(items)) for code, items in by_code.items()]
    groups.sort(key=lambda group: (-len(group.items), group.code))
    unsigned = tuple(_unsigned(ledger))
    if unsigned:
        groups.append(QuarantineGroup(Waits.SIGNING, unsigned[0].problem.code, unsigned))
    return groups


def _set_aside(ledger: Ledger) -> Iterator[QuarantinedItem]:
    sql = (
        "SELECT dossier, count(*) AS times, max(at) AS since FROM event "
        "WHERE kind = 'quarantined' AND dossier IN (SELECT id FROM dossier WHERE stage = ?) GROUP BY dossier"
    )
    told = {row["dossier"]: (row["times"], row["since"]) for row in ledger.rows(sql, Stage.QUARANTINED)}
    pages = _failed(ledger)
    for record in ledger.dossiers(Stage.QUARANTINED):
        times, since = told.get(record.id, (1, record.updated_at))
        problem = record.problem or Problem("reason_unknown")
        # A dossier may be set aside for something else after a page of it has failed.
        own = pages.get(record.id, []) if AT_PAGES in problem.facts else []
        for page, file, reason, attempts in own:
            yield QuarantinedItem(record.id, page, file, reason or problem, since, times, attempts)
        if not own:
            yield QuarantinedItem(record.id, None, None, problem, since, times)


def _failed(ledger: Ledger) -> dict[str, list[tuple[int, str, Problem | None, int]]]:
    """The pages that failed, by their dossiers: number, name of the file, reason, how often begun."""
    sql = (
        "SELECT page.dossier, page.ordinal, page.problem, page.attempts, original.name "
        "FROM dossier CROSS JOIN page ON page.dossier = dossier.id AND page.state = 'failed' "
        "JOIN original ON original.dossier = page.dossier AND original.ordinal = page.original "
        "WHERE dossier.stage = ? ORDER BY page.dossier, page.ordinal"
    )
    found: dict[str, list[tuple[int, str, Problem | None, int]]] = {}
    for row in ledger.rows(sql, Stage.QUARANTINED):
        page = (row["ordinal"], row["name"], problem_from(row["problem"]), row["attempts"])
        found.setdefault(row["dossier"], []).append(page)
    return found


def _unsigned(ledger: Ledger) -> Iterator[QuarantinedItem]:
    trouble = last_trouble(ledger)
    if trouble is None:
        return
    waiting: list[DossierRecord] = ledger.dossiers(Stage.COMPOSED)
    for record in waiting:
        yield QuarantinedItem(record.id, None, None, trouble.problem, trouble.at, trouble.times)
