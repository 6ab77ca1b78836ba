"""What a run tells while it runs; the command line draws it, a log keeps it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

from digitize.model import Problem, Stage
from digitize.pipeline.json_log import JsonLog, Level

PASSING = frozenset({"dossier_in_motion", "file_in_motion"})
"""What is over by itself in a moment; nobody has to look."""


class Observer(Protocol):
    """Is told what happens. Must not raise, and must not take long."""

    def taken_in(self, dossiers: int) -> None:
        """Dossiers that are new or have new files."""

    def planned(self, pages: int) -> None:
        """Pages that are to be read, in addition to those told before."""

    def page_read(self, dossier: str) -> None:
        """A page has been read."""

    def moved(self, dossier: str, stage: Stage) -> None:
        """A dossier has come to a stage."""

    def problem(self, dossier: str, problem: Problem) -> None:
        """Something that a person should know."""

    def noted(self, dossier: str, problem: Problem) -> None:
        """Something that can wait until somebody looks at the dossier."""


class Several:
    """Tells several observers."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = tuple(observers)

    def taken_in(self, dossiers: int) -> None:
        """Tell all of them."""
        for one in self._observers:
            one.taken_in(dossiers)

    def planned(self, pages: int) -> None:
        """Tell all of them."""
        for one in self._observers:
            one.planned(pages)

    def page_read(self, dossier: str) -> None:
        """Tell all of them."""
        for one in self._observers:
            one.page_read(dossier)

    def moved(self, dossier: str, stage: Stage) -> None:
        """Tell all of them."""
        for one in self._observers:
            one.moved(dossier, stage)

    def problem(self, dossier: str, problem: Problem) -> None:
        """Tell all of them."""
        for one in self._observers:
            one.problem(dossier, problem)

    def noted(self, dossier: str, problem: Problem) -> None:
        """Tell all of them."""
        for one in self._observers:
            one.noted(dossier, problem)


class Logged:
    """Writes everything into a log for programs, with the seconds since a dossier's last line."""

    def __init__(self, log: JsonLog) -> None:
        self._log = log
        self._since: dict[str, float] = {}

    def taken_in(self, dossiers: int) -> None:
        """Tell how many dossiers are new."""
        self._log.write(Level.INFO, "taken_in", dossiers=dossiers)

    def planned(self, pages: int) -> None:
        """Tell how many pages are to be read."""
        if pages:
            self._log.write(Level.INFO, "planned", pages=pages)

    def page_read(self, dossier: str) -> None:
        """Tell whose page was read."""
        self._log.write(Level.INFO, "page_read", dossier=dossier, seconds=self._seconds(dossier))

    def moved(self, dossier: str, stage: Stage) -> None:
        """Tell where a dossier stands."""
        level = Level.WARNING if stage is Stage.QUARANTINED else Level.INFO
        self._log.write(level, "moved", dossier=dossier, stage=stage.value, seconds=self._seconds(dossier))
        if stage in (Stage.PACKAGED, Stage.QUARANTINED, Stage.IN_REVIEW):
            self._since.pop(dossier, None)

    def problem(self, dossier: str, problem: Problem) -> None:
        """Tell the code of what a person should know."""
        level = Level.INFO if problem.code in PASSING else Level.WARNING
        self._tell(level, "problem", dossier, problem)

    def noted(self, dossier: str, problem: Problem) -> None:
        """Tell the code of what can wait."""
        self._tell(Level.INFO, "noted", dossier, problem)

    def _tell(self, level: Level, event: str, dossier: str, problem: Problem) -> None:
        # Other facts may be what stands on a paper.
        self._log.write(
            level, event, dossier=dossier or None, code=problem.code, file=problem.facts.get("file")
        )

    def _seconds(self, dossier: str) -> float | None:
        now = time.monotonic()
        before = self._since.get(dossier)
        self._since[dossier] = now
        return None if before is None else round(now - before, 3)
