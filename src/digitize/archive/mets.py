"""METS documents of a package (E-ARK CSIP 2.0.4, as TT 05/2025/TT-BNV bends it).

One writer serves root and representation: both are a header, references to metadata, groups of
files, and a structure map that names every one of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from digitize import __version__
from digitize.archive.naming import NewUuid, upper
from digitize.archive.xml import root_of, serialized
from digitize.profiles.profile import MetsRules, PackageKind
from digitize.settings import Organisation
from digitize.times import VIETNAM

METS = "http://www.loc.gov/METS/"
XLINK = "http://www.w3.org/1999/xlink"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True, slots=True)
class MetsFile:
    """A file as METS refers to it; ``href`` is relative to the METS document."""

    href: str
    mime: str
    sha256: str
    size: int
    created: dt.datetime


@dataclass(frozen=True, slots=True)
class MetsDocument:
    """A data file together with its descriptive metadata."""

    data: MetsFile
    metadata: MetsFile


@dataclass(frozen=True, slots=True)
class MetsContent:
    """What a METS document describes.

    Attributes:
        object_id: ``@OBJID``.
        rules: what the profile has METS say.
        kind: what the package holds.
        is_root: whether it stands at the top of the package, or describes a representation.
        organisation: who made the package.
        moment: when it was made.
        schemas: where the schemas lie, relative to the METS document, by namespace.
        descriptive: metadata of the whole; the root's EAD.xml.
        preservation: PREMIS; None leaves its section empty.
        groups: files by ``fileGrp/@USE``, each a part of the structure map.
        documents: the representation's data files with their metadata.
        pointers: METS documents further down, by the label of their part.
        record_status: ``NEW``, ``SUPPLEMENT``, ``REPLACEMENT`` …
        records: further identifiers of the package, by type.

    """

    object_id: str
    rules: MetsRules
    kind: PackageKind
    is_root: bool
    organisation: Organisation
    moment: dt.datetime
    schemas: dict[str, str]
    descriptive: MetsFile | None = None
    preservation: MetsFile | None = None
    groups: dict[str, Sequence[MetsFile]] = field(default_factory=dict)
    documents: Sequence[MetsDocument] = ()
    pointers: dict[str, MetsFile] = field(default_factory=dict)
    record_status: str = "NEW"
    records: dict[str, str] = field(default_factory=dict)


def mets_xml(content: MetsContent, new_uuid: NewUuid) -> bytes:
    """Write a METS document."""
    return serialized(_Writer(content, new_uuid).root())


def object_id_of(package: Path) -> str | None:
    """What a package of ours calls itself in its METS; None where that cannot be read."""
    root = root_of(package / "METS.xml")
    return root.get("OBJID") if root is not None else None


class _Writer:
    def __init__(self, content: MetsContent, new_uuid: NewUuid) -> None:
        self._content = content
        self._new_uuid = new_uuid

    def root(self) -> etree._Element:
        content = self._content
        names = {"mets": METS, "xlink": XLINK, "csip": CSIP, "xsi": _XSI}
        root = etree.Element(_tag("mets"), nsmap=names)
        rules = content.rules
        locations = [f"{namespace} {place}" for namespace, place in content.schemas.items()]
        root.set(f"{{{_XSI}}}schemaLocation", " ".join(locations))
        root.set("OBJID", content.object_id)
        root.set("TYPE", rules.kinds[content.kind])
        root.set("PROFILE", rules.root_profile if content.is_root else rules.representation_profile)
        root.set(f"{{{CSIP}}}CONTENTINFORMATIONTYPE", rules.content_type)
        self._header(root)
        dmd = self._metadata(root, "dmdSec", content.descriptive)
        documents = [
            (self._metadata(root, "dmdSec", document.metadata), document) for document in content.documents
        ]
        adm = self._preservation(root)
        section = etree.SubElement(root, _tag("fileSec"), ID=self._id())
        groups = {use: self._group(section, use, files) for use, files in content.groups.items()}
        data = self._group(section, "Data", [d.data for d in content.documents])
        for use, pointed in content.pointers.items():
            groups[use] = self._group(section, use, [pointed])
        self._structure(root, dmd, adm, groups, list(zip(documents, data, strict=True)))
        return root

    def _header(self, root: etree._Element) -> None:
        content = self._content
        header = etree.SubElement(root, _tag("metsHdr"))
        header.set("CREATEDATE", stamp(content.moment))
        header.set("LASTMODDATE", stamp(content.moment))
        header.set("RECORDSTATUS", content.record_status)
        header.set(f"{{{CSIP}}}OAISPACKAGETYPE", content.rules.package_type)
        agent = etree.SubElement(header, _tag("agent"), ROLE="CREATOR")
        fonds = content.organisation.fonds
        if content.is_root:
            agent.set("TYPE", "OTHER")
            agent.set("OTHERTYPE", "SOFTWARE")
            kind = content.rules.software_note
            name, note = "digitize", __version__ if kind == "SOFTWARE VERSION" else fonds
        else:
            agent.set("TYPE", "ORGANIZATION")
            name, note, kind = content.organisation.name, fonds, "IDENTIFICATIONCODE"
        etree.SubElement(agent, _tag("name")).text = name
        noted = etree.SubElement(agent, _tag("note"))
        noted.set(f"{{{CSIP}}}NOTETYPE", kind)
        noted.text = note
        for kind_of_record, identifier in content.records.items():
            etree.SubElement(header, _tag("altRecordID"), TYPE=kind_of_record).text = identifier

    def _metadata(self, root: etree._Element, section: str, file: MetsFile | None) -> str | None:
        if file is None:
            return None
        identifier = self._id()
        element = etree.SubElement(root, _tag(section), ID=identifier)
        element.set("CREATED", stamp(file.created))
        element.set("STATUS", "CURRENT")
        self._reference(element, file, *self._content.rules.metadata_type.partition(":")[::2])
        return identifier

    def _preservation(self, root: etree._Element) -> str | None:
        section = etree.SubElement(root, _tag("amdSec"), ID=self._id())
        file = self._content.preservation
        if file is None:
            return None
        identifier = self._id()
        element = etree.SubElement(section, _tag("digiprovMD"), ID=identifier)
        element.set("CREATED", stamp(file.created))
        element.set("STATUS", "CURRENT")
        self._reference(element, file, "PREMIS")
        return identifier

    def _reference(self, parent: etree._Element, file: MetsFile, kind: str, other: str = "") -> None:
        element = etree.SubElement(parent, _tag("mdRef"), ID=self._id(), LOCTYPE="URL")
        element.set("MDTYPE", kind)
        if other:
            element.set("OTHERMDTYPE", other)
        element.set("MDTYPEVERSION", "3.0" if kind == "PREMIS" else self._content.rules.metadata_version)
        self._located(element, file)

    def _group(self, section: etree._Element, use: str, files: Sequence[MetsFile]) -> list[str]:
        if not files:
            return []
        group = etree.SubElement(section, _tag("fileGrp"), ID=self._id(), USE=use)
        identifiers = []
        for file in files:
            identifier = f"ID-{upper(self._new_uuid())}"
            identifiers.append(identifier)
            element = etree.SubElement(group, _tag("file"), ID=identifier)
            _characteristics(element, file)
            location = etree.SubElement(element, _tag("FLocat"), LOCTYPE="URL")
            _link(location, file.href)
        return identifiers

    def _structure(
        self,
        root: etree._Element,
        dmd: str | None,
        adm: str | None,
        groups: dict[str, list[str]],
        documents: list[tuple[tuple[str | None, MetsDocument], str]],
    ) -> None:
        content = self._content
        structure = etree.SubElement(root, _tag("structMap"), ID=self._id())
        structure.set("TYPE", "PHYSICAL")
        structure.set("LABEL", "CSIP")
        top = self._part(structure, content.object_id)
        if not content.is_root:
            top.set("TYPE", content.rules.structure_type)
        if dmd or adm:
            part = self._part(top, "Metadata")
            if dmd:
                part.set("DMDID", dmd)
            if adm:
                part.set("ADMID", adm)
        for use, identifiers in groups.items():
            part = self._part(top, use)
            if use in content.pointers:
                pointer = etree.SubElement(part, _tag("mptr"), LOCTYPE="URL")
                _link(pointer, content.pointers[use].href)
                pointer.set(f"{{{XLINK}}}title", identifiers[0])
            else:
                self._pointers(part, identifiers)
        if documents:
            self._pointers(self._part(top, "Data"), [data for _, data in documents])
            links = self._part(top, "MetadataLink")
            for (metadata, _), data in documents:
                link = self._part(links, "MetadataLink/File")
                if metadata:
                    link.set("DMDID", metadata)
                self._pointers(link, [data])

    def _part(self, parent: etree._Element, label: str) -> etree._Element:
        return etree.SubElement(parent, _tag("div"), ID=self._id(), LABEL=label)

    def _pointers(self, part: etree._Element, identifiers: Sequence[str]) -> None:
        for identifier in identifiers:
            etree.SubElement(part, _tag("fptr"), FILEID=identifier)

    def _located(self, element: etree._Element, file: MetsFile) -> None:
        _link(element, file.href)
        _characteristics(element, file)

    def _id(self) -> str:
        return f"uuid-{upper(self._new_uuid())}"


def _characteristics(element: etree._Element, file: MetsFile) -> None:
    element.set("MIMETYPE", file.mime)
    element.set("SIZE", str(file.size))
    element.set("CREATED", stamp(file.created))
    element.set("CHECKSUM", file.sha256.upper())
    element.set("CHECKSUMTYPE", "SHA-256")


def _link(element: etree._Element, href: str) -> None:
    element.set(f"{{{XLINK}}}type", "simple")
    element.set(f"{{{XLINK}}}href", href)


def stamp(moment: dt.datetime) -> str:
    """A time as the circular writes it: ``2026-11-21T09:05:07.0+07:00``."""
    local = moment.astimezone(VIETNAM)
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 100_000}+07:00"


def _tag(name: str) -> str:
    return f"{{{METS}}}{name}"
