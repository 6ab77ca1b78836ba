"""Stacks in the inbox of an office, a run over them, and what became of their pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import notices
from digitize.pipeline.pool import TaskExecutor
from digitize.times import VIETNAM
from support.crashes import run_here
from support.offices import ledger_of
from support.stacks import Scan, write_stack


def stack(office: Path, name: str, pages: Sequence[Scan]) -> None:
    """Put a stack into the inbox."""
    write_stack(office / "scans" / name, pages)


def run(office: Path, executor: TaskExecutor | None = None) -> None:
    """Run the office in this process; tasks are done elsewhere if told."""
    run_here(office, dt.datetime.now(VIETNAM).replace(microsecond=0), executor)


def frames(ledger: Ledger, dossier: str) -> list[tuple[str, int]]:
    """The pages of a dossier: name of their file and place in it."""
    names = {one.ordinal: one.name for one in ledger.originals(dossier)}
    return [(names[page.original], page.frame) for page in ledger.pages(dossier)]


def codes_noticed(office: Path, dossier: str) -> list[str]:
    """Codes of what was noticed of a dossier."""
    with ledger_of(office) as ledger:
        return [problem.code for problem in notices(ledger, dossier)]
