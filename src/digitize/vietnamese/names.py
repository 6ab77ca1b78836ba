"""Whether a name is made of syllables that names are made of."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib import resources

from digitize.vietnamese.folding import fold


@cache
def _lists() -> dict[str, frozenset[str]]:
    text = resources.files("digitize.vietnamese").joinpath("names.toml").read_text("utf-8")
    return {key: frozenset(words.casefold().split()) for key, words in tomllib.loads(text).items()}


@cache
def _lexicon() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Syllables that may stand first, between, and last in a name, in small letters."""
    lists = _lists()
    every = lists["family"] | lists["given"]
    return lists["family"], every - lists["rare_within"], every


def likely_name(name: str) -> str:
    """A name whose unusual syllables have the accents that their letters have in names, if of one kind."""
    first, between, last = _lexicon()
    syllables = unicodedata.normalize("NFC", name).split()
    for place, syllable in enumerate(syllables):
        known = first if place == 0 else last if place == len(syllables) - 1 else between
        alike = _by_letters(known).get(fold(syllable), ())
        if place == 0 and len(alike) > 1:
            alike = tuple(name for name in alike if name in _common_family())
        if syllable.casefold() not in known and len(alike) == 1:
            syllables[place] = alike[0].upper() if syllable.isupper() else alike[0].capitalize()
    return " ".join(syllables)


@cache
def _common_family() -> frozenset[str]:
    return _lists()["common_family"]


@cache
def _by_letters(known: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Syllables by their letters without accents."""
    found: dict[str, tuple[str, ...]] = {}
    for syllable in known:
        found[fold(syllable)] = (*found.get(fold(syllable), ()), syllable)
    return found


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
