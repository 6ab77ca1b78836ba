"""From the pages of a dossier to its documents and their fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from digitize.forms.checks import apply_checks
from digitize.forms.classify import Grouped, classify_page, group_pages, version_of
from digitize.forms.labelled import read_labelled
from digitize.forms.letters import read_letter
from digitize.forms.template import Template
from digitize.forms.view import PageView
from digitize.model import UNKNOWN_FORM, Document, FieldReading, Problem
from digitize.ocr.engine import OcrEngine


def read_documents(
    views: Sequence[PageView],
    files: Sequence[int],
    templates: dict[str, Template],
    engine: OcrEngine,
    *,
    threshold: float,
) -> list[Document]:
    """Tell the documents of a dossier apart and read their fields.

    Args:
        views: the pages of the dossier, in order.
        files: for each page, the number of the file it came from.
        templates: the forms that are known.
        engine: reads single values again.
        threshold: fields with less confidence are for a person.

    """
    kinds = [classify_page(view.reading, templates) for view in views]
    groups = group_pages(kinds, files, [view.reading.blank for view in views])
    return [_read(group, views, templates, engine, threshold) for group in groups]


def _read(
    group: Grouped,
    views: Sequence[PageView],
    templates: dict[str, Template],
    engine: OcrEngine,
    threshold: float,
) -> Document:
    if group.form == UNKNOWN_FORM:
        return Document(group.pages, UNKNOWN_FORM, None, 0.0)
    template = templates[group.form]
    pages = [(page, views[page]) for page in group.pages if not views[page].reading.blank]
    version = version_of(template, [view.reading for _, view in pages])
    if template.reader == "letter":
        fields = read_letter(pages, engine)
    else:
        fields = read_labelled(template, version.id, pages, engine)
    fields = apply_checks(fields, template.checks)
    return Document(
        pages=group.pages,
        form=template.id,
        form_version=version.id,
        form_confidence=group.confidence,
        fields={key: _weighed(reading, threshold) for key, reading in fields.items()},
    )


def _weighed(reading: FieldReading, threshold: float) -> FieldReading:
    if reading.needs_review or reading.value is None or reading.confidence >= threshold:
        return reading
    return replace(reading, needs_review=True, problems=(*reading.problems, Problem("low_confidence")))
