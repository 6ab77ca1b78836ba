"""Made-up activity of an office: dossiers that a run, clerks and sheets bring through the ledger.

Only the ledger is written, by its own functions and with a clock that is set to when each thing happened.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from digitize.ingest.kinds import FileKind
from digitize.model import Document, FieldReading, Problem, Stage
from digitize.pipeline.findings import decide, doubtful_fields, save_documents
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import OriginalRecord
from digitize.pipeline.sheet_values import WHOLE, set_sheet_values
from digitize.times import VIETNAM

MACHINE = "may-quet"


def at(text: str) -> dt.datetime:
    """A moment in Vietnam, such as ``2026-10-05 08:30``."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def paper(form: str, page: int, *, kind: str | None = None, doubtful: int = 0, issuer: str = "") -> Document:
    """A paper with some fields, so many of them in doubt."""
    fields = {f"f{n}": FieldReading(f"v{n}", confidence=0.9, needs_review=n < doubtful) for n in range(4)}
    if issuer:
        fields["issuer"] = FieldReading(issuer, confidence=0.99)
    return Document((page,), form, "x", 0.99, fields, paper=kind)


@dataclass
class Office:
    """A ledger whose time and user are set before each thing that happens."""

    ledger: Ledger
    moment: list[dt.datetime]
    _together: bool = False

    @contextmanager
    def doing(self, when: str | dt.datetime, who: str = MACHINE) -> Iterator[Ledger]:
        """What is done at a time by somebody."""
        self.moment[0] = at(when) if isinstance(when, str) else when
        self.ledger.who = who
        with nullcontext() if self._together else self.ledger.transaction():
            yield self.ledger

    @contextmanager
    def together(self) -> Iterator[None]:
        """Everything in the block in one transaction, which is quicker."""
        with self.ledger.transaction():
            self._together = True
            yield
            self._together = False

    def sheet(self, code: str, when: str | dt.datetime, **values: str) -> None:
        """A sheet was imported that says something of a dossier."""
        with self.doing(when, "lan") as ledger:
            set_sheet_values(ledger, code, {WHOLE: values}, "so-tiep-nhan.xlsx")

    def receive(self, code: str, when: str | dt.datetime, who: str = MACHINE, *, pages: int = 2) -> None:
        """A dossier was scanned and taken in."""
        with self.doing(when, who) as ledger:
            ledger.add_dossier(code, f"scans/{code}")
            ledger.add_event("received", code, source=code)
            original = OriginalRecord(
                code,
                1,
                "a.tif",
                f"scans/{code}/a.tif",
                1,
                1,
                FileKind.IMAGE,
                "0" * 64,
                1,
                pages,
                signed=False,
            )
            ledger.add_original(original)
            ledger.move(code, Stage.RECEIVED, "files_taken_in", files=["a.tif"])
            ledger.set_pages(code, [(1, number) for number in range(pages)])

    def read(
        self, code: str, when: str | dt.datetime, papers: Sequence[Document], *, poor: str | None = None
    ) -> None:
        """Its pages were read, its fields extracted; it went on or to a person."""
        problems = [{"code": poor, "facts": {}}] if poor else []
        with self.doing(when) as ledger:
            for number, page in enumerate(ledger.pages(code), start=1):
                ledger.set_read(code, page.ordinal, {"problems": problems if number == 1 else []})
            ledger.move(code, Stage.RECOGNISED, "pages_read", pages=len(papers), engine="x", tool="x")
            save_documents(ledger, code, papers)
            doubtful = sum(len(one.doubtful) for one in papers)
            ledger.move(code, Stage.EXTRACTED, "fields_extracted", documents=len(papers), doubtful=doubtful)
            stage = Stage.IN_REVIEW if doubtful else Stage.APPROVED
            ledger.move(code, stage, "review_needed" if doubtful else "approved", doubtful=doubtful)

    def review(self, code: str, when: str | dt.datetime, who: str, *, corrected: int = 0) -> None:
        """A clerk settled all its doubtful fields, correcting some."""
        with self.doing(when, who) as ledger:
            for number, one in enumerate(doubtful_fields(ledger, code)):
                decide(ledger, one, "other" if number < corrected else one.reading.value)
            ledger.move(code, Stage.APPROVED, "approved", doubtful=0)

    def compose(self, code: str, when: str | dt.datetime, who: str = MACHINE) -> None:
        """Its PDFs were made."""
        with self.doing(when, who) as ledger:
            ledger.move(code, Stage.COMPOSED, "composed", documents=1, tool="x")

    def package(self, code: str, when: str | dt.datetime, who: str = "huong") -> None:
        """It was signed and packaged."""
        with self.doing(when, who) as ledger:
            ledger.set_package(code, folder=f"urn_{code}")
            ledger.move(code, Stage.PACKAGED, "packaged", package=f"urn_{code}", level="B-LT")

    def set_aside(self, code: str, when: str | dt.datetime, reason: str) -> None:
        """It went to quarantine."""
        with self.doing(when) as ledger:
            ledger.set_problem(code, Problem(reason))
            ledger.move(code, Stage.QUARANTINED, "quarantined", code=reason)

    def withdraw(self, code: str, when: str | dt.datetime, who: str = "lan") -> None:
        """A clerk took it out of work."""
        with self.doing(when, who) as ledger:
            ledger.move(code, Stage.WITHDRAWN, "withdrawn", why="nhận nhầm")


