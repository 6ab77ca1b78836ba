"""Whether a name is made of syllables that names are made of."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib import resources


@cache
def _lexicon() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Syllables that may stand first, between, and last in a name, in small letters."""
    text = resources.files("digitize.vietnamese").joinpath("names.toml").read_text("utf-8")
    lists = {key: frozenset(words.casefold().split()) for key, words in tomllib.loads(text).items()}
    every = lists["family"] | lists["given"]
    return lists["family"], every - lists["rare_within"], every


def unusual_syllable(name: str) -> str | None:
    """The first syllable of a name that is unusual where it stands, or None.

    The first syllable is looked for among family names, the others among all names.
    """
    first, between, last = _lexicon()
    syllables = unicodedata.normalize("NFC", name).split()
    for place, syllable in enumerate(syllables):
        known = first if place == 0 else last if place == len(syllables) - 1 else between
        if syllable.casefold() not in known:
            return syllable
    return None
