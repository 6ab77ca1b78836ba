"""What the engine and the network for words make of a word together.

The two have never learnt together: where they agree, that is what stands on the paper. Where they differ,
the network is right about marks and capitals on worn paper more often than the engine is; it takes the word
only where it is sure, and where its word is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.line_net import Outputs
from digitize.ocr.looks import DOUBTFUL
from digitize.ocr.word_net import ALPHABET, read_word_of_line
from digitize.vietnamese.dictionary import in_dictionary

_SIGNS = frozenset(ALPHABET)

_AROUND = ".,;:\"'()[]!?-*"
"""Signs around a word that belong to the sentence."""

_AGREES = 0.3
_TELLS = 0.8
_CERTAIN = 0.95
"""Probability that the network gives its reading from which on it confirms a word, may take the place of one,
and may do so where no dictionary can tell, with a number or an abbreviation."""

_CONFIRMS = 0.6
"""Probability from which a reading of its own says that a value was read rightly."""

_UNLIKELY, _NO_CHANCE = 0.05, 0.001
"""Probability that it may give to a word of the dictionary, and to another one, whose place it takes. Of
18,000 words of made-up pages of wear 1 and 2, which it was not taught with, it was right about 45 and wrong
about 4 by the first."""

_LONGER = 1
"""Signs by which the two may differ in length; where it is more, the box of the word cuts through letters."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A word after the network has seen it.

    Attributes:
        word: with its text and confidence as they are now.
        sure: whether nothing is left to look at.
        seen: what the network reads, and how probable that is.

    """

    word: Word
    sure: bool
    seen: tuple[str, float]


def settled(word: Word, outputs: Outputs) -> Settled:
    """A word in the light of what the network says of it."""
    seen, sure = outputs.best()
    mine, its = _core(word.text), _core(seen)
    if mine == its:
        confirmed = max(word.confidence, sure) if sure >= _AGREES else word.confidence
        return Settled(replace(word, confidence=confirmed), sure=sure >= _AGREES, seen=(seen, sure))
    strange = any(sign not in _SIGNS and not sign.isalpha() for sign in mine)
    if not mine or strange or abs(len(mine) - len(its)) > _LONGER:
        # They do not speak of the same.
        return Settled(word, sure=False, seen=("", 0.0))
    if its and _is_better(its, mine, sure, outputs.probability(seen.replace(its, mine, 1))):
        # One of the language's words has become another one, or what is none.
        doubt = sure if _is_known(its) and not _is_known(mine) else DOUBTFUL
        text = word.text.replace(mine, its, 1)
        taken = replace(word, text=text, confidence=min(doubt, word.confidence))
        return Settled(taken, sure=True, seen=(seen, sure))
    return Settled(word, sure=False, seen=(seen, sure))


def _is_better(its: str, mine: str, sure: float, chance: float) -> bool:
    """Whether the reading of the network takes the place of the engine's.

    Args:
        its: what the network reads.
        mine: what the engine reads.
        sure: how probable its reading is in the eyes of the network.
        chance: how probable the engine's is.

    """
    if (
        sure < _TELLS
        or not its.replace("/", "").replace("-", "").isalnum()
        or its.casefold() == mine.casefold()
    ):
        return False
    if its.isdigit():
        return sure >= _CERTAIN and not mine.isdigit()
    if _is_known(its):
        return not _is_known(mine) or chance < _UNLIKELY
    return in_dictionary(its) is None and not _is_known(mine) and sure >= _CERTAIN and chance < _NO_CHANCE


def contradiction(word: Word, outputs: Outputs) -> str | None:
    """What the network, sure of it, reads instead of a word; None if nothing speaks against the word."""
    found = settled(word, outputs)
    seen, sure = found.seen
    if found.word.text != word.text:
        return found.word.text
    if found.sure or sure < _TELLS or _core(seen).casefold() == _core(word.text).casefold():
        return None
    return seen


def confirms(word: Word, outputs: Outputs) -> bool:
    """Whether the network, for its part, reads a word as it was read."""
    seen, sure = outputs.best()
    # A comma is what dots of leaders are taken for.
    comma = seen.rstrip(".").endswith(",") == word.text.rstrip(".").endswith(",")
    return sure >= _CONFIRMS and comma and _core(seen) == _core(word.text)


def with_words_settled(words: Sequence[Word], pixels: Pixels, dpi: float) -> tuple[Word, ...]:
    """Words of one line, those that the network sees otherwise in doubt.

    Args:
        words: with boxes in pixels of the picture.
        pixels: the line or the page, grey, without rulings.
        dpi: its resolution.

    """
    boxes = [word.box for word in words]
    result: list[Word] = []
    for word in words:
        outputs = read_word_of_line(pixels, dpi, word.box, boxes)
        if outputs is None:
            result.append(word)
            continue
        if not is_word(word.text):
            result.append(_number(word, outputs))
            continue
        settled_word = settled(word, outputs).word
        if not result:
            settled_word = _begun(settled_word, outputs)
        if settled_word.text == word.text and contradiction(word, outputs) is not None:
            settled_word = replace(word, confidence=min(word.confidence, DOUBTFUL))
        result.append(settled_word)
    return tuple(result)


def _is_known(text: str) -> bool:
    """Whether a text is a word of the dictionary; ``a9`` is none."""
    return in_dictionary(text) is True and not any(map(str.isdigit, text))


def _begun(word: Word, outputs: Outputs) -> Word:
    """The first word of a value, with a capital if the network is sure that it has one."""
    seen, sure = outputs.best()
    mine, its = _core(word.text), _core(seen)
    capital = mine[:1].upper() + mine[1:]
    if sure < _TELLS or its != capital or outputs.probability(seen.replace(its, mine, 1)) >= _UNLIKELY:
        return word
    return replace(word, text=word.text.replace(mine, its, 1))


def _number(word: Word, outputs: Outputs) -> Word:
    """A number among words; in doubt if the network reads another, with the signs that it sees between."""
    seen, sure = outputs.best()
    mine, its = _core(word.text), _core(seen)
    if mine == its and sure >= _TELLS:
        return replace(word, confidence=max(word.confidence, sure))
    if not mine or mine == its or sure < _TELLS or abs(len(mine) - len(its)) > _LONGER:
        return word
    doubted = replace(word, confidence=min(word.confidence, DOUBTFUL))
    if _digits(mine) == _digits(its) and len(its) > len(mine) and sure >= _CERTAIN:
        return replace(doubted, text=word.text.replace(mine, its, 1))
    return doubted


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def is_word(text: str) -> bool:
    """Whether a text has at least as many letters as other signs."""
    return 2 * sum(map(str.isalpha, text)) >= len(text)


def _core(text: str) -> str:
    return text.strip(_AROUND)
