"""Build an AIP: sign its documents, describe them, sign the description, publish the whole.

The order is the promise. Everything is written into a staging folder on the archive's own disk:
signed documents, their metadata, the representation's METS, the root's metadata, the root's METS
with the checksums of all that, and last the signature over it. Renaming the staging folder into
the archive is the commit point: before it there is no package, after it there is a whole one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from digitize.archive import descriptive, premis
from digitize.archive.elements import PackageType
from digitize.archive.mets import MetsContent, MetsDocument, MetsFile, mets_xml
from digitize.archive.naming import Names, NewUuid
from digitize.archive.parts import (
    CONTENT_NAME,
    DESCRIPTIVE,
    DOCUMENTATION,
    EAD_NAME,
    METS_NAME,
    PREMIS_NAME,
    PREMIS_REPRESENTATION_NAME,
    PRESERVATION,
    REPRESENTATION,
    SIGNATURE_NAME,
    STAMP_NAME,
    PartWriter,
    data_name,
    ead_doc_name,
    schema_files,
    schema_places,
)
from digitize.files import make_folder, write_whole
from digitize.model import Problem
from digitize.profiles.profile import PackageRules
from digitize.settings import Organisation
from digitize.signatures.sign import Seal, sign_detached, sign_pdf
from digitize.signatures.signature_facts import signatures_of
from digitize.signatures.stamp import Placement, Rectangle

__all__ = [
    "METS_NAME",
    "REPRESENTATION",
    "SIGNATURE_NAME",
    "STAMP_NAME",
    "PackagePlan",
    "PackageWriter",
    "PackagedDocument",
    "build_package",
]


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
        replaces: identifier of the package before; None if there is none.
        content: what was read, for ``documentation/content.json``; None where that is kept already.
        sheet: what an imported sheet says, by document (0 for the whole) and key.

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
    content: bytes | None = None
    sheet: Mapping[int, Mapping[str, str]] = field(default_factory=dict)


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
        metadata = descriptive.describe_document(
            plan.names, described, plan.rules, plan.sheet.get(described.ordinal)
        )
        notes += metadata.notes
        documents.append(writer.document(doc_id, metadata.xml))
    described_all = [document.described for document in plan.documents]
    note = descriptive.note_of(plan.organisation.name, plan.moment)
    whole = descriptive.describe_whole(
        plan.names, described_all, plan.rules, note=note, sheet=plan.sheet.get(0)
    )
    mets = writer.finish(documents, whole.xml, plan.kept)
    # Who could swap metadata could also recompute checksums; not this signature.
    write_whole(staging / SIGNATURE_NAME, sign_detached(mets, seal))
    return (*notes, *whole.notes)


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
        self._plan = plan
        self._new_uuid = new_uuid
        self._root = PartWriter(root, plan.moment)
        self._base = PartWriter(root / REPRESENTATION, plan.moment)
        for part in ("data", DESCRIPTIVE, PRESERVATION):
            make_folder(self._base.base / part)

    def data_path(self, doc_id: str) -> Path:
        """Where the data file of a document goes; the caller writes it."""
        return self._base.base / data_name(doc_id)

    def document(self, doc_id: str, metadata: bytes) -> MetsDocument:
        """Describe a data file that has been written."""
        described = self._base.write(ead_doc_name(doc_id), metadata)
        return MetsDocument(self._base.describe(data_name(doc_id)), described)

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
        files = [_premis_file(self._base.base, document.data) for document in documents]
        subject = premis.PremisSubject("rep1", "representation", "../../../../schemas", files)
        preservation = self._base.write(
            PREMIS_REPRESENTATION_NAME, premis.premis_xml(subject, plan.events, plan.agents)
        )
        content = self._content("rep1", preservation, is_root=False, documents=documents)
        self._base.write(METS_NAME, mets_xml(content, self._new_uuid))
        return self._root.describe(f"{REPRESENTATION}/{METS_NAME}")

    def _write_root(self, representation: MetsFile, ead: bytes, kept: Sequence[tuple[str, Path]]) -> bytes:
        plan = self._plan
        schemas = schema_files(PackageType.AIP, plan.rules)
        groups: dict[str, Sequence[MetsFile]] = {
            "Schemas": [self._root.write(f"schemas/{name}", data) for name, data in schemas.items()]
        }
        documentation = [self._root.copy(f"{DOCUMENTATION}/{name}", path) for name, path in kept]
        if plan.content is not None:
            documentation.insert(0, self._root.write(f"{DOCUMENTATION}/{CONTENT_NAME}", plan.content))
        if documentation:
            groups["Documentation"] = documentation
        described = self._root.write(EAD_NAME, ead)
        subject = premis.PremisSubject(
            plan.names.object_id,
            "intellectualEntity",
            "../../schemas",
            record_status=plan.record_status,
            replaces=plan.replaces or "",
        )
        preservation = self._root.write(PREMIS_NAME, premis.premis_xml(subject, plan.events, plan.agents))
        content = self._content(
            plan.names.object_id,
            preservation,
            is_root=True,
            descriptive=described,
            groups=groups,
            pointers={"Representations/rep1": representation},
        )
        data = mets_xml(content, self._new_uuid)
        self._root.write(METS_NAME, data)
        return data

    def _content(
        self,
        identifier: str,
        preservation: MetsFile,
        *,
        is_root: bool,
        descriptive: MetsFile | None = None,
        groups: dict[str, Sequence[MetsFile]] | None = None,
        documents: Sequence[MetsDocument] = (),
        pointers: dict[str, MetsFile] | None = None,
    ) -> MetsContent:
        plan, rules = self._plan, self._plan.rules
        agreement = rules.aip.submission_agreement.format(file_code=plan.names.file_code)
        records = {"SUBMISSIONAGREEMENT": agreement, rules.aip.previous_record: plan.replaces or ""}
        return MetsContent(
            object_id=identifier,
            rules=rules.aip,
            kind=rules.kind,
            is_root=is_root,
            organisation=plan.organisation,
            moment=plan.moment,
            schemas=schema_places(rules, "schemas" if is_root else "../../schemas"),
            descriptive=descriptive,
            preservation=preservation,
            groups=groups or {},
            documents=documents,
            pointers=pointers or {},
            record_status=plan.record_status,
            records={kind: value for kind, value in records.items() if value and is_root},
        )


def _premis_file(base: Path, file: MetsFile) -> premis.PremisFile:
    path = base / unquote(file.href)
    return premis.PremisFile(path.name, file.sha256, file.size, signatures_of(path))
