"""What people decided, when a dossier has been read anew and their fields are no longer where they were.

Such a decision is kept, and told: a person must look before the dossier goes on. One about a scan that has
been replaced has lapsed, and is only kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from digitize.errors import Fact
from digitize.forms.template import is_cell
from digitize.model import FieldReading, Problem, Value
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import add_notice

Tables = Mapping[tuple[str, str, str], int]
"""How many rows the tables of a dossier have, by the anchor and form of their document and their key."""

_MOST_NAMED = 8


def with_decided_cells(
    fields: Mapping[str, FieldReading], decided: Mapping[str, Value]
) -> dict[str, FieldReading]:
    """The fields of a document, with cells that people have filled and that were not read this time."""
    tables = {_table(key) for key in fields if is_cell(key)}
    lost = (key for key, value in decided.items() if value is not None and key not in fields)
    return {**fields, **{key: FieldReading(None) for key in lost if is_cell(key) and _table(key) in tables}}


def table_rows(ledger: Ledger, dossier: str) -> Tables:
    """The tables of a dossier as they were read last; a cell without a place is what a person has filled."""
    sql = (
        "SELECT c.anchor, c.form, f.key FROM document c JOIN field f ON f.dossier = c.dossier "
        "AND f.document = c.ordinal WHERE c.dossier = ? AND f.key LIKE '%.%.%' "
        "AND json_extract(f.reading, '$.page') IS NOT NULL"
    )
    rows: dict[tuple[str, str, str], set[str]] = {}
    for row in ledger.rows(sql, dossier):
        table, number, _ = row["key"].split(".")
        rows.setdefault((row["anchor"], row["form"], table), set()).add(number)
    return {table: len(numbers) for table, numbers in rows.items()}


def tell_displaced(ledger: Ledger, dossier: str, anchors: Collection[str], before: Tables) -> None:
    """Tell of decisions without a field, and of those about tables that have other rows now.

    Inside a transaction.

    Args:
        ledger: where.
        dossier: what was read anew.
        anchors: of its pages; a decision about another scan has lapsed. One about a page that a person has
            taken out since went with it.
        before: its tables as they were read before.

    """
    sql = (
        "SELECT n.anchor, n.form, n.key FROM decision n WHERE n.dossier = ? AND NOT EXISTS ("
        "SELECT 1 FROM document c JOIN field f ON f.dossier = c.dossier AND f.document = c.ordinal "
        "AND f.key = n.key WHERE c.dossier = n.dossier AND c.anchor = n.anchor AND c.form = n.form) "
        "AND NOT EXISTS (SELECT 1 FROM page_decision p WHERE p.dossier = n.dossier AND p.anchor = n.anchor "
        "AND p.kind = 'excluded') ORDER BY n.form, n.key"
    )
    lost = [f"{row['form']}.{row['key']}" for row in ledger.rows(sql, dossier) if row["anchor"] in anchors]
    if lost:
        named = ", ".join(lost[:_MOST_NAMED]) + (" …" if len(lost) > _MOST_NAMED else "")
        add_notice(
            ledger, dossier, Problem("decisions_displaced", {"number": len(lost), "fields": named}), asks=True
        )
    if not before:
        return
    decided = ledger.rows(
        "SELECT anchor, form, key FROM decision WHERE dossier = ? AND key LIKE '%.%.%'", dossier
    )
    tables = {(row["anchor"], row["form"], _table(row["key"])) for row in decided}
    now = table_rows(ledger, dossier) if tables else {}
    for table in sorted(tables & before.keys() & now.keys()):
        if before[table] != now[table]:
            facts: dict[str, Fact] = {"table": table[2], "before": before[table], "now": now[table]}
            add_notice(ledger, dossier, Problem("decided_rows_differ", facts), asks=True)


def _table(key: str) -> str:
    return key.partition(".")[0]
