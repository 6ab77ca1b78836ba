"""What a package says: the text of its pages and the values of its fields.

``documentation/content.json`` says it best, and is believed if METS bears its SHA-256. Packages without
one, those of others and older ones, have the text layers of their PDFs and their descriptive metadata.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from digitize.archive.elements import code_list
from digitize.archive.inventory import parse_xml, read_inventory
from digitize.archive.opening import is_plain_inside, read_plain
from digitize.archive.parts import CONTENT_NAME, DOCUMENTATION, METS_NAME, REPRESENTATION, ead_doc_name

CONTENT = f"{DOCUMENTATION}/{CONTENT_NAME}"
_LARGEST = 64 * 1024 * 1024
_DAY_FIRST = re.compile(r"(?:(?:(\d\d)/)?(\d\d)/)?(\d{4})")
_DESCRIBED = {
    "codeNumber": "number",
    "codeNotation": "notation",
    "organName": "issuer",
    "subject": "subject",
    "docCode": "doc_code",
}
"""Elements of a document's metadata, and the keys under which their values are known here."""


class Entry(NamedTuple):
    """A value of a field: a scalar, a list, or the parts of an identity paper."""

    key: str
    value: object
    needs_review: bool = False


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """A document of a package.

    Attributes:
        file: its path in the package.
        form: id of its form; empty if that is not known.
        title: what it is called, where its form does not say.
        date: its day as ISO 8601, or as much of it as is known.
        entries: its values.
        pages: the text of each page with its number; None where it has to be read from the PDF.

    """

    file: str
    form: str = ""
    title: str = ""
    date: str = ""
    entries: tuple[Entry, ...] = ()
    pages: tuple[tuple[int, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class PackageContent:
    """What a package holds."""

    file_code: str
    documents: tuple[DocumentContent, ...] = field(default=())


class UnreadablePackageError(Exception):
    """METS is missing, broken, or names no document."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Page(_Data):
    page: int
    text: str


class _Field(_Data):
    value: Any = None
    source: str = ""
    needs_review: bool = False


class _Document(_Data):
    file: str
    form: str | None = None
    form_version: str | None = None
    paper: str | None = None
    fields: dict[str, _Field] = Field(default_factory=dict)
    tables: dict[str, list[dict[str, _Field]]] = Field(default_factory=dict)
    pages: list[_Page] = Field(default_factory=list)
    sheet: dict[str, str] = Field(default_factory=dict)


class _Content(_Data):
    version: Literal[1]
    documents: list[_Document]
    sheet: dict[str, str] = Field(default_factory=dict)


def read_content(package: Path) -> PackageContent:
    """What a package says; its signatures are not looked at, that is what verification is for.

    Raises:
        UnreadablePackageError: it cannot be told what the package holds.

    """
    inventory = read_inventory(package, METS_NAME)
    if not inventory.data_files:
        raise UnreadablePackageError
    told = {one.path: one.sha256 for one in inventory.references if one.sha256}
    content = _believed(package, told.get(CONTENT))
    if content is not None:
        known = {Path(name).name: name for name in inventory.data_files}
        there = [one for one in content.documents if one.file in known]
        # What a sheet says of the whole dossier is found with its first document.
        wholes = [content.sheet, *({} for _ in there[1:])]
        documents = [
            _from_content(one, known[one.file], whole) for one, whole in zip(there, wholes, strict=False)
        ]
        # A document that the content forgets is searched all the same.
        left = sorted(set(known.values()) - {one.file for one in documents})
    else:
        documents, left = [], list(inventory.data_files)
    documents += [_from_metadata(package, name) for name in left]
    stem = Path(inventory.data_files[0]).stem
    return PackageContent(stem.rpartition(".")[0] or stem, tuple(documents))


@dataclass(frozen=True, slots=True)
class KeptField:
    """A field as ``content.json`` keeps it; cells of tables have keys such as ``members.0.name``."""

    key: str
    value: object
    source: str
    needs_review: bool


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A document as ``content.json`` keeps it; ``sheet`` is what an imported sheet says of it."""

    form: str
    form_version: str | None
    paper: str | None
    fields: tuple[KeptField, ...]
    pages: int
    sheet: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KeptContent:
    """The whole of ``content.json``; ``sheet`` is what an imported sheet says of the dossier."""

    documents: tuple[KeptDocument, ...]
    sheet: Mapping[str, str]


def kept_content(package: Path) -> KeptContent | None:
    """``content.json`` as it was written; None where there is none, or it is not what METS describes."""
    told = {one.path: one.sha256 for one in read_inventory(package, METS_NAME).references if one.sha256}
    content = _believed(package, told.get(CONTENT))
    if content is None:
        return None
    return KeptContent(tuple(_kept(one) for one in content.documents), content.sheet)


def _kept(document: _Document) -> KeptDocument:
    cells = {
        f"{table}.{number}.{column}": field
        for table, rows in document.tables.items()
        for number, row in enumerate(rows)
        for column, field in row.items()
    }
    fields = document.fields | cells
    return KeptDocument(
        form=document.form or "unknown",
        form_version=document.form_version,
        paper=document.paper,
        fields=tuple(KeptField(key, one.value, one.source, one.needs_review) for key, one in fields.items()),
        pages=len(document.pages),
        sheet=document.sheet,
    )


def _believed(package: Path, sha256: str | None) -> _Content | None:
    """The content as its maker wrote it; None if there is none, or it is not what METS describes."""
    if sha256 is None or not is_plain_inside(package, CONTENT):
        return None
    path = package / CONTENT
    if path.stat().st_size > _LARGEST:
        return None
    data = read_plain(path)
    if not isinstance(data, bytes) or hashlib.sha256(data).hexdigest().upper() != sha256:
        return None
    try:
        return _Content.model_validate_json(data, strict=True)
    except ValidationError:
        return None


def _from_content(document: _Document, file: str, whole: Mapping[str, str]) -> DocumentContent:
    entries = [Entry(key, one.value, one.needs_review) for key, one in document.fields.items()]
    entries += [
        Entry(f"{table}.{column}", one.value, one.needs_review)
        for table, rows in document.tables.items()
        for row in rows
        for column, one in row.items()
    ]
    said = [*document.sheet.items(), *whole.items()]
    entries += [Entry(key, value) for key, value in said if not _is_read(document, key, value)]
    values = {key: one.value for key, one in document.fields.items() if isinstance(one.value, str)}
    named = [values[key] for key in ("doc_type", "subject") if values.get(key)]
    dates = (values[key] for key in ("issued_date", "made_on", "registered_on") if values.get(key))
    return DocumentContent(
        file=file,
        form=document.form or "",
        title=" ".join(named),
        date=next(dates, ""),
        entries=tuple(entries),
        pages=tuple((page.page, page.text) for page in document.pages),
    )


def _is_read(document: _Document, key: str, value: str) -> bool:
    return key in document.fields and document.fields[key].value == value


def _from_metadata(package: Path, file: str) -> DocumentContent:
    """A document as its descriptive metadata have it; its text is still to be read."""
    name = f"{REPRESENTATION}/{ead_doc_name(Path(file).stem)}"
    root = _described(package, name)
    told = {} if root is None else _elements(root)
    entries = [Entry(key, told[element]) for element, key in _DESCRIBED.items() if told.get(element)]
    date = _iso(told.get("issuedDate", ""))
    if date:
        entries.append(Entry("issued_date", date))
    kind = {code: kind for kind, code in code_list("document_kinds").items()}.get(
        told.get("typeName", ""), ""
    )
    if kind:
        entries.append(Entry("doc_type", kind))
    subject = told.get("title") or told.get("subject", "")
    title = subject if subject.casefold().startswith(kind.casefold()) else f"{kind} {subject}"
    return DocumentContent(file=file, title=title, date=date, entries=tuple(entries))


def _described(package: Path, name: str) -> etree._Element | None:
    return parse_xml(package, name)


def _elements(root: etree._Element) -> Mapping[str, str]:
    """The texts of a flat list of elements, by their names without their namespace."""
    return {
        etree.QName(element).localname: unicodedata.normalize("NFC", " ".join((element.text or "").split()))
        for element in root.iterchildren(etree.Element)
    }


def _iso(day: str) -> str:
    match = _DAY_FIRST.fullmatch(day)
    return "-".join(part for part in reversed(match.groups()) if part) if match else ""
