"""The kinds of packages, and the elements that their descriptions consist of: from data files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a description.

    Attributes:
        kind: ``text``, ``count``, ``date``, ``code`` or ``codes``.
        codes: what may stand in it; empty where anything may.
        required: whether it may not be empty.

    """

    kind: str
    codes: frozenset[str]
    required: bool


@dataclass(frozen=True, slots=True)
class PackageKind:
    """A kind of package, as ``kinds.toml`` has it."""

    name: str
    oais: str
    type: str
    object_id: str
    preservation: bool
    whole: Mapping[str, Element]
    single: Mapping[str, Element]
    whole_schema: str
    single_schema: str


def kind_of(oais: str, mets_type: str) -> PackageKind | None:
    """The kind of a package whose METS says so."""
    return next((kind for kind in package_kinds() if (kind.oais, kind.type) == (oais, mets_type)), None)


@cache
def package_kinds() -> tuple[PackageKind, ...]:
    """All kinds of packages."""
    elements, codes = _read("elements.toml"), _read("codes.toml")

    def group(name: str, table: str) -> dict[str, Element]:
        known = elements[table]
        return {one: _element(known[one], codes) for one in elements["order"][name]["elements"]}

    return tuple(
        PackageKind(
            name=name,
            oais=told["oais"],
            type=told["type"],
            object_id=told["object_id"],
            preservation=told["preservation"],
            whole=group(told["whole"], "dossier"),
            single=group(told["single"], "document"),
            whole_schema=told["whole_schema"],
            single_schema=told["single_schema"],
        )
        for name, told in _read("kinds.toml")["kind"].items()
    )


@cache
def record_statuses() -> frozenset[str]:
    """What ``metsHdr/@RECORDSTATUS`` may say."""
    return frozenset(_read("kinds.toml")["record_status"])


def _element(told: Mapping[str, Any], codes: Mapping[str, Any]) -> Element:
    listed = codes[told["list"]].values() if "list" in told else ()
    return Element(told.get("type", "text"), frozenset(listed), told.get("required", False))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("digitize.archive").joinpath(name).read_text("utf-8"))
