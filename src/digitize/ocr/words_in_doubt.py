"""Read words in doubt again, from a larger picture of each, by two models; the better reading wins.

What is doubtful are words with little confidence and words that no dictionary knows. On worn pages
Tesseract loses the second mark over a vowel first (``phâm`` for ``phẩm``); enlarged it often sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from digitize.imaging.picture import Pixels
from digitize.imaging.reading import ReadingPicture
from digitize.model import Box, Word
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.looks import confidence_of, text_of
from digitize.ocr.word_net import read_word_of_line
from digitize.ocr.words_settled import settled
from digitize.vietnamese.dictionary import in_dictionary

_SURE = 0.88
"""Words with more confidence are hardly ever wrong; looking at those between 0.88 and 0.93 as well made
as many words worse as better, for a tenth more of the time of a page."""

_LEGIBLE = 0.3
"""Less confidence have scrawls and dirt, which a dictionary would only make words of."""

_CERTAIN = 0.96
_MOST_SEEN = 150
"""Words with less confidence are seen by the network as well, so many of a page at most: it takes a tenth of
the time of a second look by the engine."""

_MOST = 40
"""Words of a page that are read again at most, those with least confidence first: a page of scrawls must
not cost ten times what a page of print does."""

_KNOWN = 0.2
"""What being in the dictionary counts for, beside confidence, and not being in it against."""

_LEAD = 0.1
"""More confidence that a reading needs which no dictionary knows."""

_LONGER = 2
"""Characters by which readings of one word may differ in length."""

_DPI = 450.0
_MARGIN = 0.04
"""Inches of the page around a word."""

_LEAST_LETTERS = 2


def read_again(
    lines: Sequence[Sequence[Word]], picture: ReadingPicture, engine: OcrEngine
) -> list[list[Word]]:
    """Lines of a reading picture, their words in doubt read again; the cap is that of a page."""
    words = [word for line in lines for word in line]
    boxes = [[word.box for word in line] for line in lines for _ in line]
    seen: dict[int, tuple[str, float]] = {}
    for index in _unsure(words):
        outputs = read_word_of_line(picture.pixels, picture.dpi, words[index].box, boxes[index])
        if outputs is not None:
            found = settled(words[index], outputs)
            words[index] = found.word
            seen[index] = found.seen
    for index in doubtful(words):
        larger = _enlarged(picture, words[index].box)
        if larger is None:
            continue
        looks = [seen[index]] if index in seen else []
        # The other model first: where it says the same of a word that there is, nothing is left to decide.
        for one in (engine.second, engine):
            if one is not None:
                looks.append(_look(larger, one))
                if looks[-1][0] == words[index].text and in_dictionary(looks[-1][0]):
                    break
        words[index] = chosen(words[index], looks)
    again = iter(words)
    return [[next(again) for _ in line] for line in lines]


def _unsure(words: Sequence[Word]) -> list[int]:
    """Which words the network looks at: those with less confidence, and those that no dictionary knows."""
    values = {
        index: word.confidence
        for index, word in enumerate(words)
        if any(map(str.isalpha, word.text))
        and (word.confidence < _CERTAIN or in_dictionary(word.text) is False)
    }
    return sorted(values, key=lambda index: values[index])[:_MOST_SEEN]


def doubtful(words: Sequence[Word]) -> list[int]:
    """Which words are worth a second look, by their index; the worst first, so many as may be."""
    values = {
        index: _worth(word.text, word.confidence)
        for index, word in enumerate(words)
        if sum(map(str.isalpha, word.text)) >= _LEAST_LETTERS
        and word.confidence >= _LEGIBLE
        and (word.confidence < _SURE or in_dictionary(word.text) is False)
    }
    return sorted(values, key=lambda index: values[index])[:_MOST]


def chosen(word: Word, looks: Iterable[tuple[str, float]]) -> Word:
    """A word, or another reading of it: the one with most confidence, the dictionary counted in.

    A reading with digits or of another length is no reading of the same word, unless two looks agree.
    """
    looks = list(looks)
    # ``VT`` is no worse for not being in the dictionary, nor ``VI`` better.
    abbreviation = in_dictionary(word.text) is None
    best, text, confidence = _worth(word.text, word.confidence), word.text, word.confidence
    for other, sure in looks:
        agreed = sum(again == other for again, _ in looks) > 1
        alike = abs(len(other) - len(word.text)) <= _LONGER and not any(map(str.isdigit, other + word.text))
        if abbreviation:
            better = sure > confidence + _LEAD
        else:
            better = _worth(other, sure) > best + (0.0 if in_dictionary(other) else _LEAD)
        if other and (alike or agreed) and better:
            best, text, confidence = _worth(other, sure), other, sure
    return word if text == word.text else replace(word, text=text, confidence=confidence)


def _worth(text: str, confidence: float) -> float:
    known = in_dictionary(text)
    return confidence + (0.0 if known is None else _KNOWN if known else -_KNOWN)


def _look(larger: Pixels, engine: OcrEngine) -> tuple[str, float]:
    found = engine.read(larger, _DPI, Layout.WORD)
    return text_of(found), confidence_of(found)


def _enlarged(picture: ReadingPicture, box: Box) -> Pixels | None:
    dpi = picture.dpi / picture.scale
    margin = _MARGIN * dpi
    left, top = (max(0, round(edge / picture.scale - margin)) for edge in box[:2])
    right, bottom = (round(edge / picture.scale + margin) for edge in box[2:])
    part = picture.fine[top:bottom, left:right]
    if min(part.shape) < 2:
        return None
    factor = _DPI / dpi
    return cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
