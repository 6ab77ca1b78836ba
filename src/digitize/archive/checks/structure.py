"""Inside a METS document: identifiers, and that its structure map leaves nothing out."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath

from digitize.archive.checks.manifest import Entry, Manifest, Section, tag
from digitize.archive.findings import Findings

_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_POINTERS = {"DMDID": Section.DESCRIPTIVE, "ADMID": Section.PRESERVATION, "FILEID": Section.FILE}
_BEARERS = {"dmdSec": Section.DESCRIPTIVE, "amdSec": Section.PRESERVATION, "file": Section.FILE}
MOST_DESCRIPTIONS = 8
"""A document has one description; of what claims a million, so many are compared."""
_DESCRIBES = re.compile(r"EAD_[A-Za-z]+_(?P<name>.+)\.xml")


def check_structure(manifest: Manifest, findings: Findings) -> None:
    """Check one METS document against itself."""
    borne = [element.get("ID") for element in manifest.root.iter() if element.get("ID")]
    for identifier, times in Counter(borne).items():
        if times > 1:
            findings.wrong("identifier_twice", manifest.name, identifier=str(identifier))
    for identifier in borne:
        uuid = _UUID.search(str(identifier))
        if uuid and uuid[0] != uuid[0].upper():
            findings.wrong("uuid_not_upper", manifest.name, identifier=str(identifier))
    used = _used(manifest, set(map(str, borne)), findings)
    _covered(manifest, used, findings)
    _pairs(manifest, findings)


def _used(manifest: Manifest, borne: set[str], findings: Findings) -> set[str]:
    """Identifiers that the structure map points to, each seen to be of the right kind."""
    kinds = {identifier: entry.section for entry in manifest.entries for identifier in entry.identifiers}
    for name, section in _BEARERS.items():
        for element in manifest.root.iter(tag(name)):
            kinds.setdefault(element.get("ID", ""), section)
    used: set[str] = set()
    for element in manifest.root.iter(tag("div"), tag("fptr"), tag("area")):
        for attribute, wanted in _POINTERS.items():
            for identifier in element.get(attribute, "").split():
                used.add(identifier)
                if identifier not in borne:
                    findings.wrong("reference_dangling", manifest.name, identifier=identifier)
                elif kinds.get(identifier) is not wanted:
                    findings.wrong("reference_wrong_kind", manifest.name, identifier=identifier)
    return used


def _covered(manifest: Manifest, used: set[str], findings: Findings) -> None:
    """Every file stands in a division, every metadata section is used by one."""
    pointed = set(manifest.pointed)
    for entry in manifest.entries:
        if used.intersection(entry.identifiers):
            continue
        if entry.section is Section.FILE:
            if entry.path not in pointed:
                findings.wrong("file_not_in_structure", manifest.name, path=entry.path)
        else:
            findings.wrong("metadata_not_in_structure", manifest.name, path=entry.path)


def _pairs(manifest: Manifest, findings: Findings) -> None:
    """Every data file has its description, and the two bear the same name."""
    by_identifier = {one: entry for entry in manifest.entries for one in entry.identifiers}
    described: set[str] = set()
    for part in manifest.root.iter(tag("div")):
        metadata = _entries(part.get("DMDID", ""), by_identifier)[:MOST_DESCRIPTIONS]
        data = [
            entry
            for pointer in part.findall(tag("fptr"))
            for entry in _entries(pointer.get("FILEID", ""), by_identifier)
        ]
        if not metadata or not data:
            continue
        described.update(entry.path for entry in data)
        for one in metadata:
            match = _DESCRIBES.fullmatch(PurePosixPath(one.path).name)
            for entry in data:
                if match and match["name"] != PurePosixPath(entry.path).stem:
                    findings.wrong("pairing_differs", manifest.name, path=one.path, data=entry.path)
    for entry in manifest.data:
        if entry.path not in described:
            findings.wrong("document_undescribed", entry.path)


def _entries(identifiers: str, known: dict[str, Entry]) -> list[Entry]:
    return [known[one] for one in identifiers.split() if one in known]
