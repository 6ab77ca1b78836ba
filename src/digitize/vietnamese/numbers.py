"""Whole numbers in Vietnamese words, as far as dates and years need them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digitize.vietnamese.folding import fold

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_VALUES = {fold(word): value for value, word in enumerate(_DIGITS)} | {"tu": 4, "lam": 5}
_UNITS = {"nghin": 1000, "ngan": 1000, "tram": 100, "muoi": 10}
_FILLERS = ("linh", "le")


def number_in_words(number: int) -> str:
    """0 to 9,999 in words, with ``nghìn``, ``linh``, ``mốt`` and ``lăm`` where they belong."""
    if not 0 <= number <= 9999:
        raise ValueError(number)
    thousands, rest = divmod(number, 1000)
    hundreds, below = divmod(rest, 100)
    words = []
    if thousands:
        words.append(f"{_DIGITS[thousands]} nghìn")
    if hundreds or (thousands and below):
        words.append(f"{_DIGITS[hundreds]} trăm")
    if below and words and below < 10:
        words.append("linh")
    if below or not words:
        words.append(_below_hundred(below))
    return " ".join(words)


def _below_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _DIGITS[ones]
    head = "mười" if tens == 1 else f"{_DIGITS[tens]} mươi"
    if ones == 0:
        return head
    if ones == 5:
        return f"{head} lăm"
    if ones == 1 and tens > 1:
        return f"{head} mốt"
    return f"{head} {_DIGITS[ones]}"


def number_from_words(words: Sequence[str]) -> int | None:
    """The number that folded words stand for, below 10,000; None where a word is not understood.

    Short forms (``hai mươi ba`` and ``hai ba``) are understood only in full: a guess at a date
    would be worse than a question.
    """
    if not words:
        return None
    total = 0
    digit: int | None = None
    # Thousands come before hundreds before tens; what comes twice or late was misread.
    place = 10_000
    for word in words:
        if word in _VALUES:
            if digit is not None:
                return None
            digit = _VALUES[word]
        elif word in _UNITS:
            # "mười" opens ten to nineteen, "mươi" follows a digit; folded they are one word.
            if _UNITS[word] >= place or (digit is None and word != "muoi"):
                return None
            place = _UNITS[word]
            total += place * (1 if digit is None else digit)
            digit = None
        elif word not in _FILLERS or digit is not None or place not in (1000, 100):
            return None
    return None if words[-1] in _FILLERS else total + (digit or 0)


_POWERS = {"ty": 1_000_000_000, "trieu": 1_000_000}


def amount_from_words(text: str) -> int | None:
    """An amount of money in words, ``Một trăm năm mươi triệu đồng``; None where a word is not understood."""
    folded = re.sub(r"\bviet nam\b", " ", fold(text))
    words = [word for word in re.split(r"[^a-z]+", folded) if word not in ("", "dong", "chan")]
    if not words:
        return None
    total, part = 0, list[str]()
    least = max(_POWERS.values()) + 1
    for word in words:
        power = _POWERS.get(word)
        if power is None:
            part.append(word)
            continue
        number = number_from_words(part)
        # Greater powers come first; what comes twice or late was misread.
        if number is None or power >= least:
            return None
        total, part, least = total + number * power, [], power
    if not part:
        return total
    rest = number_from_words(part)
    return None if rest is None else total + rest
