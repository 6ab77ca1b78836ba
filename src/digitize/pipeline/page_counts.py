"""Whether a dossier of a stack has as many pages as its cover, its index and an imported sheet say.

Too many are what a separator sheet that was missed looks like: the papers of the next dossier lie at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from digitize.forms.template import Template
from digitize.model import Problem
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import add_notice, drop_notice, open_questions
from digitize.pipeline.records import PageRecord, PageRole
from digitize.pipeline.statements import Dossier, Statement, Witness, gather

SHEETS_UNFIT = "pages_differ_from_cover"
"""Another number of sheets of paper is written."""

PAGES_UNFIT = "pages_differ_from_list"
"""Another number of pages is."""

SHEETS_LEFT_UNFIT = "pages_left_differ_from_cover"
PAGES_LEFT_UNFIT = "pages_left_differ_from_list"
"""The same where a person has left pages out: these are none of the dossier's papers, and are told."""

_ASKED = frozenset({SHEETS_UNFIT, PAGES_UNFIT, SHEETS_LEFT_UNFIT, PAGES_LEFT_UNFIT})

_LISTS = ("cover", "index")
"""Readers of papers that tell of the dossier and are not counted in it."""


@dataclass(frozen=True, slots=True)
class PageCount:
    """The pages of a dossier.

    Attributes:
        written: those with something on them, without cover and index.
        backs: empty backs of these.
        blank: others with next to nothing on them; they may be backs, or papers.
        all: cover, index and backs included; no separator sheets.
        excluded: pages that a person has left out; none of the others.

    """

    written: int
    backs: int
    blank: int
    all: int
    excluded: int = 0

    @property
    def sheets(self) -> range:
        """How many sheets of paper these can be; where there are empty backs, all have two sides."""
        if self.backs:
            both = -(-(self.written + self.backs + self.blank) // 2)
            return range(both, both + 1)
        return range(-(-self.written // 2), self.written + self.blank + 1)


def notice_page_counts(ledger: Ledger, dossier: str, templates: Mapping[str, Template]) -> Problem | None:
    """Notice that a dossier of a stack has another number of pages than somebody says; None if not.

    Inside a transaction. What was read and nobody has confirmed says nothing yet. What was asked about
    another number of pages is asked no more.
    """
    record, pages = ledger.dossier(dossier), ledger.pages(dossier)
    of_stack = any(page.role is PageRole.SEPARATOR for page in pages)
    if record is None or not (record.stack or of_stack):
        return None
    gathered = gather(ledger, dossier, templates)
    count = _counted(pages, ledger, dossier, templates)
    if not count.written:
        return None
    problem = next(_unfit(gathered, count), None)
    for asked in open_questions(ledger, dossier):
        if asked.code in _ASKED and asked != problem:
            drop_notice(ledger, dossier, asked.code, asked.facts)
            ledger.add_event("notice_lapsed", dossier, code=asked.code, facts=asked.facts)
    if problem is None or not add_notice(ledger, dossier, problem, asks=True):
        return None
    return problem


def _counted(
    pages: Sequence[PageRecord], ledger: Ledger, dossier: str, templates: Mapping[str, Template]
) -> PageCount:
    readers = {form: template.reader for form, template in templates.items()}
    rows = ledger.rows("SELECT form, pages FROM document WHERE dossier = ?", dossier)
    lists = {
        index for row in rows if readers.get(row["form"], "") in _LISTS for index in json.loads(row["pages"])
    }
    papers = [n for n, page in enumerate(pages) if page.role is PageRole.SCAN and n not in lists]
    written = [n for n in papers if not (pages[n].summary or {}).get("blank")]
    backs = sum(page.role is PageRole.BACK and index - 1 in papers for index, page in enumerate(pages))
    excluded = sum(page.role is PageRole.EXCLUDED for page in pages)
    whole = sum(page.role is not PageRole.SEPARATOR for page in pages) - excluded
    return PageCount(len(written), backs, len(papers) - len(written), whole, excluded)


def _unfit(gathered: Dossier, count: PageCount) -> Iterator[Problem]:
    for witness, testimony in gathered.testimonies.items():
        if witness is Witness.SCANS:
            continue
        sheets, pages = (
            _number(testimony.whole.get("sheet_count")),
            _number(testimony.whole.get("page_count")),
        )
        listed = [_number(said.get("page_count")) for said in testimony.documents.values()]
        if pages is None and listed and None not in listed:
            pages = sum(number or 0 for number in listed)
        facts = {"found": count.written, "backs": count.backs}
        facts |= {"excluded": count.excluded} if count.excluded else {}
        if sheets is not None and sheets not in count.sheets:
            yield Problem(
                SHEETS_LEFT_UNFIT if count.excluded else SHEETS_UNFIT,
                {"witness": witness.value, "said": sheets, **facts},
            )
        if pages is not None and not count.written <= pages <= count.all:
            yield Problem(
                PAGES_LEFT_UNFIT if count.excluded else PAGES_UNFIT,
                {"witness": witness.value, "said": pages, **facts},
            )


def _number(statement: Statement | None) -> int | None:
    if statement is None or statement.doubtful or not statement.value.strip().isdecimal():
        return None
    return int(statement.value)
