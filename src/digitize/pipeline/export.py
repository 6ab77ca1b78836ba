"""Give what was read to others, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from digitize.errors import EnvironmentProblem, ItemProblem, UsageProblem
from digitize.files import make_folder
from digitize.forms.template import Template
from digitize.messages import Catalogue
from digitize.model import Stage
from digitize.pipeline.field_sheets import Paper, sheets_of, write_csv, write_xlsx
from digitize.pipeline.findings import load_documents
from digitize.pipeline.ledger import Ledger

_NAME = "digitize"


def export_fields(
    ledger: Ledger,
    dossiers: Sequence[str],
    output: Literal["xlsx", "csv"],
    to: Path,
    templates: dict[str, Template],
    catalogue: Catalogue,
) -> list[Path]:
    """Write the fields of dossiers as tables; that personal data left the house is an event of each.

    Args:
        ledger: where they stand.
        dossiers: their codes; if empty all that are not withdrawn.
        output: one workbook, or a CSV for each form and table.
        to: the folder to write to; files of the same names must not be there.
        templates: the forms that are known, by their ids.
        catalogue: in which language headings and values are.

    Returns:
        The files that were written; none where no paper has fields.

    Raises:
        UsageProblem: a dossier does not exist, or a file is there already.
        ItemProblem: a dossier is withdrawn.

    """
    records = {record.id: record for record in ledger.dossiers()}
    unknown = next((code for code in dossiers if code not in records), None)
    if unknown is not None:
        raise UsageProblem("dossier_unknown", dossier=unknown)
    gone = next((code for code in dossiers if records[code].stage is Stage.WITHDRAWN), None)
    if gone is not None:
        raise ItemProblem("already_withdrawn", dossier=gone)
    standing = [record for record in records.values() if record.stage is not Stage.WITHDRAWN]
    chosen = [records[code] for code in dict.fromkeys(dossiers)] or standing
    papers = [
        Paper(record.id, number, record.stage.value, document)
        for record in chosen
        for number, document in enumerate(load_documents(ledger, record.id), start=1)
    ]
    sheets = sheets_of(papers, templates, catalogue)
    if not sheets:
        return []
    names = [f"{_NAME}.xlsx"] if output == "xlsx" else [f"{sheet.name}.csv" for sheet in sheets]
    targets = [to / name for name in names]
    for target in targets:
        if target.exists():
            raise UsageProblem("export_exists", path=str(target))
    try:
        make_folder(to)
        if output == "xlsx":
            write_xlsx(sheets, targets[0])
        else:
            for sheet, target in zip(sheets, targets, strict=True):
                write_csv(sheet, target)
    except OSError as error:
        raise EnvironmentProblem("disk_trouble", detail=error.strerror or "") from error
    with ledger.transaction():
        for dossier in dict.fromkeys(paper.dossier for paper in papers):
            ledger.add_event("fields_exported", dossier, format=output, files=len(targets))
    return targets
