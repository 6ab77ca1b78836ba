"""Compare the people whom a form names with the identity cards of its dossier.

A card that bears the number written on a form is that of the same person. What agrees with its name and days
is proven by two papers; what does not is for a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from digitize.forms.template import PersonFields, Template
from digitize.model import Document, FieldReading, Problem, Source, Value
from digitize.vietnamese.folding import fold

_PROVEN = 0.97
"""Confidence of a value on which two papers agree."""

_SETTLED = frozenset(
    {"readings_disagree", "low_confidence", "name_unusual", "unread_beside", "iddoc_issuer_unknown"}
)
"""Doubts about how a value was read, which another paper with the same value settles."""

_MISREAD = 2
"""Digits of twelve that may differ if everything else of a card agrees."""


CARD = PersonFields(number="pid", name="name", dob="dob")
"""The fields of a card that name its holder."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as one paper names them.

    Attributes:
        document: which paper, from 1.
        form: its form.
        card: it is the person's identity card.
        parts: which fields of the paper name the person.
        fields: these fields, and of a card those that tell who issued it and when.

    """

    document: int
    form: str
    card: bool
    parts: PersonFields
    fields: Mapping[str, FieldReading]

    @property
    def number(self) -> str | None:
        """The personal number; None where it is not known."""
        return _number(self.fields[self.parts.number]) if self.parts.number in self.fields else None

    @property
    def name(self) -> str:
        """The name, folded; empty where it is not known."""
        return fold(str(self._value(self.parts.name) or ""))

    @property
    def dob(self) -> str:
        """The day of birth, or less of it; empty where it is not known."""
        return str(self._value(self.parts.dob) or "")

    def is_one_with(self, other: Person) -> bool:
        """Whether two papers speak of the same person, as far as they can be believed."""
        if self.number and self.number == other.number:
            return True
        days = self.dob and other.dob and (self.dob.startswith(other.dob) or other.dob.startswith(self.dob))
        named = bool(self.name) and self.name == other.name
        return (named and (bool(days) or self._nearly(other))) or (bool(days) and self._nearly(other))

    def part(self, key: str) -> str | None:
        """Which part of a person a field tells: ``number``, ``name``, ``dob``; None if none."""
        parts = {self.parts.number: "number", self.parts.name: "name", self.parts.dob: "dob"}
        return parts.get(key) if key else None

    def key_of(self, part: str) -> str:
        """The field that tells a part of a person; empty if none does."""
        return str(getattr(self.parts, part))

    def says(self, part: str, *, whole: bool) -> Value:
        """What this paper says of a part of the person; None where it does not, or not for sure.

        Args:
            part: as ``part`` names it.
            whole: of the number with who issued the paper and when, as forms write it.

        """
        reading = self.fields.get(self.key_of(part))
        if reading is None or reading.needs_review or reading.value is None:
            return None
        if part != "number":
            return reading.value
        if not whole:
            return _number(reading)
        if not self.card:
            return reading.value if isinstance(reading.value, dict) else None
        issuer, issued_on = self._value("issuer"), self._value("issued_on")
        return {
            "number": str(reading.value),
            "issuer": str(issuer) if issuer else None,
            "issued_on": str(issued_on) if issued_on else None,
        }

    def _value(self, key: str) -> Value:
        return self.fields[key].value if key in self.fields else None

    def _nearly(self, other: Person) -> bool:
        one, two = self.number, other.number
        if not one or not two or len(one) != len(two):
            return False
        return sum(a != b for a, b in zip(one, two, strict=True)) <= _MISREAD


def person_fields(template: Template) -> tuple[PersonFields, ...]:
    """The people whom papers of a form name: of a card its holder."""
    return (CARD,) if template.reader == "card" else template.persons


def person_keys(template: Template) -> set[str]:
    """The fields of a form that name people, and of a card those that tell who issued it and when."""
    named = {key for one in person_fields(template) for key in (one.number, one.name, one.dob) if key}
    return named | ({"issuer", "issued_on"} if template.reader == "card" else set())


@dataclass(frozen=True, slots=True)
class _Card:
    pid: str
    name: FieldReading
    dob: FieldReading
    issuer: FieldReading
    issued_on: FieldReading


def compared_with_cards(documents: Sequence[Document], templates: Mapping[str, Template]) -> list[Document]:
    """The documents of a dossier, the people on their forms held against its cards."""
    cards = [card for document in documents if (card := _card_of(document, templates))]
    return [
        replace(document, fields=_compared(document.fields, templates[document.form].persons, cards))
        if cards and document.form in templates
        else document
        for document in documents
    ]


def _card_of(document: Document, templates: Mapping[str, Template]) -> _Card | None:
    """A card whose number was surely read."""
    if document.form not in templates or templates[document.form].reader != "card":
        return None
    fields = document.fields
    pid = fields["pid"]
    if not isinstance(pid.value, str) or pid.needs_review:
        return None
    return _Card(pid.value, fields["name"], fields["dob"], fields["issuer"], fields["issued_on"])


def _compared(
    fields: dict[str, FieldReading], persons: Sequence[PersonFields], cards: Sequence[_Card]
) -> dict[str, FieldReading]:
    found = dict(fields)
    for person in persons:
        number = _number(found[person.number])
        card = next((card for card in cards if card.pid == number), None)
        if card is not None:
            found[person.name] = _name(found[person.name], card.name)
            found[person.number] = _document(found[person.number], card)
            if person.dob:
                found[person.dob] = _day(found[person.dob], card.dob)
        elif other := next((card for card in cards if _is_misread(found, person, card)), None):
            differs = Problem("card_disagrees", {"other": other.pid})
            found[person.number] = found[person.number].doubted(differs)
    return found


def _number(reading: FieldReading) -> str | None:
    value = reading.value.get("number") if isinstance(reading.value, dict) else reading.value
    return value if isinstance(value, str) else None


def _name(written: FieldReading, on_card: FieldReading) -> FieldReading:
    if not isinstance(written.value, str) or not isinstance(on_card.value, str) or on_card.needs_review:
        return written
    one, other = written.value.casefold(), on_card.value.casefold()
    if one == other:
        return _proven(written)
    if fold(one) == fold(other) and on_card.source is Source.QR and written.needs_review:
        # The letters are the same, and the code on the card has the accents that the paper has lost.
        same_case = on_card.value if written.value.isupper() else on_card.value.title()
        return _proven(replace(written, value=same_case))
    return written.doubted(Problem("card_disagrees", {"other": on_card.value}))


def _day(written: FieldReading, on_card: FieldReading) -> FieldReading:
    if not isinstance(written.value, str) or not isinstance(on_card.value, str) or on_card.needs_review:
        return written
    if written.value == on_card.value:
        return _proven(written)
    # Older people may know and write their year alone.
    if on_card.value.startswith(written.value):
        return written
    return written.doubted(Problem("card_disagrees", {"other": on_card.value}))


def _document(written: FieldReading, card: _Card) -> FieldReading:
    """The number of a person; with issuer and day of issue it agrees if these do."""
    if not isinstance(written.value, dict):
        return _proven(written)
    if written.value.get("issued_on") != card.issued_on.value or card.issued_on.needs_review:
        return written
    issuer, known = str(written.value.get("issuer") or ""), str(card.issuer.value or "")
    if fold(issuer) == fold(known) and not card.issuer.needs_review:
        return _proven(replace(written, value=written.value | {"issuer": known}))
    return written


def _proven(reading: FieldReading) -> FieldReading:
    """A reading that another paper agrees with; doubts of another kind stay."""
    if any(problem.code not in _SETTLED for problem in reading.problems):
        return reading
    return replace(reading, confidence=max(reading.confidence, _PROVEN), needs_review=False, problems=())


def _is_misread(fields: Mapping[str, FieldReading], person: PersonFields, card: _Card) -> bool:
    """Whether a card is a person's but for a digit or two of the number on the form."""
    number = _number(fields[person.number])
    if number is None or len(number) != len(card.pid):
        return False
    differing = sum(a != b for a, b in zip(number, card.pid, strict=True))
    name = str(fields[person.name].value or "").casefold()
    return differing <= _MISREAD and name == str(card.name.value or "").casefold()
