"""PREMIS against the files, against METS, and against itself."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

from lxml import etree

from digitize.archive.checks.contents import Contents
from digitize.archive.checks.header import check_time
from digitize.archive.checks.manifest import Manifest, Section, number
from digitize.archive.checks.validity import PREMIS_SCHEMA, check_valid
from digitize.archive.findings import Findings
from digitize.archive.premis import NAMESPACE

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PARTS = frozenset({"has part", "includes"})
_LINKS = {
    "linkingAgentIdentifier": "agent",
    "linkingObjectIdentifier": "object",
    "linkingEventIdentifier": "event",
}


def check_preservation(
    contents: Contents, manifest: Manifest, wanted: str | None, findings: Findings
) -> None:
    """Check the PREMIS documents that a METS document names.

    Args:
        contents: of the package.
        manifest: the METS document.
        wanted: the identifier that one of their objects must bear; None where PREMIS may be missing.
        findings: where it goes what is wrong.

    """
    named = [entry.path for entry in manifest.of(Section.PRESERVATION)]
    # Other tools point to metadata from the structure map alone.
    named += [path for path in manifest.pointed if "/preservation/" in f"/{path}"]
    if wanted is not None and not named:
        findings.wrong("premis_missing", manifest.name)
    for path in dict.fromkeys(named):
        if path not in contents.paths:
            continue
        root = contents.tree(path)
        if root is None:
            continue
        if root.tag != _tag("premis"):
            findings.wrong("premis_expected", path, found=str(root.tag))
            continue
        check_valid(root, path, PREMIS_SCHEMA, findings)
        _Premis(root, path, findings).check(contents, manifest, wanted)


class _Premis:
    def __init__(self, root: etree._Element, path: str, findings: Findings) -> None:
        self._root = root
        self._path = path
        self._findings = findings

    def check(self, contents: Contents, manifest: Manifest, wanted: str | None) -> None:
        borne = {kind: self._identifiers(kind) for kind in ("object", "event", "agent")}
        for kind, identifiers in borne.items():
            for identifier, times in Counter(identifiers).items():
                if times > 1:
                    self._amiss("premis_identifier_twice", kind=kind, identifier=identifier)
        if wanted is not None and wanted not in borne["object"]:
            self._amiss("premis_subject_differs", identifier=wanted)
        self._links(borne)
        if not borne["event"]:
            self._amiss("premis_event_missing")
        for element in self._root.iter(_tag("eventDateTime")):
            check_time(self._path, element.text or "", self._findings)
        if manifest.data:
            self._files(contents, manifest)

    def _links(self, borne: dict[str, list[str]]) -> None:
        known = {kind: set(identifiers) for kind, identifiers in borne.items()}
        for link, kind in _LINKS.items():
            for element in self._root.iter(_tag(link)):
                self._resolves(element.findtext(_tag(f"{link}Value"), ""), known[kind])
        for relation in self._root.iter(_tag("relationship")):
            # What an object belongs to, or came from, may lie in another package.
            if relation.findtext(_tag("relationshipSubType"), "").strip() in _PARTS:
                for element in relation.iter(_tag("relatedObjectIdentifierValue")):
                    self._resolves(element.text or "", known["object"])

    def _resolves(self, identifier: str, borne: set[str]) -> None:
        if identifier.strip() not in borne:
            self._amiss("premis_link_dangling", identifier=identifier)

    def _files(self, contents: Contents, manifest: Manifest) -> None:
        """The objects that are files, against the data files of the representation."""
        data = {PurePosixPath(entry.path).name: entry for entry in manifest.data}
        proven = set()
        for element in self._root.iterfind(_tag("object")):
            if not element.get(f"{{{_XSI}}}type", "").endswith("file"):
                continue
            names = [element.findtext(_tag("originalName"), ""), *self._own(element, "object")]
            name = next((PurePosixPath(one).name for one in names if PurePosixPath(one).name in data), None)
            if name is None:
                self._amiss("premis_file_unknown", identifier=(names[1:] or names)[0])
                continue
            proven.add(name)
            held = contents.held(data[name].path)
            if held is None:
                continue
            digests = [
                fixity.findtext(_tag("messageDigest"), "").strip().upper()
                for fixity in element.iter(_tag("fixity"))
                if fixity.findtext(_tag("messageDigestAlgorithm"), "").strip() in ("SHA-256", "SHA256")
            ]
            if not digests:
                self._amiss("premis_checksum_absent", path=name)
            elif set(digests) != {held.sha256}:
                self._amiss("premis_checksum_differs", path=name)
            sizes = {number((size.text or "").strip()) for size in element.iter(_tag("size"))}
            if sizes - {held.size}:
                self._amiss("premis_size_differs", path=name)
        for name in sorted(data.keys() - proven):
            self._amiss("premis_file_missing", path=name)

    def _identifiers(self, kind: str) -> list[str]:
        return [
            identifier
            for element in self._root.iterfind(_tag(kind))
            for identifier in self._own(element, kind)
        ]

    def _own(self, element: etree._Element, kind: str) -> list[str]:
        values = element.iterfind(f"{_tag(kind + 'Identifier')}/{_tag(kind + 'IdentifierValue')}")
        return [(value.text or "").strip() for value in values]

    def _amiss(self, rule: str, **facts: str) -> None:
        self._findings.wrong(rule, self._path, **facts)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
