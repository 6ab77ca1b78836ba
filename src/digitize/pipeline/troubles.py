"""What made work in a period: fields that people looked at, dossiers set aside, pages that fell short."""

from __future__ import annotations

from dataclasses import dataclass

from digitize.pipeline.ledger import Ledger
from digitize.pipeline.periods import Period
from digitize.profiles.quality import SHORTCOMINGS


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Fields that people looked at.

    Attributes:
        name: of the clerk or the form.
        dossiers: in so many dossiers.
        confirmed: were right as read.
        corrected: were changed.
        waiting: wait for a person now; 0 for a clerk.

    """

    name: str
    dossiers: int
    confirmed: int
    corrected: int
    waiting: int = 0

    @property
    def corrected_share(self) -> float | None:
        """Share of what was looked at that had to be corrected; None where nothing was looked at."""
        seen = self.confirmed + self.corrected
        return self.corrected / seen if seen else None


@dataclass(frozen=True, slots=True)
class ReviewEffort:
    """What review cost.

    Attributes:
        dossiers: whose fields were first read in the period.
        doubtful_dossiers: of those, with at least one field in doubt.
        doubtful_fields: fields in doubt in them, when they were first read.
        by_clerk: what each looked at in the period.
        by_form: the same by forms, and what waits now.

    """

    dossiers: int
    doubtful_dossiers: int
    doubtful_fields: int
    by_clerk: tuple[Reviewed, ...]
    by_form: tuple[Reviewed, ...]

    @property
    def fields_per_dossier(self) -> float | None:
        """Fields in doubt per dossier; None where none was read."""
        return self.doubtful_fields / self.dossiers if self.dossiers else None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A kind of problem: its code, how often it was met, and how often that has not been settled."""

    code: str
    times: int
    open: int = 0


@dataclass(frozen=True, slots=True)
class Troubles:
    """What went wrong.

    Attributes:
        quarantine: why dossiers were set aside in the period; ``open`` counts those still there.
        quality: in what pages of dossiers received in the period fall short.
        pages: how many pages were read of those.
        poor_pages: how many of those fall short of anything.

    """

    quarantine: tuple[Trouble, ...]
    quality: tuple[Trouble, ...]
    pages: int
    poor_pages: int


_READ = """
SELECT count(*) AS dossiers, COALESCE(sum(doubtful > 0), 0) AS doubted, COALESCE(sum(doubtful), 0) AS fields
FROM activity WHERE extracted_on BETWEEN ? AND ?
"""

_SEEN = """
CREATE TEMP TABLE seen AS SELECT e.who, e.dossier, e.kind, COALESCE(d.form, 'unknown') AS form
FROM event AS e LEFT JOIN document AS d
    ON d.dossier = e.dossier AND d.ordinal = json_extract(e.detail, '$.document')
WHERE e.kind IN ('field_confirmed', 'field_corrected') AND substr(e.at, 1, 10) BETWEEN ? AND ?
"""

_BY_CLERK = """
SELECT who AS name, count(DISTINCT dossier) AS dossiers, sum(kind = 'field_confirmed') AS confirmed,
    sum(kind = 'field_corrected') AS corrected, 0 AS waiting
FROM seen GROUP BY who ORDER BY confirmed + corrected DESC, who
"""

_BY_FORM = """
SELECT name, sum(dossiers) AS dossiers, sum(confirmed) AS confirmed, sum(corrected) AS corrected,
    sum(waiting) AS waiting
FROM (
    SELECT form AS name, count(DISTINCT dossier) AS dossiers, sum(kind = 'field_confirmed') AS confirmed,
        sum(kind = 'field_corrected') AS corrected, 0 AS waiting
    FROM seen GROUP BY form
    UNION ALL
    SELECT d.form, 0, 0, 0, count(*)
    FROM field AS f JOIN dossier AS o ON o.id = f.dossier AND o.stage = 'in_review'
    JOIN activity AS a ON a.dossier = o.id
    JOIN document AS d ON d.dossier = f.dossier AND d.ordinal = f.document
    WHERE f.needs_review = 1 AND a.received_on BETWEEN ? AND ? GROUP BY d.form
)
GROUP BY name ORDER BY confirmed + corrected + waiting DESC, name
"""

_QUARANTINE = """
SELECT json_extract(e.detail, '$.code') AS code, count(DISTINCT e.dossier) AS times,
    count(DISTINCT CASE WHEN d.stage = 'quarantined'
        AND json_extract(d.problem, '$.code') = json_extract(e.detail, '$.code') THEN d.id END) AS open
FROM event AS e LEFT JOIN dossier AS d ON d.id = e.dossier
WHERE e.kind = 'quarantined' AND substr(e.at, 1, 10) BETWEEN ? AND ?
GROUP BY code ORDER BY times DESC, code
"""

_PAGES = """
CREATE TEMP TABLE poor AS SELECT p.dossier, p.ordinal, json_extract(one.value, '$.code') AS code
FROM activity AS a JOIN page AS p ON p.dossier = a.dossier
LEFT JOIN json_each(p.summary, '$.problems') AS one
WHERE a.received_on BETWEEN ? AND ? AND p.state = 'read'
"""


def review_effort(ledger: Ledger, period: Period) -> ReviewEffort:
    """What review cost in a period; inside ``activity_facts``."""
    asked = (period.first.isoformat(), period.last.isoformat())
    (read,) = ledger.rows(_READ, *asked)
    ledger.execute(_SEEN, *asked)
    return ReviewEffort(
        dossiers=read["dossiers"],
        doubtful_dossiers=read["doubted"],
        doubtful_fields=read["fields"],
        by_clerk=tuple(Reviewed(*row) for row in ledger.rows(_BY_CLERK)),
        by_form=tuple(Reviewed(*row) for row in ledger.rows(_BY_FORM, *asked)),
    )


def troubles(ledger: Ledger, period: Period) -> Troubles:
    """What went wrong in a period; inside ``activity_facts``."""
    asked = (period.first.isoformat(), period.last.isoformat())
    ledger.execute(_PAGES, *asked)
    marks = ",".join("?" * len(SHORTCOMINGS))
    known = sorted(SHORTCOMINGS)
    quality = (
        "SELECT code, count(*) AS times FROM (SELECT DISTINCT dossier, ordinal, code FROM poor) "  # noqa: S608
        f"WHERE code IN ({marks}) GROUP BY code ORDER BY times DESC, code"
    )
    pages = (
        "SELECT count(DISTINCT dossier || '/' || ordinal) AS n, "  # noqa: S608 - marks alone
        f"count(DISTINCT CASE WHEN code IN ({marks}) THEN dossier || '/' || ordinal END) AS bad FROM poor"
    )
    (counted,) = ledger.rows(pages, *known)
    return Troubles(
        quarantine=tuple(Trouble(*row) for row in ledger.rows(_QUARANTINE, *asked)),
        quality=tuple(Trouble(row["code"], row["times"]) for row in ledger.rows(quality, *known)),
        pages=counted["n"],
        poor_pages=counted["bad"],
    )
