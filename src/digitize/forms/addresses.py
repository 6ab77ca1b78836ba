"""Read an address: its commas, its units, and whether they exist."""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process

from digitize.forms.value_texts import SUGGESTED, ReadValue, mended, near_phrases, odd_words, words_of
from digitize.model import Problem
from digitize.vietnamese.addresses import known_units, locate_address, misspelled_unit, with_units_spelled
from digitize.vietnamese.communes import UNIT_KINDS, bare_name
from digitize.vietnamese.folding import fold
from digitize.vietnamese.phrases import known_otherwise, with_known_accents, words_of_phrases
from digitize.vietnamese.vocabulary import PAPER_PHRASES, PLACE_HEADS, PLACE_PHRASES, PROVINCES, STREETS

_UNITS = "|".join(UNIT_KINDS)

_LOST_COMMA = re.compile(rf"\. (?=(?:{_UNITS}|đường|thôn|ấp|tổ)\b)")

_RUN_TOGETHER = re.compile(
    r"((?<![^\s])(?:Số \d+|đường|phố|[Tt]hôn|[Ấấ]p|[Tt]ổ|[Kk]hu phố|[Bb]ản|[Xx]óm|[Kk]hóm|[Bb]uôn|[Ll]àng|"
    + _UNITS
    + r")\b.*?\w)"
    r" (?=(?:" + _UNITS + r")\b [A-ZĐÂĂÊÔƠƯ\d])"
)
"""Two units of an address whose comma was lost."""

_STRAY_COMMA = re.compile(rf"\b({_UNITS}|đường)(?:, |[:;.] ?)(?=[A-ZĐÂÊÔƠƯĂ])")
"""A mark between a unit and its name is a dot of the leader."""

_MARKED_TWICE = re.compile(r"(?<=[^\W\d_]{3})\. ?, ?|(?:(?<=[^\W\d_]{3})\. ?)?,(?: ?[,.])+ ?(?=[^\W_])")
"""A comma with dots of the leader beside it."""

_DOT_BEHIND_NUMBER = re.compile(r"(?<=\d)\.(?=[^\W\d_]{2})")
"""``Số 212.đường``: what parts a number from a word is a space; the dot is one of the leader."""

_STRAY_DOT = re.compile(r"(?<=[^\W\d_]{3})\. (?=[A-ZĐÂÊÔƠƯ][^\W\d_])")
"""A dot between two words of a name is one of the leader; abbreviations are shorter."""

_HEADS = tuple(head.casefold() for head in PLACE_HEADS)

_OF_PROVINCE = re.compile(r"\btỉnh ([^,;()]+?)(?=$|[,;()])")

_PROVINCES_FOLDED = frozenset(map(fold, PROVINCES))

_EDGE_STROKE = re.compile(r"[1lI|] ")
"""A stroke of a table or of the label before looks like a digit."""

_TAIL = re.compile(r"(?<=\w) [\w|]$")
"""A letter behind a province."""


def read_address(text: str) -> ReadValue:
    """Read an address; what no list has, or has nearly, is in doubt."""
    text = mended(text)
    if _EDGE_STROKE.match(text) and text[2:].casefold().startswith(_HEADS):
        text = text[2:]
    # A comma loses its tail to the leader under it; before a unit's name it was one.
    text = _DOT_BEHIND_NUMBER.sub(" ", _MARKED_TWICE.sub(", ", text))
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
        near = process.extractOne(strange[0], PROVINCES, scorer=fuzz.ratio, score_cutoff=SUGGESTED)
        likely = text.replace(strange[0], near[0]) if near else text
        return ReadValue(likely, (Problem("province_unknown", {"name": strange[0]}),))
    # Of a province that is known its own units tell more than those of the country.
    odd_unit = located.odd if located else misspelled_unit(text)
    if odd_unit:
        likely = text if "," in odd_unit[1] else text.replace(odd_unit[0], bare_name(odd_unit[1]))
        return ReadValue(likely, (Problem("unit_odd", {"name": odd_unit[0], "known": odd_unit[1]}),))
    # Without such a word before it, another accent may make it the name of another place.
    found = located is not None and bool(located.communes)
    unusual = known_otherwise(text, STREETS if found else (*PROVINCES, *STREETS))
    doubts = (Problem("name_unusual", {"word": unusual}),) if unusual else ()
    proven = words_of(units) | words_of_phrases(text, phrases)
    problems = (*odd_words(text, proven), *near_phrases(text), *_odd_heads(text), *doubts)
    return ReadValue(text, problems, proven, whole=found)


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
