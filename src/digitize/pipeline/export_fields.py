"""Give what was read to others: as tables, or as one JSON document for each dossier."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.files import write_whole
from digitize.forms.template import Template
from digitize.messages import Catalogue
from digitize.pipeline.export_formats import ExportFormat
from digitize.pipeline.field_sheets import Paper, Sheet, sheets_of, write_csv, write_xlsx
from digitize.pipeline.findings import load_documents
from digitize.pipeline.outlet import FIELDS_EXPORTED, Exported, ExportResult, Outlet
from digitize.pipeline.overview import DossierDetail, DossierLine, dossier_detail
from digitize.pipeline.records import DossierRecord

_NAME = "digitize"


def export_tables(
    outlet: Outlet,
    dossiers: Sequence[DossierRecord],
    output: ExportFormat,
    templates: dict[str, Template],
    catalogue: Catalogue,
) -> ExportResult:
    """Write the fields of dossiers as tables; that personal data left the house is an event of each.

    Args:
        outlet: where to; files of the same names must not be there.
        dossiers: which ones.
        output: one workbook, or a CSV for each form and table.
        templates: the forms that are known, by their ids.
        catalogue: in which language headings and values are.

    Returns:
        The files that were written; none where no paper has fields.

    Raises:
        UsageProblem: a file is there already.

    """
    papers = [
        Paper(record.id, number, record.stage.value, document)
        for record in dossiers
        for number, document in enumerate(load_documents(outlet.ledger, record.id), start=1)
    ]
    sheets = sheets_of(papers, templates, catalogue)
    if not sheets:
        return ExportResult()
    names = [f"{_NAME}.xlsx"] if output is ExportFormat.XLSX else [f"{sheet.name}.csv" for sheet in sheets]
    _require_free(outlet, names)
    told = {dossier: {"format": output.value, "files": len(names)} for dossier in _told(papers)}
    try:
        with outlet.staging() as staging:
            _write(sheets, [staging / name for name in names], output)
            paths = outlet.publish(FIELDS_EXPORTED, told, [staging / name for name in names])
    except OSError as error:
        raise EnvironmentProblem("disk_trouble", detail=error.strerror or "") from error
    return ExportResult([Exported(tuple(told), paths)])


def _told(papers: Sequence[Paper]) -> list[str]:
    return list(dict.fromkeys(paper.dossier for paper in papers))


def _write(sheets: Sequence[Sheet], targets: Sequence[Path], output: ExportFormat) -> None:
    if output is ExportFormat.XLSX:
        write_xlsx(sheets, targets[0])
        return
    for sheet, target in zip(sheets, targets, strict=True):
        write_csv(sheet, target)


@dataclass(frozen=True, slots=True)
class DocumentExport:
    """Writes a JSON document for a dossier, as ``show --json`` gives it.

    Attributes:
        outlet: where to.
        describe: makes the document.
        lines: every dossier in one line, by its code.

    """

    outlet: Outlet
    describe: Callable[[DossierDetail], object]
    lines: Mapping[str, DossierLine]

    def export(self, dossier: str, _: int) -> Exported:
        """Write the document of a dossier.

        Raises:
            ItemProblem: a file of its name is there.
            EnvironmentProblem: the disk or the ledger does not take it.

        """
        detail = dossier_detail(self.outlet.ledger, dossier, self.lines.get(dossier))
        assert detail is not None
        with self.outlet.staging() as staging:
            target = staging / f"{dossier}.json"
            write_whole(target, json.dumps(self.describe(detail), ensure_ascii=False, indent=1) + "\n")
            facts = {"format": "json", "files": 1}
            paths = self.outlet.publish(FIELDS_EXPORTED, {dossier: facts}, [target])
        return Exported((dossier,), paths)


def _require_free(outlet: Outlet, names: Sequence[str]) -> None:
    """What would be written over ends the call before anything is written."""
    for name in names:
        if (outlet.folder / name).exists():
            raise UsageProblem("export_exists", path=str(outlet.folder / name))
