"""The index (mục lục) of a reader's copy, as a page, a table and JSON, with what the copy is and for whom."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from digitize.files import write_whole
from digitize.messages import Catalogue
from digitize.pipeline.export_copies import CopiedDocument, ReaderCopy
from digitize.pipeline.field_sheets import harmless
from digitize.reports.html_page import write_html
from digitize.times import written

INDEX = "index"
_COLUMNS = ("number", "notation", "issued", "organ", "subject", "page_count", "pdf")


def write_reader_index(copy: ReaderCopy, catalogue: Catalogue, folder: Path) -> None:
    """Write ``index.html``, ``index.csv`` and ``index.json`` into the folder of a copy."""
    headings = [catalogue.text(f"reader_copy.{column}") for column in _COLUMNS]
    rows = [_row(document) for document in copy.documents]
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(headings)
    table.writerows([harmless(cell) for cell in row] for row in rows)
    write_whole(folder / f"{INDEX}.csv", text.getvalue().encode("utf-8-sig"))
    write_whole(folder / f"{INDEX}.json", json.dumps(_document(copy), ensure_ascii=False, indent=1) + "\n")
    write_html(
        "reader_copy.html",
        folder / f"{INDEX}.html",
        catalogue,
        copy=copy,
        title=copy.description.get("title", ""),
        headings=headings,
        rows=rows,
    )


def _row(document: CopiedDocument) -> list[str]:
    said = document.entry.described
    code = "/".join(part for part in (said.get("codeNumber", ""), said.get("codeNotation", "")) if part)
    return [
        str(document.entry.ordinal),
        code,
        said.get("issuedDate", ""),
        said.get("organName", ""),
        said.get("subject", ""),
        str(document.copied.pages),
        document.entry.name,
    ]


def _document(copy: ReaderCopy) -> dict[str, object]:
    return {
        "dossier": copy.dossier,
        "title": copy.description.get("title", ""),
        "mark": copy.mark,
        "organisation": copy.organisation,
        "made_at": written(copy.made_at),
        "made_by": copy.made_by,
        "reader": copy.reader or None,
        "package": copy.package,
        "object_id": copy.object_id,
        "signatures_kept": False,
        "documents": [
            {
                "ordinal": document.entry.ordinal,
                "file": document.entry.name,
                "sha256": document.sha256,
                "pages": document.copied.pages,
                "pdf_a": document.copied.archival,
                "described": document.entry.described,
                "original": _original(document),
            }
            for document in copy.documents
        ],
    }


def _original(document: CopiedDocument) -> dict[str, object]:
    """What was found on the signed file that stays in the archive."""
    signature = document.signature
    time = signature.signing_time if signature else None
    return {
        "file": document.entry.file,
        "sha256": document.original_sha256,
        "verdict": document.verdict.value,
        "signer": signature.signer if signature else None,
        "signing_time": written(time) if time else None,
    }
