"""Closed vocabularies of forms, loaded from data files."""

from __future__ import annotations

import tomllib
from importlib import resources


def _load() -> dict[str, tuple[str, ...]]:
    text = resources.files("digitize.vietnamese").joinpath("vocabulary.toml").read_text("utf-8")
    return {name: tuple(words) for name, words in tomllib.loads(text).items()}


_WORDS = _load()

ETHNIC_GROUPS = _WORDS["ethnic_groups"]
NATIONALITIES = _WORDS["nationalities"]
CARD_ISSUERS = _WORDS["card_issuers"]
CARD_ISSUER_DAYS = tuple(tuple(row) for row in _WORDS["card_issuer_days"])
"""Rows of issuer, first and last day; the last is empty if it still does."""
DOCUMENT_KINDS = _WORDS["document_kinds"]
RELATIONS = _WORDS["relations"]
OFFICES = _WORDS["offices"]
BODIES = _WORDS["bodies"]
PLACE_HEADS = _WORDS["place_heads"]
PAPER_PHRASES = _WORDS["paper_phrases"]
PLACE_PHRASES = _WORDS["place_phrases"]
PROVINCES = _WORDS["provinces"]
STREETS = _WORDS["streets"]
SECRECY_MARKS = frozenset(_WORDS["secrecy_marks"])
SIGNER_TITLES = frozenset(_WORDS["signer_titles"])
NOTATIONS = frozenset(_WORDS["notations"])
