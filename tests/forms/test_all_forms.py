"""Every form that is drawn, typed and clean: told by name and version, read right or left to a person."""

from __future__ import annotations

from random import Random

import pytest

from digitize.forms.extract import read_documents
from digitize.forms.template_files import load_templates
from digitize.model import Document
from digitize.ocr.engine import OcrEngine
from digitize.samples.cases import CASE_KINDS, Desk, draw_case
from digitize.samples.cases import Document as Drawn
from digitize.samples.pens import Style
from support.reading import scanned, view_of

CASES = tuple(kind for kind in CASE_KINDS if kind not in ("birth", "letter"))
"""Birth registrations and letters have tests of their own."""


OTHERS = ("citizen_id", "official_letter", "unknown")


def flat(values: dict[str, object]) -> dict[str, object]:
    """Values by key, cells of tables with keys of their own."""
    found: dict[str, object] = {}
    for key, value in values.items():
        if isinstance(value, list) and all(isinstance(row, dict) for row in value):
            found |= {
                f"{key}.{number}.{column}": cell
                for number, row in enumerate(value)
                for column, cell in row.items()
            }
        else:
            found[key] = value
    return found


def read(drawn: Drawn, engine: OcrEngine) -> Document:
    views = [view_of(scanned(sheet), engine) for sheet in drawn.sheets]
    # Each sheet in a file of its own, as many scanners deliver them.
    (document,) = read_documents(views, range(len(views)), load_templates(), engine, threshold=0.7)
    return document


@pytest.mark.parametrize("kind", CASES)
def test_a_form_is_told_and_read_right_or_left_to_a_person(engine: OcrEngine, kind: str) -> None:
    papers = draw_case(kind, Desk(Random(f"all forms/{kind}"), Style.TYPED, 200), 0)
    drawn = next(paper for paper in papers if paper.form not in OTHERS)
    document = read(drawn, engine)
    assert (document.form, document.form_version) == (drawn.form, drawn.version)
    truth = flat(drawn.fields)
    fields = document.fields
    unread = {key for key, true in truth.items() if key not in fields and true is not None}
    assert unread == set()
    silent = {
        key: (reading.value, truth.get(key))
        for key, reading in fields.items()
        if not reading.needs_review and reading.value != truth.get(key)
    }
    assert silent == {}
    sure = sum(not reading.needs_review for reading in fields.values())
    assert sure >= 0.45 * len(fields), {key: r.problems for key, r in fields.items() if r.needs_review}
