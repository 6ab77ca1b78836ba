"""Put back accents that known phrases cannot lose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from digitize.vietnamese.folding import fold


def with_known_accents(text: str, phrases: Iterable[str], *, after: Sequence[str] = ()) -> str:
    """``text`` with the accents of the phrases that stand in it; their case stays as it is.

    ``Bênh viên`` is no Vietnamese; where the letters of a phrase stand, the phrase was meant. That
    holds for a phrase in small letters only where it is written so before a name or a number:
    ``phương Hà Tu`` is a phường, but ``Phương Mai`` is a name.

    Args:
        text: what was read.
        phrases: how they are really written.
        after: put right only what follows one of these words.

    """
    leading = re.compile(rf"\b(?:{'|'.join(re.escape(fold(word)) for word in after)})\s+$")
    for start, phrase, written in _with_other_accents(text, phrases):
        if not after or leading.search(fold(text[:start])):
            restored = "".join(map(in_case_of, phrase, written))
            text = text[:start] + restored + text[start + len(written) :]
    return text


def words_of_phrases(text: str, phrases: Iterable[str]) -> frozenset[str]:
    """The words, in small letters, of the phrases that stand in a text with all their accents."""
    lowered = text.casefold()
    found = (one for one in phrases if re.search(rf"\b{re.escape(one.casefold())}\b", lowered))
    return frozenset(word for phrase in found for word in phrase.casefold().split())


def known_otherwise(text: str, phrases: Iterable[str]) -> str | None:
    """The first part of a text that is a phrase but for its accents, or None.

    ``Quang Bình`` may be ``Quảng Bình`` that has lost a mark, or a place of that very name.
    """
    return next((written for _, _, written in _with_other_accents(text, phrases)), None)


def _with_other_accents(text: str, phrases: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """Where the letters of a phrase stand with other accents: the place, the phrase, what is written."""
    folded = fold(text)
    for phrase in phrases:
        for match in re.finditer(rf"\b{re.escape(fold(phrase))}\b", folded):
            written = text[match.start() : match.end()]
            if same_marks(written, phrase):
                # "Hoà Bình" is the older way to write "Hòa Bình".
                continue
            told = " " in phrase or _names_follow(text[match.end() :])
            if phrase[0].islower() and not (written[0].islower() and told):
                continue
            yield match.start(), phrase, written


def same_marks(one: str, other: str) -> bool:
    """Whether two words have the same letters and marks, wherever the tones are put: ``Hoà``, ``Hòa``."""
    return _marks(one) == _marks(other)


def _marks(text: str) -> list[str]:
    return sorted(unicodedata.normalize("NFD", text.casefold()))


def _names_follow(rest: str) -> bool:
    following = rest.lstrip(" .")[:1]
    return following.isupper() or following.isdigit()


def in_case_of(letter: str, pattern: str) -> str:
    """A letter, capital if another one is."""
    return letter.upper() if pattern.isupper() else letter.lower()
