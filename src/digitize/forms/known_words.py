"""Values with words that no list of the program has, but an office knows: its hamlets, bodies, peoples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from digitize.forms.value_texts import ReadValue, words_of
from digitize.model import Problem
from digitize.vietnamese.phrases import known_otherwise

_OF_WORDS = {"place_odd": "part", "name_unusual": "word", "syllable_odd": "word", "phrase_odd": "phrase"}
"""Doubts about words alone, and which fact names them."""


def with_known(read: ReadValue, known: Sequence[str]) -> ReadValue:
    """A value whose known words are no longer doubted, and are where only their accents differ.

    Nothing in the value is changed.
    """
    if not isinstance(read.value, str):
        return read
    text = read.value.casefold()
    there = [words for words in known if re.search(rf"\b{re.escape(words.casefold())}\b", text)]
    problems = [problem for problem in read.problems if not _is_settled(problem, there)]
    other = known_otherwise(read.value, known)
    if other is not None and not problems:
        problems.append(Problem("name_unusual", {"word": other}))
    return replace(read, problems=tuple(problems), proven=read.proven | words_of(there))


def _is_settled(problem: Problem, there: Sequence[str]) -> bool:
    fact = str(problem.facts.get(_OF_WORDS.get(problem.code, ""), "")).casefold()
    return bool(fact) and any(_covers(words.casefold(), fact) for words in there)


def _covers(words: str, fact: str) -> bool:
    """Whether known words hold what is doubted, or a part of an address begins with them."""
    return bool(re.search(rf"\b{re.escape(fact)}\b", words)) or fact.startswith(f"{words} ")
