"""Families of attacks, and where they were published."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Forge = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Attack:
    """One way to manipulate a signed file.

    Attributes:
        family: what kind of attack it is.
        name: which variant.
        forge: makes the manipulated file from the signed one.
        certain: whether anything better than INVALID would be wrong.

    """

    family: str
    name: str
    forge: Forge
    certain: bool = True

    def __str__(self) -> str:
        return f"{self.family}: {self.name}"


class NoRoomError(Exception):
    """An attack needs more room than this file has."""


@dataclass
class Family:
    """A family of attacks.

    ``certain`` says whether what they make must be INVALID, unless one of them says otherwise.
    """

    name: str
    source: str
    certain: bool = True
    attacks: list[Attack] = field(default_factory=list)

    def add(self, name: str, forge: Forge, *, certain: bool | None = None) -> None:
        chosen = self.certain if certain is None else certain
        self.attacks.append(Attack(self.name, name, forge, chosen))

    def __call__(self, forge: Forge) -> Forge:
        """Decorate the one forge of a variant that its function's name tells."""
        self.add(forge.__name__.replace("_", " "), forge)
        return forge

    def __iter__(self) -> Iterator[Attack]:
        return iter(self.attacks)
