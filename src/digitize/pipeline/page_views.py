"""The pages of a dossier as a person sees them who decides about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from digitize.errors import ItemProblem, UsageProblem
from digitize.model import Problem
from digitize.pipeline.decided_pages import NOTHING, DecidedPage, decided_pages
from digitize.pipeline.layout import page_target
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.records import PageRecord, PageRole, problems_of
from digitize.pipeline.tasks import archival_file
from digitize.pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PageView:
    """A page as a person decides about it.

    Attributes:
        ordinal: its number in the dossier, from 1.
        picture: its archival picture, upright; None where it has to be made again.
        file: name of its file among the originals.
        frame: its number in that file, from 1.
        role: what it is to the dossier.
        document: the number of its document, from 1; None where it is in none.
        begins: that document begins with it.
        form: the form of that document; None where it is in none.
        paper: the kind of papers that it is, where that is known without a form.
        turned: by how many degrees clockwise the scan was turned.
        blank: there is next to nothing on it.
        problems: what was noticed when it was read.
        decided: what people decided about it.

    """

    ordinal: int
    picture: Path | None
    file: str
    frame: int
    role: PageRole
    document: int | None
    begins: bool
    form: str | None
    paper: str | None
    turned: int
    blank: bool
    problems: tuple[Problem, ...]
    decided: DecidedPage

    @property
    def excluded(self) -> bool:
        """A person has left it out of documents."""
        return self.decided.excluded

    @property
    def marked(self) -> str:
        """Why it is to be scanned again; empty where it is not."""
        return self.decided.scan_again


def page_list(ledger: Ledger, workspace: Workspace, dossier: str) -> list[PageView]:
    """The pages of a dossier as they stand, separator sheets included.

    Raises:
        UsageProblem: there is no such dossier.

    """
    if ledger.dossier(dossier) is None:
        raise UsageProblem("dossier_unknown", dossier=dossier)
    pages = ledger.pages(dossier)
    files = {one.ordinal: one.name for one in ledger.originals(dossier)}
    decided = decided_pages(ledger, dossier, pages)
    places: dict[int, tuple[int, bool, str, str | None]] = {}
    for row in ledger.rows("SELECT * FROM document WHERE dossier = ? ORDER BY ordinal", dossier):
        for index in json.loads(row["pages"]):
            begins = index == json.loads(row["pages"])[0]
            places[index + 1] = (row["ordinal"], begins, row["form"], row["paper"])
    return [
        PageView(
            ordinal=page.ordinal,
            picture=_picture(workspace, page),
            file=files.get(page.original, "?"),
            frame=page.frame + 1,
            role=page.role,
            document=place[0],
            begins=place[1],
            form=place[2],
            paper=place[3],
            turned=turned_by(page),
            blank=bool((page.summary or {}).get("blank")),
            problems=problems_of(page),
            decided=decided.get(page.ordinal, NOTHING),
        )
        for page in pages
        for place in [places.get(page.ordinal, (None, False, None, None))]
    ]


def turned_by(page: PageRecord) -> int:
    """By how many degrees clockwise the scan of a page was turned."""
    return int(str((page.summary or {}).get("rotated", 0)))


def _picture(workspace: Workspace, page: PageRecord) -> Path | None:
    try:
        return archival_file(page_target(workspace, page.dossier, page.ordinal))
    except ItemProblem:
        return None
