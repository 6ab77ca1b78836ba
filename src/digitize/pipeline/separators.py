"""Separator sheets to be printed: for the codes of a list, or blank ones with codes of their own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from digitize.errors import ItemProblem, UsageProblem
from digitize.forms.papers import load_papers
from digitize.forms.template_files import load_templates
from digitize.imaging.separator_code import SheetLabel, write_label
from digitize.model import Language, Problem
from digitize.pdf.compose import Provenance
from digitize.pdf.cover_sheets import CoverField, CoverSheet
from digitize.pdf.separator_sheets import SeparatorSheet, SheetTexts, write_separators
from digitize.pipeline.separator_lists import DossierList, ListedDossier, ListLabels, read_list
from digitize.pipeline.sheet_headers import plain
from digitize.times import VIETNAM, Clock

MOST_SHEETS = 2_000


class _Field(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    key: str
    left: float
    top: float
    width: float
    unit: str = ""


class _Cover(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    heading: str
    note: str
    fields: tuple[_Field, ...]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    title: str
    heading: str
    purpose: tuple[str, ...]
    rules: tuple[str, ...]
    code_label: str
    paper_label: str
    blank_code: str
    labels: ListLabels
    cover: _Cover


@dataclass(frozen=True, slots=True)
class Printed:
    """What was made: the codes of the sheets in their order, and what a person should know."""

    codes: tuple[str, ...]
    notes: tuple[Problem, ...] = ()


@cache
def _data() -> _Data:
    text = resources.files("digitize.pipeline").joinpath("separators.toml").read_text("utf-8")
    return _Data.model_validate(tomllib.loads(text))


def listed_dossiers(source: Path) -> DossierList:
    """The dossiers of a list.

    Raises:
        UsageProblem: the list is not there.
        ItemProblem: it is unreadable or empty, or has a code twice.

    """
    return read_list(source, _data().labels)


def print_separators(
    target: Path,
    clock: Clock,
    *,
    source: Path | None = None,
    count: int | None = None,
    paper: str = "",
    covers: bool = False,
) -> Printed:
    """Write separator sheets to ``target``: one for each code of a list, or blank ones.

    Args:
        target: the PDF; it must not be there.
        clock: tells when they were printed; codes of blank sheets are made of it.
        source: a list of codes (CSV, text, XLSX), if there is one.
        count: how many blank sheets without a list.
        paper: kind of the papers that follow, where the list names none.
        covers: a cover follows each sheet, with what the list says of the dossier.

    Raises:
        UsageProblem: the list is not there, or too many sheets are asked for.
        ItemProblem: the list is unreadable or empty, has a code twice, or one that is too long.

    """
    moment, data = clock().astimezone(VIETNAM), _data()
    if source is not None:
        listed = listed_dossiers(source)
    else:
        numbers = range(1, (count or 1) + 1)
        codes = (data.blank_code.format(moment=moment, number=number) for number in numbers)
        listed = DossierList(tuple(ListedDossier(code) for code in codes))
    rows = listed.dossiers
    if len(rows) > MOST_SHEETS:
        raise UsageProblem("separator_too_many", number=len(rows), limit=MOST_SHEETS)
    sheets = [_sheet(row, paper, covers=covers) for row in rows]
    texts = SheetTexts(data.heading, data.purpose, data.rules, data.code_label, data.paper_label)
    provenance = Provenance(
        title=data.title,
        identifier=data.file,
        organisation="",
        conversion_mark=data.title,
        created=moment,
    )
    write_separators(sheets, texts, provenance, target)
    return Printed(tuple(row.code for row in rows), listed.notes)


def _sheet(row: ListedDossier, paper: str, *, covers: bool) -> SeparatorSheet:
    kind = row.paper or paper
    identifier = _kinds().get(plain(kind), kind) if kind else ""
    label = SheetLabel(row.code, identifier or None)
    try:
        write_label(label)
    except ValueError as error:
        raise ItemProblem("separator_code_unfit", dossier=row.code) from error
    return SeparatorSheet(label, _names().get(identifier, kind), _cover(row) if covers else None)


def _cover(row: ListedDossier) -> CoverSheet:
    layout = _data().cover
    facts = {**row.facts, "dossier_code": row.code}
    fields = [
        CoverField(one.label, facts.get(one.key, ""), one.left, one.top, one.width, one.unit)
        for one in layout.fields
    ]
    return CoverSheet(layout.heading, facts.get("title", ""), fields, layout.note)


@cache
def _names() -> Mapping[str, str]:
    """Kinds of papers that the program knows, and how people call them."""
    forms = {form.id: form.title[Language.VI] for form in load_templates().values()}
    return forms | {paper.id: paper.name[Language.VI] for paper in load_papers().values()}


@cache
def _kinds() -> Mapping[str, str]:
    """The ids of kinds of papers, by their ids and by their names."""
    return {plain(word): identifier for identifier, name in _names().items() for word in (name, identifier)}
