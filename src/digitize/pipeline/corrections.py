"""What people answered about fields, by form, field and cause: which doubts were right, which cost time.

A field counts once, by its last answer: what the program had read, and why it was in doubt, is what stood
there when it was first asked about. Blind second looks are no answers to a doubt and do not count.
"""

from __future__ import annotations

from dataclasses import dataclass

from digitize.pipeline.findings import Look
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.periods import Period

BEFORE = "before"
"""Stands instead of causes at answers that are older than the keeping of answers."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Fields about which people were asked.

    Attributes:
        form, key: which; empty where they are of all forms, or of all fields.
        cause: code of the doubt; empty where they are of all causes, or were asked about without one.
        corrected: got another value: the doubt was right.
        confirmed: were right as read: the doubt was needless.
        unreadable: got none, because nothing is written there or nobody can read it.
        alone: had no other cause: without it nobody would have been asked.
        alone_corrected: of those, how many were corrected: without it they would have gone out wrong.
        alone_confirmed: of those, how many were confirmed: without it their time would have been saved.

    """

    form: str
    key: str
    cause: str
    corrected: int
    confirmed: int
    unreadable: int
    alone: int = 0
    alone_corrected: int = 0
    alone_confirmed: int = 0

    @property
    def fields(self) -> int:
        """All of them."""
        return self.corrected + self.confirmed + self.unreadable

    @property
    def needless_share(self) -> float | None:
        """Share of them that were right as read; None where there are none."""
        return self.confirmed / self.fields if self.fields else None


@dataclass(frozen=True, slots=True)
class Corrections:
    """What people answered in a period; what was asked most comes first."""

    total: Answered
    by_form: tuple[Answered, ...]
    by_field: tuple[Answered, ...]
    by_cause: tuple[Answered, ...]


_ASKED = f"""
CREATE TEMP TABLE answered AS
SELECT first.form, first.key, first.causes,
    last.value != 'null' AND last.value != first.read AS corrected,
    last.value != 'null' AND last.value = first.read AS confirmed,
    last.value = 'null' AS unreadable,
    (SELECT count(DISTINCT one.value) = 1 FROM json_each(first.causes) AS one) AS alone
FROM (
    SELECT min(id) AS began, max(id) AS ended FROM answer
    WHERE look != {Look.SECOND:d} AND causes != '["{BEFORE}"]' GROUP BY dossier, anchor, form, key
)
JOIN answer AS first ON first.id = began JOIN answer AS last ON last.id = ended
WHERE substr(last.at, 1, 10) BETWEEN ? AND ?
"""  # noqa: S608 - constants alone

_SUMS = "sum(corrected) AS corrected, sum(confirmed) AS confirmed, sum(unreadable) AS unreadable"
_ALONE = "sum(alone) AS alone, sum(alone AND corrected) AS wrong, sum(alone AND confirmed) AS right"

_BY_CAUSE = f"""
SELECT '', '', cause, {_SUMS}, {_ALONE} FROM (
    SELECT DISTINCT answered.rowid, one.value AS cause, corrected, confirmed, unreadable, alone
    FROM answered JOIN json_each(causes) AS one
    UNION ALL
    SELECT rowid, '', corrected, confirmed, unreadable, 0 FROM answered WHERE json_array_length(causes) = 0
)
GROUP BY cause ORDER BY count(*) DESC, cause
"""  # noqa: S608 - constants alone


def corrections(ledger: Ledger, period: Period) -> Corrections:
    """What people answered in a period; inside ``activity_facts``."""
    ledger.execute(_ASKED, period.first.isoformat(), period.last.isoformat())

    def grouped(form: str, key: str, by: str) -> tuple[Answered, ...]:
        sql = (
            f"SELECT {form}, {key}, '', {_SUMS} FROM answered GROUP BY {by} "  # noqa: S608 - constants alone
            f"ORDER BY count(*) DESC, {by}"
        )
        return tuple(Answered(*row) for row in ledger.rows(sql))

    by_form = grouped("form", "''", "form")
    return Corrections(
        total=Answered(
            form="",
            key="",
            cause="",
            corrected=sum(one.corrected for one in by_form),
            confirmed=sum(one.confirmed for one in by_form),
            unreadable=sum(one.unreadable for one in by_form),
        ),
        by_form=by_form,
        by_field=grouped("form", "key", "form, key"),
        by_cause=tuple(Answered(*row) for row in ledger.rows(_BY_CAUSE)),
    )
