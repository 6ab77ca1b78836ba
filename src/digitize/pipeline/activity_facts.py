"""Lay out what happened to each dossier as one row, inside the database, for counting it in many ways."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from importlib import resources

from digitize.forms.papers import paper_of
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.periods import Period
from digitize.procedures.completeness import issued_forms, load_procedures, procedure_called, same_body

_LETTERS = """
SELECT a.dossier, a.ordinal, sheet.handling_body AS body,
    CASE WHEN x.value IS NULL THEN json_extract(f.reading, '$.value')
        ELSE json_extract(x.value, '$') END AS issuer
FROM document AS a
JOIN touched ON touched.dossier = a.dossier
JOIN field AS f ON f.dossier = a.dossier AND f.document = a.ordinal AND f.key = ?
LEFT JOIN decision AS x ON x.dossier = a.dossier AND x.anchor = a.anchor AND x.form = a.form AND x.key = f.key
LEFT JOIN sheet ON sheet.dossier = a.dossier
WHERE a.form = ?
"""


@contextmanager
def activity_facts(
    ledger: Ledger, organisation: str, forms: Collection[str], period: Period
) -> Iterator[None]:
    """In the block the connection has the table ``activity``, and sees the ledger as it was at its beginning.

    Args:
        ledger: which one.
        organisation: name of the office, to know its own letters.
        forms: the forms that are known; one that applies for no known procedure stands for one.
        period: dossiers that were neither received nor worked on in it are left out.

    """
    ledger.rows("PRAGMA temp_store = MEMORY")
    with ledger.standing_still():
        ledger.execute("CREATE TEMP TABLE asked (first TEXT NOT NULL, last TEXT NOT NULL)")
        ledger.execute("INSERT INTO asked VALUES (?, ?)", period.first.isoformat(), period.last.isoformat())
        _lay(ledger, "activity.sql")
        _name_procedures(ledger, forms)
        _name_bodies(ledger, organisation)
        _find_own_letters(ledger, organisation)
        _lay(ledger, "activity_facts.sql")
        yield


def _lay(ledger: Ledger, name: str) -> None:
    text = resources.files("digitize.pipeline").joinpath(name).read_text("utf-8")
    for statement in text.split(";\n"):
        ledger.execute(statement)


def _name_procedures(ledger: Ledger, forms: Collection[str]) -> None:
    issued = {one.form for one in issued_forms()}
    for form in set(forms) - set(load_procedures()) - issued:
        if paper_of(form) is None:
            ledger.execute("INSERT INTO applies VALUES (?, ?)", form, form)
    for procedure in load_procedures().values():
        ledger.execute("INSERT INTO applies VALUES (?, ?)", procedure.form, procedure.id)
        for paper in procedure.results:
            ledger.execute("INSERT INTO ends VALUES (?, ?)", procedure.id, paper)
            # Where the procedure is not known, what any procedure ends with is a result.
            ledger.execute("INSERT OR IGNORE INTO ends VALUES ('', ?)", paper)
    for row in ledger.rows("SELECT DISTINCT procedure FROM sheet WHERE procedure IS NOT NULL"):
        found = procedure_called(row["procedure"])
        if found is not None:
            ledger.execute("INSERT INTO called VALUES (?, ?)", row["procedure"], found.id)


def _name_bodies(ledger: Ledger, organisation: str) -> None:
    """An office is one, however sheets write its name: this one as in the settings, others as first found."""
    names = [organisation]
    sql = (
        "SELECT receiving_body AS said FROM sheet WHERE said IS NOT NULL "
        "UNION SELECT handling_body FROM sheet WHERE handling_body IS NOT NULL ORDER BY said"
    )
    for row in ledger.rows(sql):
        name = next((known for known in names if same_body(known, row["said"])), row["said"])
        if name not in names:
            names.append(name)
        ledger.execute("INSERT INTO body VALUES (?, ?)", row["said"], name)


def _find_own_letters(ledger: Ledger, organisation: str) -> None:
    """Letters that the office has issued, or the body that handles the dossier."""
    for issued in issued_forms():
        for row in ledger.rows(_LETTERS, issued.field, issued.form):
            if row["issuer"] and any(
                body and same_body(row["issuer"], body) for body in (organisation, row["body"])
            ):
                ledger.execute("INSERT INTO issued VALUES (?, ?)", row["dossier"], row["ordinal"])
