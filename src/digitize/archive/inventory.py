"""What a package's METS documents say is in it, for those who only read: nothing is compared.

The package may be hostile: a reference that leaves it is never a path that is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from digitize.archive.checks.manifest import read_manifests
from digitize.archive.findings import Findings
from digitize.archive.opening import is_plain_inside, read_plain
from digitize.archive.xml import Refusal, parsed
from digitize.model import Problem


@dataclass(frozen=True, slots=True)
class Reference:
    """A file that METS refers to.

    Attributes:
        path: relative to the package.
        sha256: upper case; None where METS gives none.

    """

    path: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that the METS documents of a package name."""

    references: tuple[Reference, ...]
    data_files: tuple[str, ...]


def read_inventory(package: Path, root_mets: str) -> Inventory:
    """Read the METS documents of a package, the root's and those that it points to."""
    manifests = read_manifests(_Files(package), root_mets, Findings())
    return Inventory(
        references=tuple(
            Reference(entry.path, entry.sha256.upper() if entry.sha256 else None)
            for manifest in manifests
            for entry in manifest.entries
        ),
        data_files=tuple(entry.path for manifest in manifests for entry in manifest.data),
    )


def parse_xml(package: Path, name: str) -> etree._Element | None:
    """The root of an XML file of a package; None if it is not there or cannot be read."""
    if not is_plain_inside(package, name):
        return None
    data = read_plain(package / name)
    found = None if isinstance(data, Problem) else parsed(data)
    return None if isinstance(found, Refusal) else found


class _Files:
    def __init__(self, package: Path) -> None:
        self._package = package

    def tree(self, path: str) -> etree._Element | None:
        return parse_xml(self._package, path)
