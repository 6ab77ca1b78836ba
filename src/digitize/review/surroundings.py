"""What stands around a field: what its form's rules and other papers of its dossier tie it to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from digitize.forms.checks import apply_checks
from digitize.forms.persons import Person, person_fields, person_keys
from digitize.forms.template import Check, FieldType, Template
from digitize.forms.template_files import template_of
from digitize.model import FieldReading, Problem, Value
from digitize.pipeline.asking import readings_of
from digitize.pipeline.findings import DoubtfulField
from digitize.pipeline.ledger import Ledger

_PAPERS, _NEAR = 8, 30
"""Papers in which the same person is looked for, and how far away: cards first, then what lies near.

A dossier of hundreds of papers is not gone through for one field.
"""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A field and what it is tied to.

    Attributes:
        field: the field.
        template: its form.
        checks: rules of the form that name it.
        own: fields of its paper that the rules name with it, as they are now.
        person: whom it tells of, if it names a person.
        others: other papers that speak of the same person.

    """

    field: DoubtfulField
    template: Template
    checks: tuple[Check, ...]
    own: Mapping[str, DoubtfulField]
    person: Person | None
    others: tuple[Person, ...]

    def contradictions(self, value: Value) -> tuple[Problem, ...]:
        """What would contradict the field if it said something."""
        if value is None:
            return ()
        said = {key: FieldReading(one.reading.value) for key, one in self.own.items()}
        said[self.field.key] = FieldReading(value)
        # A paper that was read with an earlier template may lack a field that a rule names.
        known = set(self.template.field_keys)
        checks = [check for check in self.checks if all(n in said or n not in known for n in check.fields)]
        found = apply_checks(said, checks)[self.field.key].problems
        return (*found, *self._against_cards(value))

    def _against_cards(self, value: Value) -> tuple[Problem, ...]:
        part = self.person.part(self.field.key) if self.person and not self.person.card else None
        if part is None:
            return ()
        told = value.get("number") if isinstance(value, dict) else value
        for other in self.others:
            said = other.says(part, whole=False) if other.card else None
            # Older people may know and write their year alone.
            if said is not None and not _agree(str(told), str(said), exact=part != "dob"):
                return (Problem("card_disagrees", {"other": str(said)}),)
        return ()


def _agree(written: str, on_card: str, *, exact: bool) -> bool:
    one, other = written.casefold(), on_card.casefold()
    return one == other or (not exact and other.startswith(one))


def surroundings_of(ledger: Ledger, field: DoubtfulField, templates: Mapping[str, Template]) -> Surroundings:
    """What a field is tied to, as it is now; only these fields are read."""
    template = template_of(field.form, templates)
    checks = tuple(check for check in template.checks if field.key in check.fields)
    keys = {name for check in checks for name in check.fields}
    own = {one.key: one for one in readings_of(ledger, field.dossier, (field.document,), keys)}
    person, others = _people(ledger, field, template, templates)
    return Surroundings(field, template, checks, own, person, others)


def _people(
    ledger: Ledger, field: DoubtfulField, template: Template, templates: Mapping[str, Template]
) -> tuple[Person | None, tuple[Person, ...]]:
    """Whom a field tells of, and the same person on other papers."""
    parts = next(
        (
            one
            for one in person_fields(template)
            if field.key in filter(None, (one.number, one.name, one.dob))
        ),
        None,
    )
    if parts is None:
        return None, ()
    naming = {one.id: one for one in templates.values() if person_fields(one)}
    documents = {field.document: field.form} | _near(ledger, field, naming)
    keys = {key for form in documents.values() for key in person_keys(naming[form])}
    fields: dict[int, dict[str, FieldReading]] = {}
    for one in readings_of(ledger, field.dossier, documents, keys):
        fields.setdefault(one.document, {})[one.key] = one.reading
    people = [
        Person(document, form, naming[form].reader == "card", named, fields.get(document, {}))
        for document, form in documents.items()
        for named in person_fields(naming[form])
    ]
    own = next(one for one in people if one.document == field.document and one.parts == parts)
    same = (one for one in people if one is not own and own.is_one_with(one))
    return own, tuple(sorted(same, key=lambda one: not one.card))


def _near(ledger: Ledger, field: DoubtfulField, naming: Mapping[str, Template]) -> dict[int, str]:
    """Papers that name people, with their forms: cards first, then those that lie near."""
    own = field.document
    sql = "SELECT ordinal, form FROM document WHERE dossier = ? AND ordinal BETWEEN ? AND ? AND ordinal != ?"
    near = ledger.rows(sql, field.dossier, own - _NEAR, own + _NEAR, own)
    rows = [row for row in near if row["form"] in naming]
    rows.sort(key=lambda row: (naming[row["form"]].reader != "card", abs(row["ordinal"] - own)))
    return {row["ordinal"]: row["form"] for row in rows[:_PAPERS]}


def kind_of(around: Surroundings) -> FieldType:
    """The type of the field."""
    return around.template.type_of(around.field.key)
