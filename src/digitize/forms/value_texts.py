"""What readers of values share: a value with its doubts, its text tidied, and what is odd in a text."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from digitize.model import Problem, Value
from digitize.vietnamese.communes import UNIT_KINDS
from digitize.vietnamese.folding import fold, single_spaced
from digitize.vietnamese.syllables import is_possible
from digitize.vietnamese.vocabulary import NOTATIONS, OFFICES, PAPER_PHRASES

EDGES = " .,;:-–—_·…|'`\"“”„‚*~^ˆ˜˙´¨¯"

_LONG_PHRASES = tuple(
    fold(phrase) for phrase in (*PAPER_PHRASES, *OFFICES) if len(phrase) >= 9 and phrase[0].isupper()
)

_NEARLY = 88.0

SUGGESTED = 75.0
"""How alike, of 100, a text and a word of a list must be for the word to be shown instead."""

_ABBREVIATED = re.compile(r"\W*[BCDĐGHKLMNPQRSTVXY]{2,5}\W*")
"""``BHYT``: capitals without a vowel are an abbreviation."""

_STRANGE = re.compile(r"[\u02b0-\u02ff]|[^\w\s.,;:()/'’\"“”&+%°–—-]")
"""What does not occur in names and addresses, but is what OCR makes of dirt."""

_DOTTED_STROKE = re.compile(r"(?<=\d)[.,]+(?=/\d)|(?<=\d/)[.,]+(?=\d)")
"""Dots of a leader beside the stroke of ``01/2021``."""

_DOUBLED = re.compile(r"([,;:])(?: ?[,;:])+")
"""A comma that a dot of a leader has doubled."""

_SMALL_L = re.compile(rf"\b({'|'.join(UNIT_KINDS)}) l(?=[aà](?: |\.)|e )")
"""Names of units begin with a capital: ``xã la Tôr`` is ``xã Ia Tôr``."""

_PARTED_YEAR = re.compile(r"/(\d{1,3}) (\d{1,3})\b")
"""``01/202 3``: the year of a book of registration, read in two pieces."""

_CAPITAL_I = re.compile(r"\bI(?=[ýỳỷỹỵ])")
"""No syllable begins with two such vowels: ``Iý`` is ``Lý``."""

_PARTED_CODE = re.compile(r"(?<=\d)/([A-ZĐ]{1,3}) ([A-ZĐ]{1,4})\b")
"""``42/G BT``: a notation read in two pieces."""

_LOW_QUOTE = re.compile(r"\s?[„‚](?=[\s,]|$)")
"""A comma whose tail runs into a dot of the leader looks like a low quotation mark."""

_SMALL_WORDS = frozenset("ởýôà")
"""Words of one letter that may begin a text."""

_FOOTNOTE = re.compile(r"[(\[{]?[\dlIqO|S]{1,2}[)\]}]|[®©]")
"""A mark of a footnote by itself: nothing is written beside it."""


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
        stripped = single_spaced(spaced).strip(EDGES)
    if _FOOTNOTE.fullmatch(stripped):
        return ""
    stripped = _LOW_QUOTE.sub(",", stripped) if "“" not in stripped and "”" not in stripped else stripped
    stripped = _DOUBLED.sub(r"\1", _DOTTED_STROKE.sub("", stripped))
    # A closing bracket belongs to the value if it was opened in it.
    return stripped + ")" if stripped.count("(") > stripped.count(")") else stripped


def mended(text: str) -> str:
    """A text of a form in which slips that have just one reading are mended.

    Capitals of units and of syllables (``xã la Tôr``, ``Iý Thường Kiệt``), and years and notations that were
    read in two pieces.
    """
    text = _CAPITAL_I.sub("L", _SMALL_L.sub(r"\1 I", text))
    return _PARTED_CODE.sub(_joined_code, _PARTED_YEAR.sub(_joined_year, text))


def _joined_year(match: re.Match[str]) -> str:
    joined = match[1] + match[2]
    return f"/{joined}" if len(joined) == 4 else match[0]


def _joined_code(match: re.Match[str]) -> str:
    # Between ``QĐ`` and ``UBND`` a dash was lost, and nothing was parted.
    return match[0] if match[1] in NOTATIONS else f"/{match[1]}{match[2]}"


def words_of(names: Iterable[str]) -> frozenset[str]:
    """The words of some names in small letters, numbers aside."""
    return frozenset(word for name in names for word in name.casefold().split() if word.isalpha())


def near_phrases(text: str) -> tuple[Problem, ...]:
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


def odd_words(text: str, proven: Container[str] = ()) -> tuple[Problem, ...]:
    """What cannot be in a text; ``proven`` words may be in languages of the highlands."""
    strange = _STRANGE.search(text)
    if strange:
        return (Problem("character_odd", {"character": strange[0]}),)
    first, second = [*text.split(), "", ""][:2]
    # ``ề việc`` has lost its first letters; ``Ủy Ủy ban`` was read twice.
    headless = len(first) == 1 and first.islower() and first not in _SMALL_WORDS
    if headless or (first == second and first[:1].isupper()):
        return (Problem("syllable_odd", {"word": first}),)
    doubtful = (word for word in text.split() if word.strip(EDGES).casefold() not in proven)
    odd = [word for word in doubtful if not (is_possible(word) or _ABBREVIATED.fullmatch(word))]
    return (Problem("syllable_odd", {"word": odd[0]}),) if odd else ()
