"""Read the value of a field from its text, by the type of the field.

Each reader gives the value in the form that the contract asks for, how much of the confidence of
the text remains, and what is wrong. It never guesses: what does not fit its type comes back as
None with a problem, and a person looks at it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from digitize.forms.template import FieldType
from digitize.model import Problem, Value
from digitize.vietnamese.dates import date_in_words, parse_date, parse_date_words
from digitize.vietnamese.folding import fold, single_spaced
from digitize.vietnamese.names import unusual_syllable
from digitize.vietnamese.phrases import known_otherwise, with_known_accents
from digitize.vietnamese.syllables import is_possible
from digitize.vietnamese.vocabulary import (
    CARD_ISSUERS,
    ETHNIC_GROUPS,
    NATIONALITIES,
    PLACE_PHRASES,
    PROVINCES,
    RELATIONS,
    STREETS,
)

_EDGES = " .,;:-–—_·…|'`\"“”*~^"
_LETTERS_ONLY = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)+")
_LOST_COMMA = re.compile(
    r"\. (?=(?:xã|phường|thị trấn|đặc khu|quận|huyện|thị xã|thành phố|tỉnh|đường|thôn|ấp|tổ)\b)"
)
_STRANGE = re.compile(r"[^\w\s.,;:()/'’\"“”&+%°–—-]")
"""What does not occur in names and addresses, but is what OCR makes of dirt."""

_DOTTED_STROKE = re.compile(r"(?<=\d)[.,]+(?=/\d)|(?<=\d/)[.,]+(?=\d)")
"""Dots of a leader beside the stroke of ``01/2021``."""

_NUMBER = re.compile(r"(?<!\d)(?:\d[ .]?){11}\d(?!\d)|(?<!\d)(?:\d[ .]?){8}\d(?!\d)")


@dataclass(frozen=True, slots=True)
class ReadValue:
    """A value and what is wrong with it; any problem makes the field one for a person."""

    value: Value
    problems: tuple[Problem, ...] = ()


def read_value(kind: FieldType, text: str) -> ReadValue:
    """Read ``text`` as a value of a type; empty text is None without a problem."""
    cleaned = clean(text)
    if not cleaned:
        return ReadValue(None)
    return _READERS.get(kind, _text)(cleaned)


def clean(text: str) -> str:
    """A value without leaders and stray marks: NFC, single spaces, no punctuation at its ends.

    Dots that remain of a leader between words go as well; a full stop after a number or an
    abbreviation stays.
    """
    stripped, before = single_spaced(text), None
    while stripped != before:
        before = stripped
        spaced = re.sub(r"(?:[.…_]\s*){2,}|…", " ", stripped)
        spaced = re.sub(r"(?<=\s)[.·|¦_~^`]+(?=\s|$)|^[.·|¦_~^`]+\s", " ", spaced)
        stripped = single_spaced(spaced).strip(_EDGES)
    stripped = _DOTTED_STROKE.sub("", stripped)
    # A closing bracket belongs to the value if it was opened in it.
    return stripped + ")" if stripped.count("(") > stripped.count(")") else stripped


def _text(text: str) -> ReadValue:
    return ReadValue(text, _odd_words(text))


def _address(text: str) -> ReadValue:
    # A comma loses its tail to the leader under it; before a unit's name it was one.
    text = with_known_accents(_LOST_COMMA.sub(", ", text), PLACE_PHRASES)
    text = with_known_accents(text, PROVINCES, after=("tỉnh", "thành phố", "TP", "TP."))
    text = with_known_accents(text, STREETS, after=("đường", "phố"))
    # Without such a word before it, another accent may make it the name of another place.
    unusual = known_otherwise(text, (*PROVINCES, *STREETS))
    doubts = (Problem("name_unusual", {"word": unusual}),) if unusual else ()
    return ReadValue(text, (*_odd_words(text), *doubts))


def _name(text: str) -> ReadValue:
    if not _LETTERS_ONLY.fullmatch(text):
        return ReadValue(text, (Problem("name_odd"),))
    unusual = unusual_syllable(text)
    return ReadValue(text, (Problem("name_unusual", {"word": unusual}),) if unusual else ())


def _relation(text: str) -> ReadValue:
    return _closest(text, RELATIONS, "relation_unknown", least=99.0)


def _odd_words(text: str) -> tuple[Problem, ...]:
    strange = _STRANGE.search(text)
    if strange:
        return (Problem("character_odd", {"character": strange[0]}),)
    odd = [word for word in text.split() if not is_possible(word)]
    return (Problem("syllable_odd", {"word": odd[0]}),) if odd else ()


def _date(text: str) -> ReadValue:
    value = parse_date(text)
    if value is None:
        return ReadValue(None, (Problem("date_unreadable"),))
    # People write a year alone, but hardly ever a month without its day: that was not read.
    incomplete = len(value) == len("2025-04")
    return ReadValue(value, (Problem("date_incomplete"),) if incomplete else ())


def _date_words(text: str) -> ReadValue:
    words = single_spaced(re.sub(r"[^\w\s]", " ", text))
    date = parse_date_words(words)
    if date is None:
        return ReadValue(words, (Problem("date_words_unreadable"),))
    # Where the letters are those of the date, its accents are known.
    spelled = date_in_words(dt.date.fromisoformat(date))
    return ReadValue(spelled if fold(spelled) == fold(words) else words)


def _sex(text: str) -> ReadValue:
    return _closest(text, ("Nam", "Nữ"), "sex_unknown", least=99.0)


def _ethnicity(text: str) -> ReadValue:
    return _closest(text, ETHNIC_GROUPS, "ethnicity_unknown")


def _nationality(text: str) -> ReadValue:
    return _closest(text, NATIONALITIES, "nationality_unknown")


def _closest(text: str, words: tuple[str, ...], problem: str, least: float = 90.0) -> ReadValue:
    """The word of a list that a text is, accents aside; None when two or none fit."""
    matches = process.extract(fold(text), {word: fold(word) for word in words}, scorer=fuzz.ratio, limit=2)
    _, score, word = matches[0]
    tied = len(matches) > 1 and matches[1][1] >= score
    if score >= least and not tied:
        return ReadValue(word)
    return ReadValue(text, (Problem(problem),))


def _iddoc(text: str) -> ReadValue:
    """``CCCD số … do … cấp ngày …`` into number, issuer and date."""
    numbers = [re.sub(r"\D", "", match) for match in _NUMBER.findall(text)]
    folded = fold(text)
    issuer_match = re.search(r"\bdo\b(.+?)\bcap\b", folded)
    issuer = clean(text[slice(*issuer_match.span(1))]) if issuer_match else None
    issued_on = parse_date(text[issuer_match.end() :]) if issuer_match else None
    problems = []
    if len(numbers) != 1:
        problems.append(Problem("iddoc_number_unreadable"))
    if issuer is None:
        problems.append(Problem("iddoc_issuer_unreadable"))
    else:
        known = process.extractOne(
            fold(issuer), {name: fold(name) for name in CARD_ISSUERS}, scorer=fuzz.ratio
        )
        if known[1] >= 85.0:
            issuer = str(known[2])
        else:
            problems.append(Problem("iddoc_issuer_unknown"))
    if issued_on is None:
        problems.append(Problem("iddoc_date_unreadable"))
    number = numbers[0] if len(numbers) == 1 else None
    return ReadValue({"number": number, "issuer": issuer, "issued_on": issued_on}, tuple(problems))


def _int(text: str) -> ReadValue:
    match = re.match(r"(\d{1,9})(?!\d)", text)
    if match:
        return ReadValue(int(match[1]))
    return ReadValue(None, (Problem("number_unreadable"),))


_READERS: dict[FieldType, Callable[[str], ReadValue]] = {
    FieldType.NAME: _name,
    FieldType.ADDRESS: _address,
    FieldType.RELATION: _relation,
    FieldType.DATE: _date,
    FieldType.DATE_WORDS: _date_words,
    FieldType.SEX: _sex,
    FieldType.ETHNICITY: _ethnicity,
    FieldType.NATIONALITY: _nationality,
    FieldType.IDDOC: _iddoc,
    FieldType.INT: _int,
}
