"""Take what is left of leaders out of the words of a line: ``năm..2025_,`` is ``năm 2025 ,``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from digitize.imaging.leaders import Leader
from digitize.model import Box, Word
from digitize.ocr.lookalikes import as_number
from digitize.ocr.looks import DOUBTFUL, placed
from digitize.vietnamese.dates import DATE_PARTS
from digitize.vietnamese.dictionary import in_dictionary
from digitize.vietnamese.folding import fold

_DOTS = "._…·"
_BEGINNING = re.compile(rf"^[{_DOTS}]+(?=[^\W_])")
_END = re.compile(r"(?:(?<=[^\W_])_+|…|[._…·]{2,}|·|[._…·]+(?=,$))(,?)$")
_COMMA = re.compile(r"[\w)],$")
_ENDING_DOT = re.compile(r"(?<=\w\w)[.,]$")
_BEFORE_LEADER, _AT_LEVEL = 2.5, 1.5
"""Millimetres from the end of a word to the first dot that was found, and from its foot to the level."""

_LEAST_LETTER = 1.0
"""Millimetres that a letter measures at least, across or down."""

_BEHIND_SLASH = re.compile(r"^/\d{1,4}$")
_STUCK = re.compile(rf"^(\(?(?P<word>[^\W\d_]{{2,}})[:;,)]*)[{_DOTS}]+(?P<value>[^\W_].*)$")
_DOTTED_NUMBER = re.compile(rf"^(\d(?:[{_DOTS}]*\d)*)[{_DOTS}]*(,?)$")


def without_remains(line: Sequence[Word]) -> list[Word]:
    """The words of a line of a page with leaders, without what dots of leaders were read as."""
    words = [part for word in line for part in _parted(word)]
    for index in range(1, len(words)):
        words[index] = _date_part(words[index - 1], words[index])
    return words


def without_specks(words: Iterable[Word], dpi: float) -> tuple[Word, ...]:
    """Words of a page without dots that were read as letters: ``Ũ`` where a dot or two are left."""
    least = _LEAST_LETTER * dpi / 25.4
    return tuple(
        word
        for word in words
        if max(word.box[2] - word.box[0], word.box[3] - word.box[1]) >= least
        or not any(map(str.isalnum, word.text))
    )


def without_comma(value: Sequence[Word]) -> tuple[Word, ...]:
    """The words of a value over a leader, the comma that is printed behind it a word of its own."""
    words = tuple(value)
    if not words or not _COMMA.search(words[-1].text):
        return words
    last = words[-1]
    comma = replace(last, text=",", box=(*_end_of(last.box), *last.box[2:]))
    return (*words[:-1], replace(last, text=last.text[:-1]), comma)


def without_bracket(value: Sequence[Word]) -> tuple[Word, ...]:
    """The words of a value without a bracket before them that nothing closes.

    Dots of its leader look like one beside the colon of its label.
    """
    words = tuple(value)
    if not words or not words[0].text.startswith("(") or any(")" in word.text for word in words):
        return words
    bare = words[0].text.lstrip("(")
    return (replace(words[0], text=bare), *words[1:]) if bare else words[1:]


def without_rules(line: Sequence[Word]) -> list[Word]:
    """The words of a line without what the rule under them was read as: ``05_`` is ``05``."""
    return [
        replace(word, text=word.text.strip("_")) if any(map(str.isalnum, word.text)) else word
        for word in line
    ]


def before_leaders(line: Sequence[Word], leaders: Iterable[Leader], dpi: float) -> list[Word]:
    """The words of a line without the first dot of a leader that begins behind them: ``Nam.`` is ``Nam``."""
    near, level = _BEFORE_LEADER * dpi / 25.4, _AT_LEVEL * dpi / 25.4
    starts = [(leader.left, leader.level) for leader in leaders]

    def is_before(box: Box) -> bool:
        return any(-near < left - box[2] < near and abs(y - box[3]) < level for left, y in starts)

    return [
        replace(word, text=_ENDING_DOT.sub("", word.text))
        if _ENDING_DOT.search(word.text) and is_before(word.box)
        else word
        for word in line
    ]


def _parted(word: Word) -> Iterable[Word]:
    if not word.text.strip(_DOTS):
        return []
    text = _BEGINNING.sub("", word.text)
    text, end = (text[: found.start()], found[1]) if (found := _END.search(text)) else (text, "")
    if end and text:
        # The dots between show that the comma is printed behind the leader.
        return [
            *_parted(replace(word, text=text)),
            replace(word, text=end, box=(*_end_of(word.box), *word.box[2:])),
        ]
    if _BEHIND_SLASH.match(text):
        left, top, right, bottom = word.box
        edge = left + (right - left) // len(text)
        return [
            replace(word, text="/", box=(left, top, edge, bottom)),
            replace(word, text=text[1:], box=(edge, top, right, bottom)),
        ]
    text += end
    stuck = _STUCK.match(text)
    if (
        stuck is None
        or in_dictionary(stuck["word"]) is not True
        or stuck["word"].isupper()
        or stuck["value"][0].islower()
    ):
        plain = word if text == word.text else replace(word, text=text)
        return _dotted_words(plain) or [plain]
    left, top, right, bottom = word.box
    # Letters are about equally wide.
    edge = left + (right - left) * stuck.start("value") // len(text)
    label = replace(word, text=stuck[1], box=(left, top, edge, bottom))
    value = replace(word, text=stuck["value"], box=(edge, top, right, bottom))
    return [label, *_parted(value)]


def _dotted_words(word: Word) -> list[Word]:
    """The words of one in which dots of a leader stand for the spaces: ``Thẻ.căn.cước``."""
    parts = [part for part in re.split(rf"[{_DOTS}]+", word.text) if part]
    known = all(len(part) > 1 and not part.isupper() and in_dictionary(part) is True for part in parts)
    if len(parts) == 1 or not known:
        return []
    if word.text.endswith("."):
        parts[-1] += "."
    spread = placed([replace(word, text=part) for part in parts], [word], 0, 0)
    return [replace(word, text=part.text, box=part.box) for part in spread]


def _end_of(box: Box) -> tuple[int, int]:
    return max(box[0], box[2] - (box[3] - box[1]) // 3), box[1]


def _date_part(before: Word, word: Word) -> Word:
    lengths = DATE_PARTS.get(fold(before.text).strip(":,"))
    if not lengths:
        return word
    number = as_number(word.text)
    if number != word.text and sum(map(str.isdigit, number)) in lengths:
        word = replace(word, text=number, confidence=min(word.confidence, DOUBTFUL))
    dotted = _DOTTED_NUMBER.match(word.text)
    if not dotted:
        return word
    digits = "".join(filter(str.isdigit, dotted[1]))
    if len(digits) not in lengths or digits + dotted[2] == word.text:
        return word
    doubt = word.confidence if dotted[1].isdigit() else min(word.confidence, DOUBTFUL)
    return replace(word, text=digits + dotted[2], confidence=doubt)
