"""Exports in this process, and what they need."""

from __future__ import annotations

from pathlib import Path

from digitize.messages import Catalogue
from digitize.model import Language
from digitize.pipeline.export import Exporter, Order, Writers
from digitize.pipeline.export_formats import ExportFormat
from digitize.pipeline.outlet import ExportResult, Told, tell_nobody
from digitize.pipeline.records import EventRecord
from digitize.pipeline.workspace import Workspace
from digitize.pipeline.wrapping import Wrapping
from digitize.reports.reader_copy import write_reader_index
from digitize.times import Clock, now
from support.offices import ledger_of

DOSSIER = "000.00.01.H99-261118-0002"
"""A packaged dossier of the demo: one document of two pages."""


def order(
    output: str,
    to: Path,
    *dossiers: str,
    bag: bool = False,
    zipped: bool = False,
    split: int | None = None,
    document: int | None = None,
    reader: str = "",
    sign: bool = False,
) -> Order:
    """An order in few words."""
    wrapping = Wrapping(bag=bag, zipped=zipped, split=split)
    return Order(ExportFormat(output), to, dossiers, wrapping, document, reader, sign)


def export(root: Path, wanted: Order, clock: Clock = now, told: Told = tell_nobody) -> ExportResult:
    """Carry out an order in this process; the key is opened if nobody is needed for that."""
    catalogue = Catalogue(Language.VI)
    writers = Writers(
        describe=lambda detail: {"id": detail.line.id},
        index=lambda copy, folder: write_reader_index(copy, catalogue, folder),
    )
    with ledger_of(root, "cán bộ") as ledger:
        workspace = Workspace.open(root)
        exporter = Exporter(workspace, ledger, clock, catalogue, writers, wanted.make_seal(workspace, None))
        return exporter.export(wanted, exporter.dossiers(wanted), told)


def package_of(root: Path, dossier: str = DOSSIER) -> Path:
    """The package of a dossier."""
    with ledger_of(root) as ledger:
        record = ledger.dossier(dossier)
    assert record is not None
    assert record.package is not None
    return root / "archive" / record.package


def exports_of(root: Path, dossier: str = DOSSIER) -> list[EventRecord]:
    """The events that tell of exports of a dossier."""
    with ledger_of(root) as ledger:
        return [event for event in ledger.events(dossier) if "export" in event.kind]
