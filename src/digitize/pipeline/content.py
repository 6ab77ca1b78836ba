"""What was read of a dossier, as its package keeps it: ``documentation/content.json``.

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

VERSION = 1


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document, the name of its file in the package, and the text of each of its pages."""

    document: Document
    file: str
    texts: Sequence[str]


def content_json(documents: Sequence[ReadDocument], templates: Mapping[str, Template]) -> bytes:
    """The document that tells what was read; ``templates`` are the forms that are known."""
    told = [_document(one, templates.get(one.document.form)) for one in documents]
    text = json.dumps({"version": VERSION, "documents": told}, ensure_ascii=False, indent=1)
    return text.encode()


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
