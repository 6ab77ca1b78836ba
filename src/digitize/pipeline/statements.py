"""What a sheet, the cover, the index and the scans each say of a dossier."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from digitize.forms.template import Template, is_cell
from digitize.ingest.naming import nfc
from digitize.model import Document, FieldReading
from digitize.pipeline.comparing import kind_and_subject, number_and_notation, without_beginning
from digitize.pipeline.findings import load_documents
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import PageRole
from digitize.pipeline.sheet_headers import Misfit, code_of
from digitize.pipeline.sheet_values import WHOLE, sheet_values

_NUMBERED = re.compile(r"(?:^|.*[^0-9])(\d{1,7})$")
"""A name that ends in the number of its document: ``H99.00.01.2010.02.007``."""


class Witness(StrEnum):
    """Who says something of a dossier, in the order in which they are held against each other."""

    SHEET = "sheet"
    INDEX = "index"
    COVER = "cover"
    COVER_END = "cover_end"
    SCANS = "scans"


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody says; ``doubtful`` if it was read and nobody has confirmed it."""

    value: str
    doubtful: bool = False


Statements = dict[str, Statement]


@dataclass(slots=True)
class Testimony:
    """What one witness says.

    Attributes:
        whole: of the dossier, by key.
        documents: of its documents, by their numbers there and by key.
        unread: values that stand there and could not be read.

    """

    whole: Statements = field(default_factory=dict)
    documents: dict[int, Statements] = field(default_factory=dict)
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Scan:
    """A document among the scans: its place from 1, the name of its file, and what was read on it.

    ``alone`` if its file holds nothing else.
    """

    place: int
    file: str
    alone: bool
    document: Document


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything said of a dossier; ``numbers`` are those of the scans in the lists, by their places."""

    testimonies: Mapping[Witness, Testimony]
    scans: tuple[Scan, ...]
    numbers: Mapping[int, int]


def gather(ledger: Ledger, dossier: str, templates: Mapping[str, Template]) -> Dossier:
    """What is said of a dossier of ours; listed documents are found among the scans where that is sure."""
    documents = load_documents(ledger, dossier)
    readers = {form: template.reader for form, template in templates.items()}
    files = {one.ordinal: PurePosixPath(one.source).name for one in ledger.originals(dossier)}
    pages = ledger.pages(dossier)
    originals = [page.original for page in pages]
    papers = [page.original for page in pages if page.role is PageRole.SCAN]
    scans: list[Scan] = []
    found: dict[Witness, Testimony] = {}
    for place, document in enumerate(documents, start=1):
        reader = readers.get(document.form, "")
        if reader == "cover":
            found |= _covers(document)
        elif reader == "index":
            found[Witness.INDEX] = _index(document, found.get(Witness.INDEX))
        else:
            own = originals[document.pages[0]] if document.pages[0] < len(originals) else 0
            own_papers = sum(
                pages[index].role is PageRole.SCAN for index in document.pages if index < len(pages)
            )
            alone = papers.count(own) == own_papers
            scans.append(Scan(place, files.get(own, ""), alone, document))
    sheet = sheet_values(ledger, dossier)
    if sheet:
        found[Witness.SHEET] = _sheet(sheet)
    numbers = _numbers(scans, found, sheet)
    if scans:
        found[Witness.SCANS] = _scanned(scans, numbers)
    return Dossier({w: found[w] for w in Witness if w in found}, tuple(scans), numbers)


def known_values(
    ledger: Ledger, dossier: str, templates: Mapping[str, Template]
) -> dict[int, dict[str, str]]:
    """What an imported sheet says, by the places of our documents, 0 for the dossier itself.

    A sheet counts the documents of the paper dossier, of which we may have but some; what it says of others
    is left out.
    """
    sheet = sheet_values(ledger, dossier)
    if not sheet:
        return {}
    gathered = gather(ledger, dossier, templates)
    found = {WHOLE: sheet[WHOLE]} if WHOLE in sheet else {}
    return found | {place: sheet[number] for place, number in gathered.numbers.items() if number in sheet}


def _say(statements: Statements, key: str, reading: FieldReading | None) -> int:
    """Add what was read; return 1 if something stands there that could not be read."""
    if reading is None:
        return 0
    if reading.value is None or reading.value == "":
        return int(reading.needs_review)
    statements[key] = Statement(str(reading.value), reading.needs_review)
    return 0


def _covers(cover: Document) -> dict[Witness, Testimony]:
    front, end = Testimony(), Testimony()
    for key in ("title", "start_date", "end_date", "sheet_count", "dossier_number"):
        front.unread += _say(front.whole, key, cover.fields.get(key))
    end.unread += _say(end.whole, "sheet_count", cover.fields.get("sheets_at_end"))
    retention = cover.fields.get("retention")
    front.unread += _say(front.whole, "retention", retention)
    if said := front.whole.get("retention"):
        try:
            front.whole["retention"] = Statement(code_of("retention", said.value), said.doubtful)
        except Misfit:
            del front.whole["retention"]
            front.unread += 1
    return {Witness.COVER: front} | ({Witness.COVER_END: end} if end.whole else {})


def _index(index: Document, before: Testimony | None) -> Testimony:
    """What an index says; it may go on with one before it."""
    testimony = before or Testimony()
    testimony.unread += _say(testimony.whole, "dossier_number", index.fields.get("dossier_number"))
    rows: dict[int, dict[str, FieldReading]] = {}
    for key, reading in index.fields.items():
        if is_cell(key):
            _, row, column = key.split(".")
            rows.setdefault(int(row), {})[column] = reading
    last = max(testimony.documents, default=0)
    for place in sorted(rows):
        own = rows[place]
        ordinal = own.get("doc_ordinal")
        number = ordinal.value if ordinal is not None and isinstance(ordinal.value, int) else None
        # A number that was misread is told by those around it.
        doubted = ordinal is None or ordinal.needs_review or number is None
        last = last + 1 if doubted or number is None or number in testimony.documents else number
        testimony.documents[last], unread = _entry(own)
        testimony.unread += unread
    entries = testimony.documents
    if entries:
        testimony.whole["total_docs"] = Statement(str(len(entries)))
        testimony.whole |= _span(entries.values())
        sheets = entries[max(entries)].get("sheets")
        if sheets is not None and (digits := re.findall(r"\d+", sheets.value)):
            testimony.whole["sheet_count"] = Statement(str(int(digits[-1])), sheets.doubtful)
    return testimony


def _entry(row: Mapping[str, FieldReading]) -> tuple[Statements, int]:
    said: Statements = {}
    unread = sum(
        _say(said, key, row.get(key)) for key in ("issued_date", "issuer", "sheets", "code", "title")
    )
    if code := said.pop("code", None):
        for key, value in zip(("number", "notation"), number_and_notation(code.value), strict=True):
            if value:
                said[key] = Statement(value, code.doubtful)
    if title := said.pop("title", None):
        for key, value in zip(("doc_type", "subject"), kind_and_subject(title.value), strict=True):
            if value:
                said[key] = Statement(value, title.doubtful)
    return said, unread


def _span(entries: Iterable[Statements]) -> Statements:
    """The first and the last date of some documents."""
    dates = sorted((e["issued_date"] for e in entries if "issued_date" in e), key=lambda s: s.value)
    return {"start_date": dates[0], "end_date": dates[-1]} if dates else {}


def _sheet(values: Mapping[int, Mapping[str, str]]) -> Testimony:
    testimony = Testimony()
    for key, value in values.get(WHOLE, {}).items():
        testimony.whole["dossier_number" if key == "dossier_code" else key] = Statement(value)
    for number, own in values.items():
        if number == WHOLE:
            continue
        said = {key: Statement(value) for key, value in own.items()}
        if name := said.pop("doc_type_name", None):
            said["doc_type"] = name
        testimony.documents[number] = said
    if testimony.documents:
        # What is counted is held against what is written.
        testimony.whole.setdefault("total_docs", Statement(str(len(testimony.documents))))
    return testimony


def _scanned(scans: Sequence[Scan], numbers: Mapping[int, int]) -> Testimony:
    testimony = Testimony(whole={"total_docs": Statement(str(len(scans)))})
    for scan in scans:
        said: Statements = {}
        fields = scan.document.fields
        for key in ("number", "notation", "issued_date", "doc_type", "subject", "issuer"):
            testimony.unread += _say(said, key, fields.get(key))
        if subject := said.get("subject"):
            said["subject"] = Statement(without_beginning(subject.value), subject.doubtful)
        said["page_count"] = Statement(str(len(scan.document.pages)))
        if scan.place in numbers:
            testimony.documents[numbers[scan.place]] = said
    return testimony


def _numbers(
    scans: Sequence[Scan],
    found: Mapping[Witness, Testimony],
    sheet: Mapping[int, Mapping[str, str]],
) -> dict[int, int]:
    """The number that each scan has in the lists, by its place.

    Files named in a sheet tell, the ends of names, number and notation; where nothing does and there are as
    many scans as listed documents, their order does.
    """
    listed = {number for testimony in found.values() for number in testimony.documents}
    if not listed:
        return {}
    by_file = {_stem(own["file"]): number for number, own in sheet.items() if "file" in own}
    alone = {s.place: _stem(s.file) for s in scans if s.alone}
    # Files of one name in two folders are not told apart by it.
    counts = Counter(alone.values())
    numbers = {place: by_file[stem] for place, stem in alone.items() if stem in by_file and counts[stem] == 1}
    ends = {place: _NUMBERED.fullmatch(stem) for place, stem in alone.items()}
    ended = {place: int(end[1]) for place, end in ends.items() if end is not None}
    if len(ended) == len(scans) and len(set(ended.values())) == len(ended):
        taken = set(numbers.values())
        numbers |= {p: n for p, n in ended.items() if p not in numbers and n in listed and n not in taken}
    _add_by_code(numbers, scans, found)
    left = [scan.place for scan in scans if scan.place not in numbers]
    open_numbers = sorted(listed - set(numbers.values()))
    if not numbers and len(left) == len(open_numbers):
        numbers |= dict(zip(left, open_numbers, strict=True))
    return numbers


def _add_by_code(numbers: dict[int, int], scans: Sequence[Scan], found: Mapping[Witness, Testimony]) -> None:
    """Scans whose number and notation just one document of the lists has."""
    listed: dict[tuple[str, str], set[int]] = {}
    for testimony in found.values():
        for number, said in testimony.documents.items():
            if key := _code(said):
                listed.setdefault(key, set()).add(number)
    own = {scan.place: key for scan in scans if (key := _code_of(scan.document))}
    counts = Counter(own.values())
    taken = set(numbers.values())
    for place, key in own.items():
        fitting = listed.get(key, set()) - taken
        if place not in numbers and counts[key] == 1 and len(fitting) == 1:
            numbers[place] = fitting.pop()
            taken.add(numbers[place])


def _code_of(document: Document) -> tuple[str, str] | None:
    said: Statements = {}
    for key in ("number", "notation"):
        _say(said, key, document.fields.get(key))
    return _code(said)


def _code(said: Mapping[str, Statement]) -> tuple[str, str] | None:
    """Number and notation as they are compared; None where one is missing or in doubt."""
    number, notation = said.get("number"), said.get("notation")
    if number is None or notation is None or number.doubtful or notation.doubtful:
        return None
    bare = number.value.replace(" ", "").casefold().lstrip("0")
    return bare, notation.value.replace(" ", "").casefold()


def _stem(path: str) -> str:
    return nfc(PurePosixPath(path.replace("\\", "/")).stem).casefold()
