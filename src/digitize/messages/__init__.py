"""Everything that people are told, in Vietnamese and English, from one catalogue.

The catalogue is data: each key has both languages side by side, so that none can be forgotten.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from digitize.errors import Fact
from digitize.messages.visible import one_line
from digitize.model import AT_PAGES, Language, Problem

_FACT = re.compile(r"\{[^}]*\}")

_PARTS = ("commands.toml", "problems.toml", "texts.toml")


class Catalogue:
    """Texts in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = {key: both[language.value] for key, both in entries().items()}

    def text(self, key: str, /, **facts: Fact) -> str:
        """The text under a key, with its placeholders filled; a placeholder may be named ``key``, too.

        Raises:
            KeyError: no such key, or a placeholder without its fact; both are programming errors.

        """
        return self._texts[key].format(**facts)

    def has(self, key: str) -> bool:
        """Whether there is a text under a key."""
        return key in self._texts

    def problem(self, problem: Problem) -> str:
        """What is wrong, in a sentence; before it the pages concerned, if the problem names any."""
        what = self._filled(f"problem.{problem.code}.what", problem.facts)
        pages = problem.facts.get(AT_PAGES)
        return self.text("quarantine.at_pages", pages=pages, what=what) if pages else what

    def remedy(self, problem: Problem) -> str:
        """What to do about it; empty where there is nothing to do."""
        key = f"problem.{problem.code}.remedy"
        return self._filled(key, problem.facts) if key in self._texts else ""

    def problem_and_remedy(self, problem: Problem) -> str:
        """What is wrong, and what to do about it."""
        return f"{self.problem(problem)} {self.remedy(problem)}".strip()

    def kind_of_problem(self, code: str) -> str:
        """What is wrong wherever it is met: the sentence without the facts of one case."""
        key = f"problem.{code}.what"
        return _FACT.sub("…", self._texts[key]) if key in self._texts else code

    def _filled(self, key: str, facts: Mapping[str, Fact]) -> str:
        if key not in self._texts:
            # Records may hold codes of a newer version of the program.
            return key.split(".")[1]
        # A sentence is one line: a file's name must not begin another one in a log or a mail.
        told = {name: one_line(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
        return self._texts[key].format_map(_Lenient(told))


class _Lenient(dict[str, Fact]):
    """Facts of an old record may lack what a newer sentence names."""

    def __missing__(self, key: str) -> str:
        return "?"


def preferred_language(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of the environment, Vietnamese where it is neither of the two."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value[:2] in (Language.VI, Language.EN):
            return Language(value[:2])
        if value:
            break
    return Language.VI


@cache
def entries() -> dict[str, dict[str, str]]:
    """Every key of the catalogue with its text in each language."""
    found: dict[str, dict[str, str]] = {}
    for part in _PARTS:
        text = resources.files("digitize.messages").joinpath(part).read_text("utf-8")
        _collect("", tomllib.loads(text), found)
    return found


def _collect(prefix: str, table: Mapping[str, object], found: dict[str, dict[str, str]]) -> None:
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            if set(value) == {"vi", "en"} and all(isinstance(v, str) for v in value.values()):
                found[name] = value
            else:
                _collect(f"{name}.", value, found)
        else:
            raise KeyError(name)
