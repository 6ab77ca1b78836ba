"""A bar on a terminal for something that is done so many times; nothing elsewhere.

It is drawn by the thread that works: processes are forked from this one, and only one without other
threads may be copied safely.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from digitize.cli.session import Session

_SECONDS_BETWEEN = 0.2
_FEW = 2
"""So few are done before a bar could be read."""


class Counter:
    """Is called for each thing that is done."""

    def __call__(self) -> None:
        """One more is done."""

    def close(self) -> None:
        """Take the bar away."""


class _Bar(Counter):
    def __init__(self, session: Session, title: str, total: int) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn(session.text("say.remaining")),
            TimeRemainingColumn(),
            console=session.err,
            auto_refresh=False,
            transient=True,
        )
        self._task = self._progress.add_task(title, total=total)
        self._drawn = time.monotonic()
        self._progress.start()

    def __call__(self) -> None:
        self._progress.advance(self._task)
        if time.monotonic() - self._drawn >= _SECONDS_BETWEEN:
            self._drawn = time.monotonic()
            self._progress.refresh()

    def close(self) -> None:
        self._progress.stop()


@contextmanager
def counting(session: Session, key: str, total: int) -> Iterator[Counter]:
    """A counter that suits where messages go."""
    shown = session.err.moves and not session.quiet and total > _FEW
    counter = _Bar(session, session.text(f"say.{key}"), total) if shown else Counter()
    try:
        yield counter
    finally:
        counter.close()
