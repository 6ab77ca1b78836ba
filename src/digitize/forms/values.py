"""Read the value of a field from its text, by the type of the field.

Each reader gives the value in the form that the contract asks for, how much of the confidence of
the text remains, and what is wrong. It never guesses: what does not fit its type comes back as
None with a problem, and a person looks at it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from digitize.forms.template import FieldType
from digitize.model import Problem, Value
from digitize.times import now
from digitize.vietnamese.addresses import known_units, locate_address, misspelled_unit, with_units_spelled
from digitize.vietnamese.communes import bare_name, number_provinces
from digitize.vietnamese.dates import date_in_words, parse_date, parse_date_words
from digitize.vietnamese.folding import fold, single_spaced
from digitize.vietnamese.identity import read_personal_number
from digitize.vietnamese.names import likely_name, unusual_syllable
from digitize.vietnamese.phrases import known_otherwise, with_known_accents, words_of_phrases
from digitize.vietnamese.syllables import is_possible
from digitize.vietnamese.vocabulary import (
    BODIES,
    CARD_ISSUERS,
    ETHNIC_GROUPS,
    NATIONALITIES,
    OFFICES,
    PAPER_PHRASES,
    PLACE_HEADS,
    PLACE_PHRASES,
    PROVINCES,
    RELATIONS,
    STREETS,
)

_EDGES = " .,;:-–—_·…|'`\"“”„‚*~^"
_LETTERS_ONLY = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)+")
_LOST_COMMA = re.compile(
    r"\. (?=(?:xã|phường|thị trấn|đặc khu|quận|huyện|thị xã|thành phố|tỉnh|đường|thôn|ấp|tổ)\b)"
)
_PRINTED = {FieldType.DATE: ("ngay", "thang", "nam"), FieldType.TIME: ("gio", "phut", "ngay")}
"""What forms print between the parts of a value."""

_UNITS = "xã|phường|thị trấn|đặc khu|quận|huyện|thị xã|thành phố"
_RUN_TOGETHER = re.compile(
    r"((?<![^\s])(?:Số \d+|đường|phố|[Tt]hôn|[Ấấ]p|[Tt]ổ|[Kk]hu phố|[Bb]ản|" + _UNITS + r")\b.*?\w)"
    r" (?=(?:" + _UNITS + r"|tỉnh)\b [A-ZĐÂĂÊÔƠƯ\d])"
)
"""Two units of an address whose comma was lost."""

_STRAY_COMMA = re.compile(
    r"\b(xã|phường|thị trấn|đặc khu|quận|huyện|thị xã|thành phố|tỉnh|đường), (?=[A-ZĐÂÊÔ])"
)
"""A comma between a unit and its name is a dot of the leader."""

_STRAY_DOT = re.compile(r"(?<=[^\W\d_]{3})\. (?=[A-ZĐÂÊÔƠƯ][^\W\d_])")
"""A dot between two words of a name is one of the leader; abbreviations are shorter."""

_LONG_PHRASES = tuple(
    fold(phrase) for phrase in (*PAPER_PHRASES, *OFFICES) if len(phrase) >= 9 and phrase[0].isupper()
)
_NEARLY = 88.0
_SUGGESTED = 75.0
"""How alike, of 100, a text and a word of a list must be for the word to be shown instead."""

_HEADS = tuple(head.casefold() for head in PLACE_HEADS)

_OF_PROVINCE = re.compile(r"\btỉnh ([^,;()]+?)(?=$|[,;()])")
_PROVINCES_FOLDED = frozenset(map(fold, PROVINCES))

_ABBREVIATED = re.compile(r"\W*[BCDĐGHKLMNPQRSTVXY]{2,5}\W*")
"""``BHYT``: capitals without a vowel are an abbreviation."""

_STRANGE = re.compile(r"[^\w\s.,;:()/'’\"“”&+%°–—-]")
"""What does not occur in names and addresses, but is what OCR makes of dirt."""

_DOTTED_STROKE = re.compile(r"(?<=\d)[.,]+(?=/\d)|(?<=\d/)[.,]+(?=\d)")
"""Dots of a leader beside the stroke of ``01/2021``."""

_DOUBLED = re.compile(r"([,;:])(?: ?[,;:])+")
"""A comma that a dot of a leader has doubled."""

_DOT_WITHIN = re.compile(r"(?<=[^\W\d_]{2})\.(?= [a-zà-ỹđ])")
"""A dot before a word in small letters ends no sentence; abbreviations of one letter aside."""

_LOW_QUOTE = re.compile(r"\s?[„‚](?=[\s,]|$)")
"""A comma whose tail runs into a dot of the leader looks like a low quotation mark."""

_WORDY = (
    FieldType.ADDRESS,
    FieldType.NAME,
    FieldType.RELATION,
    FieldType.ETHNICITY,
    FieldType.NATIONALITY,
    FieldType.SEX,
)
_FREE = (FieldType.TEXT, FieldType.PARTY)
_ONE_STROKE = ("1", "l", "I", "|", "[", "]")
_STROKE = re.compile(r"[\dlI|\[\]()]{1,2}")
"""What may be the line of a table, and is no name and no address."""

_EDGE_STROKE = re.compile(r"[1lI|] ")
"""A stroke of a table or of the label before looks like a digit."""

_TAIL = re.compile(r"(?<=\w) [\w|]$")
"""A letter behind a province."""

_FOOTNOTE = re.compile(r"[(\[{]?[\dlIqO|S]{1,2}[)\]}]|[®©]")
"""A mark of a footnote by itself: nothing is written beside it."""

_ISSUED_ON = re.compile(
    r"\bcap(?: ngay)?\W+(\d{1,2}\s*[/.\-]\s*\d{1,2}\s*[/.\-]\s*\d{4}|\d{1,2} thang \d{1,2} nam \d{4})\W+"
)
"""The day of issue in ``cấp ngày 20/06/2023, Bộ Công an``."""

_BODIES = tuple(fold(body) for body in BODIES)

_NAME_RUBBISH = re.compile(r"^[\dlI|] +| +[\dlI|]$|(?<=\w)[.,](?=\s|$)")

_BESIDE_NUMBERS = re.compile(r"(?<!\d)[.,_]+|[.,_]+(?!\d)")

_NUMBER = re.compile(r"(?<!\d)(?:\d[ .]?){11}\d(?!\d)|(?<!\d)(?:\d[ .]?){8}\d(?!\d)")


@dataclass(frozen=True, slots=True)
class ReadValue:
    """A value and what is wrong with it; any problem makes the field one for a person.

    Attributes:
        value: the value.
        problems: what is wrong.
        proven: words in small letters whose accents a list proves, however faint they stand on the paper.
        whole: nothing can follow it.

    """

    value: Value
    problems: tuple[Problem, ...] = ()
    proven: frozenset[str] = frozenset()
    whole: bool = False


def read_value(kind: FieldType, text: str) -> ReadValue:
    """Read ``text`` as a value of a type; empty text is None without a problem."""
    cleaned = clean(text)
    if not cleaned:
        return ReadValue(None)
    if (kind in _WORDY and _STROKE.fullmatch(cleaned)) or (kind in _FREE and cleaned in _ONE_STROKE):
        return ReadValue(None, (Problem("not_readable"),))
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
    if _FOOTNOTE.fullmatch(stripped):
        return ""
    stripped = _LOW_QUOTE.sub(",", stripped) if "“" not in stripped and "”" not in stripped else stripped
    stripped = _DOUBLED.sub(r"\1", _DOTTED_STROKE.sub("", stripped))
    # A closing bracket belongs to the value if it was opened in it.
    return stripped + ")" if stripped.count("(") > stripped.count(")") else stripped


def _text(text: str) -> ReadValue:
    phrases = (*PLACE_PHRASES, *PAPER_PHRASES, *OFFICES)
    text = with_known_accents(_DOT_WITHIN.sub("", text), phrases)
    units = known_units(text)
    text = with_units_spelled(text, units)
    proven = _words_of(units) | words_of_phrases(text, phrases)
    return ReadValue(text, (*_odd_words(text, proven), *_near_phrases(text)), proven)


def _words_of(names: Iterable[str]) -> frozenset[str]:
    """The words of some names in small letters, numbers aside."""
    return frozenset(word for name in names for word in name.casefold().split() if word.isalpha())


def _address(text: str) -> ReadValue:
    # A comma loses its tail to the leader under it; before a unit's name it was one.
    if _EDGE_STROKE.match(text) and text[2:].casefold().startswith(_HEADS):
        text = text[2:]
    text = _STRAY_DOT.sub(" ", _STRAY_COMMA.sub(r"\1 ", text))
    phrases = (*PLACE_PHRASES, *PAPER_PHRASES)
    text = with_known_accents(_with_commas(_LOST_COMMA.sub(", ", text)), phrases)
    text = with_known_accents(text, PROVINCES, after=("tỉnh", "thành phố", "TP", "TP."))
    text = with_known_accents(text, STREETS, after=("đường", "phố"))
    located = locate_address(text)
    if (located is None or not located.communes) and (shorter := locate_address(_TAIL.sub("", text))):
        located, text = (shorter, _TAIL.sub("", text)) if shorter.communes else (located, text)
    units = (*(located.proven if located else ()), *known_units(text))
    text = with_units_spelled(text, units)
    strange = [name for name in _OF_PROVINCE.findall(text) if fold(name) not in _PROVINCES_FOLDED]
    if strange:
        near = process.extractOne(strange[0], PROVINCES, scorer=fuzz.ratio, score_cutoff=_SUGGESTED)
        likely = text.replace(strange[0], near[0]) if near else text
        return ReadValue(likely, (Problem("province_unknown", {"name": strange[0]}),))
    odd_unit = located.odd if located and (located.odd or located.communes) else misspelled_unit(text)
    if odd_unit:
        likely = text if "," in odd_unit[1] else text.replace(odd_unit[0], bare_name(odd_unit[1]))
        return ReadValue(likely, (Problem("unit_odd", {"name": odd_unit[0], "known": odd_unit[1]}),))
    # Without such a word before it, another accent may make it the name of another place.
    found = located is not None and bool(located.communes)
    unusual = known_otherwise(text, STREETS if found else (*PROVINCES, *STREETS))
    doubts = (Problem("name_unusual", {"word": unusual}),) if unusual else ()
    proven = _words_of(units) | words_of_phrases(text, phrases)
    problems = (*_odd_words(text, proven), *_near_phrases(text), *_odd_heads(text), *doubts)
    return ReadValue(text, problems, proven, whole=found)


def _near_phrases(text: str) -> tuple[Problem, ...]:
    """``Ủy han nhân dân``: what is nearly a phrase that stands on many papers was misread."""
    folded = fold(text)
    whole = [(at, at + len(phrase)) for phrase in _LONG_PHRASES if (at := folded.find(phrase)) >= 0]
    for phrase in _LONG_PHRASES:
        found = fuzz.partial_ratio_alignment(phrase, folded, score_cutoff=_NEARLY)
        if found is None or found.score == 100 or len(folded) < len(phrase):
            continue
        # A phrase may hold another one, or begin like it.
        if not any(start < found.dest_end and found.dest_start < end for start, end in whole):
            return (Problem("phrase_odd", {"phrase": text[found.dest_start : found.dest_end]}),)
    return ()


def _odd_heads(text: str) -> tuple[Problem, ...]:
    """The parts of an address begin with what they are: a number, a unit, an institution."""
    for part in text.split(", "):
        if part and not part.casefold().startswith(_HEADS) and fold(part) not in _PROVINCES_FOLDED:
            return (Problem("place_odd", {"part": part}),)
    return ()


def _with_commas(text: str) -> str:
    """An address with the comma before a greater unit, where the other units of it have theirs.

    ``Công an phường`` and ``Trung tâm Y tế huyện`` are bodies: nothing is missing there.
    """
    parts = text.split(", ")
    parted = [_RUN_TOGETHER.sub(r"\1, ", part) for part in parts]
    # One unit behind another without any comma may be how somebody writes; several are not, nor are a
    # commune and its province.
    lost = sum(a.count(", ") for a in parted)
    whole = ", ".join(parted)
    located = locate_address(whole) if lost else None
    return whole if len(parts) > 1 or lost > 1 or (located and located.communes) else text


def is_body(text: str) -> bool:
    """Whether a party is a body, by how its name begins, and not a person."""
    return fold(clean(text)).startswith(_BODIES)


def _name(text: str) -> ReadValue:
    # Dots and strokes of leaders, tables and edges.
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


def _relation(text: str) -> ReadValue:
    return _closest(text, RELATIONS, "relation_unknown", least=99.0)


def _odd_words(text: str, proven: Container[str] = ()) -> tuple[Problem, ...]:
    """What cannot be in a text; ``proven`` words may be in languages of the highlands."""
    strange = _STRANGE.search(text)
    if strange:
        return (Problem("character_odd", {"character": strange[0]}),)
    doubtful = (word for word in text.split() if word.strip(_EDGES).casefold() not in proven)
    odd = [word for word in doubtful if not (is_possible(word) or _ABBREVIATED.fullmatch(word))]
    return (Problem("syllable_odd", {"word": odd[0]}),) if odd else ()


def _date(text: str) -> ReadValue:
    # What is left of leaders, other than between digits: ``năm .2025``, ``05_ tháng``.
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
    return ReadValue(spelled if same else words, proven=_words_of((spelled,)) if same else frozenset())


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
        return ReadValue(word, proven=_words_of((word,)))
    # The nearest one is what a person most likely has to confirm.
    near = score >= _SUGGESTED and not tied
    return ReadValue(word if near else text, (Problem(problem),))


def _iddoc(text: str) -> ReadValue:
    """``CCCD số … do … cấp ngày …`` or ``… cấp ngày …, tại …`` into number, issuer and date."""
    numbers = [re.sub(r"\D", "", match) for match in _NUMBER.findall(text)]
    issuer, rest = _issued(text)
    issued_on = parse_date(rest) if rest is not None else None
    problems = []
    if len(numbers) != 1:
        problems.append(Problem("iddoc_number_unreadable"))
    else:
        problems += _odd_number(numbers[0])
    if issuer is None:
        problems.append(Problem("iddoc_issuer_unreadable"))
    else:
        known = process.extractOne(
            fold(issuer), {name: fold(name) for name in CARD_ISSUERS}, scorer=fuzz.ratio
        )
        if known[1] < 85.0:
            problems.append(Problem("iddoc_issuer_unknown"))
        if known[1] >= _SUGGESTED:
            issuer = str(known[2])
    if issued_on is None:
        problems.append(Problem("iddoc_date_unreadable"))
    number = numbers[0] if len(numbers) == 1 else None
    value: dict[str, str | None] = {"number": number, "issuer": issuer, "issued_on": issued_on}
    return ReadValue(value, tuple(problems), _words_of((issuer or "",)), whole=not problems)


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
    return any(_is_unit(fold(word).strip(_EDGES), unit) for unit in units)


def _is_unit(bare: str, unit: str) -> bool:
    if unit.endswith("²"):
        return bare[:1] == fold(unit)[:1] and len(bare) <= len(unit) + 1 and not bare.isdigit()
    return bare == fold(unit)


def without_printed(kind: FieldType, text: str) -> str:
    """A cleaned value without what the form prints between its parts, if that is all that stands there."""
    printed = _PRINTED.get(kind, ())
    return "" if all(fold(word).strip(_EDGES) in printed for word in text.split()) else text


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
        return ReadValue(bare, _odd_number(bare))
    return ReadValue(bare, (Problem("pid_odd"),))


def _odd_number(number: str) -> tuple[Problem, ...]:
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
    return ReadValue(bare, (Problem("phone_odd"),))


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


_READERS: dict[FieldType, Callable[[str], ReadValue]] = {
    FieldType.NAME: _name,
    FieldType.SIGNER: _name,
    FieldType.ADDRESS: _address,
    FieldType.RELATION: _relation,
    FieldType.DATE: _date,
    FieldType.DATE_WORDS: _date_words,
    FieldType.SEX: _sex,
    FieldType.ETHNICITY: _ethnicity,
    FieldType.NATIONALITY: _nationality,
    FieldType.IDDOC: _iddoc,
    FieldType.PID: _pid,
    FieldType.PHONE: _phone,
    FieldType.EMAIL: _email,
    FieldType.DIGITS: _digits,
    FieldType.TIME: _time,
    FieldType.MONTH: _month,
    FieldType.NUMBER: _number,
    FieldType.INT: _int,
}
