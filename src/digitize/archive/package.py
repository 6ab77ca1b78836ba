"""Build an AIP: sign its documents, describe them, sign the description, publish the whole.

The order is the promise. Everything is written into a staging folder on the archive's own disk:
signed documents, their metadata, the representation's METS, the root's metadata, the root's METS
with the checksums of all that, and last the signature over it. Renaming the staging folder into
the archive is the commit point: before it there is no package, after it there is a whole one.
"""

from __future__ import annotations

import datetime as dt
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from digitize.archive import descriptive, premis
from digitize.archive.mets import MetsContent, MetsDocument, MetsFile, mets_xml
from digitize.archive.naming import Names, NewUuid
from digitize.files import copy_whole, fixity, make_folder, write_whole
from digitize.model import Problem
from digitize.profiles.profile import PackageRules
from digitize.settings import Organisation
from digitize.signatures.sign import Seal, sign_detached, sign_pdf
from digitize.signatures.stamp import Placement, Rectangle

METS_NAME = "METS.xml"
SIGNATURE_NAME = "METS.xml.p7s"
STAMP_NAME = "METS.xml.tst"
"""The timestamp of a machine over a METS that was made anew (RFC 3161)."""
REPRESENTATION = "representations/rep1"
SCHEMAS = (
    "mets1_12.xsd",
    "xlink.xsd",
    "DILCISExtensionMETS.xsd",
    "EAD.xsd",
    "EAD_doc.xsd",
)


@dataclass(frozen=True, slots=True)
class PackagedDocument:
    """A document to be packaged.

    Attributes:
        described: what it is and says.
        pdf: its composed, unsigned PDF/A.
        occupied: where words stand on its first page, in points; a visible signature keeps clear.

    """

    described: descriptive.DescribedDocument
    pdf: Path
    occupied: tuple[Rectangle, ...] = ()


@dataclass(frozen=True, slots=True)
class PackagePlan:
    """Everything that goes into a package.

    Attributes:
        names: its identifiers.
        organisation: who makes it.
        rules: how the profile wants it.
        documents: in the order of the dossier.
        kept: files that go in untouched under ``documentation``: incoming signed PDFs.
        events, agents: what happened to the dossier, and who did it.
        moment: when the package is made and signed.
        record_status: ``NEW``, or what the package is to the one before: ``REPLACEMENT``, ``SUPPLEMENT``.
        replaces: the package before; None if there is none.

    """

    names: Names
    organisation: Organisation
    rules: PackageRules
    documents: Sequence[PackagedDocument]
    kept: Sequence[tuple[str, Path]]
    events: Sequence[premis.PremisEvent]
    agents: Sequence[premis.PremisAgent]
    moment: dt.datetime
    record_status: str = "NEW"
    replaces: str | None = None


def build_package(staging: Path, plan: PackagePlan, seal: Seal, new_uuid: NewUuid) -> tuple[Problem, ...]:
    """Build and sign a package in an empty staging folder; publishing it is the caller's.

    Returns:
        What the signer should know: stamps that stand elsewhere than prescribed, or nowhere.

    """
    writer = PackageWriter(staging, plan, new_uuid)
    notes: list[Problem] = []
    documents = []
    for document in plan.documents:
        described = document.described
        doc_id = plan.names.doc_id(described.ordinal)
        data = writer.data_path(doc_id)
        place = sign_pdf(document.pdf, data, seal, plan.moment, document.occupied)
        if seal.stamp is not None:
            notes += _stamp_notes(data.name, place)
        metadata = descriptive.document_xml(plan.names, described, plan.rules)
        documents.append(writer.document(doc_id, metadata))
    described_all = [document.described for document in plan.documents]
    note = descriptive.note_of(plan.organisation.name, plan.moment)
    ead = descriptive.dossier_xml(plan.names, described_all, plan.rules, note=note)
    mets = writer.finish(documents, ead, plan.kept)
    # Who could swap metadata could also recompute checksums; not this signature.
    write_whole(staging / SIGNATURE_NAME, sign_detached(mets, seal))
    return tuple(notes)


def _stamp_notes(file: str, place: Placement | None) -> list[Problem]:
    if place is None:
        return [Problem("stamp_no_room", {"file": file})]
    if place.prescribed:
        return []
    return [Problem("stamp_moved", {"file": file, "left": place.left, "top": place.top})]


