"""A dossier about whose pages somebody decides, step by step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from digitize.pipeline.ledger import Ledger
from digitize.pipeline.page_decisions import Act, Change, PageDesk
from digitize.pipeline.reopening import Reopening
from digitize.pipeline.workspace import Workspace
from digitize.review.desk import Desk

_DOSSIER = "HS-2"

Run = Callable[[Path, dt.datetime], None]


def put_in_review(run: Run, root: Path, moment: dt.datetime) -> None:
    """The second dossier was reopened and waits for a person."""
    workspace = Workspace.open(root)
    with closing(Ledger(workspace.ledger, lambda: moment, "tester")) as ledger:
        Reopening(workspace, ledger, lambda: moment).reopen(_DOSSIER, "Trang ngược")
    run(root, moment)


def decide_about_pages(run: Run, root: Path, moment: dt.datetime) -> None:
    """Turn a page of the second dossier, leave the other out, have it read anew, let it through, sign."""
    workspace = Workspace.open(root)
    with closing(Ledger(workspace.ledger, lambda: moment, "tester")) as ledger:
        if not any(event.kind == "page_turned" for event in ledger.events(_DOSSIER)):
            decided = (Change(1, Act.TURN, 180), Change(2, Act.EXCLUDE))
            PageDesk(workspace, ledger, lambda: moment).change(_DOSSIER, decided)
    run(root, moment)
    with closing(Ledger(workspace.ledger, lambda: moment, "tester")) as ledger:
        Desk(ledger, lambda: moment, workspace.templates).let_through(_DOSSIER)
    run(root, moment)
