"""What a check of a package found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from digitize.errors import Fact
from digitize.model import Problem


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


def error(rule: str, file: str, **facts: Fact) -> Finding:
    """A finding that makes the package invalid."""
    return Finding(rule, Severity.ERROR, file, tuple(facts.items()))
