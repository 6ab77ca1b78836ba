"""Descriptive metadata of a dossier and its documents: EAD.xml and EAD_doc_*.xml.

The circular calls them EAD; they are a flat list of elements. Only settled values enter: what a
person still has to look at is left empty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from digitize.archive.elements import (
    ElementType,
    Order,
    PackageType,
    Part,
    fitted,
    order_of,
    written_date,
)
from digitize.archive.naming import Names
from digitize.archive.xml import legal, root_of, serialized
from digitize.model import Document, FieldReading, Problem, Value
from digitize.profiles.profile import PackageKind, PackageRules


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
            written = written_date(self.settled(key))
            if written:
                return written
        return ""


def title_of(documents: Sequence[DescribedDocument]) -> str:
    """What a dossier is called by its documents, where nobody has said it; empty for none."""
    first = documents[0].title if documents else ""
    return first if len(documents) <= 1 else f"{first} (và {len(documents) - 1} tài liệu khác)"


def settled_text(reading: FieldReading | None) -> str:
    """The value of a field as text if it is settled, else nothing."""
    if reading is None or reading.needs_review or reading.value is None:
        return ""
    return _text(reading.value)


@dataclass(frozen=True, slots=True)
class Description:
    """A description as XML, and what a person should know about it."""

    xml: bytes
    notes: tuple[Problem, ...] = ()


def describe_whole(
    names: Names,
    documents: Sequence[DescribedDocument],
    rules: PackageRules,
    *,
    note: str,
    sheet: Mapping[str, str] | None = None,
) -> Description:
    """EAD.xml of an AIP: the 18 elements of a dossier, or the 4 of loose documents.

    Args:
        names: its identifiers.
        documents: what is in it.
        rules: what holds where nothing is said.
        note: who digitized it, and when; stands behind what the sheet says.
        sheet: what an imported sheet says of the whole, by key; goes before everything else.

    """
    dates = sorted(filter(None, (_sortable(document.date) for document in documents)))
    values = _defaults(names, rules) | {
        "title": title_of(documents),
        "start_date": dates[0] if dates else "",
        "end_date": dates[-1] if dates else "",
        "total_docs": str(len(documents)),
        # How many sheets of paper there were is not known from their pictures.
        "sheet_count": "",
        "page_count": str(sum(document.pages for document in documents)),
        "direction": rules.direction,
        "note": note,
    }
    said = dict(sheet or {})
    if said.get("note"):
        said["note"] = f"{said['note']}. {note}"
    order = order_of(PackageType.AIP, rules.kind, Part.WHOLE)
    return _described("EAD.xml", order.arranged(description_last=rules.description_last), values, said)


def describe_document(
    names: Names, document: DescribedDocument, rules: PackageRules, sheet: Mapping[str, str] | None = None
) -> Description:
    """EAD_doc_*.xml of an AIP: the 19 elements of a document; ``sheet`` as above."""
    values = _defaults(names, rules) | {
        "page_count": str(document.pages),
        "doc_code": names.doc_code(document.ordinal),
        "doc_ordinal": str(document.ordinal),
        "doc_type": document.settled("doc_type"),
        "number": document.settled("number"),
        "notation": document.settled("notation"),
        "issued_date": _sortable(document.date),
        "issuer": document.settled("issuer"),
        "subject": document.settled("subject") or document.title,
        "has_process_file": "0",
    }
    order = order_of(PackageType.AIP, rules.kind, Part.DOCUMENT)
    return _described(names.doc_id(document.ordinal), order, values, sheet or {})


def _defaults(names: Names, rules: PackageRules) -> dict[str, str]:
    return {
        "archive_file_code": names.archive_file_code,
        "retention": rules.retention,
        "access": rules.access,
        "language": rules.language,
        "condition": rules.condition,
        "confidence_level": rules.confidence_level,
        "paper_file_code": names.paper_file_code,
        "backup_mode": rules.backup_mode,
        "backup_status": rules.backup_status if rules.backup_mode == "1" else "",
    }


def _described(file: str, order: Order, values: Mapping[str, str], sheet: Mapping[str, str]) -> Description:
    notes: list[Problem] = []
    found = {}
    for name, element in order.elements.items():
        default = fitted(element, legal(values.get(element.key, ""))) or element.rest or ""
        said = "" if element.own else legal(sheet.get(element.key, ""))
        text = fitted(element, said) if said.strip() else default
        if text is None:
            notes.append(Problem("sheet_value_unfit", {"file": file, "label": element.label}))
            text = default
        if element.max is not None and element.type is not ElementType.COUNT and len(text) > element.max:
            notes.append(Problem("metadata_cut", {"file": file, "label": element.label, "most": element.max}))
            text = text[: element.max]
        found[name] = text
    return Description(simpledc(found), tuple(notes))


def simpledc(values: Mapping[str, str]) -> bytes:
    """The XML of a description; ``values`` by element, in their order."""
    root = etree.Element("simpledc")
    for name, value in values.items():
        etree.SubElement(root, name).text = legal(value)
    return serialized(root)


def description_of(path: Path) -> dict[str, str] | None:
    """What a description of ours says, by element; None if it cannot be read."""
    root = root_of(path)
    return None if root is None else {str(element.tag): element.text or "" for element in root}


def kind_described(whole: Mapping[str, str]) -> PackageKind:
    """What a package holds, by the elements of its EAD.xml."""
    return PackageKind.DOSSIER if "maintenance" in whole else PackageKind.DOCUMENTS


def _text(value: Value) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, dict):
        return ", ".join(str(part) for part in value.values() if part)
    return str(value)


def _sortable(written: str) -> str:
    return "-".join(reversed(written.split("/"))) if written else ""


def note_of(organisation: str, moment: dt.datetime) -> str:
    """The note on who digitized a dossier, and when."""
    return f"Số hóa bởi {organisation}, ngày {moment:%d/%m/%Y}"
