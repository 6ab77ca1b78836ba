"""Where a sheet, the cover, the index and the scans of a dossier contradict each other.

Every difference is listed and none is settled here: a person decides which is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from digitize.forms.template import Template
from digitize.pipeline.comparing import Comparison, agree, comparisons
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.statements import Dossier, Statement, Statements, Testimony, Witness, gather

_SIDES = 2
"""Pages of a sheet of paper."""


class DifferenceKind(StrEnum):
    """What a difference is about."""

    VALUE = "value"
    NOT_SCANNED = "not_scanned"
    NOT_LISTED = "not_listed"
    PAGES_UNFIT = "pages_unfit"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Difference:
    """Two statements that do not agree, or a document that one of two witnesses lacks.

    Attributes:
        kind: what it is about.
        number: of the document in the lists; 0 for the dossier itself, None for a scan that no list has.
        place: of the document among ours, from 1; None where it has none.
        key: what is said differently; empty where a document is missing.
        one, said: who says what.
        other, says: who says otherwise.
        doubtful: one of the two was read from paper and nobody has confirmed it.

    """

    kind: DifferenceKind
    number: int | None
    place: int | None
    key: str = ""
    one: Witness | None = None
    said: str = ""
    other: Witness | None = None
    says: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of comparing: the differences, and how much was compared.

    Attributes:
        differences: all of them.
        witnesses: who says something of the dossier.
        compared: pairs of statements that were held against each other.
        unread: values on paper that could not be read, so that nothing was held against them.

    """

    differences: tuple[Difference, ...]
    witnesses: tuple[Witness, ...]
    compared: int
    unread: int


def compare(ledger: Ledger, dossier: str, templates: Mapping[str, Template]) -> Compared:
    """Hold everything that is said of a dossier against each other."""
    gathered = gather(ledger, dossier, templates)
    comparing = _Comparing(gathered)
    found = [*comparing.whole(), *comparing.documents(), *comparing.scans()]
    unread = sum(testimony.unread for testimony in gathered.testimonies.values())
    return Compared(tuple(found), tuple(gathered.testimonies), comparing.compared, unread)


class _Comparing:
    """Compares, and counts what was compared."""

    def __init__(self, gathered: Dossier) -> None:
        self._testimonies = gathered.testimonies
        self._scans = gathered.scans
        self._numbers = gathered.numbers
        self._places = {number: place for place, number in gathered.numbers.items()}
        self.compared = 0

    def whole(self) -> Iterator[Difference]:
        """What is said of the dossier itself."""
        said = {witness: testimony.whole for witness, testimony in self._testimonies.items()}
        yield from self._values(said, comparisons().whole, 0)

    def documents(self) -> Iterator[Difference]:
        """What is said of each document, and which are missing where."""
        lists = {w: t for w, t in self._testimonies.items() if w is not Witness.SCANS and t.documents}
        scans = self._testimonies.get(Witness.SCANS, Testimony()).documents
        for number in sorted({number for testimony in lists.values() for number in testimony.documents}):
            said = {w: t.documents[number] for w, t in self._testimonies.items() if number in t.documents}
            for witness in lists:
                if witness not in said:
                    other = next(one for one in lists if one in said)
                    yield Difference(
                        DifferenceKind.NOT_LISTED,
                        number,
                        self._places.get(number),
                        one=other,
                        said=_called(said[other]),
                        other=witness,
                    )
            if number not in scans:
                first = next(one for one in lists if one in said)
                yield Difference(
                    DifferenceKind.NOT_SCANNED,
                    number,
                    None,
                    one=first,
                    said=_called(said[first]),
                    other=Witness.SCANS,
                )
            yield from self._values(said, comparisons().document, number)
            yield from self._pages(number)

    def scans(self) -> Iterator[Difference]:
        """Scans that no list has, and scans in another order than the lists."""
        lists = [w for w, t in self._testimonies.items() if w is not Witness.SCANS and t.documents]
        if not lists:
            return
        for scan in self._scans:
            if scan.place not in self._numbers:
                yield Difference(
                    DifferenceKind.NOT_LISTED,
                    None,
                    scan.place,
                    one=Witness.SCANS,
                    said=scan.file,
                    other=lists[0],
                )
        before = 0
        for place in sorted(self._numbers):
            number = self._numbers[place]
            if number < before:
                yield Difference(
                    DifferenceKind.ORDER, number, place, one=Witness.SCANS, said=str(place), other=lists[0]
                )
            before = max(before, number)

    def _values(
        self, said: Mapping[Witness, Statements], how: Mapping[str, Comparison], number: int
    ) -> Iterator[Difference]:
        for key, comparison in how.items():
            saying = [(witness, said[witness][key]) for witness in said if key in said[witness]]
            for witness, statement in saying[1:]:
                first, base = saying[0]
                self.compared += 1
                if not agree(comparison, base.value, statement.value):
                    yield Difference(
                        DifferenceKind.VALUE,
                        number,
                        self._places.get(number),
                        key,
                        first,
                        base.value,
                        witness,
                        statement.value,
                        base.doubtful or statement.doubtful,
                    )

    def _pages(self, number: int) -> Iterator[Difference]:
        """Whether a scan has as many pages as its sheets of paper allow: one or two for each."""
        for witness in (Witness.SHEET, Witness.INDEX):
            documents = self._testimonies.get(witness, Testimony()).documents
            own, following = (_sheet_of(documents.get(n, {})) for n in (number, number + 1))
            if own is None or following is None or number not in self._places:
                continue
            sheets = following - own
            pages = len(next(s for s in self._scans if s.place == self._places[number]).document.pages)
            # Two short papers may share a sheet.
            if sheets > 0 and not sheets <= pages <= _SIDES * sheets:
                yield Difference(
                    DifferenceKind.PAGES_UNFIT,
                    number,
                    self._places[number],
                    "sheets",
                    witness,
                    str(sheets),
                    Witness.SCANS,
                    str(pages),
                )
            return


def _sheet_of(said: Statements) -> int | None:
    statement: Statement | None = said.get("sheets")
    if statement is None or statement.doubtful:
        return None
    found = re.match(r"\d+", statement.value)
    return int(found[0]) if found else None


def _called(said: Statements) -> str:
    """A document in a few words."""
    code = "/".join(said[key].value for key in ("number", "notation") if key in said)
    name = " ".join(said[key].value for key in ("doc_type", "subject") if key in said)
    return ", ".join(part for part in (code, name) if part)
