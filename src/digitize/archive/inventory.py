"""What a package's METS documents say is in it, for those who only read: nothing is compared.

The package may be hostile: a reference that leaves it is a finding, never a path that is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from digitize.archive.checks.manifest import read_manifests
from digitize.archive.findings import Finding, Findings, error
from digitize.archive.opening import is_plain_inside, read_plain
from digitize.archive.xml import Refusal, parsed
from digitize.model import Problem


@dataclass(frozen=True, slots=True)
class Reference:
    """A file that METS refers to.

    Attributes:
        path: relative to the package.
        sha256: upper case; None where METS gives none.
        size: bytes; None likewise.
        named_in: the METS document that names it.

    """

    path: str
    sha256: str | None
    size: int | None
    named_in: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that the METS documents of a package name."""

    references: tuple[Reference, ...]
    findings: tuple[Finding, ...]
    data_files: tuple[str, ...]


def read_inventory(package: Path, root_mets: str) -> Inventory:
    """Read the METS documents of a package, the root's and those that it points to."""
    files, findings = _Files(package), Findings()
    manifests = read_manifests(files, root_mets, findings)
    return Inventory(
        references=tuple(
            Reference(entry.path, entry.sha256.upper() if entry.sha256 else None, entry.size, manifest.name)
            for manifest in manifests
            for entry in manifest.entries
        ),
        findings=(*files.findings, *findings.all()),
        data_files=tuple(entry.path for manifest in manifests for entry in manifest.data),
    )


def parse_xml(package: Path, name: str, findings: list[Finding]) -> etree._Element | None:
    """Parse an XML file of a package; what is wrong with it becomes a finding."""
    if not is_plain_inside(package, name):
        findings.append(error("file_missing", name))
        return None
    data = read_plain(package / name)
    found = Refusal("xml_broken", data.code) if isinstance(data, Problem) else parsed(data)
    if isinstance(found, Refusal):
        findings.append(error(found.rule, name, detail=found.detail))
        return None
    return found


class _Files:
    def __init__(self, package: Path) -> None:
        self._package = package
        self.findings: list[Finding] = []

    def tree(self, path: str) -> etree._Element | None:
        return parse_xml(self._package, path, self.findings)
