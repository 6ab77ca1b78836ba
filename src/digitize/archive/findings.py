"""What a check of a package found."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from digitize.errors import Fact
from digitize.model import Problem

_MOST_OF_A_RULE = 100
_LONGEST_FACT = 200


class Severity(StrEnum):
    """How bad a finding is; an error makes the package invalid."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a package.

    Attributes:
        rule: which rule is broken; the same word is the key of its message.
        severity: how bad it is.
        file: the file concerned, relative to the package.
        facts: what the message names.

    """

    rule: str
    severity: Severity
    file: str
    facts: tuple[tuple[str, Fact], ...] = ()

    @property
    def problem(self) -> Problem:
        """The finding as a problem with a sentence in the catalogue."""
        return Problem(self.rule, {"file": self.file, **dict(self.facts)})


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that packages are held to.

    Attributes:
        severity: how bad it is to break it.
        part: what of a package it is about.
        meaning: what it asks for, in English.

    """

    severity: Severity
    part: str
    meaning: str


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its name, from ``rules.toml``."""
    text = resources.files("digitize.archive").joinpath("rules.toml").read_text("utf-8")
    return {
        name: Rule(Severity(told["severity"]), part, told["meaning"])
        for part, members in tomllib.loads(text).items()
        for name, told in members.items()
    }


def error(rule: str, file: str, **facts: Fact) -> Finding:
    """A finding that makes the package invalid, by itself."""
    return Finding(rule, Severity.ERROR, file, tuple(facts.items()))


class Findings:
    """Collects findings; a package of a million mistakes of one kind gives a hundred and their number."""

    def __init__(self, found: Iterable[Finding] = ()) -> None:
        self._kept = {(one.rule, one.file, one.facts): one for one in found}
        self._numbers: Counter[str] = Counter()

    def __len__(self) -> int:
        return sum(self._numbers.values())

    def wrong(self, rule: str, file: str, **facts: Fact) -> None:
        """Note that a rule is broken in a file."""
        given = tuple((n, _short(fact) if isinstance(fact, str) else fact) for n, fact in facts.items())
        key = (rule, _short(file), given)
        if key in self._kept:
            return
        self._numbers[rule] += 1
        if self._numbers[rule] <= _MOST_OF_A_RULE:
            self._kept[key] = Finding(rule, rules()[rule].severity, _short(file), given)

    def all(self) -> tuple[Finding, ...]:
        """What was found: errors first, by file."""
        found = list(self._kept.values())
        for rule, number in self._numbers.items():
            if number > _MOST_OF_A_RULE:
                # Where the others are left out, nothing is softened: the errors among them were told.
                facts = (("rule", rule), ("number", number - _MOST_OF_A_RULE))
                found.append(Finding("findings_left_out", rules()["findings_left_out"].severity, "", facts))
        return tuple(sorted(found, key=lambda one: (one.severity is not Severity.ERROR, one.file, one.rule)))


def _short(text: str) -> str:
    """A text without the megabytes that a stranger's package may put into it."""
    return text if len(text) <= _LONGEST_FACT else text[:_LONGEST_FACT] + "…"
