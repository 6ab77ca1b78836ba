"""Signs that are never printed on papers of offices, made those that the engine took for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from digitize.model import Word

_BRACES = str.maketrans("{}", "[]")
_QUOTES = "'’‘`´"
_LEADING = re.compile(rf"^[{_QUOTES}ˆ^~˜]+(?=[^\W_])")
_COMMA_BEFORE = re.compile(r"^([,;])([^\W\d_]{2,}.*)$")
_ANCHOR = re.compile(r"^(\[\d\d(?:\.\d)?)đ(?=\])")
"""The anchors of a form, such as ``[11.2d]``, have plain letters."""


def with_usual_signs(line: Sequence[Word]) -> list[Word]:
    """The words of a line: braces are brackets, specks before a word are no apostrophes.

    A comma right before a word is the one behind a leader, and a word of its own.
    """
    return [part for word in line for part in _parted(word)]


def _parted(word: Word) -> list[Word]:
    text = _ANCHOR.sub(r"\1d", word.text.translate(_BRACES))
    if sum(map(text.count, _QUOTES)) <= 1:
        text = _LEADING.sub("", text)
    comma = _COMMA_BEFORE.match(text)
    if comma is None:
        return [word if text == word.text else replace(word, text=text)]
    left, top, right, bottom = word.box
    edge = left + (right - left) // (2 * len(text))
    return [
        replace(word, text=comma[1], box=(left, top, edge, bottom)),
        replace(word, text=comma[2], box=(edge, top, right, bottom)),
    ]
