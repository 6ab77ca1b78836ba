"""What was read of a dossier and what a sheet said of it, as its package keeps it: ``content.json``.

A catalogue can be made again from it alone. A value that nobody has settled is left out, as everywhere
in a package; the text of the pages is what the engine read, right or wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digitize.forms.table_rows import apart
from digitize.forms.template import Template
from digitize.model import Document, FieldReading
from digitize.pipeline.sheet_values import WHOLE

VERSION = 1


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document, the name of its file in the package, and the text of each of its pages."""

    document: Document
    file: str
    texts: Sequence[str]


def content_json(
    documents: Sequence[ReadDocument],
    templates: Mapping[str, Template],
    sheet: Mapping[int, Mapping[str, str]],
) -> bytes:
    """The document that tells what was read.

    Args:
        documents: in the order of the dossier.
        templates: the forms that are known.
        sheet: what an imported sheet says of each, by its place from 1; of the dossier under 0.

    """
    told = [
        {**_document(one, templates.get(one.document.form)), "sheet": dict(sheet.get(place, {}))}
        for place, one in enumerate(documents, start=1)
    ]
    content = {"version": VERSION, "sheet": dict(sheet.get(WHOLE, {})), "documents": told}
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _document(read: ReadDocument, template: Template | None) -> dict[str, object]:
    document = read.document
    fields = {key: _field(reading) for key, reading in document.fields.items()}
    alone, tables = apart(template, fields)
    return {
        "file": read.file,
        "form": document.form,
        "form_version": document.form_version,
        "paper": document.paper,
        "fields": alone,
        "tables": tables,
        "pages": [{"page": number, "text": text} for number, text in enumerate(read.texts, start=1)],
    }


def _field(reading: FieldReading) -> dict[str, object]:
    return {
        "value": None if reading.needs_review else reading.value,
        "source": reading.source.value,
        "needs_review": reading.needs_review,
    }
