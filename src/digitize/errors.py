"""What can go wrong, and the exit code that says so.

    DigitizeError
    ├── UsageProblem         2    the command was called wrongly
    ├── EnvironmentProblem   3    settings or surroundings are broken; nothing was harmed
    │   └── SigningProblem   3    key, token or authority cannot be used now; dossiers wait unsigned
    ├── WorkspaceBusy        4    another run holds the workspace
    └── ItemProblem          1    one file, page or dossier cannot be worked on; the rest can

Every error carries a code. What it means and what to do next stands under that code in the
message catalogue, in Vietnamese and English; no message text is written here or where the error
is raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import ClassVar

Fact = str | int | float


def written_out(text: str) -> str:
    """A text with what is no Unicode in it as its code: names of files may be any bytes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def kept_facts(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Facts that can be written anywhere."""
    return {name: written_out(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}


class ExitCode(IntEnum):
    """Exit codes of every command; others script against them."""

    DONE = 0
    ITEMS = 1
    USAGE = 2
    ENVIRONMENT = 3
    LOCKED = 4
    INDETERMINATE = 5
    INTERRUPTED = 130


class DigitizeError(Exception):
    """An error with a code and the facts that its message names.

    Args:
        code: key of the message, without the ``error.`` in front.
        facts: what the message's placeholders stand for. Never a PIN, never personal data.

    """

    exit_code: ClassVar[ExitCode] = ExitCode.ITEMS

    def __init__(self, code: str, **facts: Fact) -> None:
        self.code = code
        self.facts = kept_facts(facts)
        super().__init__(code, self.facts)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors travel from worker processes; the default would lose the keyword arguments.
        return _rebuild, (type(self), self.code, self.facts)

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({facts})" if facts else self.code


def _rebuild(kind: type[DigitizeError], code: str, facts: dict[str, Fact]) -> DigitizeError:
    return kind(code, **facts)


class UsageProblem(DigitizeError):
    """The command was called in a way that cannot work."""

    exit_code = ExitCode.USAGE


class EnvironmentProblem(DigitizeError):
    """Settings or surroundings are broken; the run ends before harm is done."""

    exit_code = ExitCode.ENVIRONMENT


class SigningProblem(EnvironmentProblem):
    """Key, token, certificate or an authority cannot be used now; what is to be signed waits, unsigned."""


class WorkspaceBusy(DigitizeError):
    """Another run holds this workspace."""

    exit_code = ExitCode.LOCKED


class ItemProblem(DigitizeError):
    """One file, page or dossier cannot be worked on; it is set aside and the batch goes on."""

    exit_code = ExitCode.ITEMS
