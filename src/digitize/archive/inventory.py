"""What a package's METS documents say is in it. The package may be hostile.

XML is parsed without entities, without network and without document types; a reference that
leaves the package is a finding, never a path that is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from lxml import etree

from digitize.archive.findings import Finding, error
from digitize.archive.mets import METS, XLINK

_MAX_XML = 64 * 1024 * 1024
_MAX_REPRESENTATIONS = 64


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
    references: list[Reference] = []
    findings: list[Finding] = []
    data: list[str] = []
    waiting = [root_mets]
    seen: set[str] = set()
    while waiting and len(seen) < _MAX_REPRESENTATIONS:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        root = parse_xml(package, name, findings)
        if root is None:
            continue
        pointed = {_relative(name, p) for p in _hrefs(root, "mptr")}
        for reference in _references(root, name, findings):
            references.append(reference)
            if reference.path in pointed:
                waiting.append(reference.path)
        data.extend(_data_files(root, name))
        findings.extend(_dangling(root, name))
    return Inventory(tuple(references), tuple(findings), tuple(data))


def parse_xml(package: Path, name: str, findings: list[Finding]) -> etree._Element | None:
    """Parse an XML file of a package; what is wrong with it becomes a finding."""
    path = package / name
    try:
        if path.is_symlink() or not path.is_file():
            findings.append(error("file_missing", name))
            return None
        if path.stat().st_size > _MAX_XML:
            findings.append(error("xml_too_large", name))
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        tree = etree.fromstring(path.read_bytes(), parser)
        if tree.getroottree().docinfo.doctype:  # type: ignore[union-attr]
            findings.append(error("xml_doctype", name))
            return None
    except (etree.XMLSyntaxError, OSError, ValueError) as problem:
        findings.append(error("xml_broken", name, detail=type(problem).__name__))
        return None
    return tree


def _references(root: etree._Element, name: str, findings: list[Finding]) -> Iterator[Reference]:
    for element in root.iter(_tag("mdRef"), _tag("file")):
        location = element
        if element.tag == _tag("file"):
            found = element.find(_tag("FLocat"))
            if found is None:
                findings.append(error("reference_empty", name))
                continue
            location = found
        path = _relative(name, location.get(f"{{{XLINK}}}href", ""))
        if path is None:
            findings.append(error("path_leaves", name, path=location.get(f"{{{XLINK}}}href", "")[:200]))
            continue
        size = number(element.get("SIZE", ""))
        algorithm = element.get("CHECKSUMTYPE")
        checksum = element.get("CHECKSUM") if algorithm == "SHA-256" else None
        if checksum is None:
            findings.append(error("checksum_absent", path))
        yield Reference(
            path=path,
            sha256=checksum.upper() if checksum else None,
            size=size,
            named_in=name,
        )


def number(text: str) -> int | None:
    """A count that a package claims; None for what is none, such as ``²`` or a million digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _hrefs(root: etree._Element, tag: str) -> Iterator[str]:
    for element in root.iter(_tag(tag)):
        yield element.get(f"{{{XLINK}}}href", "")


def _data_files(root: etree._Element, name: str) -> list[str]:
    """Data files of the representation that a METS document describes."""
    found = []
    for group in root.iter(_tag("fileGrp")):
        if group.get("USE") == "Data":
            for location in group.iter(_tag("FLocat")):
                path = _relative(name, location.get(f"{{{XLINK}}}href", ""))
                if path is not None:
                    found.append(path)
    return found


def _dangling(root: etree._Element, name: str) -> Iterator[Finding]:
    """Identifiers that the structure map names and nothing bears."""
    borne = {element.get("ID") for element in root.iter() if element.get("ID")}
    for element in root.iter(_tag("div"), _tag("fptr")):
        for attribute in ("DMDID", "ADMID", "FILEID"):
            for identifier in element.get(attribute, "").split():
                if identifier not in borne:
                    yield error("reference_dangling", name, identifier=identifier[:80])


def _relative(named_in: str, href: str) -> str | None:
    """The path that a reference means, relative to the package; None if it leaves it."""
    path = unquote(href)
    if not path or "\x00" in path or "\\" in path or "://" in path or path.startswith("/"):
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


def _tag(name: str) -> str:
    return f"{{{METS}}}{name}"
