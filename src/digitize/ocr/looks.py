"""Words of one line as the engine gives them: their text, their confidence, their places; tidied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from digitize.model import Word
from digitize.ocr.lookalikes import as_email
from digitize.vietnamese.dictionary import in_dictionary
from digitize.vietnamese.folding import fold

LEGIBLE = 0.3
"""A reading with less confidence says nothing."""

DOUBTFUL = 0.5
"""At most so much confidence is left where readings differ."""

_EDGES = ".,_:;…'`·-–—~^"
"""What dots of a leader are taken for at the ends of a value."""

_ONE_NUMBER = 0.45
"""Digits closer together than this share of their height belong to one number."""


def text_of(words: Sequence[Word]) -> str:
    """The words with single spaces."""
    return " ".join(word.text for word in words)


def confidence_of(words: Sequence[Word]) -> float:
    """Mean confidence of words, weighted by their length; 0 if there are none."""
    total = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / total if total else 0.0


def doubted(words: Sequence[Word]) -> tuple[Word, ...]:
    """Words with their numbers in doubt."""
    return tuple(
        replace(word, confidence=min(word.confidence, DOUBTFUL)) if any(map(str.isdigit, word.text)) else word
        for word in words
    )


def moved(word: Word, x: int, y: int) -> Word:
    """A word of a picture with its box in a larger one, in which the picture begins at a place."""
    left, top, right, bottom = word.box
    return replace(word, box=(left + x, top + y, right + x, bottom + y))


def placed(words: Sequence[Word], like: Sequence[Word], width: int, height: int) -> tuple[Word, ...]:
    """Words of a line with the boxes of another reading of it, or spread over the line by their length."""
    if len(words) == len(like):
        boxes = [word.box for word in like]
    else:
        left = min((word.box[0] for word in like), default=0)
        right = max((word.box[2] for word in like), default=width)
        top = min((word.box[1] for word in like), default=0)
        bottom = max((word.box[3] for word in like), default=height)
        ends = np.cumsum([0, *(len(word.text) + 1 for word in words)])
        total = max(1, int(ends[-1]) - 1)
        boxes = [
            (
                left + round((right - left) * int(start) / total),
                top,
                left + round((right - left) * (int(end) - 1) / total),
                bottom,
            )
            for start, end in pairwise(ends)
        ]
    return tuple(Word(word.text, box, word.confidence, 0) for word, box in zip(words, boxes, strict=True))


def tidied(words: Sequence[Word]) -> tuple[Word, ...]:
    """Words of a value without what dots of its leader were taken for, its numbers in one piece."""
    found: list[Word] = []
    for place, word in enumerate(words):
        text = word.text
        if place == 0:
            text = text.lstrip(_EDGES)
        if place == len(words) - 1 or (text.endswith(".") and _is_syllable(text)):
            text = text.rstrip(_EDGES)
        text = as_email(text)
        if not any(map(str.isalnum, text)) and len(text) < 2 and text not in ("%", "&", "x"):
            continue
        kept = replace(word, text=text)
        if found and _one_number(found[-1], kept):
            last = found.pop()
            box = (last.box[0], min(last.box[1], kept.box[1]), kept.box[2], max(last.box[3], kept.box[3]))
            kept = Word(last.text + text, box, min(last.confidence, kept.confidence), kept.line)
        found.append(kept)
    return tuple(found)


def _is_syllable(text: str) -> bool:
    """Whether a text is one of the language's words, and no abbreviation: ``Tp.`` is one."""
    spoken = not text.isupper() and any(letter in "aeiouy" for letter in fold(text))
    return spoken and in_dictionary(text) is True


def _one_number(left: Word, right: Word) -> bool:
    if not (left.text[-1:].isdigit() and right.text[:1].isdigit()):
        return False
    height = max(left.box[3] - left.box[1], right.box[3] - right.box[1])
    return right.box[0] - left.box[2] < _ONE_NUMBER * height
