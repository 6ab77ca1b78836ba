"""The kinds of packages, from ``kinds.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from digitize.archive.elements import PackageType
from digitize.profiles.profile import PackageKind


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of package.

    Attributes:
        name: as the circular calls it.
        oais, type: what METS says of such a package.
        package: what it is for.
        holds: what it holds.
        object_id: a pattern of its identifier.
        preservation: whether PREMIS belongs into it.

    """

    name: str
    oais: str
    type: str
    package: PackageType
    holds: PackageKind
    object_id: str
    preservation: bool


def kind_of(oais: str, mets_type: str) -> Kind | None:
    """The kind of a package whose METS says so."""
    return next((kind for kind in package_kinds() if (kind.oais, kind.type) == (oais, mets_type)), None)


@cache
def package_kinds() -> tuple[Kind, ...]:
    """All kinds of packages."""
    return tuple(
        Kind(
            name,
            told["oais"],
            told["type"],
            PackageType(told["package"]),
            PackageKind(told["holds"]),
            told["object_id"],
            told["preservation"],
        )
        for name, told in _data()["kind"].items()
    )


@cache
def record_statuses() -> frozenset[str]:
    """What ``metsHdr/@RECORDSTATUS`` may say."""
    return frozenset(_data()["record_status"])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("digitize.archive").joinpath("kinds.toml").read_text("utf-8"))
