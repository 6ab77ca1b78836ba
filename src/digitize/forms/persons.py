"""Compare the people whom a form names with the identity cards of its dossier.

A card that bears the number written on a form is that of the same person. What agrees with its name and days
is proven by two papers; what does not is for a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from digitize.forms.template import PersonFields, Template
from digitize.model import Document, FieldReading, Problem, Source
from digitize.vietnamese.folding import fold

_PROVEN = 0.97
"""Confidence of a value on which two papers agree."""

_SETTLED = frozenset(
    {"readings_disagree", "low_confidence", "name_unusual", "unread_beside", "iddoc_issuer_unknown"}
)
"""Doubts about how a value was read, which another paper with the same value settles."""

_MISREAD = 2
"""Digits of twelve that may differ if everything else of a card agrees."""


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