@contextmanager
def office_at(path: Path) -> Iterator[Office]:
    """An office whose ledger lies at a path."""
    moment = [at("2026-01-01 00:00")]
    with closing(Ledger(path, lambda: moment[0], MACHINE)) as ledger:
        yield Office(ledger, moment)


_KINDS = (
    ("birth_registration", "birth_certificate"),
    ("marriage_registration", "marriage_certificate"),
    ("death_registration", "death_extract"),
    ("land_change_request", None),
    ("residence_change", None),
)
_CLERKS = ("lan.nt", "huong.tv", "minh.pq")
_TROUBLES = ("pdf_encrypted", "worker_died", "page_dpi_low")


def busy_months(office: Office, dossiers: int, first: dt.date, last: dt.date, seed: int = 7) -> None:
    """So many dossiers over some months, of every kind and at every stage, the same for the same seed."""
    chance = random.Random(seed)
    span = (last - first).days
    with office.together():
        for number in range(1, dossiers + 1):
            day = first + dt.timedelta(days=chance.randrange(span + 1))
            while day.weekday() > 4:
                day = first + dt.timedelta(days=chance.randrange(span + 1))
            came = dt.datetime.combine(day, dt.time(7 + chance.randrange(9), chance.randrange(60)), VIETNAM)
            _one(office, f"000.00.01.H99-{day:%y%m%d}-{number:04d}", came, chance)


def _one(office: Office, code: str, came: dt.datetime, chance: random.Random) -> None:
    form, result = chance.choice(_KINDS)
    clerk = chance.choice(_CLERKS)
    if chance.random() < 0.8:
        due = came.date() + dt.timedelta(days=chance.choice([1, 2, 3, 5]))
        other = chance.random() < 0.2
        office.sheet(
            code,
            came,
            received_on=f"{came:%Y-%m-%d}",
            due_on=due.isoformat(),
            receiving_body="UBND phường Sao Mai",
            handling_body="UBND xã Bình Minh" if other else "UBND phường Sao Mai",
        )
    if chance.random() < 0.04:
        return
    office.receive(code, came, clerk, pages=3)
    if chance.random() < 0.1:
        office.set_aside(code, came + dt.timedelta(minutes=5), chance.choice(_TROUBLES))
        return
    doubtful = chance.choice([0, 0, 0, 1, 2])
    papers = [paper(form, 0, doubtful=doubtful)]
    if chance.random() < 0.6:
        papers.append(paper("citizen_id", 1, kind="identity_card"))
    if result and chance.random() < 0.7:
        papers.append(paper("unknown", len(papers), kind=result))
    poor = chance.choice(["page_pale", "page_skewed", "page_dpi_low", *[None] * 9])
    office.read(code, came + dt.timedelta(minutes=10), papers, poor=poor)
    if doubtful:
        if chance.random() < 0.15:
            return
        settled = came + dt.timedelta(hours=chance.randrange(1, 50))
        office.review(code, settled, chance.choice(_CLERKS), corrected=chance.randrange(doubtful + 1))
        came = settled
    made = came + dt.timedelta(minutes=20)
    office.compose(code, made)
    if chance.random() < 0.95:
        office.package(
            code, made + dt.timedelta(hours=chance.choice([0, 1, 5, 24, 49])), chance.choice(_CLERKS)
        )
