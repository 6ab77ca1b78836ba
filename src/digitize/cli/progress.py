"""What a run shows while it runs: bars in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from digitize.cli.session import Session
from digitize.messages.visible import visible_line
from digitize.model import Problem, Stage
from digitize.pipeline.json_log import JsonLog
from digitize.pipeline.observer import Logged, Observer, Several

_TOLD = frozenset({Stage.IN_REVIEW, Stage.COMPOSED, Stage.PACKAGED, Stage.QUARANTINED})
"""Stages at which a dossier rests, for now or for good."""

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def make_observer(session: Session, log: JsonLog | None = None, *, bars: bool = True) -> Iterator[Observer]:
    """An observer that suits where the output goes; lines alone if bars are not wanted.

    A log for programs is told as well, or alone where it goes to the same place.
    """
    if log is not None and log.is_on_screen:
        yield Logged(log)
        return
    with _for_people(session, bars=bars) as people:
        yield people if log is None else Several([people, Logged(log)])


@contextmanager
def _for_people(session: Session, *, bars: bool) -> Iterator[Observer]:
    if session.quiet:
        yield _Quiet(session)
    elif session.err.moves and bars:
        with _Bars(session) as drawn:
            yield drawn
    else:
        yield _Lines(session)


class _Quiet:
    """Says only which dossiers are set aside, one line each: what waits for a person is well."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._problems: dict[str, Problem] = {}

    def taken_in(self, dossiers: int) -> None:
        pass

    def planned(self, pages: int) -> None:
        pass

    def page_read(self, dossier: str) -> None:
        pass

    def moved(self, dossier: str, stage: Stage) -> None:
        problem = self._problems.pop(dossier, None)
        if stage is Stage.QUARANTINED:
            catalogue = self._session.catalogue
            why = catalogue.problem(problem) if problem else catalogue.text(f"stage.{stage.value}")
            self._session.err.print(f"{visible_line(dossier)}: {why}", markup=False)

    def problem(self, dossier: str, problem: Problem) -> None:
        self._problems[dossier] = problem

    def noted(self, dossier: str, problem: Problem) -> None:
        pass


class _Lines:
    """A line for every dossier that comes to rest, and for progress now and then."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._planned = 0
        self._read = 0
        self._started = self._told = time.monotonic()

    def taken_in(self, dossiers: int) -> None:
        self._session.say("taken_in", dossiers=dossiers)

    def planned(self, pages: int) -> None:
        self._planned += pages

    def problem(self, dossier: str, problem: Problem) -> None:
        self._session.show_failure(dossier, problem)

    def noted(self, dossier: str, problem: Problem) -> None:
        self.problem(dossier, problem)

    def page_read(self, dossier: str) -> None:  # noqa: ARG002 - the bars show which dossier it was
        self._read += 1
        now = time.monotonic()
        if now - self._told >= _SECONDS_BETWEEN_LINES:
            self._told = now
            rate = 60 * self._read / (now - self._started)
            left = (self._planned - self._read) / rate if rate else 0.0
            self._session.say(
                "progress",
                read=self._read,
                planned=self._planned,
                rate=round(rate),
                minutes=round(left, 1),
            )

    def moved(self, dossier: str, stage: Stage) -> None:
        if stage in _TOLD:
            name = self._session.text(f"stage.{stage.value}")
            self._session.err.print(f"{dossier}: {name}", markup=False)


class _Bars(_Lines):
    """Bars for pages, and the dossiers as they come to rest above them."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn(session.text("say.remaining")),
            TimeRemainingColumn(),
            console=session.err,
        )
        self._pages: TaskID = self._progress.add_task(session.text("say.pages"), total=None, rate="")
        self._dossiers: TaskID = self._progress.add_task(session.text("say.dossiers"), total=None, rate="")
        self._seen: set[str] = set()
        self._resting: set[str] = set()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def planned(self, pages: int) -> None:
        super().planned(pages)
        if self._planned:
            self._progress.update(self._pages, total=self._planned)

    def page_read(self, dossier: str) -> None:
        self._read += 1
        seconds = time.monotonic() - self._started
        rate = self._session.text("say.rate", rate=round(60 * self._read / max(seconds, 0.1)))
        self._progress.update(self._pages, advance=1, rate=rate)
        self._count(dossier, resting=False)

    def moved(self, dossier: str, stage: Stage) -> None:
        super().moved(dossier, stage)
        self._count(dossier, resting=stage in _TOLD)

    def _count(self, dossier: str, *, resting: bool) -> None:
        self._seen.add(dossier)
        if resting:
            self._resting.add(dossier)
        self._progress.update(self._dossiers, total=len(self._seen), completed=len(self._resting))
