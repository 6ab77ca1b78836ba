"""Papers and files that were scanned twice: noticed and told, and nothing is dropped for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from digitize.errors import ItemProblem
from digitize.model import Problem, Stage
from digitize.pipeline.batch import Batch, Flight
from digitize.pipeline.comparing_pages import LaidOut, are_one_sheet
from digitize.pipeline.notices import add_notice
from digitize.pipeline.prints import Known, Prints, words_of
from digitize.pipeline.records import PageRecord
from digitize.pipeline.tasks import PageDone

FILE_TWICE = "file_taken_twice"
PAGE_TWICE = "page_scanned_twice"
DOSSIER_TWICE = "dossier_scanned_twice"


@dataclass(slots=True)
class _Looks:
    """The close looks at the pages of a dossier: how many are under way, and which pages are whose again."""

    under_way: int = 0
    found: dict[int, Known] = field(default_factory=dict)


class Twins:
    """Knows papers again."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._ledger = batch.ledger
        self._prints = Prints(batch.ledger)

    def remember(self, page: PageRecord, done: PageDone) -> None:
        """Remember a page that has been read, inside the transaction that says so."""
        self._prints.remember(page.dossier, page.ordinal, done.likeness, words_of(done.reading))

    def forget_old(self) -> None:
        """Forget pages that were read long ago."""
        self._prints.forget_old()

    def look(self, dossier: str, pages: Sequence[PageRecord], then: Callable[[str], None]) -> None:
        """Notice what of a dossier was scanned before; ``then`` goes on, at once where nothing is like it."""
        looks = _Looks()
        places = {page.ordinal: page for page in pages}
        pairs = [(page, other) for page in pages for other in self._candidates(page)]
        looks.under_way = len(pairs)
        if not pairs:
            self._tell(dossier, looks, places)
            then(dossier)
            return

        def landed(page: PageRecord, other: Known, *, same: bool) -> None:
            looks.under_way -= 1
            if same:
                looks.found.setdefault(page.ordinal, other)
            if not looks.under_way:
                self._tell(dossier, looks, places)
                then(dossier)

        for page, other in pairs:
            self._start(page, other, landed)

    def _candidates(self, page: PageRecord) -> list[Known]:
        if not self._batch.workspace.settings.stacks.duplicates:
            return []
        found = self._prints.candidates(page.dossier, page.ordinal)
        standing = []
        for known in found:
            record = self._ledger.dossier(known.dossier)
            if (
                record is not None
                and record.stage is not Stage.WITHDRAWN
                and self._laid_out(known) is not None
            ):
                standing.append(known)
        return standing

    def _start(self, page: PageRecord, other: Known, landed: Callable[..., None]) -> None:
        def settle(same: bool) -> None:  # noqa: FBT001 - what the worker answers
            landed(page, other, same=same)

        def retry(_: ItemProblem) -> bool:
            # What cannot be looked at is not claimed to be the same.
            landed(page, other, same=False)
            return True

        one, two = self._laid_out(Known(page.dossier, page.ordinal)), self._laid_out(other)
        megapixels = self._batch.reading.max_megapixels
        flight = Flight(page.dossier, settle, None, retry)
        self._batch.flights.start(flight, are_one_sheet, one, two, megapixels)

    def _laid_out(self, known: Known) -> LaidOut | None:
        """Where a page lies and how it was turned; None if it is there no more."""
        pages = self._ledger.rows(
            "SELECT original, frame, json_extract(summary, '$.rotated') AS rotated, "
            "json_extract(summary, '$.skew') AS skew FROM page WHERE dossier = ? AND ordinal = ? "
            "AND state = 'read'",
            known.dossier,
            known.ordinal,
        )
        if not pages:
            return None
        row = pages[0]
        original = self._ledger.original(known.dossier, row["original"])
        path = self._batch.original_path(original)
        return LaidOut(path, original.kind, row["frame"], row["rotated"] or 0, row["skew"] or 0.0)

    def _tell(self, dossier: str, looks: _Looks, pages: Mapping[int, PageRecord]) -> None:
        problems = [*self._pages_twice(dossier, looks.found, pages), *self._files_twice(dossier)]
        if not problems:
            return
        with self._ledger.transaction():
            new = [one for one in problems if add_notice(self._ledger, dossier, one, asks=False)]
        for problem in new:
            self._batch.result.notes.append((dossier, problem))
            self._batch.observer.problem(dossier, problem)

    def _pages_twice(
        self, dossier: str, found: Mapping[int, Known], pages: Mapping[int, PageRecord]
    ) -> list[Problem]:
        written = [n for n, page in pages.items() if not (page.summary or {}).get("blank")]
        others = Counter(known.dossier for known in found.values() if known.dossier != dossier)
        for other, number in others.items():
            if number == len(written):
                return [Problem(DOSSIER_TWICE, {"other": other, "pages": number})]
        return [
            Problem(PAGE_TWICE, {"page": number, "other": known.dossier, "other_page": known.ordinal})
            for number, known in sorted(found.items())
        ]

    def _files_twice(self, dossier: str) -> list[Problem]:
        """Files with the same bytes as one that was taken in before; those of one stack are one file."""
        sql = (
            "SELECT own.name AS name, min(other.rowid), other.dossier AS dossier, other.name AS other_name "
            "FROM original AS own JOIN original AS other ON other.sha256 = own.sha256 "
            "AND other.rowid < own.rowid JOIN dossier AS mine ON mine.id = own.dossier "
            "JOIN dossier AS theirs ON theirs.id = other.dossier "
            "WHERE own.dossier = ? AND own.superseded = 0 AND other.superseded = 0 "
            "AND COALESCE(mine.stack, mine.id) IS NOT COALESCE(theirs.stack, theirs.id) GROUP BY own.ordinal "
            "UNION ALL SELECT own.name, min(other.rowid), other.dossier, other.name "
            "FROM original AS own JOIN original AS other ON other.sha256 = own.sha256 "
            "AND other.dossier = own.dossier AND other.ordinal < own.ordinal "
            "WHERE own.dossier = ? AND own.superseded = 0 AND other.superseded = 0 GROUP BY own.ordinal"
        )
        return [
            Problem(FILE_TWICE, {"file": r["name"], "other": r["dossier"], "other_file": r["other_name"]})
            for r in self._ledger.rows(sql, dossier, dossier)
        ]
