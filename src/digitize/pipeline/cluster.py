"""Page work on other machines, behind the same interface as the processes of this one.

What a worker does with a task is in ``cluster_worker``, who may work in ``cluster_members``. Here is what
becomes of a task: it goes out, its result comes back, and if its worker or the scheduler is lost on the
way it goes out again.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import pickle
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, InvalidStateError, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from digitize.errors import DigitizeError, EnvironmentProblem, ItemProblem
from digitize.model import Problem
from digitize.pipeline import tasks
from digitize.pipeline.cluster_address import answers, security_for
from digitize.pipeline.cluster_members import Members, Tell, clear_probes
from digitize.pipeline.cluster_orders import Answer, DataMode, Fate, Needed, Order, look_again
from digitize.pipeline.cluster_plan import ClusterPlan
from digitize.pipeline.pool import LocalPool
from digitize.pipeline.versions import carrier_versions, differences, fingerprint, seal_of

if TYPE_CHECKING:
    from distributed import Client
    from distributed import Future as RemoteFuture

T = TypeVar("T")

log = logging.getLogger(__name__)

_CONNECTING = 10.0
"""Seconds for a scheduler to answer."""

_LOOKING = 1.0
"""Seconds between two looks at who is there."""

_MOST_LAUNCHES = 10
"""How often a task goes out that is lost; then something is wrong out there."""

_SENT_ALONE = 4 << 20
"""Bytes of an original that go along with each of its pages; a larger one is sent once for all."""

_MOST_SENT = 1 << 30
"""Bytes: pages of a larger original are read here."""


@dataclass(slots=True, eq=False)
class _Flight:
    order: Order
    future: Future[Any]
    original: Path | None = None
    target: Path | None = None
    remote: RemoteFuture[Any] | None = None
    allowed: frozenset[str] = frozenset()
    launches: int = 0


@dataclass(slots=True)
class _Held:
    """The bytes of a large original in the cluster, while any of its pages is under way."""

    remote: RemoteFuture[Any]
    allowed: frozenset[str]
    flights: set[_Flight] = field(default_factory=set)


class Cluster:
    """Workers of Dask on other machines.

    Raises:
        EnvironmentProblem: the library, a certificate, the scheduler or every worker cannot be used.

    """

    def __init__(self, plan: ClusterPlan, tell: Tell) -> None:
        self._plan = plan
        self._security = security_for(plan.address, plan.keys)
        versions = fingerprint(plan.engine, plan.tessdata)
        self._needed = Needed(plan.engine, plan.tessdata, seal_of(versions))
        self._lock = threading.RLock()
        self._flights: set[_Flight] = set()
        self._held: dict[str, _Held] = {}
        self._broken: DigitizeError | None = None
        self._alone_since: float | None = None
        self._stopping = threading.Event()
        self._local: LocalPool | None = None
        self._hands = ThreadPoolExecutor(4, thread_name_prefix="cluster-results")
        clear_probes(plan.folders.work)
        self._members = Members(versions, self._needed, plan.folders, plan.data, plan.address.encrypted, tell)
        self._client: Client = self._connect()
        try:
            self._require_same_scheduler()
            self._gather_members()
        except BaseException:
            self._members.stop()
            self._client.close(timeout=_CONNECTING)
            raise
        self.mode = self._members.settle_mode()
        self._watcher = threading.Thread(target=self._watch, name="cluster-watch", daemon=True)
        self._watcher.start()

    @property
    def workers(self) -> int:
        """How many tasks run at once, by who is there now; never none, as somebody may come back."""
        remote = sum(self._members.accepted.values())
        return max(1, remote) + (self._plan.jobs if self.mode is DataMode.SENT else 0)

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """Start a task on a worker; one that needs more than page data, on this machine."""
        order = Order(function, args, self._plan.limits, self._needed)
        flight = _Flight(order, Future())
        if self.mode is DataMode.SENT:
            task = args[0] if args else None
            if not isinstance(task, tasks.PageTask) or task.original.stat().st_size > _MOST_SENT:
                return self._here().submit(function, *args)
            flight.original, flight.target = task.original, task.target
            flight.order = Order(function, args, order.limits, order.needed, _name_of(task.original))
        with self._lock:
            self._flights.add(flight)
            self._launch(flight)
        return flight.future

    def stop(self) -> None:
        """End now; workers are told to give up what they are at."""
        self._stopping.set()
        with self._lock:
            flights, self._flights = self._flights, set()
        for flight in flights:
            flight.future.cancel()
        self._watcher.join(timeout=_CONNECTING)
        self._members.stop()
        self._hands.shutdown(wait=False, cancel_futures=True)
        self._close()
        if self._local is not None:
            self._local.stop()

    # --- tasks --------------------------------------------------------------------------------

    def _launch(self, flight: _Flight) -> None:
        """Send a task out, or let it wait for somebody to send it to. Under the lock."""
        if self._broken is not None:
            self._finish(flight, problem=self._broken)
            return
        accepted = frozenset(self._members.accepted)
        if not accepted or self._client.status != "running":
            return
        if flight.launches >= _MOST_LAUNCHES:
            # Nothing is wrong with the task: what would be, stands in an answer.
            self._finish(flight, problem=self._lost())
            return
        flight.launches += 1
        flight.allowed = accepted
        from digitize.pipeline.cluster_worker import perform

        try:
            data = self._data_for(flight)
            remote = self._client.submit(
                perform,
                pickle.dumps(flight.order),
                data,
                key=f"digitize-{secrets.token_hex(16)}",
                workers=sorted(accepted),
                allow_other_workers=False,
                pure=False,
            )
            flight.remote = remote
            remote.add_done_callback(lambda done: self._hand_over(flight, done))
        except OSError as error:
            if error.errno is not None:
                self._finish(flight, problem=error)
                return
            log.debug("not sent out", exc_info=error)
            flight.remote = None
        except RuntimeError as error:
            # The connection has just been lost; the watcher sends the task out again.
            log.debug("not sent out", exc_info=error)
            flight.remote = None

    def _data_for(self, flight: _Flight) -> bytes | RemoteFuture[Any] | None:
        if flight.original is None:
            return None
        name = flight.order.original
        if name not in self._held:
            if flight.original.stat().st_size <= _SENT_ALONE:
                return flight.original.read_bytes()
            from digitize.pipeline.cluster_worker import hold

            remote = self._client.submit(
                hold,
                flight.original.read_bytes(),
                key=f"digitize-original-{secrets.token_hex(16)}",
                workers=sorted(flight.allowed),
                allow_other_workers=False,
                pure=False,
            )
            self._held[name] = _Held(remote, flight.allowed)
        held = self._held[name]
        held.flights.add(flight)
        return held.remote

    def _hand_over(self, flight: _Flight, remote: RemoteFuture[Any]) -> None:
        try:
            self._hands.submit(self._land, flight, remote)
        except RuntimeError:
            # The run ends; nobody waits for it any more.
            return

    def _land(self, flight: _Flight, remote: RemoteFuture[Any]) -> None:
        """Take what has come back for a task."""
        from distributed import KilledWorker

        if self._stopping.is_set() or flight.remote is not remote:
            return
        try:
            answer = remote.result(timeout=self._plan.limits.seconds)
        except KilledWorker:
            self._finish(flight, problem=ItemProblem("worker_died", exit_code=0))
        except (CancelledError, Exception) as error:
            # What is wrong with a task stands in its answer; this is about the way to it.
            log.debug("lost", exc_info=error)
            self._again(flight)
        else:
            self._take(flight, answer)

    def _take(self, flight: _Flight, answer: Answer) -> None:
        if answer.fate is Fate.DONE:
            try:
                if flight.target is not None:
                    tasks.keep_page(flight.target, answer.files)
                elif self.mode is DataMode.SHARED:
                    look_again(flight.order.args)
            except OSError as error:
                self._finish(flight, problem=error)
            else:
                self._finish(flight, answer.result)
            return
        if answer.fate is Fate.FAILED:
            problem = answer.problem
            if not isinstance(problem, EnvironmentProblem):
                self._finish(flight, problem=problem)
                return
            # Something is wrong with that machine: its disk, its language data.
            with self._lock:
                self._members.refuse(answer.worker, Problem.of(problem))
                if not self._members.accepted:
                    self._finish(flight, problem=problem)
                    return
        elif answer.fate is Fate.REFUSED:
            with self._lock:
                self._members.forget(answer.worker)
        self._again(flight)

    def _again(self, flight: _Flight) -> None:
        with self._lock:
            if flight in self._flights:
                self._drop(flight)
                self._launch(flight)

    def _drop(self, flight: _Flight) -> None:
        """Let go of what is out there for a task. Under the lock."""
        remote, flight.remote = flight.remote, None
        if remote is not None:
            remote.release()
        held = self._held.get(flight.order.original)
        if held is not None:
            held.flights.discard(flight)
            if not held.flights:
                del self._held[flight.order.original]

    def _finish(self, flight: _Flight, result: Any = None, problem: BaseException | None = None) -> None:
        with self._lock:
            if flight not in self._flights:
                return
            self._flights.discard(flight)
            self._drop(flight)
        try:
            if problem is None:
                flight.future.set_result(result)
            else:
                flight.future.set_exception(problem)
        except InvalidStateError:
            # It was cancelled in this moment.
            return

    def _here(self) -> LocalPool:
        if self._local is None:
            limits = self._plan.limits
            self._local = LocalPool(self._plan.jobs, seconds=limits.seconds, megabytes=limits.megabytes)
        return self._local

    # --- scheduler and workers ----------------------------------------------------------------

    def _connect(self) -> Client:
        from distributed import Client

        url = self._plan.address.url
        seconds = max(1.0, min(_CONNECTING, self._plan.patience))
        if not asyncio.run(answers(self._plan.address, self._security, seconds)):
            raise EnvironmentProblem("cluster_unreachable", address=url)
        try:
            return Client(
                url,
                security=self._security,
                timeout=seconds,
                set_as_default=False,
                name="digitize",
            )
        except (OSError, TimeoutError, ValueError) as error:
            log.debug("no scheduler", exc_info=error)
            raise EnvironmentProblem("cluster_unreachable", address=url) from error

    def _close(self) -> None:
        try:
            self._client.close(timeout=_CONNECTING)
        except (OSError, TimeoutError, RuntimeError) as error:
            log.debug("not closed", exc_info=error)

    def _require_same_scheduler(self) -> None:
        """What carries the tasks has to be the same there: pickles of one version are no good to another."""
        try:
            theirs: Any = self._client.run_on_scheduler(carrier_versions)
        except (ImportError, AttributeError):
            theirs = {}
        except (OSError, TimeoutError) as error:
            raise EnvironmentProblem("cluster_unreachable", address=self._plan.address.url) from error
        ours = carrier_versions()
        if theirs != ours:
            told = "; ".join(differences(ours, theirs))
            raise EnvironmentProblem("cluster_scheduler_differs", differences=told)

    def _lost(self) -> EnvironmentProblem:
        return EnvironmentProblem("cluster_lost", address=self._plan.address.url)

    def _gather_members(self) -> None:
        """Wait until somebody may work, and everybody who is there has been looked at."""
        until = time.monotonic() + self._plan.patience
        while True:
            try:
                self._members.refresh(self._client)
            except (OSError, TimeoutError) as error:
                url = self._plan.address.url
                raise EnvironmentProblem("cluster_unreachable", address=url) from error
            if self._members.settled and (self._members.accepted or self._members.refusals):
                break
            if time.monotonic() > until:
                break
            time.sleep(_LOOKING / 10)
        if not self._members.accepted:
            raise self._nobody()

    def _nobody(self) -> EnvironmentProblem:
        refused = self._members.refusals
        address = self._plan.address.url
        if not refused:
            return EnvironmentProblem("cluster_without_workers", address=address)
        told = "; ".join(
            f"{worker}: {problem.code} {problem.facts.get('differences', '')}".strip()
            for worker, problem in refused.items()
        )
        return EnvironmentProblem("cluster_all_refused", address=address, count=len(refused), workers=told)

    def _watch(self) -> None:
        while not self._stopping.wait(_LOOKING):
            try:
                self._look_around()
            except EnvironmentProblem as problem:
                self._give_up(problem)
                return
            except Exception as error:
                log.debug("watch", exc_info=error)
                self._give_up(self._lost())
                return

    def _look_around(self) -> None:
        """See who has come and gone; send out again what was lost; give up when nobody comes back."""
        connected = self._client.status == "running"
        if connected:
            try:
                self._members.refresh(self._client)
            except (OSError, TimeoutError) as error:
                log.debug("no answer", exc_info=error)
                connected = False
        if not connected:
            with self._lock:
                self._members.forget_all()
                for flight in self._flights:
                    self._drop(flight)
            self._reconnect()
        with self._lock:
            accepted = self._members.accepted
            if accepted:
                self._alone_since = None
                self._send_again(frozenset(accepted))
                return
        self._alone_since = self._alone_since or time.monotonic()
        if time.monotonic() - self._alone_since > self._plan.patience:
            self._give_up(self._nobody() if self._members.refusals else self._lost())

    def _send_again(self, accepted: frozenset[str]) -> None:
        """Send out again what nobody who is there may do. Under the lock."""
        stranded = {flight for flight in self._flights if flight.allowed.isdisjoint(accepted)}
        for held in self._held.values():
            if held.allowed.isdisjoint(accepted):
                stranded |= held.flights
        for flight in stranded:
            self._drop(flight)
        for flight in list(self._flights):
            if flight.remote is None:
                self._launch(flight)

    def _reconnect(self) -> None:
        """A new connection, if the scheduler is there again; the old one is of no use."""
        self._close()
        try:
            self._client = self._connect()
            self._require_same_scheduler()
        except EnvironmentProblem as problem:
            if problem.code != "cluster_unreachable":
                raise

    def _give_up(self, problem: DigitizeError) -> None:
        with self._lock:
            self._broken = problem
            flights = list(self._flights)
        for flight in flights:
            self._finish(flight, problem=problem)


def _name_of(original: Path) -> str:
    """A name for an original in the state that it is in."""
    found = original.stat()
    told = f"{original}\0{found.st_size}\0{found.st_mtime_ns}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]
