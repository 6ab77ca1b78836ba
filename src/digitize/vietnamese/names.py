"""Whether a name is made of syllables that names are made of."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib import resources


@cache
def _lexicon() -> tuple[frozenset[str], frozenset[str]]:
    text = resources.files("digitize.vietnamese").joinpath("names.toml").read_text("utf-8")
    lists = tomllib.loads(text)
    family = frozenset(word.casefold() for word in lists["family"].split())
    return family, family | frozenset(word.casefold() for word in lists["given"].split())


def unusual_syllable(name: str) -> str | None:
    """The first syllable of a name that is in no list, or None.

    The first syllable is looked for among family names, the others among all names.
    """
    family, every = _lexicon()
    for place, syllable in enumerate(unicodedata.normalize("NFC", name).split()):
        known = family if place == 0 else every
        if syllable.casefold() not in known:
            return syllable
    return None
