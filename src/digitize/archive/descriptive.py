"""Descriptive metadata of a dossier and its documents: EAD.xml and EAD_doc_*.xml.

The circular calls them EAD; they are a flat list of elements. Only settled values enter: what a
person still has to look at is left empty.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from lxml import etree

from digitize.archive.naming import Names
from digitize.model import Document, FieldReading, Value
from digitize.profiles.profile import PackageRules

_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LENGTHS = {"title": 1000, "keyword": 100, "description": 2000, "subject": 500, "organName": 200}


@dataclass(frozen=True, slots=True)
class DescribedDocument:
    """A document of a package as its metadata see it.

    Attributes:
        ordinal: place in the dossier, from 1.
        pages: how many pages its file has.
        form_title: what its form is called; empty if its form is unknown.
        document: what was read on it.

    """

    ordinal: int
    pages: int
    form_title: str
    document: Document

    @property
    def title(self) -> str:
        """What the document is called, from settled values."""
        kind, subject = self.settled("doc_type"), self.settled("subject")
        if kind and subject:
            return f"{kind} {subject}"
        return kind or self.form_title or f"Tài liệu {self.ordinal}"

    def settled(self, key: str) -> str:
        """The text of a field that nobody needs to look at any more; else nothing."""
        return settled_text(self.document.fields.get(key))

    @property
    def date(self) -> str:
        """The document's date as the circular writes it, DD/MM/YYYY; empty if it is not known."""
        for key in ("issued_date", "made_on", "registered_on"):
            written = _written(self.settled(key))
            if written:
                return written
        return ""


def settled_text(reading: FieldReading | None) -> str:
    """The value of a field as text if it is settled, else nothing."""
    if reading is None or reading.needs_review or reading.value is None:
        return ""
    return _text(reading.value)


def dossier_xml(
    names: Names,
    documents: Sequence[DescribedDocument],
    rules: PackageRules,
    *,
    note: str,
) -> bytes:
    """EAD.xml: the 18 elements of an AIP_hoso."""
    dates = sorted(filter(None, (_sortable(document.date) for document in documents)))
    first = documents[0].title if documents else ""
    title = first if len(documents) <= 1 else f"{first} (và {len(documents) - 1} tài liệu khác)"
    return _simpledc(
        {
            "arcFileCode": names.archive_file_code,
            "title": title,
            "maintenance": rules.retention,
            "mode": rules.access,
            "language": rules.language,
            "startDate": _written(dates[0]) if dates else "",
            "endDate": _written(dates[-1]) if dates else "",
            "keyword": "",
            "totalDoc": str(len(documents)),
            # How many sheets of paper there were is not known from their pictures.
            "numberOfPaper": "",
            "numberOfPage": str(sum(document.pages for document in documents)),
            "format": rules.condition,
            "inforSign": "",
            "confidenceLevel": rules.confidence_level,
            "paperFileCode": names.paper_file_code,
            "description": note,
            "riskRecovery": "0",
            "riskRecoveryStatus": "",
        }
    )


def document_xml(names: Names, document: DescribedDocument, rules: PackageRules) -> bytes:
    """EAD_doc_*.xml: the 19 elements of a document in an AIP."""
    kind = document.settled("doc_type")
    return _simpledc(
        {
            "arcFileCode": names.archive_file_code,
            "mode": rules.access,
            "language": rules.language,
            "keyword": "",
            "numberOfPage": str(document.pages),
            "format": rules.condition,
            "inforSign": "",
            "confidenceLevel": rules.confidence_level,
            "description": "",
            "docCode": names.doc_code(document.ordinal),
            "docOrdinal": str(document.ordinal),
            "typeName": document_kinds().get(kind, rules.other_document),
            "codeNumber": document.settled("number"),
            "codeNotation": document.settled("notation"),
            "issuedDate": document.date,
            "organName": document.settled("issuer"),
            "subject": document.settled("subject") or document.title,
            "autograph": "",
            "process": "0",
        }
    )


@cache
def document_kinds() -> dict[str, str]:
    """Codes of the kinds of documents."""
    text = resources.files("digitize.archive").joinpath("codes.toml").read_text("utf-8")
    kinds: dict[str, str] = tomllib.loads(text)["document_kinds"]
    return kinds


def _simpledc(values: Mapping[str, str]) -> bytes:
    root = etree.Element("simpledc")
    for name, value in values.items():
        etree.SubElement(root, name).text = legal(value)[: _LENGTHS.get(name)]
    return serialized(root)


def serialized(root: etree._Element) -> bytes:
    """An XML document as it is written into packages."""
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return data


def legal(text: str) -> str:
    """A text without the characters that XML 1.0 cannot hold, such as most control characters."""
    return _ILLEGAL.sub("", text)


def _text(value: Value) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, dict):
        return ", ".join(str(part) for part in value.values() if part)
    return str(value)


def _written(iso: str) -> str:
    """An ISO date as DD/MM/YYYY, MM/YYYY or YYYY; empty for anything else."""
    parts = iso.split("-")
    if not iso or len(parts) > 3 or not all(part.isdigit() for part in parts):
        return ""
    return "/".join(reversed(parts))


def _sortable(written: str) -> str:
    return "-".join(reversed(written.split("/"))) if written else ""


def note_of(organisation: str, moment: dt.datetime) -> str:
    """The note on who digitized a dossier, and when."""
    return f"Số hóa bởi {organisation}, ngày {moment:%d/%m/%Y}"
