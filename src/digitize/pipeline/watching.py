"""``run --watch``: batch after batch for weeks, whenever there is something to do.

A batch begins when something has changed in the inbox and has come to rest, when a dossier was approved,
reopened or released elsewhere, after a pause when the last batch met trouble, and every so often in any
case. Each is a run like any other; nothing is carried from one to the next but what is known of dossiers
that are in motion.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from typing import Protocol

from digitize.errors import EnvironmentProblem, ExitCode, UsageProblem
from digitize.pipeline.batch import ACTIVE, RunResult
from digitize.pipeline.bell import Bell
from digitize.pipeline.intake import make_stillness
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.observer import Observer
from digitize.pipeline.operation import Orders, held_workspace, run_batch
from digitize.pipeline.service import Service
from digitize.pipeline.stopping import Stopper, stopper
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

_FIRST_PAUSE = 5.0
_LONGEST_PAUSE = 900.0
"""Seconds until a batch that met trouble is tried again; each pause is twice the one before."""

_IDLE_SHARE = 4
"""An idle look through a large inbox is followed by a rest of so many times its length."""

_LONGEST_REST = 60.0
_LEDGER_EVERY = 2.0
"""Seconds between two looks whether somebody else has changed the ledger."""


class Teller(Protocol):
    """Is told how a watch goes on; the command line shows it."""

    def watching(self, places: Sequence[Path]) -> None:
        """The watch has begun."""

    def batch(self) -> AbstractContextManager[Observer]:
        """An observer for one batch."""

    def finished(self, result: RunResult) -> None:
        """A batch has ended; mostly nothing was to be done in it."""

    def trouble(self, error: EnvironmentProblem, seconds: float) -> None:
        """A batch met trouble that it had not met before, and is tried again after so many seconds."""

    def well_again(self) -> None:
        """The trouble that was told last is over."""


def watch_workspace(
    workspace: Workspace,
    sources: Sequence[Path],
    orders: Orders,
    teller: Teller,
    clock: Clock,
) -> ExitCode:
    """Run a workspace until somebody asks to stop, holding its lock all the time.

    Returns:
        How it ended: done on SIGTERM, interrupted on Ctrl-C.

    Raises:
        WorkspaceBusy: another run holds it.
        EnvironmentProblem: folders, settings or the ledger cannot be used from the beginning.
        UsageProblem: a source does not exist, or is the workspace's own.

    """
    service = Service(os.environ, time.monotonic)

    def clock_of_work() -> dt.datetime:
        # The ledger asks for the time with each dossier: a full inbox on a slow share takes long.
        service.alive()
        return clock()

    with (
        stopper(service.alive) as asked,
        held_workspace(workspace, orders.who, clock_of_work, "run --watch") as ledger,
    ):
        workspace.require_rules()
        watching = _Watch(workspace, ledger, sources, orders, teller, clock_of_work, asked)
        try:
            service.ready()
            watching.run()
        except KeyboardInterrupt:
            # What was under way is dropped; the next run does it again.
            if asked.signal is None:
                raise
        finally:
            service.stopping()
        return ExitCode.DONE if asked.signal == signal.SIGTERM else ExitCode.INTERRUPTED


class _Watch:
    def __init__(
        self,
        workspace: Workspace,
        ledger: Ledger,
        sources: Sequence[Path],
        orders: Orders,
        teller: Teller,
        clock: Clock,
        asked: Stopper,
    ) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._sources = sources
        self._orders = orders
        self._teller = teller
        self._clock = clock
        self._asked = asked
        self._stillness = make_stillness(workspace)
        self._pause = 0.0
        self._told: str | None = None
        self._rest = 0.0
        self._left = (0, "")
        self._hard = False

    def run(self) -> None:
        """Go on until asked to stop."""
        rules = self._workspace.settings.inbox
        places = self._sources or (self._workspace.inbox,)
        marker = "" if self._sources else rules.marker
        with closing(Bell(places, marker, rules.watch, self._asked)) as bell:
            self._teller.watching(places)
            first = True
            while not self._asked.is_set():
                self._batch(first=first)
                first = False
                self._wait(bell)

    # --- one batch ------------------------------------------------------------------------------

    def _batch(self, *, first: bool) -> None:
        began = time.monotonic()
        result: RunResult | None = None
        try:
            with self._teller.batch() as observer:
                result = run_batch(
                    self._workspace,
                    self._ledger,
                    self._sources,
                    self._orders,
                    observer,
                    self._clock,
                    stillness=self._stillness,
                    stop=self._asked.is_set,
                )
            trouble = result.kept_from
        except EnvironmentProblem as error:
            trouble = error
        except UsageProblem as error:
            # A source that was there has gone.
            if first:
                raise
            trouble = EnvironmentProblem(error.code, **error.facts)
        except OSError as error:
            trouble = EnvironmentProblem("disk_trouble", detail=error.strerror or "")
        if result is not None:
            self._teller.finished(result)
        self._tell(trouble)
        # Where a batch could not end, another one before the pause is over would not either.
        self._hard = result is None
        with suppress(EnvironmentProblem):
            self._left = self._in_work()
        seconds = time.monotonic() - began
        idle = result is not None and not result.pages_read
        self._rest = min(_LONGEST_REST, _IDLE_SHARE * seconds) if idle else 0.0

    def _tell(self, trouble: EnvironmentProblem | None) -> None:
        """Tell a trouble once, and when it is over."""
        if trouble is None:
            if self._told is not None:
                self._teller.well_again()
            self._told, self._pause = None, 0.0
            return
        self._pause = min(_LONGEST_PAUSE, 2 * self._pause) if self._pause else _FIRST_PAUSE
        # Numbers in it, such as how much room a disk lacks, are others each time.
        words = sorted(f"{name}={fact}" for name, fact in trouble.facts.items() if isinstance(fact, str))
        now = " ".join((trouble.code, *words))
        if now != self._told:
            self._told = now
            self._teller.trouble(trouble, self._pause)

    # --- between two batches --------------------------------------------------------------------

    def _wait(self, bell: Bell) -> None:
        """Wait until there is a reason for another batch."""
        ended = time.monotonic()
        quiet = self._stillness.seconds
        due = ended + 60 * self._workspace.settings.inbox.rescan_minutes
        if self._pause:
            due = min(due, ended + self._pause)
        if self._stillness.waiting and not self._hard:
            due = min(due, ended + max(quiet, self._rest))
        look_at_ledger = ended + _LEDGER_EVERY
        while not self._asked.is_set() and time.monotonic() < due:
            rang = bell.wait()
            now = time.monotonic()
            if self._hard:
                continue
            if rang:
                due = min(due, max(now + quiet, ended + self._rest))
            if now >= look_at_ledger:
                look_at_ledger = now + _LEDGER_EVERY
                if self._has_work():
                    due = now

    def _has_work(self) -> bool:
        """Whether dossiers have come to a stage at which a run goes on, by somebody else's hand."""
        try:
            number, newest = self._in_work()
        except EnvironmentProblem:
            # The next batch meets it, and tells it.
            return False
        return number > self._left[0] or newest > self._left[1]

    def _in_work(self) -> tuple[int, str]:
        """How many dossiers stand where a run goes on, and when the last of them came there."""
        marks = ",".join("?" * len(ACTIVE))
        sql = f"SELECT count(*), max(updated_at) FROM dossier WHERE stage IN ({marks})"  # noqa: S608 - marks alone
        number, newest = self._ledger.rows(sql, *ACTIVE)[0]
        return number, newest or ""
