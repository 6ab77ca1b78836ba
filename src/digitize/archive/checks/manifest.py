"""What a METS document names, as values: nothing of it is believed yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Protocol
from urllib.parse import quote, unquote

from lxml import etree

from digitize.archive.findings import Findings
from digitize.archive.mets import METS, XLINK

_MAX_REPRESENTATIONS = 64
_DATA = re.compile("representations/[^/]+/data/")
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")
_PLAIN = re.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
"""References that lead down and need no encoding: nearly all."""

_URL = "!$&'()*+,;=:@/-._~%"
"""What may stand in the path of a URL beside letters and digits (RFC 3986)."""


class Section(StrEnum):
    """Where in METS a file is named."""

    DESCRIPTIVE = "dmdSec"
    PRESERVATION = "amdSec"
    FILE = "fileSec"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as a METS document names it.

    Attributes:
        path: relative to the package.
        section: where it is named.
        identifiers: by which the structure map may point to it.
        use: ``fileGrp/@USE``.
        sha256: as written; None where METS gives none.
        size: bytes; None likewise.
        mime: as written; empty likewise.

    """

    path: str
    section: Section
    identifiers: tuple[str, ...]
    use: str
    sha256: str | None
    size: int | None
    mime: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A METS document.

    Attributes:
        name: its path in the package.
        root: its root element.
        entries: the files that it names.
        pointed: METS documents further down that its structure map points to.

    """

    name: str
    root: etree._Element
    entries: tuple[Entry, ...]
    pointed: tuple[str, ...]

    def of(self, section: Section) -> list[Entry]:
        """The files named in a section."""
        return [entry for entry in self.entries if entry.section is section]

    @property
    def data(self) -> list[Entry]:
        """The data files of the representation that it describes; other tools give the group other names."""
        return [one for one in self.of(Section.FILE) if one.use == "Data" or _DATA.match(one.path)]


class Trees(Protocol):
    """Gives the root elements of a package's XML files; None for those that cannot be read."""

    def tree(self, path: str) -> etree._Element | None:
        """The root element of an XML file."""


def read_manifests(contents: Trees, root_mets: str, findings: Findings) -> list[Manifest]:
    """The METS documents of a package: the root's first, then those that it points to."""
    found: list[Manifest] = []
    waiting, seen = [root_mets], {root_mets}
    while waiting and len(found) < _MAX_REPRESENTATIONS:
        name = waiting.pop(0)
        root = contents.tree(name)
        if root is None:
            continue
        if root.tag != tag("mets"):
            findings.wrong("mets_expected", name, found=str(root.tag))
            continue
        manifest = _manifest(name, root, findings)
        found.append(manifest)
        listed = {entry.path for entry in manifest.of(Section.FILE)}
        for path in manifest.pointed:
            if path not in listed:
                findings.wrong("pointer_unlisted", name, path=path)
            elif path not in seen:
                seen.add(path)
                waiting.append(path)
    return found


def _manifest(name: str, root: etree._Element, findings: Findings) -> Manifest:
    pointed = []
    for element in root.iter(tag("mptr")):
        path = _path(name, element, findings)
        if path is not None:
            pointed.append(path)
    return Manifest(name, root, tuple(_entries(name, root, findings)), tuple(pointed))


def _entries(name: str, root: etree._Element, findings: Findings) -> Iterator[Entry]:
    for element in root.iter(tag("mdRef"), tag("file")):
        if element.tag == tag("mdRef"):
            location, section, use = element, _section(element), ""
        else:
            found = element.find(tag("FLocat"))
            if found is None:
                if element.find(tag("FContent")) is None:
                    findings.wrong("reference_empty", name)
                else:
                    findings.wrong("content_embedded", name)
                continue
            location, section, use = found, Section.FILE, _use(element)
        path = _path(name, location, findings)
        if path is None:
            continue
        checksum = element.get("CHECKSUM") if element.get("CHECKSUMTYPE") == "SHA-256" else None
        yield Entry(
            path=path,
            section=section,
            identifiers=_identifiers(element),
            use=use,
            sha256=checksum,
            size=number(element.get("SIZE", "")),
            mime=element.get("MIMETYPE", ""),
        )


def _section(element: etree._Element) -> Section:
    inside = any(parent.tag == tag("amdSec") for parent in element.iterancestors())
    return Section.PRESERVATION if inside else Section.DESCRIPTIVE


def _use(element: etree._Element) -> str:
    return next((group.get("USE", "") for group in element.iterancestors(tag("fileGrp"))), "")


def _identifiers(element: etree._Element) -> tuple[str, ...]:
    """The identifiers of an entry: its own, and of metadata those of the sections around it."""
    around = [element] if element.tag == tag("file") else [element, *element.iterancestors()]
    named = [one.get("ID") for one in around if one.tag not in (tag("mets"), tag("mdRef"))]
    return tuple(one for one in named if one)


def number(text: str) -> int | None:
    """A count that a package claims; None for what is none, such as ``²`` or a million digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def tag(name: str) -> str:
    """The name of an element of METS."""
    return f"{{{METS}}}{name}"


def _path(named_in: str, location: etree._Element, findings: Findings) -> str | None:
    href = location.get(f"{{{XLINK}}}href", "")
    if _PLAIN.fullmatch(href):
        folder, stroke, _ = named_in.rpartition("/")
        return f"{folder}{stroke}{href}"
    path = relative(named_in, href)
    if path is None:
        findings.wrong("path_leaves", named_in, path=href)
    elif quote(href, safe=_URL) != href or re.search("%(?![0-9A-Fa-f]{2})", href):
        findings.wrong("href_not_encoded", named_in, path=href)
    return path


def relative(named_in: str, href: str) -> str | None:
    """The path that a reference means, relative to the package; None if it leaves it."""
    path = unquote(href)
    if not path or "\x00" in path or "\\" in path or path.startswith("/") or _SCHEME.match(path):
        return None
    parts: list[str] = []
    for part in (PurePosixPath(named_in).parent / path).parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts) or None
