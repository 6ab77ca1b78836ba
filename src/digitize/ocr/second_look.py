"""Read a single line, and again where it pays: numbers, and what was read badly.

A page holds few numbers, and a wrong digit in one of them does more harm than any other mistake. They
have no neighbours and no dictionary that could help the engine. So a line with digits is read by the
engine's two ways of looking at a line; where these differ, a third reading that knows digits only
decides, and where all differ the reading counts as doubtful. So is a line in capitals, which on forms is
a name: of ``HIẾU``, ``HIỀU`` and ``HIỂU`` no dictionary knows which was meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import fmean

import cv2
import numpy as np

from digitize.imaging.components import Components
from digitize.imaging.picture import Pixels
from digitize.model import Word
from digitize.ocr.engine import Layout, OcrEngine
from digitize.ocr.lookalikes import as_email, as_number
from digitize.vietnamese.dictionary import in_dictionary
from digitize.vietnamese.folding import fold

_SOFTENED = 0.127
"""Standard deviation in millimetres by which a line is blurred: remains of the dots that stood under
letters disappear, strokes of letters are wider. One pixel at 200 dpi."""

_PADDING = 2.5
"""Millimetres of paper around the line."""

_LEGIBLE = 0.3
_WELL_READ = 0.8
_DOUBTFUL = 0.5
"""At most so much confidence is left where readings differ."""

_LONGEST = 40
"""Characters of the longest line that is read again for its digits or capitals."""

_DIGITS = "0123456789/-.,:+"
_EDGES = ".,_:;…'`·-–—~^"
"""What dots of a leader are taken for at the ends of a value."""

_LEAST_SIGN = 1.2
"""Millimetres that digits are high."""

_ONE_NUMBER = 0.45
"""Digits closer together than this share of their height belong to one number."""


def read_line(pixels: Pixels, dpi: float, engine: OcrEngine, *, dotted: bool = True) -> tuple[Word, ...]:
    """The words of a picture of one line, with boxes in its pixels.

    Args:
        pixels: the line with a little paper around it.
        dpi: its resolution.
        engine: reads it.
        dotted: whether it stood over a leader, remains of which are softened away.

    """
    soft, sharp = softened(pixels, dpi), pixels
    if not dotted:
        soft, sharp = sharp, soft
    pad = round(_PADDING * dpi / 25.4)

    def raw_look(only: str = "") -> tuple[Word, ...]:
        # This way of looking takes the whole picture for the line, so it gets no more paper around it;
        # where the words are it does not say.
        raw = tidied(engine.read(soft, dpi, Layout.RAW_LINE, only=only))
        return placed(raw, first, pixels.shape[1], pixels.shape[0])

    def padded_look(pixels: Pixels, only: str = "") -> tuple[Word, ...]:
        padded = np.pad(pixels, pad, mode="edge")
        return tidied([moved(word, -pad, -pad) for word in engine.read(padded, dpi, Layout.LINE, only=only)])

    first = padded_look(soft)
    if not _pays(first):
        return first
    second = raw_look()
    if text_of(first) == text_of(second):
        return first
    if _is_number(first) or _is_number(second):
        looks = (first, second, raw_look(_DIGITS), padded_look(sharp, _DIGITS))
        return best_number(looks, count_of_signs(pixels, dpi))
    return better(first, second, padded_look(sharp))


def best_number(looks: Sequence[Sequence[Word]], signs: int) -> tuple[Word, ...]:
    """The best of readings of one line of numbers, letters that look like digits made digits.

    What most readings agree on is taken, of equals the one with as many signs as the picture shows, then
    the one with most confidence. It is doubted where fewer than two of them say just that.

    Args:
        looks: the readings.
        signs: how many signs, the height of a digit, stand in the picture.

    """
    looks = [look for look in looks if look and confidence_of(look) >= _LEGIBLE] or list(looks[:1])
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
    return tuple(
        replace(word, confidence=min(word.confidence, _DOUBTFUL))
        if any(map(str.isdigit, word.text))
        else word
        for word in numbers[best]
    )


def count_of_signs(pixels: Pixels, dpi: float) -> int:
    """How many pieces, side by side and as high as digits, a picture of a line holds."""
    dark = pixels < (int(pixels.max()) + int(pixels.min())) // 2
    parts = Components.of(dark)
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


def softened(pixels: Pixels, dpi: float) -> Pixels:
    """A line with its strokes blurred a little."""
    return cv2.GaussianBlur(pixels, (0, 0), _SOFTENED * dpi / 25.4).astype(np.uint8)


def better(first: Sequence[Word], second: Sequence[Word], third: Sequence[Word]) -> tuple[Word, ...]:
    """The best of readings of one line that differ.

    What two of three readings agree on is believed. Otherwise the one with more confidence in its
    letters is taken, and doubted.
    """
    if third and confidence_of(third) >= _LEGIBLE and text_of(third) in (text_of(first), text_of(second)):
        return tuple(first) if text_of(third) == text_of(first) else tuple(second)
    best = max((first, second), key=confidence_of)
    return tuple(
        Word(word.text, word.box, min(word.confidence, _DOUBTFUL), word.line)
        if any(map(str.isdigit, word.text))
        else word
        for word in best
    )


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


def text_of(words: Sequence[Word]) -> str:
    """The words with single spaces."""
    return " ".join(word.text for word in words)


def confidence_of(words: Sequence[Word]) -> float:
    """Mean confidence of words, weighted by their length; 0 if there are none."""
    total = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / total if total else 0.0


def _pays(words: Sequence[Word]) -> bool:
    text = text_of(words)
    if not text:
        return True
    if fmean(word.confidence for word in words) < _WELL_READ:
        return True
    telling = any(map(str.isdigit, text)) or text.isupper()
    return "@" in text or (telling and len(text) <= _LONGEST)


def _is_number(words: Sequence[Word]) -> bool:
    text = text_of(words).replace(" ", "")
    return bool(text) and 2 * sum(map(str.isdigit, text)) >= len(text)


def _one_number(left: Word, right: Word) -> bool:
    if not (left.text[-1:].isdigit() and right.text[:1].isdigit()):
        return False
    height = max(left.box[3] - left.box[1], right.box[3] - right.box[1])
    return right.box[0] - left.box[2] < _ONE_NUMBER * height


def moved(word: Word, x: int, y: int) -> Word:
    """A word of a picture with its box in a larger one, in which the picture begins at a place."""
    left, top, right, bottom = word.box
    return replace(word, box=(left + x, top + y, right + x, bottom + y))