class PackageWriter:
    """Writes the parts of a package around its data files.

    Args:
        root: the empty staging folder.
        plan: names, events and agents; its documents are not looked at.
        new_uuid: makes identifiers.

    """

    def __init__(self, root: Path, plan: PackagePlan, new_uuid: NewUuid) -> None:
        self._root = root
        self._plan = plan
        self._new_uuid = new_uuid
        self._base = root / REPRESENTATION
        for part in ("data", "metadata/descriptive", "metadata/preservation"):
            make_folder(self._base / part)

    def data_path(self, doc_id: str) -> Path:
        """Where the data file of a document goes; the caller writes it."""
        return self._base / "data" / f"{doc_id}.pdf"

    def document(self, doc_id: str, metadata: bytes) -> MetsDocument:
        """Describe a data file that has been written."""
        described = self._write(self._base, f"metadata/descriptive/EAD_doc_{doc_id}.xml", metadata)
        return MetsDocument(self._file(self._base, f"data/{doc_id}.pdf"), described)

    def finish(
        self, documents: Sequence[MetsDocument], ead: bytes, kept: Sequence[tuple[str, Path]]
    ) -> bytes:
        """Write all that lies around and above the documents; return the root's METS.

        Args:
            documents: in the order of the dossier.
            ead: the dossier's metadata.
            kept: what goes in untouched under ``documentation``, by path there.

        """
        return self._write_root(self._representation(documents), ead, kept)

    def _representation(self, documents: Sequence[MetsDocument]) -> MetsFile:
        """Write ``representations/rep1`` and return its METS as the root refers to it."""
        plan = self._plan
        files = [
            premis.PremisFile(
                identifier=Path(document.data.href).name,
                name=Path(document.data.href).name,
                sha256=document.data.sha256,
                size=document.data.size,
                format_name="PDF/A",
                format_version="2b",
            )
            for document in documents
        ]
        preservation = self._write(
            self._base,
            "metadata/preservation/PREMIS_rep1.xml",
            premis.premis_xml("rep1", files, plan.events, plan.agents, category="representation"),
        )
        content = MetsContent(
            object_id="rep1",
            mets_type=plan.rules.mets_type,
            profile=plan.rules.representation_profile,
            moment=plan.moment,
            schema_path="../../schemas/",
            preservation=preservation,
            documents=documents,
            organisation=(plan.organisation.name, plan.organisation.fonds),
            record_status=plan.record_status,
            structure_type="NORMALIZED",
        )
        self._write(self._base, METS_NAME, mets_xml(content, self._new_uuid))
        return self._file(self._root, f"{REPRESENTATION}/{METS_NAME}")

    def _write_root(self, representation: MetsFile, ead: bytes, kept: Sequence[tuple[str, Path]]) -> bytes:
        plan = self._plan
        for part in ("metadata/descriptive", "metadata/preservation", "schemas"):
            make_folder(self._root / part)
        groups: dict[str, Sequence[MetsFile]] = {"Schemas": [self._schema(name) for name in SCHEMAS]}
        if kept:
            groups["Documentation"] = [self._kept(name, path) for name, path in kept]
        described = self._write(self._root, "metadata/descriptive/EAD.xml", ead)
        preservation = self._write(
            self._root,
            "metadata/preservation/PREMIS.xml",
            premis.premis_xml(
                plan.names.object_id, [], plan.events, plan.agents, category="intellectualEntity"
            ),
        )
        content = MetsContent(
            object_id=plan.names.object_id,
            mets_type=plan.rules.mets_type,
            profile=plan.rules.mets_profile,
            moment=plan.moment,
            schema_path="schemas/",
            descriptive=described,
            preservation=preservation,
            groups=groups,
            pointers={"Representations/rep1": representation},
            record_status=plan.record_status,
        )
        data = mets_xml(content, self._new_uuid)
        write_whole(self._root / METS_NAME, data)
        return data

    def _schema(self, name: str) -> MetsFile:
        data = resources.files("digitize.archive").joinpath("schemas", name).read_bytes()
        return self._write(self._root, f"schemas/{name}", data)

    def _kept(self, name: str, path: Path) -> MetsFile:
        href = f"documentation/{name}"
        make_folder((self._root / href).parent)
        copy_whole(path, self._root / href)
        return self._file(self._root, href)

    def _write(self, base: Path, href: str, data: bytes) -> MetsFile:
        write_whole(base / href, data)
        return self._file(base, href)

    def _file(self, base: Path, href: str) -> MetsFile:
        proof = fixity(base / href)
        mime = "application/xml" if href.endswith((".xml", ".xsd")) else None
        return MetsFile(
            href=quote(href),
            mime=mime or mimetypes.guess_type(href)[0] or "application/octet-stream",
            sha256=proof.sha256,
            size=proof.size,
            created=self._plan.moment,
        )
