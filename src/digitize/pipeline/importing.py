"""Take in the sheets that clerks keep: what is known of dossiers before anything is read.

Everything in a file comes in or nothing does. A sheet's dossier is one of ours if it has its code, or if the
paths of its files lead there; others are kept under their own code, for a sheet may come before the scans.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from openpyxl.utils import get_column_letter

from digitize.errors import Fact, ItemProblem
from digitize.ingest.naming import nfc, safe_code
from digitize.ingest.sheets import RawSheet, read_sheets
from digitize.model import Problem, Stage
from digitize.pipeline.comparing import number_and_notation
from digitize.pipeline.deadlines import Settler
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.sheet_headers import (
    ColumnType,
    Headings,
    Level,
    Misfit,
    SheetColumn,
    find_headings,
    understood,
)
from digitize.pipeline.sheet_values import WHOLE, set_sheet_values

_MISFITS = {
    ColumnType.DATE: "sheet_cell_no_date",
    ColumnType.COUNT: "sheet_cell_no_count",
    ColumnType.CODE: "sheet_cell_no_code",
}

_CODE = "dossier_code"
_FILE = "file"
_ORDINAL = "doc_ordinal"


@dataclass(slots=True)
class SheetDossier:
    """A dossier as a sheet has it.

    Attributes:
        code: as the sheet has it.
        where: sheet and row where it begins.
        values: by document, 0 for the dossier itself, and key.
        matched: the dossier of ours; None where there is none yet.

    """

    code: str
    where: tuple[str, int]
    values: dict[int, dict[str, str]] = field(default_factory=dict)
    matched: str | None = None

    @property
    def identifier(self) -> str:
        """The code under which it is kept."""
        return self.matched or safe_code(self.code)

    @property
    def documents(self) -> int:
        """How many documents the sheet lists."""
        return sum(number != WHOLE for number in self.values)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import.

    Attributes:
        file: the name of the file.
        dossiers: what it says.
        bad: cells that could not be understood, with their places.
        notes: what a clerk should know.
        done: it was written down; not in a rehearsal, and not where cells are bad.

    """

    file: str
    dossiers: tuple[SheetDossier, ...]
    bad: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    done: bool


def import_sheets(
    ledger: Ledger,
    path: Path,
    *,
    dossier: str | None = None,
    rehearse: bool = False,
    skip_bad: bool = False,
    settle: Settler | None = None,
) -> Imported:
    """Take in a sheet.

    Args:
        ledger: where to write.
        path: an XLSX or CSV.
        dossier: the dossier of ours that the sheet speaks of, whatever code it has.
        rehearse: only tell what would come of it.
        skip_bad: leave out cells that cannot be understood; else nothing is written where there are any.
        settle: is told which dossiers may have other days now.

    Raises:
        UsageProblem: there is no such file.
        ItemProblem: it is no sheet, it has no headings that are known, or it has several dossiers and
            ``dossier`` is given.

    """
    reading = _Reading(path.name, dossier)
    sheets = read_sheets(path)
    known = [(sheet, find_headings(sheet.rows)) for sheet in sheets]
    if all(headings is None for _, headings in known):
        raise ItemProblem("sheet_no_headings", file=path.name)
    for sheet, headings in known:
        if headings is not None:
            reading.take(sheet, headings)
    found = reading.dossiers
    if not found:
        raise ItemProblem("sheet_empty", file=path.name)
    if dossier is not None and len(found) > 1:
        raise ItemProblem("sheet_several_dossiers", file=path.name, dossiers=len(found))
    _match(ledger, found, dossier)
    notes = [*reading.notes, *_told(ledger, found)]
    if (reading.bad and not skip_bad) or rehearse:
        return Imported(path.name, tuple(found), tuple(reading.bad), tuple(notes), done=False)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with ledger.transaction():
        for one in found:
            set_sheet_values(ledger, one.identifier, one.values, path.name)
            ledger.add_event(
                "sheet_imported",
                one.identifier,
                file=path.name,
                sha256=digest,
                documents=one.documents,
                values=sum(map(len, one.values.values())),
            )
            notes += settle(one.identifier).conflicts if settle else ()
    return Imported(path.name, tuple(found), tuple(reading.bad), tuple(notes), done=True)


