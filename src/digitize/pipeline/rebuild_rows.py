"""Write the rows of dossiers into a ledger that is made anew.

What files tell comes first; what is left of the old ledger adds what no file knows: where things came from,
who decided what, what was withdrawn or urgent.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from digitize.archive.content import KeptContent, KeptDocument, KeptField
from digitize.archive.past import PackagePast
from digitize.errors import ItemProblem
from digitize.ingest.kinds import FileKind, kind_of
from digitize.ingest.naming import in_order, safe_code
from digitize.model import Document, FieldReading, Source, Stage
from digitize.pipeline import tasks
from digitize.pipeline.deadlines import settle_deadline
from digitize.pipeline.findings import save_documents
from digitize.pipeline.generations import RecordStatus
from digitize.pipeline.intake import CHECKSUMS
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.rebuild_holdings import Holding
from digitize.pipeline.rebuild_sources import FoundSource, KnownOriginal, Sources
from digitize.pipeline.records import OriginalRecord
from digitize.pipeline.salvage import Rows, Salvage
from digitize.pipeline.sheet_values import WHOLE, set_sheet_values
from digitize.pipeline.workspace import Workspace
from digitize.times import VIETNAM, written
from digitize.workers import Crew, Lost

_LONGEST = 60.0
"""Seconds to look into an original."""

_CONTENT = "content.json"

_OF_PEOPLE = ("decision", "answer", "page_decision", "second_look")
"""Tables with what people decided."""


class RowWriter:
    """Writes dossiers, inside the ledger's transaction.

    Attributes:
        received: when each dossier was taken in.
        sources: where each came from.
        guessed: dossiers whose source nothing tells.
        unplaced: packaged dossiers of which it is not sure which pages their documents have.
        days: what is known of the days of each, as an event keeps it.

    """

    def __init__(
        self, workspace: Workspace, ledger: Ledger, salvage: Salvage, found: Sources, moment: dt.datetime
    ) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._salvage = salvage
        self._found = found
        self._moment = moment
        self._dossiers = {str(row["id"]): row for row in salvage.rows("dossier")}
        self._originals: dict[tuple[str, str], Mapping[str, object]] = {
            (str(row["dossier"]), str(row["name"])): row for row in salvage.rows("original")
        }
        self.received: dict[str, str] = {}
        self.sources: dict[str, str] = {}
        self.guessed: list[str] = []
        self.unplaced: list[str] = []
        self.days: dict[str, dict[str, object]] = {}

    def write(self, holding: Holding) -> None:
        """Write a dossier with its originals and, if it is packaged, what its package says."""
        code, current = holding.code, holding.current
        old = self._dossiers.get(code, {})
        self.received[code] = self._received(holding, old)
        self.sources[code] = self._source(holding, old)
        stage = Stage.PACKAGED if current else Stage.QUARANTINED if holding.problem else Stage.RECEIVED
        if holding.is_stack or old.get("stage") == Stage.DIVIDED:
            stage = Stage.DIVIDED
        if old.get("stage") == Stage.WITHDRAWN:
            stage = Stage.WITHDRAWN
        self._ledger.execute(
            "INSERT INTO dossier (id, stage, source, received_at, updated_at, problem, stack, urgent) "
            "VALUES (?, ?, ?, ?, ?, NULL, ?, ?)",
            code,
            stage,
            self.sources[code],
            self.received[code],
            str(old.get("updated_at") or (current.past.made_at if current else "") or self.received[code]),
            holding.cut.stack if holding.cut else old.get("stack"),
            old.get("urgent") or 0,
        )
        if stage is Stage.QUARANTINED:
            self._ledger.set_problem(code, holding.problem)
        for ordinal, original in enumerate(holding.originals, start=1):
            self._write_original(ordinal, original, holding)
        for refused in self._found.refused.get(code, ()) if holding.problem else ():
            problem = holding.problem
            assert problem is not None
            self._ledger.refuse(refused.source, refused.size, refused.time, problem)
        if current:
            self._write_package(holding, current.past)
        self._settle(code)

    def write_rest(self) -> None:
        """Write what the old ledger has of sheets, decisions, refusals and checks."""
        codes = self._ledger.dossier_codes()
        sheets: dict[str, dict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
        for row in self._salvage.rows("sheet_value"):
            document = row["document"]
            if isinstance(document, int):
                sheets[str(row["dossier"])][document][str(row["key"])] = str(row["value"])
        for code, values in sheets.items():
            set_sheet_values(self._ledger, code, values, _file_of(self._salvage.rows("sheet_value"), code))
            self._settle(code)
        for table in (*_OF_PEOPLE, "notice", "refused", "package_check"):
            for row in self._salvage.rows(table):
                if table in ("refused", "package_check") or row["dossier"] in codes:
                    self._insert(table, row)

    def _settle(self, code: str) -> None:
        rules = self._workspace.profile.deadlines
        self.days[code] = settle_deadline(self._ledger, code, rules, silent=True).facts()

    # --- dossiers -----------------------------------------------------------------------------

    def _received(self, holding: Holding, old: Mapping[str, object]) -> str:
        current = holding.current
        first = current.past.first("received") if current else None
        if old.get("received_at"):
            return str(old["received_at"])
        if first:
            return first.at
        listed = self._workspace.originals / holding.code / CHECKSUMS
        if listed.is_file():
            return written(dt.datetime.fromtimestamp(listed.stat().st_mtime, VIETNAM))
        return written(self._moment)

    def _source(self, holding: Holding, old: Mapping[str, object]) -> str:
        """Where a dossier came from; a guess is told, and never the place of another one."""
        code = holding.code
        known = holding.cut.source if holding.cut else str(old.get("source") or "")
        found = self._found.dossiers.get(code, "")
        # What is there now counts for more than what was, or was guessed before.
        told = found if found and not self._is_there(known) else known
        if told and told not in self.sources.values():
            return told
        self.guessed.append(code)
        inbox = self._workspace.written(self._workspace.inbox)
        names = [one.name for one in holding.originals]
        # A dossier of one file had its code from the name of that file.
        alone = len(names) == 1 and code in (PurePosixPath(names[0]).stem, names[0])
        guess = f"{inbox}/{names[0] if alone else code}"
        taken = {*self.sources.values(), *self._found.dossiers.values()}
        return guess if guess not in taken else f"originals/{code}"

    def _is_there(self, source: str) -> bool:
        return bool(source) and (self._workspace.root / source).exists()

    # --- originals ----------------------------------------------------------------------------

    def _write_original(self, ordinal: int, original: KnownOriginal, holding: Holding) -> None:
        old = self._old(original)
        # The files of a dossier that was cut from a stack came with the stack.
        came_with = holding.cut.stack if holding.cut else original.dossier
        found = self._found.originals.get((came_with, original.name))
        source = self.sources[original.dossier]
        if old and (found is None or self._is_there(str(old["source"]))):
            place = FoundSource(str(old["source"]), _number(old["source_size"]), _number(old["source_time"]))
        elif found:
            place = found
        else:
            # Of a source that is a file all originals have its path.
            own = source if PurePosixPath(source).name == original.name else f"{source}/{original.name}"
            place = FoundSource(own, original.size, 0)
        path = self._workspace.originals / original.dossier / original.name
        pages = old.get("pages")
        record = OriginalRecord(
            dossier=original.dossier,
            ordinal=ordinal,
            name=original.name,
            source=place.source,
            source_size=place.size,
            source_time=place.time,
            kind=(kind_of(path) if path.is_file() else None) or FileKind.IMAGE,
            sha256=original.sha256,
            size=original.size,
            pages=pages if isinstance(pages, int) else None,
            signed=bool(old.get("signed")),
        )
        self._ledger.add_original(record)
        cut = holding.cut.frames.get(original.name) if holding.cut else None
        gone = old.get("superseded") if old else self._was_replaced(original, holding)
        self._ledger.execute(
            "UPDATE original SET frames = ?, signs = ?, superseded = ? WHERE dossier = ? AND ordinal = ?",
            json.dumps(cut) if cut is not None else old.get("frames"),
            old.get("signs"),
            int(bool(gone)),
            original.dossier,
            ordinal,
        )

    def _old(self, original: KnownOriginal) -> Mapping[str, object]:
        """What the old ledger has of an original, if it speaks of the same bytes."""
        row = self._originals.get((original.dossier, original.name), {})
        return row if row.get("sha256") == original.sha256 else {}

    def _was_replaced(self, original: KnownOriginal, holding: Holding) -> bool:
        """Whether a later original came from the place of this one: its name is that of the place."""
        if (original.dossier, original.name) in self._found.originals:
            return False
        for later in holding.originals[holding.originals.index(original) + 1 :]:
            found = self._found.originals.get((later.dossier, later.name))
            if found and safe_code(PurePosixPath(found.source).name) == original.name:
                return True
        return False

    # --- packages -----------------------------------------------------------------------------

    def _write_package(self, holding: Holding, past: PackagePast) -> None:
        code = holding.code
        current = holding.current
        assert current is not None
        # One that was replaced stands alone only where the one after it is gone.
        folder = str(current.mark.get("replaced_by") or past.folder) if current.superseded else past.folder
        self._ledger.set_package(code, uuid=folder[-len(past.identity) :].lower(), folder=folder)
        replaced = past.folder if folder != past.folder else holding.before(current)
        if replaced:
            status = past.record_status or RecordStatus.REPLACEMENT
            self._ledger.set_generation(code, replaces=replaced, status=status)
        if past.content is None:
            return
        self._write_sheet(code, past.content)
        layout = self._layout(holding)
        total = sum(one.pages for one in past.content.documents)
        sure = len(layout) == total
        if not sure:
            self.unplaced.append(code)
        if total > len(layout):
            return
        self._ledger.set_pages(code, layout)
        self._ledger.execute("UPDATE page SET state = 'read' WHERE dossier = ?", code)
        documents = list(_documents(past.content.documents))
        unreviewed = {form.id for form in self._workspace.templates.values() if not form.review}
        save_documents(self._ledger, code, documents, unreviewed)
        if sure:
            self._decide(code, past, documents)

    def _layout(self, holding: Holding) -> list[tuple[int, int]]:
        """The pages of a dossier: for each its original and the page in it."""
        originals = self._ledger.originals(holding.code)
        unknown = [one for one in originals if one.pages is None]
        for one, found in _inspected(self._workspace, unknown):
            self._ledger.set_inspected(one.dossier, one.ordinal, found.pages, signed=found.signed)
        by_source = {one.source: one for one in self._ledger.originals(holding.code)}
        ordered = [by_source[path.as_posix()] for path in in_order(PurePosixPath(one) for one in by_source)]
        return [(one.ordinal, frame) for one in ordered for frame in one.own_frames]

    def _write_sheet(self, code: str, content: KeptContent) -> None:
        values = {WHOLE: content.sheet} | {n: one.sheet for n, one in enumerate(content.documents, start=1)}
        if any(values.values()):
            set_sheet_values(self._ledger, code, values, _CONTENT)

    def _decide(self, code: str, past: PackagePast, documents: Sequence[Document]) -> None:
        """What people had settled before the package was made stays settled when it is read again."""
        made = past.last("packaged")
        anchors = {
            row["ordinal"]: row["anchor"]
            for row in self._ledger.rows("SELECT ordinal, anchor FROM document WHERE dossier = ?", code)
        }
        for ordinal, document in enumerate(documents, start=1):
            for key, reading in document.fields.items():
                if reading.source is Source.HUMAN and not reading.needs_review:
                    self._ledger.execute(
                        "INSERT OR IGNORE INTO decision VALUES (?, ?, ?, ?, ?, ?, ?)",
                        code,
                        anchors[ordinal],
                        document.form,
                        key,
                        json.dumps(reading.value, ensure_ascii=False),
                        made.who if made else "",
                        past.made_at or self.received[code],
                    )

    def _insert(self, table: str, row: Mapping[str, object]) -> None:
        columns = ", ".join(row)
        marks = ", ".join("?" * len(row))
        self._ledger.execute(f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})", *row.values())  # noqa: S608


def _inspected(
    workspace: Workspace, originals: Sequence[OriginalRecord]
) -> Iterator[tuple[OriginalRecord, tasks.Inspected]]:
    """Look into originals, in a worker that may die of one; one that cannot be read is left out."""
    limits = workspace.limits

    def work(record: OriginalRecord) -> tasks.Inspected | None:
        path: Path = workspace.originals / record.dossier / record.name
        try:
            return tasks.inspect_file(path, record.kind, limits.pages_per_file)
        except (ItemProblem, OSError):
            return None

    if not originals:
        return
    with Crew[OriginalRecord, tasks.Inspected | None](work, 1, limits.worker_megabytes) as crew:
        for record in originals:
            crew.add(record, _LONGEST)
        for record, found in crew:
            if found is not None and not isinstance(found, Lost):
                yield record, found


def _documents(kept: Sequence[KeptDocument]) -> Iterator[Document]:
    """Documents in the order of the dossier, each on the pages after those of the one before."""
    first = 0
    for one in kept:
        fields = {field.key: _reading(field) for field in one.fields}
        pages = tuple(range(first, first + one.pages))
        yield Document(pages, one.form, one.form_version, 1.0, fields, paper=one.paper)
        first += one.pages


def _reading(field: KeptField) -> FieldReading:
    """A value as its package keeps it; how sure it was read is not known any more."""
    source = Source(field.source) if field.source in set(Source) else Source.OCR
    human = source is Source.HUMAN and not field.needs_review
    value = FieldReading(None, confidence=float(human), source=source, needs_review=field.needs_review)
    return replace(value, value=field.value)  # type: ignore[arg-type]


def _file_of(rows: Rows, code: str) -> str:
    return next((str(row["source"]) for row in rows if row["dossier"] == code), "")


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
