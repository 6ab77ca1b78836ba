"""A dossier that is ready to be packaged, without anything having been scanned or read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter

from digitize.files import fixity, make_folder
from digitize.ingest.kinds import FileKind
from digitize.model import Document, FieldReading, PageReading, Problem, Stage, Value, Word
from digitize.pdf.compose import TOOL
from digitize.pipeline.findings import decide, doubtful_fields, save_documents
from digitize.pipeline.layout import document_file, page_target
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.packaging import Packaged, Packager
from digitize.pipeline.page_summary import summary_of
from digitize.pipeline.records import OriginalRecord
from digitize.pipeline.sealing import make_seal
from digitize.pipeline.tasks import PageDone, words_file
from digitize.pipeline.workspace import Workspace
from digitize.review.desk import Desk
from digitize.times import now
from support.papers import plain

ENGINE = "tesserocr 2.13.0, Tesseract 5.5.4, vie 79df64caf7bc"
SCAN = b"a scan as it came"
FIELDS = {
    "doc_type": FieldReading("Quyết định"),
    "number": FieldReading("5"),
    "notation": FieldReading("QĐ-UBND"),
    "issued_date": FieldReading("2025-04-03"),
    "issuer": FieldReading("UBND xã Mẫu"),
    "subject": FieldReading("về việc thư", needs_review=True, problems=(Problem("value_doubtful"),)),
    "signer_name": FieldReading("TRẦN VĂN MẪU", needs_review=True),
}
"""What was read on the only document: a letter, two of whose fields a person has to look at."""


def derive(workspace: Workspace, dossier: str = "HS-1") -> PageReading:
    """Put into ``work`` what a run would have made of the only page: its words and the composed PDF."""
    target = page_target(workspace, dossier, 1)
    make_folder(target.parent)
    words = (Word("QUYẾT", (60, 40, 200, 80), 0.9, 1), Word("ĐỊNH", (210, 40, 300, 80), 0.9, 1))
    reading = PageReading(
        width=900,
        height=420,
        dpi=200.0,
        rotated=90,
        rotation_confidence=0.9,
        skew=-1.3,
        skew_confidence=0.9,
        blank=False,
        words=words,
        unread=(),
        problems=(),
        engine=ENGINE,
    )
    words_file(target).write_bytes(TypeAdapter(PageReading).dump_json(reading))
    document_file(workspace, dossier, 1).write_bytes(plain())
    return reading


def in_review(workspace: Workspace, ledger: Ledger, dossier: str = "HS-1") -> None:
    """Bring a dossier of one page to where a person looks at its doubtful fields."""
    kept = make_folder(workspace.originals / dossier) / "1.jpg"
    kept.write_bytes(SCAN)
    proof = fixity(kept)
    reading = derive(workspace, dossier)
    with ledger.transaction():
        ledger.add_dossier(dossier, f"scans/{dossier}")
        ledger.add_event("received", dossier, source=dossier)
        record = OriginalRecord(
            dossier, 1, "1.jpg", "1.jpg", 1, 1, FileKind.IMAGE, proof.sha256, proof.size, 1, signed=False
        )
        ledger.add_original(record)
        ledger.move(dossier, Stage.RECEIVED, "files_taken_in", files=["1.jpg"])
        ledger.set_pages(dossier, [(1, 0)])
        ledger.set_read(dossier, 1, summary_of(PageDone(reading, 1)))
        ledger.move(dossier, Stage.RECOGNISED, "pages_read", pages=1, engine=ENGINE, tool=TOOL)
        save_documents(ledger, dossier, [Document((0,), "official_letter", None, 0.9, FIELDS)])
        ledger.move(dossier, Stage.EXTRACTED, "fields_extracted", documents=1, doubtful=2, tool=TOOL)
        ledger.move(dossier, Stage.IN_REVIEW, "review_needed", doubtful=2)


def settle(ledger: Ledger, values: Mapping[str, Value], dossier: str = "HS-1") -> None:
    """Decide doubtful fields as the person whom the ledger knows, and let the dossier through."""
    with ledger.transaction():
        for field in doubtful_fields(ledger, dossier):
            if field.key in values:
                decide(ledger, field, values[field.key])
    Desk(ledger, now, {}).let_through(dossier)


def packaged(workspace: Workspace, ledger: Ledger, dossier: str = "HS-1") -> Packaged:
    """Sign and package a dossier, as far as it has come."""
    with ledger.transaction():
        ledger.move(dossier, Stage.COMPOSED, "composed", documents=1, tool=TOOL)
    return Packager(workspace, ledger, make_seal(workspace, None), now).package(dossier)


def choose(root: Path, rules: str) -> Workspace:
    """The workspace under a profile of its own: the demo's with other rules of packages."""
    (root / "own.toml").write_text(f'extends = "demo"\nid = "own"\n[package]\n{rules}\n')
    settings = root / "digitize.toml"
    settings.write_text(settings.read_text("utf-8").replace('profile = "demo"', 'profile = "own.toml"'))
    return Workspace.open(root)
