"""A field as a second or third person is shown it: nothing that anybody has read or said before.

What is made here is all that a page, a prompt or a document for programs has of such a field.
"""

from __future__ import annotations

from collections.abc import Mapping

from digitize.forms.template import Template
from digitize.forms.template_files import template_of
from digitize.model import FieldReading
from digitize.pipeline.findings import DoubtfulField
from digitize.pipeline.second_looks import BlindField
from digitize.review.looking import mark_of, words_for
from digitize.review.views import Alternative, FieldView, Ground


def blind(field: BlindField) -> DoubtfulField:
    """The field with its place alone."""
    place = FieldReading(None, page=field.page, box=field.box, needs_review=True)
    return DoubtfulField(field.dossier, field.document, field.form, field.key, place, field.look)


def blind_view(field: BlindField, templates: Mapping[str, Template]) -> FieldView:
    """The view of such a field; who decides is offered the two answers that differ."""
    shown, template = blind(field), template_of(field.form, templates)
    return FieldView(
        field=shown,
        kind=template.type_of(field.key),
        words=words_for(template, field.key),
        alternatives=tuple(Alternative(answer, Ground.ANSWERED) for answer in field.answers),
        reasons=(),
        related=(),
        seen=mark_of(shown),
    )
