"""Make the papers that accompany dossiers: indices, lists, minutes; as PDF/A and as sheets.

Titles, texts and columns are data (``papers.toml``). Only settled values are printed.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from pydantic import BaseModel, ConfigDict

from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.files import make_folder, whole_file
from digitize.ingest.naming import safe_code
from digitize.messages import Catalogue
from digitize.model import Language, Stage
from digitize.pdf.compose import TOOL, Provenance
from digitize.pdf.paper import OfficePaper, PaperColumn, PaperTable, write_paper
from digitize.pipeline.field_sheets import harmless
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.look_rows import dossier_rows, field_rows, kind_rows, look_facts
from digitize.pipeline.paper_rows import (
    KnownDossier,
    Row,
    decimal,
    index_rows,
    known_dossier,
    list_row,
    quality_of,
    sample_rows,
    span,
)
from digitize.pipeline.second_look_results import draws_of, looked_at
from digitize.pipeline.sheet_headers import word_for
from digitize.pipeline.workspace import Workspace
from digitize.times import VIETNAM, Clock
from digitize.vietnamese.dates import written_date


class PaperKind(StrEnum):
    """Papers that can be made."""

    INDEX = "index"
    LIST = "list"
    HANDOVER = "handover"
    QUALITY = "quality"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Column(_Data):
    key: str
    label: str
    width: float
    align: Literal["left", "center", "right"] = "left"


class _LooksLayout(_Data):
    """The part of the minutes about second looks: texts, tables, and words for what stands in them."""

    text: str
    none: str
    program: str
    dossiers_heading: str
    dossiers_columns: tuple[_Column, ...]
    kinds_heading: str
    kinds_columns: tuple[_Column, ...]
    fields_heading: str
    fields_columns: tuple[_Column, ...]
    results: dict[str, str]
    kinds: dict[str, str]


class _Layout(_Data):
    """One paper of the data file; see there."""

    file: str
    title: str
    source: str
    columns: tuple[_Column, ...]
    signatures: tuple[str, ...]
    each_dossier: bool = False
    landscape: bool = False
    dated: bool = False
    heading: str = ""
    subtitles: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    sample_text: str = ""
    sample_heading: str = ""
    sample_columns: tuple[_Column, ...] = ()
    looks: _LooksLayout | None = None
    yes: str = ""
    no: str = ""
    passed: str = ""
    failed: str = ""


class _Papers(_Data):
    motto: tuple[str, ...]
    page_label: str
    blank: str
    short_blank: str
    signer_line: str
    title_read: str
    index: _Layout
    list: _Layout
    handover: _Layout
    quality: _Layout


@dataclass(frozen=True, slots=True)
class _Content:
    """What one paper says: facts for texts, tables, and texts that stand before tables, by their places."""

    name: str
    facts: Mapping[str, str]
    tables: tuple[tuple[str, tuple[_Column, ...], Sequence[Row]], ...]
    between: Mapping[int, str] = field(default_factory=dict)


@cache
def _papers() -> _Papers:
    text = resources.files("digitize.pipeline").joinpath("papers.toml").read_text("utf-8")
    return _Papers.model_validate(tomllib.loads(text))


def make_papers(
    workspace: Workspace,
    ledger: Ledger,
    dossiers: Sequence[str],
    kind: PaperKind,
    to: Path,
    clock: Clock,
    *,
    seed: int,
) -> list[Path]:
    """Write a paper as PDF/A and as a sheet; that personal data left the house is an event of each dossier.

    Args:
        workspace: whose dossiers.
        ledger: where they stand.
        dossiers: their codes; all that are not withdrawn if empty.
        kind: which paper; an index is one of its own for each dossier.
        to: the folder to write to; files of the same names must not be there.
        clock: tells the date of the paper.
        seed: of the sample that quality minutes draw.

    Returns:
        The files that were written.

    Raises:
        UsageProblem: a dossier does not exist, there is none, a file is there already, or the folder is one
            of the workspace's own.
        ItemProblem: the result is no PDF/A.

    """
    records = {record.id: record for record in ledger.dossiers()}
    unknown = next((code for code in dossiers if code not in records), None)
    if unknown is not None:
        raise UsageProblem("dossier_unknown", dossier=unknown)
    standing = [record for record in records.values() if record.stage not in (Stage.WITHDRAWN, Stage.DIVIDED)]
    chosen = [records[code] for code in dict.fromkeys(dossiers)] or standing
    if not chosen:
        raise UsageProblem("no_dossier_for_paper")
    layout: _Layout = getattr(_papers(), kind.value)
    known = [known_dossier(ledger, record, workspace.templates) for record in chosen]
    moment = clock().astimezone(VIETNAM)
    contents = _contents(workspace, ledger, layout, kind, known, moment, seed)
    targets = [to / f"{content.name}{suffix}" for content in contents for suffix in (".pdf", ".xlsx")]
    workspace.require_outside(to)
    for target in targets:
        if target.exists():
            raise UsageProblem("export_exists", path=str(target))
    try:
        make_folder(to)
        # Never a paper without its event; cut off in between, the event names one that is not there.
        with ledger.transaction():
            for record in chosen:
                ledger.add_event("paper_made", record.id, paper=kind.value, files=len(targets))
        for content in contents:
            _write(workspace, layout, content, to, moment)
    except OSError as error:
        raise EnvironmentProblem("disk_trouble", detail=error.strerror or "") from error
    return targets


def _contents(
    workspace: Workspace,
    ledger: Ledger,
    layout: _Layout,
    kind: PaperKind,
    known: Sequence[KnownDossier],
    moment: dt.datetime,
    seed: int,
) -> list[_Content]:
    common = _facts(workspace, known, moment)
    words = Catalogue(Language.VI)
    if kind is PaperKind.INDEX:
        return [
            _Content(
                f"{layout.file}-{safe_code(one.record.id)}",
                _facts(workspace, [one], moment)
                | {"code": one.whole.get("dossier_code", one.record.id), "title": one.whole.get("title", "")},
                (("", layout.columns, index_rows(one, workspace.templates)),),
            )
            for one in known
        ]
    if kind is PaperKind.QUALITY:
        return [_quality(workspace, ledger, layout, known, common, seed)]
    rows = [
        list_row(number, one, words.text(f"stage.{one.record.stage.value}"), _papers().title_read)
        for number, one in enumerate(known, start=1)
    ]
    return [_Content(layout.file, common, ((layout.heading, layout.columns, rows),))]


def _quality(
    workspace: Workspace,
    ledger: Ledger,
    layout: _Layout,
    known: Sequence[KnownDossier],
    common: Mapping[str, str],
    seed: int,
) -> _Content:
    rules = workspace.profile.quality
    found = [
        quality_of(number, one, rules, passed=layout.passed, failed=layout.failed)
        for number, one in enumerate(known, start=1)
    ]
    sample = sample_rows(known, rules, seed)
    good = sum(one.below == 0 and one.unmeasured == 0 for one in found)
    facts = dict(common) | {
        "profile": workspace.profile.title[Language.VI],
        "dpi": str(rules.dpi),
        "depth": str(rules.depth),
        "skew": decimal(rules.skew, 1),
        "contrast": decimal(rules.contrast, 2),
        "edge": decimal(rules.edge, 2),
        "unread": decimal(100 * rules.unread, 0),
        "clipped": layout.yes if rules.clipped else layout.no,
        "good": str(good),
        "bad": str(len(found) - good),
        "below": str(sum(one.below for one in found)),
        "blank_pages": str(sum(one.blank for one in found)),
        "unmeasured": str(sum(one.unmeasured for one in found)),
        "sampled": str(len(sample)),
        "share": decimal(100 * rules.sample, 0),
        "seed": str(seed),
    }
    tables: list[tuple[str, tuple[_Column, ...], Sequence[Row]]] = [
        (layout.heading, layout.columns, [one.row for one in found]),
        (layout.sample_heading, layout.sample_columns, sample),
    ]
    texts = {1: layout.sample_text}
    if layout.looks is not None:
        looks = _looks(workspace, ledger, layout.looks, known)
        texts[len(tables)] = layout.looks.text if looks.tables else layout.looks.none
        facts |= looks.facts
        tables += looks.tables
    return _Content(layout.file, facts, tuple(tables), texts)


def _looks(
    workspace: Workspace, ledger: Ledger, layout: _LooksLayout, known: Sequence[KnownDossier]
) -> _Content:
    """What second persons found."""
    templates, share = workspace.templates, workspace.profile.second_look
    dossiers = [
        (one.record.id, draws_of(ledger, one.record.id), fields)
        for one in known
        if (fields := looked_at(ledger, one.record.id, templates))
    ]
    fields = [one for _, _, some in dossiers for one in some]
    facts = look_facts(fields, [draw for _, draw, _ in dossiers], share)
    if not dossiers:
        return _Content("", facts, ())
    each = field_rows(fields, templates, layout.results, layout.program)
    return _Content(
        "",
        facts,
        (
            (layout.dossiers_heading, layout.dossiers_columns, dossier_rows(dossiers)),
            (layout.kinds_heading, layout.kinds_columns, kind_rows(fields, layout.kinds)),
            (layout.fields_heading, layout.fields_columns, each),
        ),
    )


def _facts(workspace: Workspace, known: Sequence[KnownDossier], moment: dt.datetime) -> dict[str, str]:
    papers = _papers()
    organisation = workspace.settings.organisation
    boxes = {one.whole["box"] for one in known if one.whole.get("box")}
    counts = [int(one.sheets) for one in known if one.sheets.isdecimal()]
    conditions = sorted({one.whole["condition"] for one in known if one.whole.get("condition")})
    fonds = sorted({one.whole["fonds"] for one in known if one.whole.get("fonds")})
    return {
        "organisation": organisation.name,
        "fonds": "; ".join(fonds) or organisation.fonds,
        "tool": TOOL,
        "blank": papers.blank,
        "short_blank": papers.short_blank,
        "day": f"{moment.day:02}",
        "month": f"{moment.month:02}" if moment.month <= 2 else str(moment.month),
        "year": str(moment.year),
        "dossiers": str(len(known)),
        "documents": str(sum(len(one.documents) for one in known)),
        "pages": str(sum(len(one.pages) for one in known)),
        "files": str(sum(len(one.files) for one in known)),
        # A sum of some would be taken for one of all.
        "sheets": str(sum(counts)) if len(counts) == len(known) else papers.short_blank,
        "boxes": str(len(boxes)) if boxes else papers.short_blank,
        "span": span(known) or papers.blank,
        "condition": ", ".join(word_for("condition", code) for code in conditions) or papers.blank,
        "enclosure": papers.list.title,
    }


def _write(workspace: Workspace, layout: _Layout, content: _Content, to: Path, moment: dt.datetime) -> None:
    papers, facts = _papers(), content.facts
    parts: list[str | PaperTable] = [text.format(**facts) for text in layout.opening]
    for number, (heading, columns, rows) in enumerate(content.tables):
        if number in content.between:
            parts.append(content.between[number].format(**facts))
        parts.append(_table(heading, columns, rows, numbered=number == 0))
    if len(content.tables) in content.between:
        parts.append(content.between[len(content.tables)].format(**facts))
    parts += [text.format(**facts) for text in layout.closing]
    subtitles = [line for line in (text.format(**facts).strip() for text in layout.subtitles) if line]
    day = written_date(moment.date())
    paper = OfficePaper(
        organisation=facts["organisation"],
        motto=papers.motto,
        page_label=papers.page_label,
        place_and_date=f"……………, {day}" if layout.dated else "",
        title=layout.title,
        subtitles=tuple(subtitles),
        parts=tuple(parts),
        signatures=tuple((f"{caption}\n{papers.signer_line}", "") for caption in layout.signatures),
        landscape=layout.landscape,
    )
    provenance = Provenance(
        title=layout.title,
        identifier=content.name,
        organisation=workspace.settings.organisation.name,
        conversion_mark=layout.source,
        created=moment,
    )
    write_paper(paper, provenance, to / f"{content.name}.pdf")
    _write_sheets(layout, content, subtitles, to / f"{content.name}.xlsx")


def _table(heading: str, columns: Sequence[_Column], rows: Sequence[Row], *, numbered: bool) -> PaperTable:
    return PaperTable(
        tuple(PaperColumn(one.label, one.width, one.align) for one in columns),
        tuple(tuple(row[one.key] for one in columns) for row in rows),
        heading,
        numbered,
    )


def _write_sheets(layout: _Layout, content: _Content, subtitles: Sequence[str], path: Path) -> None:
    """The same tables as a workbook; every cell is text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for heading, columns, rows in content.tables:
        page = book.create_sheet((heading or layout.title)[:31])
        lines = [[layout.title.upper()], *[[line] for line in subtitles], []]
        first = len(lines) + 1
        lines += [[one.label for one in columns], *[[row[one.key] for one in columns] for row in rows]]
        for number, line in enumerate(lines, start=1):
            for place, value in enumerate(line, start=1):
                cell = page.cell(number, place)
                cell.value = harmless(value)
                cell.data_type, cell.number_format = "s", "@"
                cell.font = Font(bold=number in (1, first))
                if number >= first:
                    cell.alignment = Alignment(wrap_text=True, vertical="top")
        for place, one in enumerate(columns, start=1):
            page.column_dimensions[get_column_letter(place)].width = one.width * 0.7
        page.freeze_panes = f"A{first + 1}"
        page.print_title_rows = f"{first}:{first}"
        page.page_setup.orientation = "landscape" if layout.landscape else "portrait"
        page.page_setup.paperSize = page.PAPERSIZE_A4
    with whole_file(path) as part:
        book.save(part)
