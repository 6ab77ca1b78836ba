"""A package for another archive system (SIP), made from one that is kept (AIP).

TT 05/2025/TT-BNV, Annexes III and IV: the same documents with their signatures, to the byte; the same
metadata in other elements and another order; no PREMIS. The AIP stays as it is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from digitize.archive.descriptive import description_of, kind_described, simpledc
from digitize.archive.elements import ElementType, Order, PackageType, Part, fitted, order_of
from digitize.archive.mets import MetsContent, MetsDocument, MetsFile, mets_xml
from digitize.archive.naming import NewUuid, upper
from digitize.archive.parts import (
    CONTENT_NAME,
    DOCUMENTATION,
    EAD_NAME,
    METS_NAME,
    ORIGINALS,
    PREVIOUS,
    REPRESENTATION,
    SIGNATURE_NAME,
    PartWriter,
    data_files,
    data_name,
    ead_doc_name,
    schema_files,
    schema_places,
)
from digitize.errors import ItemProblem
from digitize.files import write_whole
from digitize.profiles.profile import PackageRules
from digitize.settings import Organisation
from digitize.signatures.sign import Seal, sign_detached

_OWN = (CONTENT_NAME, f"{PREVIOUS}/", f"{ORIGINALS}/")
"""What is documented for this archive alone, and not for the next."""
_DOC_ID = re.compile(r"(?P<file_code>.+)\.(?P<ordinal>\d{1,7})")
_WHOLE_DATE = 10


def write_sip(
    package: Path,
    staging: Path,
    rules: PackageRules,
    organisation: Organisation,
    moment: dt.datetime,
    new_uuid: NewUuid,
    *,
    record_status: str = "NEW",
) -> str:
    """Write the SIP of a finished AIP into an empty staging folder; publishing it is the caller's.

    Args:
        package: the AIP; it is only read.
        staging: the folder that becomes the SIP.
        rules: how the profile wants it.
        organisation: who hands over.
        moment: when it is made.
        new_uuid: makes identifiers.
        record_status: what it is to what the other system has already.

    Returns:
        What the SIP's folder is to be called.

    Raises:
        ItemProblem: the AIP cannot be read.

    """
    return _SipWriter(package, staging, rules, organisation, moment, new_uuid).write(record_status)


def sign_sip(folder: Path, seal: Seal, moment: dt.datetime) -> None:
    """Sign the METS of a SIP, as that of an AIP is signed; publishing it is the caller's.

    The AIP's own signature is over another METS: without one of its own anybody could make this anew.

    Raises:
        SigningProblem: key, certificate or an authority cannot be used now.

    """
    seal.require_usable(moment)
    mets = (folder / METS_NAME).read_bytes()
    write_whole(folder / SIGNATURE_NAME, sign_detached(mets, seal))


class _SipWriter:
    def __init__(
        self,
        package: Path,
        staging: Path,
        rules: PackageRules,
        organisation: Organisation,
        moment: dt.datetime,
        new_uuid: NewUuid,
    ) -> None:
        self._package = package
        self._moment = moment
        self._organisation = organisation
        self._new_uuid = new_uuid
        self._root = PartWriter(staging, moment)
        self._base = PartWriter(staging / REPRESENTATION, moment)
        self._ids = [path.stem for path in data_files(package)]
        if not self._ids:
            raise ItemProblem("package_unreadable", package=package.name, file=f"{REPRESENTATION}/data")
        self._whole = self._read(EAD_NAME)
        # An AIP made under another profile is what it is.
        self._rules = rules.model_copy(update={"kind": kind_described(self._whole)})

    def write(self, record_status: str) -> str:
        code = self._file_code()
        words = {"uuid": upper(self._new_uuid()), "fonds": self._organisation.fonds, "file_code": code}
        identifier = self._rules.sip.object_id.format(**words)
        documents = [
            self._document(ordinal, doc_id, code) for ordinal, doc_id in enumerate(self._ids, start=1)
        ]
        self._base.write(METS_NAME, self._mets("rep1", documents=documents, record_status=record_status))
        whole = order_of(PackageType.SIP, self._rules.kind, Part.WHOLE)
        whole = whole.arranged(description_last=self._rules.description_last)
        values = self._by_key(Part.WHOLE, self._whole) | {
            "file_code": code,
            "total_docs": str(len(documents)),
        }
        groups: dict[str, list[MetsFile]] = {
            "Schemas": [
                self._root.write(f"schemas/{name}", data)
                for name, data in schema_files(PackageType.SIP, self._rules).items()
            ],
            "Documentation": [
                self._root.copy(f"{DOCUMENTATION}/{name}", path) for name, path in self._documentation()
            ],
        }
        agreement = self._rules.sip.submission_agreement.format(**words)
        mets = self._mets(
            identifier,
            descriptive=self._root.write(EAD_NAME, simpledc(_translated(whole, values))),
            groups={use: files for use, files in groups.items() if files},
            pointers={"Representations/rep1": self._root.describe(f"{REPRESENTATION}/{METS_NAME}")},
            record_status=record_status,
            records={"SUBMISSIONAGREEMENT": agreement} if agreement else {},
        )
        self._root.write(METS_NAME, mets)
        return identifier.replace(":", "_")

    def _document(self, ordinal: int, doc_id: str, code: str) -> MetsDocument:
        """Copy a document and translate its metadata."""
        data = self._base.copy(data_name(doc_id), self._package / REPRESENTATION / data_name(doc_id))
        values = self._by_key(Part.WHOLE, self._whole)
        kept = {key: values.get(key, "") for key in ("retention", "backup_mode", "backup_status")}
        kept["retention"] = kept["retention"] or self._rules.retention
        kept["backup_mode"] = kept["backup_mode"] or self._rules.backup_mode
        own = self._by_key(Part.DOCUMENT, self._read(f"{REPRESENTATION}/{ead_doc_name(doc_id)}"))
        own.setdefault("doc_code", self._rules.doc_code.format(file_code=code, ordinal=ordinal))
        order = order_of(PackageType.SIP, self._rules.kind, Part.DOCUMENT)
        described = simpledc(_translated(order, kept | own | {"doc_id": doc_id}))
        return MetsDocument(data, self._base.write(ead_doc_name(doc_id), described))

    def _by_key(self, part: Part, values: Mapping[str, str]) -> dict[str, str]:
        """Values of the AIP by key instead of by element."""
        order = order_of(PackageType.AIP, self._rules.kind, part)
        return {order.elements[name].key: text for name, text in values.items() if name in order.elements}

    def _mets(
        self,
        identifier: str,
        *,
        record_status: str,
        descriptive: MetsFile | None = None,
        groups: dict[str, list[MetsFile]] | None = None,
        documents: list[MetsDocument] | None = None,
        pointers: dict[str, MetsFile] | None = None,
        records: dict[str, str] | None = None,
    ) -> bytes:
        is_root = documents is None
        content = MetsContent(
            object_id=identifier,
            rules=self._rules.sip,
            kind=self._rules.kind,
            is_root=is_root,
            organisation=self._organisation,
            moment=self._moment,
            schemas=schema_places(self._rules, "schemas" if is_root else "../../schemas"),
            descriptive=descriptive,
            groups=dict(groups or {}),
            documents=documents or (),
            pointers=pointers or {},
            record_status=record_status,
            records=records or {},
        )
        return mets_xml(content, self._new_uuid)

    def _file_code(self) -> str:
        """The code of the dossier without that of the archive: that from which its documents are named."""
        found = _DOC_ID.fullmatch(self._ids[0])
        if found is not None:
            return found["file_code"]
        return self._whole.get("arcFileCode", "").removeprefix(f"{self._organisation.archive}.")

    def _documentation(self) -> Iterator[tuple[str, Path]]:
        """What came with the dossier and belongs to it."""
        folder = self._package / DOCUMENTATION
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not name.startswith(_OWN):
                yield name, path

    def _read(self, name: str) -> dict[str, str]:
        values = description_of(self._package / name)
        if values is None:
            raise ItemProblem("package_unreadable", package=self._package.name, file=name)
        return values


def _translated(order: Order, values: Mapping[str, str]) -> dict[str, str]:
    """Values by element; a date that has to be whole and is not goes into the note instead."""
    found, noted = {}, []
    for name, element in order.elements.items():
        text = fitted(element, values.get(element.key, "")) or ""
        if element.type is ElementType.DATE and order.whole_dates and 0 < len(text) < _WHOLE_DATE:
            noted.append(f"{element.label}: {text}")
            text = ""
        found[name] = text or (element.rest or "" if element.required else "")
    if noted and "description" in found:
        found["description"] = ". ".join(filter(None, [found["description"], *noted]))
        found["description"] = found["description"][: order.elements["description"].max]
    return found
