"""A verification as a table for a spreadsheet: a row for each signature and finding, the bad ones first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from digitize.archive.verification import VerifiedItem
from digitize.messages import Catalogue
from digitize.messages.visible import visible_line
from digitize.pipeline.field_sheets import Sheet, write_csv
from digitize.reports.facts import other_notes, seven_facts, warnings
from digitize.reports.outcome import Outcome, Part, finding_groups, general_notes, parts_of
from digitize.signatures.verdict import SignatureReport

_FACTS = 7


def write_table(outcome: Outcome, catalogue: Catalogue, path: Path) -> None:
    """Write the table as CSV; what a spreadsheet would take for a formula is neutralised."""
    rows = [
        tuple(visible_line(cell) for cell in row)
        for item in outcome.worst_first
        for row in _rows(item, catalogue)
    ]
    write_csv(Sheet("", "", _headings(catalogue), rows), path)


def _headings(catalogue: Catalogue) -> tuple[str, ...]:
    return (
        catalogue.text("column.item"),
        catalogue.text("column.item_verdict"),
        catalogue.text("column.file"),
        catalogue.text("column.signature"),
        catalogue.text("column.verdict"),
        *(catalogue.text(f"fact_label.{number}") for number in range(1, _FACTS + 1)),
        catalogue.text("column.level"),
        catalogue.text("column.note"),
    )


def _rows(item: VerifiedItem, catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    """A row for each finding and signature, and for each part or item without one: none is missed."""
    named = str(item.path)
    verdict = catalogue.text(f"verdict.{item.verdict.value}")
    if not general_notes(item) and not finding_groups(item) and not any(parts_of(item)):
        yield named, verdict, "", "", verdict, *[""] * _FACTS, "", ""
    notes = "; ".join(map(catalogue.problem, general_notes(item)))
    if notes:
        yield named, verdict, "", "", "", *[""] * _FACTS, "", notes
    for group in finding_groups(item):
        severity = catalogue.text(f"severity.{group.severity.value}")
        for finding in group.shown:
            message = catalogue.problem(finding.problem)
            yield named, verdict, finding.file, "", severity, *[""] * _FACTS, "", message
    for part in parts_of(item):
        if not part.signatures:
            notes = "; ".join(catalogue.problem(note) for note in part.notes)
            own = catalogue.text(f"verdict.{part.verdict.value}")
            yield named, verdict, part.name, "", own, *[""] * _FACTS, "", notes
        for signature in part.signatures:
            yield named, verdict, part.name, *_signature(signature, part, catalogue)


def _signature(signature: SignatureReport, part: Part, catalogue: Catalogue) -> tuple[str, ...]:
    problems = (*warnings(signature), *other_notes(signature), *part.notes)
    return (
        signature.field,
        catalogue.text(f"verdict.{signature.verdict.value}"),
        *(fact.value for fact in seven_facts(catalogue, signature)),
        signature.level or "",
        "; ".join(map(catalogue.problem, problems)),
    )
