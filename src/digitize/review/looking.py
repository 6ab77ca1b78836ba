"""Gather what a person is shown of a field."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress

from pydantic import TypeAdapter

from digitize.forms.template import FieldType, Template
from digitize.model import FieldReading, Value
from digitize.pipeline.findings import DoubtfulField
from digitize.pipeline.ledger import Ledger
from digitize.review.answers import YES_OR_NO, meaning_of
from digitize.review.surroundings import Surroundings, kind_of, surroundings_of
from digitize.review.views import Alternative, FieldView, Ground, Related
from digitize.vietnamese.dates import date_in_words, parse_date_words
from digitize.vietnamese.identity import read_personal_number
from digitize.vietnamese.numbers import amount_from_words
from digitize.vietnamese.vocabulary import ETHNIC_GROUPS, NATIONALITIES, RELATIONS

_READING: TypeAdapter[FieldReading] = TypeAdapter(FieldReading)

_MOST = 6
"""Alternatives that a person takes in at a glance."""

_DECIDED_MOST = 2

_WORDS: Mapping[FieldType, tuple[str, ...]] = {
    FieldType.SEX: ("Nam", "Nữ"),
    FieldType.ETHNICITY: ETHNIC_GROUPS,
    FieldType.NATIONALITY: NATIONALITIES,
    FieldType.RELATION: RELATIONS,
    **dict.fromkeys(YES_OR_NO, ("có", "không")),
}


def view_of(ledger: Ledger, field: DoubtfulField, templates: Mapping[str, Template]) -> FieldView:
    """A field as a person is shown it."""
    around = surroundings_of(ledger, field, templates)
    kind = kind_of(around)
    return FieldView(
        field=field,
        kind=kind,
        words=words_for(around.template, field.key),
        alternatives=_without_doubles(field, _alternatives(ledger, around, templates)),
        reasons=field.reading.problems,
        related=tuple(_related(around)),
        seen=mark_of(field),
    )


def words_for(template: Template, key: str) -> tuple[str, ...]:
    """What may be answered about a field, where the form or its type has a list."""
    choices = tuple(one.label[0] for one in template.choices_of(key))
    return choices or _WORDS.get(template.type_of(key), ())


def mark_of(field: DoubtfulField) -> str:
    """Stands for a field as it was shown, in a form that a page can send back."""
    told = f"{field.dossier}\0{field.document}\0{field.form}\0{field.key}\0{field.look}\0".encode()
    return hashlib.sha256(told + _READING.dump_json(field.reading)).hexdigest()[:24]


def _without_doubles(field: DoubtfulField, found: Iterator[Alternative]) -> tuple[Alternative, ...]:
    kept: dict[str, Alternative] = {}
    for one in found:
        if one.value is not None and one.value != field.reading.value:
            kept.setdefault(json.dumps(one.value, sort_keys=True), one)
    return tuple(kept.values())[:_MOST]


def _alternatives(
    ledger: Ledger, around: Surroundings, templates: Mapping[str, Template]
) -> Iterator[Alternative]:
    """Values with grounds, the likeliest first."""
    yield from _of_person(around)
    yield from _told_by_problems(around, templates)
    yield from _following(around)
    yield from _decided(ledger, around.field)
    raw = meaning_of(around.field, around.field.reading.raw, templates)
    if raw.fits:
        yield Alternative(raw.value, Ground.AS_READ)


def _of_person(around: Surroundings) -> Iterator[Alternative]:
    """What other papers say of the same person."""
    part = around.person.part(around.field.key) if around.person else None
    own = around.field.reading.value
    for other in around.others if part else ():
        value = other.says(str(part), whole=kind_of(around) is FieldType.IDDOC)
        if isinstance(value, str) and isinstance(own, str) and part == "name":
            value = value.upper() if own.isupper() else value
            value = value.title() if value.isupper() and own.istitle() else value
        yield Alternative(value, Ground.SAME_PERSON, other.document, other.key_of(str(part)), other.form)


def _told_by_problems(around: Surroundings, templates: Mapping[str, Template]) -> Iterator[Alternative]:
    """Other readings and near words that the doubts hold."""
    reading = around.field.reading
    for problem in reading.problems:
        other, known = problem.facts.get("other"), problem.facts.get("known")
        if other and problem.code != "card_disagrees":
            meant = meaning_of(around.field, str(other), templates)
            if meant.fits:
                yield Alternative(meant.value, Ground.OTHER_READING)
        name = str(problem.facts.get("name", ""))
        if known and name and isinstance(reading.value, str) and "," not in str(known):
            yield Alternative(reading.value.replace(name, str(known)), Ground.SUGGESTED)


def _following(around: Surroundings) -> Iterator[Alternative]:
    """What follows from the other fields that a rule names."""
    for check in around.checks:
        for place, name in enumerate(check.fields):
            if name != around.field.key and name in around.own:
                told = around.own[name].reading.value
                if told is not None and (value := _follows(check.rule, place, told)) is not None:
                    yield Alternative(value, Ground.FOLLOWS, around.field.document, name)


def _follows(rule: str, place: int, told: Value) -> Value:
    """What the other field of a rule says, where one at a place in it says something."""
    if rule == "words_agree":
        if place == 1:
            return parse_date_words(str(told))
        with suppress(ValueError):
            return date_in_words(dt.date.fromisoformat(str(told)))
    if rule == "amount_words_agree" and place == 1:
        return amount_from_words(str(told))
    if rule == "number_fits_sex" and place == 0:
        number = read_personal_number(str(told.get("number") if isinstance(told, dict) else told))
        return number.sex if number else None
    return None


def _decided(ledger: Ledger, field: DoubtfulField) -> Iterator[Alternative]:
    """What people decided lately for the same field on other papers, or earlier scans, of the dossier."""
    sql = (
        "SELECT n.value, coalesce(c.ordinal, 0) AS document FROM decision n "
        "LEFT JOIN document c ON c.dossier = n.dossier AND c.anchor = n.anchor AND c.form = n.form "
        "WHERE n.dossier = ? AND n.key = ? AND coalesce(c.ordinal, 0) != ? ORDER BY n.at DESC LIMIT ?"
    )
    for row in ledger.rows(sql, field.dossier, field.key, field.document, _DECIDED_MOST):
        yield Alternative(json.loads(row["value"]), Ground.DECIDED, row["document"], field.key)


def _related(around: Surroundings) -> Iterator[Related]:
    told = {around.field.key}
    for check in around.checks:
        for name in check.fields:
            if name in around.own and name not in told:
                told.add(name)
                one = around.own[name]
                yield Related(one.document, one.form, name, one.reading, one.reading.needs_review, check.rule)
    part = around.person.part(around.field.key) if around.person else None
    for other in around.others if part else ():
        key = other.key_of(str(part))
        if key in other.fields and other.fields[key].value is not None:
            reading = other.fields[key]
            yield Related(other.document, other.form, key, reading, reading.needs_review, "same_person")
