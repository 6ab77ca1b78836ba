"""The fields of a form's tables, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from digitize.forms.template import Template, is_cell

T = TypeVar("T")


def apart(
    template: Template | None, fields: Mapping[str, T]
) -> tuple[dict[str, T], dict[str, list[dict[str, T]]]]:
    """The fields of a document that stand alone, and those of its tables by table, row and column.

    A table of the form in which nothing is written is there, without rows.
    """
    rows: dict[str, dict[int, dict[str, T]]] = {table: {} for table in template.tables} if template else {}
    for key, field in fields.items():
        if is_cell(key):
            table, row, column = key.split(".")
            rows.setdefault(table, {}).setdefault(int(row), {})[column] = field
    alone = {key: field for key, field in fields.items() if not is_cell(key)}
    return alone, {table: [own[row] for row in sorted(own)] for table, own in rows.items()}
