"""Read the value of a field from its text, by the type of the field.

Each reader gives the value in the form that the contract asks for, how much of the confidence of
the text remains, and what is wrong. It never guesses: what does not fit its type comes back as
None with a problem, and a person looks at it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rapidfuzz import fuzz, process

from digitize.forms.addresses import read_address
from digitize.forms.known_words import with_known
from digitize.forms.template import FieldType
from digitize.forms.value_texts import (
    EDGES,
    SUGGESTED,
    ReadValue,
    clean,
    mended,
    near_phrases,
    odd_words,
    words_of,
)
from digitize.model import Problem
from digitize.times import now
from digitize.vietnamese.addresses import known_units, misspelled_unit, with_units_spelled
from digitize.vietnamese.communes import number_provinces
from digitize.vietnamese.dates import date_in_words, parse_date, parse_date_words
from digitize.vietnamese.folding import fold, single_spaced
from digitize.vietnamese.identity import read_personal_number
from digitize.vietnamese.names import likely_name, unusual_syllable
from digitize.vietnamese.phrases import with_known_accents, words_of_phrases
from digitize.vietnamese.vocabulary import (
    BODIES,
    CARD_ISSUERS,
    ETHNIC_GROUPS,
    NATIONALITIES,
    OFFICES,
    PAPER_PHRASES,
    PLACE_PHRASES,
    RELATIONS,
)

_LETTERS_ONLY = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)+")
_PRINTED = {FieldType.DATE: ("ngay", "thang", "nam"), FieldType.TIME: ("gio", "phut", "ngay")}
"""What forms print between the parts of a value."""

_DOT_WITHIN = re.compile(r"(?<=[^\W\d_]{2})\.(?= ([^\W\d_]))")
"""A dot between two words, abbreviations of one letter aside."""

_DOT_BETWEEN = re.compile(r"([^\W\d_]{2,})\. ([^\W\d_])")
_VOWEL = re.compile(r"[aeiouy]")

_WORDY = (
    FieldType.ADDRESS,
    FieldType.NAME,
    FieldType.RELATION,
    FieldType.ETHNICITY,
    FieldType.NATIONALITY,
    FieldType.SEX,
)
_FREE = (FieldType.TEXT, FieldType.PARTY)
_LISTED = (FieldType.SEX, FieldType.RELATION, FieldType.ETHNICITY, FieldType.NATIONALITY)
_AS_TYPED = (*_FREE, FieldType.NAME, FieldType.SIGNER, FieldType.ADDRESS)
_ONE_STROKE = ("1", "l", "I", "|", "[", "]")
_STROKE = re.compile(r"[\dlI|\[\]()]{1,2}")
"""What may be the line of a table, and is no name and no address."""

_ISSUED_ON = re.compile(
    r"\bcap(?: ngay)?\W+(\d{1,2}\s*[/.\-]\s*\d{1,2}\s*[/.\-]\s*\d{4}|\d{1,2} thang \d{1,2} nam \d{4})\W+"
)
"""The day of issue in ``cấp ngày 20/06/2023, Bộ Công an``."""

_BODIES = tuple(fold(body) for body in BODIES)

_NAME_RUBBISH = re.compile(r"^[\dlI|] +| +[\dlI|]$|(?<=\w)[.,](?=\s|$)")
"""Strokes of tables and dots of leaders beside the words of a name."""

_BESIDE_NUMBERS = re.compile(r"(?<!\d)[.,_]+|[.,_]+(?!\d)")
"""What is left of leaders in a date: dots that stand between no digits."""

_NUMBER = re.compile(r"(?<!\d)(?:\d[ .]?){11}\d(?!\d)|(?<!\d)(?:\d[ .]?){8}\d(?!\d)")


def read_value(kind: FieldType, text: str, known: Sequence[str] = ()) -> ReadValue:
    """Read ``text`` as a value of a type; empty text is None without a problem.

    Args:
        kind: the type.
        text: what is written.
        known: words that it may hold though no list of the program has them.

    """
    cleaned = clean(text)
    if not cleaned:
        return ReadValue(None)
    if (kind in _WORDY and _STROKE.fullmatch(cleaned)) or (kind in _FREE and cleaned in _ONE_STROKE):
        return ReadValue(None, (Problem("not_readable"),))
    if kind in _CLOSED:
        words, problem = _CLOSED[kind]
        least = _EXACTLY if kind is FieldType.RELATION else _NEAR
        return _closest(cleaned, (*words, *known), problem, least)
    if kind is FieldType.IDDOC:
        return _iddoc(cleaned, (*CARD_ISSUERS, *known))
    read = _READERS.get(kind, _text)(cleaned)
    return with_known(read, known) if kind in (FieldType.ADDRESS, FieldType.TEXT) else read


def typed_value(kind: FieldType, text: str) -> ReadValue:
    """What a person has typed as a value of a type: checked like what was read, but left as it was typed.

    A word of a closed list may be typed without its accents.
    """
    read, typed = read_value(kind, text), single_spaced(text)
    if read.value is None:
        # What would be a stroke of a table or a footnote in a reading is no slip of somebody who types it.
        meant = kind in _FREE and any(map(str.isalnum, typed))
        return ReadValue(typed) if meant else read
    if kind in _LISTED:
        known = not read.problems and fold(str(read.value)) == fold(typed)
        return read if known else replace(read, value=typed)
    if isinstance(read.value, dict):
        issuer = _issued(clean(text))[0]
        known = fold(str(read.value["issuer"] or "")) == fold(issuer or "")
        return read if known else replace(read, value=read.value | {"issuer": issuer})
    return replace(read, value=typed) if kind in _AS_TYPED else read


def _text(text: str) -> ReadValue:
    phrases = (*PLACE_PHRASES, *PAPER_PHRASES, *OFFICES)
    text = with_known_accents(_without_dots(mended(text)), phrases)
    units = known_units(text)
    text = with_units_spelled(text, units)
    proven = words_of(units) | words_of_phrases(text, phrases)
    odd = misspelled_unit(text)
    doubts = [Problem("unit_odd", {"name": odd[0], "known": odd[1]})] if odd else []
    if any(map(_is_dot_in_name, _DOT_BETWEEN.finditer(text))):
        doubts.append(Problem("character_odd", {"character": "."}))
    return ReadValue(text, (*odd_words(text, proven), *near_phrases(text), *doubts), proven)


def _is_dot_in_name(dot: re.Match[str]) -> bool:
    """Whether a dot stands between two words of a name: no sentence ends there, but a leader may run on.

    What has no vowel is an abbreviation: ``TP. Cần Thơ``.
    """
    before, after = dot.groups()
    return before[0].isupper() and after.isupper() and bool(_VOWEL.search(fold(before)))


def _without_dots(text: str) -> str:
    """A text without the dots before words in small letters, which end no sentence."""
    return _DOT_WITHIN.sub(lambda dot: "" if dot[1].islower() else dot[0], text)


def is_body(text: str) -> bool:
    """Whether a party is a body, by how its name begins, and not a person."""
    return fold(clean(text)).startswith(_BODIES)


def _name(text: str) -> ReadValue:
    text = _NAME_RUBBISH.sub("", text)
    if fold(text) == "khong":
        # ``Không`` where there is no such person or name.
        return ReadValue(text)
    if not _LETTERS_ONLY.fullmatch(text):
        return ReadValue(text, (Problem("name_odd"),))
    capitals = [word.isupper() for word in text.split() if len(word) > 1]
    if any(capitals) and not all(capitals):
        # A name is written in capitals or not; ``Đỗ DIỆU OANH`` has lost one.
        return ReadValue(text, (Problem("name_odd"),))
    unusual = unusual_syllable(text)
    if unusual is None:
        return ReadValue(text)
    # What a person most likely has to confirm is shown.
    return ReadValue(likely_name(text), (Problem("name_unusual", {"word": unusual}),))


def _date(text: str) -> ReadValue:
    value = parse_date(_BESIDE_NUMBERS.sub(" ", text))
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
    same = fold(spelled) == fold(words)
    return ReadValue(spelled if same else words, proven=words_of((spelled,)) if same else frozenset())


def _sex(text: str) -> ReadValue:
    return _closest(text, ("Nam", "Nữ"), Problem("sex_unknown"), _EXACTLY)


def _closest(text: str, words: tuple[str, ...], problem: Problem, least: float) -> ReadValue:
    """The word of a list that a text is, accents aside; None when two or none fit."""
    matches = process.extract(fold(text), {word: fold(word) for word in words}, scorer=fuzz.ratio, limit=2)
    _, score, word = matches[0]
    tied = len(matches) > 1 and matches[1][1] >= score
    if score >= least and not tied:
        return ReadValue(word, proven=words_of((word,)))
    # The nearest one is what a person most likely has to confirm.
    near = score >= SUGGESTED and not tied
    return ReadValue(word if near else text, (problem,))


def _iddoc(text: str, issuers: Sequence[str]) -> ReadValue:
    """``CCCD số … do … cấp ngày …`` or ``… cấp ngày …, tại …`` into number, issuer and date."""
    numbers = [re.sub(r"\D", "", match) for match in _NUMBER.findall(text)]
    issuer, rest = _issued(text)
    issued_on = parse_date(rest) if rest is not None else None
    problems = []
    if len(numbers) != 1:
        problems.append(Problem("iddoc_number_unreadable"))
    else:
        problems += odd_number(numbers[0])
    if issuer is None:
        problems.append(Problem("iddoc_issuer_unreadable"))
    else:
        known = process.extractOne(fold(issuer), {name: fold(name) for name in issuers}, scorer=fuzz.ratio)
        if known[1] < 85.0:
            problems.append(Problem("iddoc_issuer_unknown"))
        if known[1] >= SUGGESTED:
            issuer = str(known[2])
    if issued_on is None:
        problems.append(Problem("iddoc_date_unreadable"))
    number = numbers[0] if len(numbers) == 1 else None
    value: dict[str, str | None] = {"number": number, "issuer": issuer, "issued_on": issued_on}
    return ReadValue(value, tuple(problems), words_of((issuer or "",)), whole=not problems)


def _issued(text: str) -> tuple[str | None, str | None]:
    """Who issued a paper, and the text with the day on which; None where it is not told."""
    folded = fold(text)
    if by := re.search(r"\bdo\b(.+?)\bcap\b", folded):
        return clean(text[slice(*by.span(1))]), text[by.end() :]
    if at := re.search(r"\bcap\b(.+?)\btai\b\W*", folded):
        return clean(text[at.end() :]), text[slice(*at.span(1))]
    if on := _ISSUED_ON.search(folded):
        return clean(text[on.end() :]) or None, text[slice(*on.span(1))]
    return None, None


def is_unit(word: str, units: Sequence[str]) -> bool:
    """Whether a word is a unit that a form prints behind a value; the sign of ``m²`` is misread at times."""
    return any(_is_unit(fold(word).strip(EDGES), unit) for unit in units)


def _is_unit(bare: str, unit: str) -> bool:
    if unit.endswith("²"):
        return bare[:1] == fold(unit)[:1] and len(bare) <= len(unit) + 1 and not bare.isdigit()
    return bare == fold(unit)


def without_printed(kind: FieldType, text: str) -> str:
    """A cleaned value without what the form prints between its parts, if that is all that stands there."""
    printed = _PRINTED.get(kind, ())
    return "" if all(fold(word).strip(EDGES) in printed for word in text.split()) else text


def _int(text: str) -> ReadValue:
    if re.fullmatch(r"\d{1,3}(?:[. ]\d{3})+|\d{1,9}", text):
        return ReadValue(int(re.sub(r"\D", "", text)))
    return ReadValue(None, (Problem("number_unreadable"),))


def _number(text: str) -> ReadValue:
    """A number with a decimal comma; a dot before three digits stands between thousands."""
    # A dot before one or two digits is a comma that has lost its tail.
    text = re.sub(r"\.(\d{1,2})$", r",\1", text)
    if re.fullmatch(r"(?:\d{1,3}(?:\.\d{3})+|\d{1,9})(?:,\d{1,4})?", text):
        value = float(text.replace(".", "").replace(",", "."))
        return ReadValue(int(value) if value.is_integer() else value)
    return ReadValue(None, (Problem("number_unreadable"),))


def _digits(text: str) -> ReadValue:
    digits = re.sub(r"[ .]", "", text)
    return ReadValue(digits) if digits.isdigit() else ReadValue(text, (Problem("number_unreadable"),))


def _pid(text: str) -> ReadValue:
    """A personal number of 12 digits, an old one of 9, or the number of a passport."""
    bare = re.sub(r"[ .]", "", text)
    if re.fullmatch(r"\d{12}|\d{9}|[A-Z]\d{7,8}", bare):
        return ReadValue(bare, odd_number(bare))
    return ReadValue(bare if _is_numeric(bare) else None, (Problem("pid_odd"),))


def _is_numeric(text: str) -> bool:
    """Whether a text is digits for the most part, and no label taken for a number."""
    return sum(map(str.isdigit, text)) > sum(map(str.isalpha, text))


def odd_number(number: str) -> tuple[Problem, ...]:
    """What makes a personal number hard to believe."""
    told = read_personal_number(number)
    if told is None:
        return ()
    if told.province not in number_provinces():
        # Born abroad, or a digit misread.
        return (Problem("pid_province_odd", {"code": told.province}),)
    return () if told.birth_year <= now().year else (Problem("pid_odd"),)


def _phone(text: str) -> ReadValue:
    bare = re.sub(r"[ .()-]", "", text)
    if re.fullmatch(r"(?:0|\+?84)\d{8,10}", bare):
        return ReadValue(bare.removeprefix("+"))
    return ReadValue(bare if _is_numeric(bare) else None, (Problem("phone_odd"),))


def _email(text: str) -> ReadValue:
    bare = text.replace(" ", "")
    if re.fullmatch(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", bare):
        return ReadValue(bare)
    return ReadValue(text, (Problem("email_odd"),))


def _time(text: str) -> ReadValue:
    """``23 giờ 03 phút`` or ``23:03``, by the clock of 24 hours."""
    bare = single_spaced(re.sub(r"[^\w\s:]", " ", fold(text)))
    match = re.fullmatch(r"(\d{1,2})\s*(?:gio|[:h])\s*(?:(\d{1,2})(?:\s*phut)?)?", bare)
    if match and int(match[1]) < 24 and int(match[2] or 0) < 60:
        return ReadValue(f"{int(match[1]):02}:{int(match[2] or 0):02}")
    return ReadValue(None, (Problem("time_odd"),))


def _month(text: str) -> ReadValue:
    """A month with its year, a whole date, or a year alone."""
    short = re.fullmatch(r"(\d{1,2})\s*[/.-]\s*(\d{4})", text)
    value = f"{int(short[2]):04}-{int(short[1]):02}" if short else parse_date(text)
    if value is None or (short and not 1 <= int(short[1]) <= 12):
        return ReadValue(None, (Problem("date_unreadable"),))
    return ReadValue(value)


_CLOSED: dict[FieldType, tuple[tuple[str, ...], Problem]] = {
    FieldType.ETHNICITY: (ETHNIC_GROUPS, Problem("ethnicity_unknown")),
    FieldType.NATIONALITY: (NATIONALITIES, Problem("nationality_unknown")),
    FieldType.RELATION: (RELATIONS, Problem("relation_unknown")),
}
"""What is one of a list, and the doubt about what is not."""

_NEAR = 90.0
"""How alike, of 100, words must be to be one of a list."""

_EXACTLY = 99.0
"""How alike, of 100, short words must be to be one of a list: ``Cha``, ``Chị``."""

_READERS: dict[FieldType, Callable[[str], ReadValue]] = {
    FieldType.NAME: _name,
    FieldType.SIGNER: _name,
    FieldType.ADDRESS: read_address,
    FieldType.DATE: _date,
    FieldType.DATE_WORDS: _date_words,
    FieldType.SEX: _sex,
    FieldType.PID: _pid,
    FieldType.PHONE: _phone,
    FieldType.EMAIL: _email,
    FieldType.DIGITS: _digits,
    FieldType.TIME: _time,
    FieldType.MONTH: _month,
    FieldType.NUMBER: _number,
    FieldType.INT: _int,
}
