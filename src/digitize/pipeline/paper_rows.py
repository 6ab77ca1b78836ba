"""What is known of dossiers, as rows for the papers that are made of them; only what is settled."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from pydantic import TypeAdapter

from digitize.archive.descriptive import settled_text, title_of
from digitize.forms.template import Template
from digitize.model import Document, Language, PageQuality
from digitize.pipeline.described import described
from digitize.pipeline.findings import load_documents
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import DossierRecord, PageRecord
from digitize.pipeline.sheet_headers import word_for
from digitize.pipeline.sheet_values import WHOLE
from digitize.pipeline.statements import gather, known_values
from digitize.profiles.profile import QualityRules
from digitize.profiles.quality import shortcomings

Row = Mapping[str, str]

_QUALITY: TypeAdapter[PageQuality] = TypeAdapter(PageQuality)


@dataclass(frozen=True, slots=True)
class KnownDossier:
    """A dossier with all that papers tell of it.

    Attributes:
        record: as the ledger has it.
        documents: its documents that are no cover and no index, by their places from 1.
        pages: its pages.
        known: what an imported sheet says, by place, 0 for the dossier.
        files: the names of the files that were taken in, by their numbers.
        numbers: the numbers of its documents in the paper dossier, by place; empty unless all are known.
        cover: its cover, if there is one among the scans.
        read_title: what its package calls it where no sheet says how, by its documents.

    """

    record: DossierRecord
    documents: Mapping[int, Document]
    pages: Sequence[PageRecord]
    known: Mapping[int, Mapping[str, str]]
    files: Mapping[int, str]
    numbers: Mapping[int, int]
    cover: Document | None
    read_title: str

    @property
    def whole(self) -> Mapping[str, str]:
        """What the sheet says of the dossier, and the cover where the sheet says nothing."""
        said: dict[str, str] = {}
        if self.cover is not None:
            said = {key: settled_text(self.cover.fields.get(key)) for key in self.cover.fields}
        return {key: value for key, value in said.items() if value} | dict(self.known.get(WHOLE, {}))

    @property
    def sheets(self) -> str:
        """How many sheets of paper it has, if that is known."""
        return self.whole.get("sheet_count", "")


def known_dossier(ledger: Ledger, record: DossierRecord, templates: Mapping[str, Template]) -> KnownDossier:
    """Everything that papers tell of a dossier."""
    numbered = dict(enumerate(load_documents(ledger, record.id), start=1))
    readers = {form: template.reader for form, template in templates.items()}
    known = known_values(ledger, record.id, templates)
    documents = {n: d for n, d in numbered.items() if readers.get(d.form) not in ("cover", "index")}
    listed = gather(ledger, record.id, templates).numbers
    return KnownDossier(
        record,
        documents,
        ledger.pages(record.id),
        known,
        {one.ordinal: one.name for one in ledger.originals(record.id)},
        listed if set(documents) <= set(listed) else {},
        next((d for d in numbered.values() if readers.get(d.form) == "cover"), None),
        title_of([described(place, document, templates) for place, document in numbered.items()]),
    )


def index_rows(dossier: KnownDossier, templates: Mapping[str, Template]) -> Sequence[Row]:
    """The documents of a dossier, as an index has them."""
    rows = []
    for ordinal, (place, document) in enumerate(dossier.documents.items(), start=1):
        said = dossier.known.get(place, {})
        own = {key: said.get(key) or settled_text(document.fields.get(key)) for key in _INDEXED}
        kind = said.get("doc_type_name") or settled_text(document.fields.get("doc_type"))
        template = templates.get(document.form)
        form = template.title[Language.VI] if template and template.reader != "letter" else ""
        rows.append(
            {
                "ordinal": str(dossier.numbers.get(place, ordinal)),
                "code": "/".join(part for part in (own["number"], own["notation"]) if part),
                "date": written(own["issued_date"]),
                "title": " ".join(part for part in (kind, own["subject"]) if part) or form,
                "issuer": own["issuer"],
                "sheets": said.get("sheets") or _pages(document),
                "note": said.get("note", ""),
            }
        )
    return rows


_INDEXED = ("number", "notation", "issued_date", "subject", "issuer")


def _pages(document: Document) -> str:
    """The pages of a document among the scans of its dossier, from 1."""
    first, last = document.pages[0] + 1, document.pages[-1] + 1
    return f"tr. {first}" if first == last else f"tr. {first}-{last}"


def list_row(ordinal: int, dossier: KnownDossier, stage: str, title_read: str) -> Row:
    """A dossier, as a list of dossiers and handover minutes have it.

    Args:
        ordinal: its place in the list, from 1.
        dossier: what is known of it.
        stage: its stage in words.
        title_read: what the note says where nobody has given a title and that of the package stands there.

    """
    whole = dossier.whole
    title = whole.get("title", "")
    notes = [whole.get("note", ""), title_read if dossier.read_title and not title else ""]
    pages = str(len(dossier.pages))
    return {
        "ordinal": str(ordinal),
        "box": whole.get("box", ""),
        "code": whole.get("dossier_code", dossier.record.id),
        "title": title or dossier.read_title,
        "span": span([dossier]),
        "retention": word_for("retention", whole.get("retention", "")),
        "documents": str(len(dossier.documents)),
        "sheets": f"{dossier.sheets}/{pages}" if dossier.sheets else f"-/{pages}",
        "stage": stage,
        "note": ". ".join(filter(None, notes)),
    }


def span(dossiers: Sequence[KnownDossier]) -> str:
    """From when to when the papers of some dossiers are, as far as it is settled."""
    dates = []
    for dossier in dossiers:
        own = [dossier.whole.get("start_date", ""), dossier.whole.get("end_date", "")]
        if not any(own):
            own = [
                dossier.known.get(place, {}).get("issued_date")
                or settled_text(document.fields.get("issued_date"))
                for place, document in dossier.documents.items()
            ]
        dates += [date for date in own if date]
    if not dates:
        return ""
    first, last = written(min(dates)), written(max(dates))
    return first if first == last else f"{first} - {last}"


def written(iso: str) -> str:
    """An ISO date as papers write it: 07/07/2010."""
    return "/".join(reversed(iso.split("-"))) if iso else ""


def decimal(number: float | None, digits: int) -> str:
    """A number as Vietnamese papers write it; nothing for None."""
    return "" if number is None else f"{number:.{digits}f}".replace(".", ",")


@dataclass(frozen=True, slots=True)
class Quality:
    """What the automatic checks of a dossier came to."""

    row: Mapping[str, str]
    below: int
    blank: int
    unmeasured: int


def quality_of(
    ordinal: int, dossier: KnownDossier, rules: QualityRules, *, passed: str, failed: str
) -> Quality:
    """The worst values of a dossier's pages, and how many of them fall short of the profile."""
    summaries: list[dict[str, Any]] = [dict(page.summary) for page in dossier.pages if page.summary]
    measured = [_QUALITY.validate_python(s["quality"]) for s in summaries if s.get("quality")]
    # Held against the rules that the minutes print, which may be others than those of the day of the scan.
    below = sum(bool(shortcomings(one, rules)) for one in measured)
    blank = sum(bool(s.get("blank")) for s in summaries)
    unmeasured = len(dossier.pages) - len(measured)
    good = below == 0 and unmeasured == 0

    row = {
        "ordinal": str(ordinal),
        "code": dossier.record.id,
        "pages": str(len(dossier.pages)),
        "sheets": dossier.sheets,
        "blank": str(blank),
        "dpi": str(min((one.dpi for one in measured), default="")),
        "depth": str(min((one.depth for one in measured), default="")),
        "skew": decimal(max((one.skew for one in measured), default=None), 1),
        "edge": decimal(max((one.edge for one in measured), default=None), 2),
        "unread": decimal(max((100 * one.unread for one in measured), default=None), 0),
        "below": str(below),
        "result": passed if good else failed,
    }
    return Quality(row, below, blank, unmeasured)


def sample_rows(dossiers: Sequence[KnownDossier], rules: QualityRules, seed: int) -> list[Row]:
    """Pages drawn at random for a second person; the same seed draws the same."""
    pages = [(dossier, page) for dossier in dossiers for page in dossier.pages]
    wanted = math.ceil(round(len(pages) * rules.sample, 6))
    drawn = sorted(Random(seed).sample(range(len(pages)), min(wanted, len(pages))))  # noqa: S311 - no secret
    return [
        {
            "ordinal": str(number),
            "code": dossier.record.id,
            "page": str(page.ordinal),
            "file": dossier.files.get(page.original, ""),
            "result": "",
        }
        for number, (dossier, page) in enumerate((pages[place] for place in drawn), start=1)
    ]
