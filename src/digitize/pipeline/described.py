"""What was read of a document, as the metadata of packages and the papers about dossiers see it."""

from __future__ import annotations

from collections.abc import Mapping

from digitize.archive.descriptive import DescribedDocument
from digitize.forms.template import Template
from digitize.model import Document, Language


def described(ordinal: int, document: Document, templates: Mapping[str, Template]) -> DescribedDocument:
    """A document at its place in the dossier, from 1, with the name of its form if that is known."""
    template = templates.get(document.form)
    title = template.title[Language.VI] if template else ""
    return DescribedDocument(ordinal, len(document.pages), title, document)
