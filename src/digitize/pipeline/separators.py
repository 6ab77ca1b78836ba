"""Separator sheets to be printed: for the codes of a list, or blank ones with codes of their own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from digitize.errors import ItemProblem, UsageProblem
from digitize.forms.papers import load_papers
from digitize.forms.template_files import load_templates
from digitize.imaging.separator_code import SheetLabel, write_label
from digitize.ingest.naming import safe_code
from digitize.ingest.sheets import read_sheets
from digitize.model import Language, Problem
from digitize.pdf.compose import Provenance
from digitize.pdf.separator_sheets import SeparatorSheet, SheetTexts, write_separators
from digitize.pipeline.sheet_headers import is_heading_of, plain
from digitize.times import VIETNAM, Clock

MOST_SHEETS = 2_000
_LOOKED_AT = 40
"""Rows at the top of a list among which its headings are."""


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
    code_labels: tuple[str, ...]
    paper_labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """What was made: the codes of the sheets in their order, and what a person should know."""

    codes: tuple[str, ...]
    notes: tuple[Problem, ...] = ()


@cache
def _data() -> _Data:
    text = resources.files("digitize.pipeline").joinpath("separators.toml").read_text("utf-8")
    return _Data.model_validate(tomllib.loads(text))


def print_separators(
    target: Path, clock: Clock, *, source: Path | None = None, count: int | None = None, paper: str = ""
) -> Printed:
    """Write separator sheets to ``target``: one for each code of a list, or blank ones.

    Args:
        target: the PDF; it must not be there.
        clock: tells when they were printed; codes of blank sheets are made of it.
        source: a list of codes (CSV, text, XLSX), if there is one.
        count: how many blank sheets without a list.
        paper: kind of the papers that follow, where the list names none.

    Raises:
        UsageProblem: the list is not there, or too many sheets are asked for.
        ItemProblem: the list is unreadable or empty, has a code twice, or one that is too long.

    """
    moment = clock().astimezone(VIETNAM)
    notes: list[Problem] = []
    if source is not None:
        rows = _listed(source, notes)
    else:
        rows = [
            (_data().blank_code.format(moment=moment, number=number), "")
            for number in range(1, (count or 1) + 1)
        ]
    if len(rows) > MOST_SHEETS:
        raise UsageProblem("separator_too_many", number=len(rows), limit=MOST_SHEETS)
    sheets = [_sheet(code, kind or paper) for code, kind in rows]
    data = _data()
    texts = SheetTexts(data.heading, data.purpose, data.rules, data.code_label, data.paper_label)
    provenance = Provenance(
        title=data.title,
        identifier=data.file,
        organisation="",
        conversion_mark=data.title,
        created=moment,
    )
    write_separators(sheets, texts, provenance, target)
    return Printed(tuple(code for code, _ in rows), tuple(notes))


def _sheet(code: str, kind: str) -> SeparatorSheet:
    known = _kinds()
    identifier = known.get(plain(kind), kind) if kind else ""
    label = SheetLabel(code, identifier or None)
    try:
        write_label(label)
    except ValueError as error:
        raise ItemProblem("separator_code_unfit", dossier=code) from error
    return SeparatorSheet(label, _names().get(identifier, kind))


@cache
def _names() -> Mapping[str, str]:
    """Kinds of papers that the program knows, and how people call them."""
    forms = {form.id: form.title[Language.VI] for form in load_templates().values()}
    return forms | {paper.id: paper.name[Language.VI] for paper in load_papers().values()}


@cache
def _kinds() -> Mapping[str, str]:
    """The ids of kinds of papers, by their ids and by their names."""
    return {plain(word): identifier for identifier, name in _names().items() for word in (name, identifier)}


def _listed(source: Path, notes: list[Problem]) -> list[tuple[str, str]]:
    """Codes and kinds of papers of a list, in its order."""
    found: list[tuple[str, str]] = []
    seen: dict[str, int] = {}
    for sheet in read_sheets(source):
        for bad in sheet.bad:
            raise ItemProblem(bad.code, sheet=sheet.name, row=bad.row, column=bad.column)
        first, code_column, paper_column = _columns(sheet.rows)
        for number in sorted(sheet.rows):
            cells = sheet.rows[number]
            written = _cell(cells, code_column)
            if number < first or not written:
                continue
            code = safe_code(written)
            if code in seen:
                raise ItemProblem(
                    "separator_code_twice", file=source.name, dossier=code, row=number, other=seen[code]
                )
            seen[code] = number
            if code != written:
                notes.append(Problem("separator_code_changed", {"code": written, "dossier": code}))
            found.append((code, _cell(cells, paper_column)))
    if not found:
        raise ItemProblem("separator_list_empty", file=source.name)
    return found


def _columns(rows: Mapping[int, Sequence[str]]) -> tuple[int, int, int | None]:
    """The first row of codes, and the columns of codes and of kinds of papers, from 0."""
    data = _data()
    codes, papers = frozenset(map(plain, data.code_labels)), frozenset(map(plain, data.paper_labels))
    for number in sorted(rows)[:_LOOKED_AT]:
        cells = rows[number]
        code = next(
            (
                place
                for place, cell in enumerate(cells)
                if is_heading_of("dossier_code", cell) or plain(cell) in codes
            ),
            None,
        )
        if code is not None:
            paper = next((place for place, cell in enumerate(cells) if plain(cell) in papers), None)
            return number + 1, code, paper
    return 0, 0, 1


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""
