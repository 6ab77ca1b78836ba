"""Take what is left of leaders out of the words of a line: ``năm..2025_,`` is ``năm 2025,``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from digitize.model import Word
from digitize.vietnamese.dictionary import in_dictionary
from digitize.vietnamese.folding import fold

_DOTS = "._…·"
_BEGINNING = re.compile(rf"^[{_DOTS}]+(?=[^\W_])")
_END = re.compile(r"(?:(?<=[^\W_])_+|[._…]{2,}|[._…]+(?=,$))(,?)$")
_STUCK = re.compile(rf"^(\(?(?P<word>[^\W\d_]{{2,}})[:;,)]*)[{_DOTS}]+(?P<value>\d.*|[^\W\d_a-zà-ỹ].*)$")
_DATE_PARTS = {"ngay": (1, 2), "thang": (1, 2), "nam": (4,)}
"""What stands before a part of a date, folded, and how many digits the part has."""

_DOTTED_NUMBER = re.compile(rf"^(\d(?:[{_DOTS}]*\d)*)[{_DOTS}]*(,?)$")
_DOUBTFUL = 0.5
"""At most so much confidence has a number from whose middle dots were taken."""


def without_remains(line: Sequence[Word]) -> list[Word]:
    """The words of a line of a page with leaders, without what dots of leaders were read as."""
    words = [part for word in line for part in _parted(word)]
    for index in range(1, len(words)):
        words[index] = _date_part(words[index - 1], words[index])
    return words


def _parted(word: Word) -> Iterable[Word]:
    if not word.text.strip(_DOTS):
        return []
    text = _END.sub(r"\1", _BEGINNING.sub("", word.text))
    stuck = _STUCK.match(text)
    if stuck is None or in_dictionary(stuck["word"]) is not True or stuck["word"].isupper():
        return [word if text == word.text else replace(word, text=text)]
    left, top, right, bottom = word.box
    # Letters are about equally wide.
    edge = left + (right - left) * stuck.start("value") // len(text)
    label = replace(word, text=stuck[1], box=(left, top, edge, bottom))
    value = replace(word, text=stuck["value"], box=(edge, top, right, bottom))
    return [label, *_parted(value)]


def _date_part(before: Word, word: Word) -> Word:
    lengths = _DATE_PARTS.get(fold(before.text).strip(":,"))
    dotted = _DOTTED_NUMBER.match(word.text)
    if not lengths or not dotted:
        return word
    digits = "".join(filter(str.isdigit, dotted[1]))
    if len(digits) not in lengths or digits + dotted[2] == word.text:
        return word
    doubt = word.confidence if dotted[1].isdigit() else min(word.confidence, _DOUBTFUL)
    return replace(word, text=digits + dotted[2], confidence=doubt)