class _Reading:
    """Reads the sheets of one file into dossiers."""

    def __init__(self, file: str, only: str | None) -> None:
        self._file = file
        self._only = only
        self._by_code: dict[str, SheetDossier] = {}
        self.bad: list[Problem] = []
        self.notes: list[Problem] = []

    @property
    def dossiers(self) -> list[SheetDossier]:
        """The dossiers in the order in which they stand."""
        return list(self._by_code.values())

    def take(self, sheet: RawSheet, headings: Headings) -> None:
        """Read the rows under the headings of a sheet."""
        if headings.unknown:
            self.notes.append(
                Problem(
                    "sheet_columns_unknown", {"sheet": sheet.name, "columns": "; ".join(headings.unknown)}
                )
            )
        self.bad += [
            Problem(
                cell.code, {"sheet": sheet.name, "row": cell.row, "column": get_column_letter(cell.column)}
            )
            for cell in sheet.bad
            if cell.row > headings.row and any(c.place == cell.column - 1 for c in headings.columns)
        ]
        current: SheetDossier | None = None
        for number in sorted(n for n in sheet.rows if n > headings.row):
            cells = sheet.rows[number]
            if _numbering(cells):
                continue
            own = {
                level: self._understood(sheet.name, number, cells, headings.columns, level) for level in Level
            }
            if not any(own.values()):
                continue
            current = self._dossier(own[Level.DOSSIER], sheet.name, number, current)
            if current is None:
                self.bad.append(Problem("sheet_row_homeless", {"sheet": sheet.name, "row": number}))
                continue
            self._add_whole(current, own[Level.DOSSIER], sheet.name, number)
            if own[Level.DOCUMENT]:
                self._add_document(current, own[Level.DOCUMENT], sheet.name, number)

    def _understood(
        self, sheet: str, row: int, cells: Sequence[str], columns: Iterable[SheetColumn], level: Level
    ) -> dict[str, str]:
        found = {}
        for column in columns:
            text = cells[column.place] if column.place < len(cells) else ""
            if column.level is not level or not text:
                continue
            try:
                found[column.key] = understood(column, text)
            except Misfit:
                facts: dict[str, Fact] = {
                    "sheet": sheet,
                    "row": row,
                    "column": get_column_letter(column.place + 1),
                    "label": column.label,
                }
                self.bad.append(Problem(_MISFITS[column.header.type], facts))
                continue
            if column.key == "doc_type":
                # The code of kinds that the archive's list lacks says less than the sheet.
                found["doc_type_name"] = text
        return found

    def _dossier(
        self, own: Mapping[str, str], sheet: str, row: int, current: SheetDossier | None
    ) -> SheetDossier | None:
        code = own.get(_CODE, "")
        if not code:
            if current is not None:
                return current
            if self._only is None:
                return None
            code = self._only
        return self._by_code.setdefault(code, SheetDossier(code, (sheet, row), {WHOLE: {}}))

    def _add_whole(self, dossier: SheetDossier, own: Mapping[str, str], sheet: str, row: int) -> None:
        whole = dossier.values[WHOLE]
        for key, value in own.items():
            if whole.setdefault(key, value) != value:
                facts: dict[str, Fact] = {"sheet": sheet, "row": row, "dossier": dossier.code, "key": key}
                self.bad.append(Problem("sheet_dossier_disagrees", facts))

    def _add_document(self, dossier: SheetDossier, own: dict[str, str], sheet: str, row: int) -> None:
        number = int(own.get(_ORDINAL, "0")) or max(dossier.values) + 1
        if number in dossier.values:
            facts: dict[str, Fact] = {"sheet": sheet, "row": row, "dossier": dossier.code, "number": number}
            self.bad.append(Problem("sheet_document_twice", facts))
            return
        if code := own.pop("code", ""):
            for key, value in zip(("number", "notation"), number_and_notation(code), strict=True):
                own.setdefault(key, value)
        dossier.values[number] = {key: value for key, value in own.items() if value}


def _numbering(cells: Sequence[str]) -> bool:
    """Whether a row only numbers the columns: 1, 2, 3 … under the headings."""
    digits = [cell.strip("()") for cell in cells if cell]
    return len(digits) >= 3 and digits == [str(n + 1) for n in range(len(digits))]


def _match(ledger: Ledger, found: Sequence[SheetDossier], dossier: str | None) -> None:
    """Find which dossier of ours each dossier of a sheet is."""
    codes = ledger.dossier_codes()
    owners: dict[str, set[str]] = {}
    for row in ledger.rows("SELECT dossier, source FROM original WHERE superseded = 0"):
        owners.setdefault(_name(row["source"]), set()).add(row["dossier"])
    for one in found:
        if dossier is not None:
            one.code = dossier
        one.matched = _ours(one, codes, owners)


def _ours(one: SheetDossier, codes: set[str], owners: Mapping[str, set[str]]) -> str | None:
    code = safe_code(one.code)
    if code in codes:
        return code
    paths = [values[_FILE].replace("\\", "/") for values in one.values.values() if _FILE in values]
    # Where all files lead to one dossier of ours, that is it.
    votes: Counter[str] = Counter()
    for path in paths:
        names = owners.get(_name(path), set())
        folders = {safe_code(part) for part in PurePosixPath(path).parts} & codes
        told = (names & folders) or folders or names
        if len(told) == 1:
            votes[next(iter(told))] += 1
    return next(iter(votes)) if len(votes) == 1 else None


def _name(path: str) -> str:
    return nfc(PurePosixPath(path.replace("\\", "/")).name).casefold()


def _told(ledger: Ledger, found: Sequence[SheetDossier]) -> list[Problem]:
    """What a clerk should know of the dossiers of a sheet.

    Raises:
        ItemProblem: two would become one here: the later would take the place of the earlier.

    """
    counts = Counter(one.identifier for one in found)
    twice = [code for code, number in counts.items() if number > 1]
    if twice:
        raise ItemProblem("sheet_dossiers_clash", dossier=twice[0])
    packaged = {record.id for record in ledger.dossiers(Stage.PACKAGED)}
    notes = []
    for one in found:
        if one.matched is None:
            notes.append(Problem("sheet_dossier_unknown", {"dossier": one.identifier}))
        elif one.matched in packaged:
            notes.append(Problem("sheet_dossier_packaged", {"dossier": one.identifier}))
    return notes
