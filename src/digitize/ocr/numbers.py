"""Decide which of several readings of a line of numbers is right, or that none is sure.

A page holds few numbers, and a wrong digit in one of them does more harm than any other mistake.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from digitize.imaging.components import Components
from digitize.imaging.ink import darker_half
from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.lookalikes import as_number
from digitize.ocr.looks import DOUBTFUL, LEGIBLE, confidence_of, doubted, text_of
from digitize.ocr.number_net import NumberReading, read_number, read_word
from digitize.vietnamese.dates import DATE_PARTS
from digitize.vietnamese.dictionary import in_dictionary
from digitize.vietnamese.folding import fold

_LEAST_SIGN = 1.2
"""Millimetres that digits are high."""

_POINTS = ".,:;"

_UNKNOWN = "+"
"""A sign of numbers that the network does not know; it takes it for a digit."""

_AGREES = 0.5
_TELLS = 0.8
_CONTRADICTS = 0.9
"""Probability that the network gives its reading, from which on it confirms another reading of a line,
has a voice, and is a reason to doubt a reading that the engine is surer of. Of 4,445 made-up lines kept back
from teaching, of wear 0 to 3, it read one number in 90 wrongly from 0.5 on, one in 270 from 0.8 and from 0.9,
one in 550 from 0.95 on."""

_ADDRESS_TELLS = 0.35
"""The same for addresses, which are long, and which Tesseract reads as words."""

_OVERRULED = 3
"""So many readings that agree are more than the network alone."""

_SURE = 0.93
"""Numbers of running text of which the engine is more sure are let alone."""

_NUMBER = re.compile(r"^(?=.*\d)[\d/.,: -]+$")
_LIKE_ADDRESS = re.compile(r"^\w{3,}\S*\w{3,}\.[a-z]{2,3}$")
_SHORT, _LONG = 3, 6
"""Characters of the longest strange word that may be a number, and digits of a long number."""

_ADDRESS = re.compile(r"^[a-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$")


def is_number(words: Sequence[Word]) -> bool:
    """Whether at least half of what was read are digits."""
    return _is_mostly_digits(_bare(text_of(words)))


def vouched_for(text: str, pixels: Pixels, dpi: float) -> str | None:
    """A number as the network spaces it, if it reads just this number in a picture of a line; else None."""
    if not _NUMBER.match(text):
        return None
    by_network = read_number(pixels, dpi)
    if by_network is None or by_network.confidence < _TELLS or _bare(by_network.text) != _bare(text):
        return None
    return by_network.text


def confirmed(words: Sequence[Word], by_network: NumberReading) -> tuple[Word, ...] | None:
    """Words in which the network reads the same digits, surer by that; None if it reads others.

    The two have never learnt together.
    """
    text = text_of(words)
    digits = sum(map(str.isdigit, text))
    if not digits or _bare(fold(text)) != _bare(by_network.text.lower()):
        return None
    if by_network.confidence >= _AGREES:
        sure = by_network.confidence
    elif digits >= _LONG:
        # By chance they would not agree on so many.
        sure = DOUBTFUL
    else:
        return None
    return _spaced(tuple(replace(word, confidence=max(word.confidence, sure)) for word in words), by_network)


def _spaced(words: tuple[Word, ...], by_network: NumberReading) -> tuple[Word, ...]:
    """Words that the network confirms, one word where it sees one number without a space in it.

    Worn leaders make the engine part a number. Of 1,603 numbers that the network read rightly it had the
    spaces of all right.
    """
    spaceless = _NUMBER.match(by_network.text) and " " not in by_network.text
    if len(words) < 2 or not spaceless or by_network.confidence < _TELLS:
        return words
    return (_whole(words, _bare(text_of(words)), confidence_of(words)),)


def is_contradicted(words: Sequence[Word], by_network: NumberReading | None) -> bool:
    """Whether the network is sure of another number, or of a number where the engine reads none."""
    return (
        by_network is not None
        and _is_number_to(by_network, [words])
        and by_network.confidence
        >= (_CONTRADICTS if confidence_of(words) > by_network.confidence else _TELLS)
        and _number_of(words) != _bare(by_network.text)
    )


def with_numbers_checked(words: Sequence[Word], pixels: Pixels, dpi: float) -> tuple[Word, ...]:
    """Words of a page, the numbers among them that the engine is not sure of read by the network as well.

    Args:
        words: with boxes in pixels of the picture.
        pixels: the page in grey without rulings.
        dpi: its resolution.

    """
    return tuple(
        _checked(word, pixels, dpi) if word.confidence < _SURE and _may_be_number(word.text) else word
        for word in words
    )


def with_dates_checked(line: Sequence[Word], pixels: Pixels, dpi: float) -> list[Word]:
    """The words of a line; what stands behind ``ngày``, ``tháng`` and ``năm`` read by the network as well."""
    words = list(line)
    for index in range(1, len(words)):
        named = fold(words[index - 1].text).strip(":,._") in DATE_PARTS
        # What is a number was looked at before; the network cannot vouch for what it has read itself.
        if named and not is_number([words[index]]):
            words[index] = _checked(words[index], pixels, dpi)
    return words


def _is_mostly_digits(text: str) -> bool:
    return bool(text) and 2 * sum(map(str.isdigit, text)) >= len(text)


def _may_be_number(text: str) -> bool:
    """Whether a word is a number, an address, or so short and strange that it may be one."""
    if _is_mostly_digits(text) or "@" in text or _LIKE_ADDRESS.search(text):
        return True
    return len(text) <= _SHORT and any(map(str.isalnum, text)) and in_dictionary(text) is not True


def _checked(word: Word, pixels: Pixels, dpi: float) -> Word:
    by_network = read_word(word.box, pixels, dpi)
    if by_network is None:
        return word
    sure = confirmed([word], by_network)
    if sure is not None:
        return sure[0]
    address = best_address([(word,)], by_network)
    if address is not None:
        return address[0]
    if by_network.confidence >= _TELLS and _is_number_to(by_network, [[word]]):
        number = as_number(word.text)
        if _digits(number) == _digits(by_network.text):
            # Full stops and commas behind a number are the engine's.
            return replace(word, text=number, confidence=max(word.confidence, by_network.confidence))
        if by_network.confidence > word.confidence:
            return replace(word, text=_bare(by_network.text), confidence=DOUBTFUL)
    return word


def best_address(
    looks: Sequence[tuple[Word, ...]], by_network: NumberReading | None
) -> tuple[Word, ...] | None:
    """An address of electronic mail as the network reads it; in doubt unless a look says the same."""
    if (
        by_network is None
        or by_network.confidence < _ADDRESS_TELLS
        or not _ADDRESS.match(_bare(by_network.text))
    ):
        return None
    text = _bare(by_network.text)
    for look in looks:
        if _bare(text_of(look)) == text:
            return (_whole(look, text, max(confidence_of(look), by_network.confidence)),)
    return (_whole(looks[0], text, DOUBTFUL),) if looks[0] else None


def best_number(
    looks: Sequence[Sequence[Word]], signs: int, by_network: NumberReading | None = None
) -> tuple[Word, ...]:
    """The best of readings of one line of numbers, letters that look like digits made digits.

    What the network and a look agree on is taken. Else the network is doubted, unless most looks agree on
    something else: then they are. Where it has no voice, what most looks agree on is taken, of equals the
    one with as many signs as the picture shows, then the one with most confidence; it is doubted where
    fewer than two of them say just that.

    Args:
        looks: the readings.
        signs: how many signs, the height of a digit, stand in the picture.
        by_network: what the network reads.

    """
    looks = [look for look in looks if look and confidence_of(look) >= LEGIBLE] or list(looks[:1])
    if by_network is None or by_network.confidence < _TELLS or not _is_number_to(by_network, looks):
        return _voted(looks, signs)
    wanted = _bare(by_network.text)
    same = [look for look in looks if _number_of(look) == wanted]
    if same:
        best = max(same, key=confidence_of)
        return _spaced(
            tuple(
                replace(
                    word, text=as_number(word.text), confidence=max(word.confidence, by_network.confidence)
                )
                for word in best
            ),
            by_network,
        )
    alike = [look for look in looks if _digits(_number_of(look)) == _digits(wanted)]
    if alike:
        # The engine loses the points of a number among the dots.
        best = max(alike, key=confidence_of)
        # Only a comma behind it: both say the same number.
        same_number = _number_of(best).strip(_POINTS) == wanted.strip(_POINTS)
        both = max if same_number else min
        return (_whole(best, wanted, both(by_network.confidence, confidence_of(best))),)
    texts = [_number_of(look) for look in looks]
    agreed = max(map(texts.count, texts), default=0)
    if looks[0] and agreed < _OVERRULED and by_network.confidence > confidence_of(looks[0]):
        return (_whole(looks[0], wanted, DOUBTFUL),)
    return doubted(_voted(looks, signs))


def _voted(looks: Sequence[Sequence[Word]], signs: int) -> tuple[Word, ...]:
    said = [text_of(look) for look in looks]
    numbers = [tuple(replace(word, text=as_number(word.text)) for word in look) for look in looks]
    texts = [text_of(number) for number in numbers]

    def worth(index: int) -> tuple[int, bool, bool, float]:
        literal = said[index] == texts[index]
        return (
            texts.count(texts[index]),
            _signs_in(texts[index]) == signs,
            literal,
            confidence_of(looks[index]),
        )

    best = max(range(len(looks)), key=worth)
    agreed = said.count(texts[best])
    if agreed > 1 and agreed > max((said.count(text) for text in said if text != texts[best]), default=0):
        return numbers[best]
    return doubted(numbers[best])


def _is_number_to(by_network: NumberReading | None, looks: Sequence[Sequence[Word]]) -> bool:
    """Whether the network reads a number, and no look a sign that the network does not know."""
    if by_network is None or not _NUMBER.match(by_network.text):
        return False
    return not any(sign in _UNKNOWN for look in looks for word in look for sign in word.text)


def _number_of(words: Sequence[Word]) -> str:
    return _bare("".join(as_number(word.text) for word in words))


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _bare(text: str) -> str:
    return text.replace(" ", "")


def _whole(look: Sequence[Word], text: str, confidence: float) -> Word:
    """One word where a look has some."""
    left, top, right, bottom = zip(*(word.box for word in look), strict=True)
    return Word(text, (min(left), min(top), max(right), max(bottom)), confidence, look[0].line)


def count_of_signs(pixels: Pixels, dpi: float) -> int:
    """How many pieces, side by side and as high as digits, a picture of a line holds."""
    parts = Components.of(darker_half(pixels))
    high = parts.height >= max(_LEAST_SIGN * dpi / 25.4, 0.6 * float(parts.height.max(initial=0)))
    order = np.argsort(parts.left[high], kind="stable")
    left = parts.left[high][order]
    right = left + parts.width[high][order]
    count, end = 0, -1
    for begin, stop in zip(left, right, strict=True):
        # Pieces one over the other are a broken digit.
        count += int(begin >= end - (stop - begin) // 2)
        end = max(end, int(stop))
    return count


def _signs_in(text: str) -> int:
    return sum(sign.isalnum() or sign == "/" for sign in text)
