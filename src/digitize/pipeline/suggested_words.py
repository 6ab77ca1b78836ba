"""Words that people gave again and again and no list knows: places, bodies, peoples; no names of people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from digitize.forms.additions import WordType
from digitize.forms.template import FieldType, Template
from digitize.forms.value_texts import clean
from digitize.forms.values import read_value
from digitize.pipeline.answers import Answer, People, Seen, Sightings
from digitize.vietnamese.communes import UNIT_KINDS
from digitize.vietnamese.folding import fold
from digitize.vietnamese.names import unusual_syllable
from digitize.vietnamese.vocabulary import BODIES, DOCUMENT_KINDS, OFFICES, PAPER_PHRASES

_SHORTEST, _LONGEST = 3, 60
"""Letters of what is suggested."""

_OF_BODIES = tuple(
    fold(head).strip() for head in (*BODIES, *OFFICES) if fold(head).strip() not in ("ong", "ba")
)
_OF_PROCEDURES = tuple(" ".join(fold(phrase).split()[:2]) for phrase in (*PAPER_PHRASES, *DOCUMENT_KINDS))
_UNITS = tuple(f"{fold(kind)} " for kind in UNIT_KINDS)
_OF_PEOPLE = re.compile(r"\b(ông|bà|anh|chị|cháu|nhà ông|nhà bà|hộ ông|hộ bà)\b")
_FULL_NAME = 3

_UNKNOWN = {
    FieldType.ETHNICITY: "ethnicity_unknown",
    FieldType.NATIONALITY: "nationality_unknown",
    FieldType.RELATION: "relation_unknown",
    FieldType.IDDOC: "iddoc_issuer_unknown",
}
"""What is said of values that are in no list."""


def unknown_words(
    answers: Sequence[Answer], templates: Mapping[str, Template], people: People, fewest: int
) -> Iterator[tuple[WordType, Seen]]:
    """Type of fields and words that so many dossiers of different people have in them."""
    found: dict[WordType, Sightings] = {}
    for answer in answers:
        template = templates.get(answer.form)
        if template is None or answer.value is None:
            continue
        kind = _kind(template.type_of(answer.key))
        for words in _words(kind, answer) if kind else ():
            if kind and not _is_personal(words, people.of(answer.dossier)):
                found.setdefault(kind, Sightings()).add(words, answer.dossier, accents=True)
    for kind, sightings in sorted(found.items()):
        known = _known(kind, templates)
        for seen in sightings.all().values():
            often = len(seen.dossiers) >= fewest and people.groups(seen.dossiers) >= fewest
            if often and seen.spelling.casefold() not in known:
                yield kind, seen


def _kind(kind: FieldType) -> WordType | None:
    match kind:
        case FieldType.ADDRESS:
            return FieldType.ADDRESS
        case FieldType.TEXT | FieldType.PARTY:
            return FieldType.TEXT
        case FieldType.ETHNICITY:
            return FieldType.ETHNICITY
        case FieldType.NATIONALITY:
            return FieldType.NATIONALITY
        case FieldType.RELATION:
            return FieldType.RELATION
        case FieldType.IDDOC:
            return FieldType.IDDOC
    return None


def _known(kind: WordType, templates: Mapping[str, Template]) -> set[str]:
    """Words that an office has given to fields of a type already."""
    items = (item for template in templates.values() for item in template.items if _kind(item.type) is kind)
    return {word.casefold() for item in items for word in item.known}


def _words(kind: WordType, answer: Answer) -> Iterator[str]:
    """Words of a value that no list knows."""
    value = answer.value
    if kind is FieldType.IDDOC:
        if isinstance(value, dict) and value.get("issuer") and _is_unknown(kind, value):
            yield str(value["issuer"])
        return
    if not isinstance(value, str):
        return
    if kind is FieldType.ADDRESS:
        yield from (part for part in map(str.strip, value.split(",")) if _is_unlisted_place(part))
    elif kind is FieldType.TEXT:
        if fold(value).startswith((*_OF_BODIES, *_OF_PROCEDURES)) and _is_unlisted(value):
            yield value
    elif any(problem.code == _UNKNOWN[kind] for problem in read_value(kind, value).problems):
        yield clean(value)


def _is_unknown(kind: FieldType, value: Mapping[str, str | None]) -> bool:
    written = f"{value.get('number')} do {value['issuer']} cấp ngày 01/01/2020"
    return any(problem.code == _UNKNOWN[kind] for problem in read_value(kind, written).problems)


def _is_unlisted_place(part: str) -> bool:
    """Whether a part of an address is a place below the communes: of these the lists are complete."""
    return not fold(part).startswith(_UNITS) and _is_unlisted(part)


def _is_unlisted(text: str) -> bool:
    proven = read_value(FieldType.TEXT, text).proven
    letters = all(character.isalpha() or character in " -'’/.()" for character in text)
    unlisted = any(word.casefold() not in proven for word in text.split())
    return letters and unlisted and _SHORTEST <= len(text) <= _LONGEST


def _is_personal(words: str, people: frozenset[str]) -> bool:
    """Whether words may tell a person: one of the dossier, or what reads like a full name."""
    own = fold(words).split()
    pairs = {" ".join(own[at : at + 2]) for at in range(len(own) - 1)}
    if any(pair in name for pair in pairs for name in people) or _OF_PEOPLE.search(words.casefold()):
        return True
    return len(own) >= _FULL_NAME and unusual_syllable(words) is None
