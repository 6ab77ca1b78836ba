"""Put back accents that known phrases cannot lose."""

from __future__ import annotations

import re
from collections.abc import Iterable

from digitize.vietnamese.folding import fold


def with_known_accents(text: str, phrases: Iterable[str]) -> str:
    """``text`` with the accents of the phrases that stand in it; their case stays as it is.

    ``Bênh viên`` is no Vietnamese; where the letters of a phrase stand, the phrase was meant.
    """
    folded = fold(text)
    for phrase in phrases:
        for match in re.finditer(rf"\b{re.escape(fold(phrase))}\b", folded):
            written = text[match.start() : match.end()]
            if written.casefold() != phrase.casefold():
                restored = "".join(map(_in_case_of, phrase, written))
                text = text[: match.start()] + restored + text[match.end() :]
    return text


def _in_case_of(letter: str, pattern: str) -> str:
    return letter.upper() if pattern.isupper() else letter.lower()
