"""A field as a second or third person is shown it: nothing that anybody has read or said before.

What is made here is all that a page, a prompt or a document for programs has of such a field.
"""

from __future__ import annotations

from digitize.forms.template import FieldType
from digitize.model import FieldReading
from digitize.pipeline.findings import DoubtfulField
from digitize.pipeline.second_looks import BlindField
from digitize.review.views import Alternative, FieldView, Ground


def blind(field: BlindField) -> DoubtfulField:
    """The field with its place alone."""
    place = FieldReading(None, page=field.page, box=field.box, needs_review=True)
    return DoubtfulField(field.dossier, field.document, field.form, field.key, place, field.look)


def blind_view(field: BlindField, kind: FieldType) -> FieldView:
    """The view of such a field; who decides is offered the two answers that differ."""
    answers = tuple(Alternative(answer, Ground.ANSWERED) for answer in field.answers)
    return FieldView(blind(field), kind, (), answers, (), (), "")
