"""What ``run --watch`` says: dossiers as they come to rest, trouble once, and when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from digitize.cli.operating import Operation, operating
from digitize.cli.progress import make_observer
from digitize.cli.session import Session
from digitize.errors import EnvironmentProblem, ExitCode, UsageProblem
from digitize.model import Problem, Stage
from digitize.pipeline.aftermath import follow_up
from digitize.pipeline.batch import RunResult
from digitize.pipeline.json_log import JsonLog
from digitize.pipeline.observer import PASSING, Observer
from digitize.pipeline.operation import Orders
from digitize.pipeline.watching import watch_workspace
from digitize.pipeline.workspace import Workspace
from digitize.times import now

_MOST = 10_000
"""Of so many dossiers it is remembered what was told; a watch goes on for weeks."""


def watch_and_tell(
    session: Session,
    workspace: Workspace,
    sources: Sequence[Path],
    orders: Orders,
    log_json: str | None,
) -> ExitCode:
    """Watch a workspace and tell what happens, until somebody asks to stop.

    After each batch monitoring is told, and hooks are run where there is trouble that was not there before.

    Raises:
        WorkspaceBusy, UsageProblem, EnvironmentProblem: it cannot begin.

    """
    if orders.urgent:
        raise UsageProblem("watch_without_urgent")
    with operating(session, workspace, "run", orders.who, log_json) as operation:
        teller = _Teller(session, workspace, orders.who, operation.log)
        ended = watch_workspace(workspace, sources, orders, teller, now)
        operation.exit_code = ended
    if ended is ExitCode.DONE:
        session.say("watch_ended")
    return ended


class _Teller:
    def __init__(self, session: Session, workspace: Workspace, who: str, log: JsonLog | None) -> None:
        self._session = session
        self._workspace = workspace
        self._who = who
        self._log = log
        self._began = now()
        self._told: dict[str, set[str]] = {}

    def watching(self, places: Sequence[Path]) -> None:
        self._session.say("watching", places=", ".join(map(str, places)))

    @contextmanager
    def batch(self) -> Iterator[Observer]:
        self._began = now()
        with make_observer(self._session, self._log, bars=False) as observer:
            yield _Once(observer, self._told)

    def finished(self, result: RunResult) -> None:
        if result.pages_read or result.failed:
            self._session.say("run_done", pages=result.pages_read, seconds=round(result.seconds, 1))
        operation = Operation()
        operation.came_to(result)
        # Trouble that lasts is told once, by the method for it; a dossier that was set aside is news besides.
        lasting = operation.exit_code is ExitCode.ENVIRONMENT
        if not lasting or result.failed:
            self._follow_up(operation)

    def trouble(self, error: EnvironmentProblem, seconds: float) -> None:
        self._follow_up(Operation(exit_code=error.exit_code, problem=Problem.of(error)))
        self._session.show_error(error)
        self._session.say("watch_again", seconds=round(seconds))

    def well_again(self) -> None:
        self._session.say("watch_well")

    def _follow_up(self, operation: Operation) -> None:
        ending = operation.ending("run", self._began, now(), goes_on=True)
        for problem in follow_up(self._workspace, ending, self._who, now):
            self._session.show_failure("run --watch", problem)


class _Once:
    """Tells the same of the same dossier once, not with every batch."""

    def __init__(self, observer: Observer, told: dict[str, set[str]]) -> None:
        self._observer = observer
        self._told = told

    def taken_in(self, dossiers: int) -> None:
        if dossiers:
            self._observer.taken_in(dossiers)

    def planned(self, pages: int) -> None:
        self._observer.planned(pages)

    def page_read(self, dossier: str) -> None:
        self._observer.page_read(dossier)

    def moved(self, dossier: str, stage: Stage) -> None:
        # What happened to it before is over.
        self._told.pop(dossier, None)
        self._observer.moved(dossier, stage)

    def problem(self, dossier: str, problem: Problem) -> None:
        # A watch takes in by itself what is in motion.
        if problem.code not in PASSING and self._is_new(dossier, problem.code):
            self._observer.problem(dossier, problem)

    def noted(self, dossier: str, problem: Problem) -> None:
        # Every batch looks anew at what has not come; other codes that are missing are news.
        if self._is_new(dossier, f"{problem.code} {sorted(problem.facts.items())}"):
            self._observer.noted(dossier, problem)

    def _is_new(self, dossier: str, what: str) -> bool:
        known = self._told.setdefault(dossier, set())
        if what in known:
            return False
        if len(self._told) > _MOST or len(known) > _MOST:
            self._told.clear()
        known.add(what)
        return True
