"""A verification as one page for a browser or for paper, without anything from outside."""

from __future__ import annotations

from pathlib import Path

from digitize.messages import Catalogue
from digitize.reports.facts import (
    conclusion,
    criterion_lines,
    other_notes,
    seven_facts,
    warnings,
)
from digitize.reports.html_page import write_html
from digitize.reports.outcome import Outcome, finding_groups, general_notes, parts_of

_FEW = 20
"""Of so many items everything is open; of more only those that need somebody."""

_MOST_FINDINGS = 300
"""So many of an item are still read on a page; others are in the table and in JSON."""


def write_page(outcome: Outcome, catalogue: Catalogue, path: Path) -> None:
    """Write the page.

    Args:
        outcome: what was found.
        catalogue: in which language the page is.
        path: its file.

    """
    write_html(
        "verification.html",
        path,
        catalogue,
        problem=catalogue.problem,
        outcome=outcome,
        few=len(outcome.items) <= _FEW,
        conclusion=lambda verdict: conclusion(catalogue, verdict),
        facts=lambda signature: seven_facts(catalogue, signature),
        criteria=lambda signature: criterion_lines(catalogue, signature),
        warnings=warnings,
        notes=other_notes,
        parts=parts_of,
        groups=lambda item: finding_groups(item, _MOST_FINDINGS),
        general=general_notes,
    )
