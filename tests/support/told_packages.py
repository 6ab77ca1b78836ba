"""Small packages that tell what they hold, as others find them in an archive."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from digitize.archive.mets import MetsContent, MetsDocument, MetsFile, mets_xml
from digitize.profiles.profile import load_profile
from support.dossiers import ORGANISATION

_MOMENT = dt.datetime(2026, 6, 1, 9, 0, tzinfo=dt.UTC)
_EAD = b"<simpledc/>"


def field(value: object, *, needs_review: bool = False) -> dict[str, object]:
    return {"value": value, "source": "ocr", "needs_review": needs_review}


def paper(
    form: str,
    *pages: str,
    tables: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
    **fields: object,
) -> dict[str, object]:
    """A document as ``content.json`` has it, but for the name of its file."""
    return {
        "form": form,
        "form_version": None,
        "fields": {
            key: value if isinstance(value, dict) and "value" in value else field(value)
            for key, value in fields.items()
        },
        "tables": {
            name: [{column: field(value) for column, value in row.items()} for row in rows]
            for name, rows in (tables or {}).items()
        },
        "pages": [{"page": number, "text": text} for number, text in enumerate(pages, start=1)],
    }


def told_package(
    archive: Path,
    dossier: str,
    *papers: Mapping[str, object],
    organisation: str = "000.00.99.T01",
    content: bytes | None = None,
) -> Path:
    """A package in an archive; ``content`` takes the place of the right ``content.json``."""
    code = f"{organisation}.2026.{dossier}"
    package = archive / f"urn_P01_uuid_{uuid.uuid5(uuid.NAMESPACE_URL, dossier)}".upper()
    told = [{"file": f"{code}.{n}.pdf", **one} for n, one in enumerate(papers, start=1)]
    data = json.dumps({"version": 1, "documents": told}, ensure_ascii=False).encode()
    described = _file(package, "documentation/content.json", data if content is None else content)
    base = package / "representations/rep1"
    documents = [
        MetsDocument(
            _file(base, f"data/{code}.{number}.pdf", b"%PDF-1.7 not looked at"),
            _file(base, f"metadata/descriptive/EAD_doc_{code}.{number}.xml", _EAD),
        )
        for number in range(1, len(papers) + 1)
    ]
    inner = _mets("rep1", documents=documents)
    pointed = _file(package, "representations/rep1/METS.xml", inner)
    root = _mets(
        package.name, groups={"Documentation": [described]}, pointers={"Representations/rep1": pointed}
    )
    (package / "METS.xml").write_bytes(root)
    return package


def _mets(
    name: str,
    *,
    groups: dict[str, Sequence[MetsFile]] | None = None,
    documents: Sequence[MetsDocument] = (),
    pointers: dict[str, MetsFile] | None = None,
) -> bytes:
    rules = load_profile("tt05-2025").package
    content = MetsContent(
        object_id=name,
        rules=rules.aip,
        kind=rules.kind,
        is_root=not documents,
        organisation=ORGANISATION,
        moment=_MOMENT,
        schemas={},
        groups=groups or {},
        documents=documents,
        pointers=pointers or {},
    )
    return mets_xml(content, uuid.uuid4)


def _file(base: Path, name: str, data: bytes) -> MetsFile:
    path = base / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return MetsFile(
        quote(name), "application/octet-stream", hashlib.sha256(data).hexdigest(), len(data), _MOMENT
    )
