"""A whole run from its parts: lock, ledger, workers, key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.errors import EnvironmentProblem, ItemProblem, UsageProblem
from digitize.ingest.stillness import Stillness
from digitize.model import Stage
from digitize.pipeline.batch import RunResult
from digitize.pipeline.finding import follow
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.lock import run_lock
from digitize.pipeline.observer import Observer
from digitize.pipeline.pool import LocalPool, TaskExecutor
from digitize.pipeline.runner import Runner
from digitize.pipeline.signing_trouble import trouble_noted
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock

if TYPE_CHECKING:
    from digitize.pipeline.packaging import Packager


@dataclass(frozen=True, slots=True)
class Orders:
    """What a run is told by whoever starts it.

    Attributes:
        who: who does it.
        jobs: how many tasks run at once on this machine.
        until: the stage at which dossiers stop.
        cluster: address of a scheduler whose workers do the page work; None does it here.
        urgent: codes of dossiers that go before all others.
        only: the dossiers that are worked on, and nothing is taken in; None for all that need no person.

    """

    who: str
    jobs: int
    until: Stage = Stage.PACKAGED
    cluster: str | None = None
    urgent: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None


def run_workspace(
    workspace: Workspace, sources: Sequence[Path], orders: Orders, observer: Observer, clock: Clock
) -> RunResult:
    """Run a workspace once, holding its lock.

    A dossier is signed only if the profile allows it without a person.

    Raises:
        WorkspaceBusy: another run holds it.
        EnvironmentProblem, UsageProblem: see the parts.

    """
    with held_workspace(workspace, orders.who, clock) as ledger:
        return run_batch(workspace, ledger, sources, orders, observer, clock)


@contextmanager
def held_workspace(workspace: Workspace, who: str, clock: Clock, command: str = "run") -> Iterator[Ledger]:
    """The ledger of a workspace whose run lock is held while the block runs; ``command`` is who holds it.

    Raises:
        WorkspaceBusy: another run holds it.
        EnvironmentProblem: its folders or its ledger cannot be used.

    """
    workspace.require_folders()
    with (
        run_lock(workspace.lock, clock, who=who, command=command),
        closing(Ledger(workspace.ledger, clock, who)) as ledger,
    ):
        yield ledger


def run_batch(  # noqa: PLR0913 - everything that a run works with
    workspace: Workspace,
    ledger: Ledger,
    sources: Sequence[Path],
    orders: Orders,
    observer: Observer,
    clock: Clock,
    *,
    stillness: Stillness | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> RunResult:
    """Run a workspace once, whose lock is held already; see ``Runner.run`` for the last two arguments.

    Raises:
        EnvironmentProblem, UsageProblem: see the parts.

    """
    limits = workspace.limits

    def open_packager() -> Packager:
        # What signs takes long to load, and most runs of a day find nothing to sign.
        from digitize.pipeline.packaging import Packager
        from digitize.pipeline.sealing import make_seal

        with trouble_noted(ledger, clock):
            return Packager(workspace, ledger, make_seal(workspace, None), clock)

    pool = _executor(workspace, orders, observer)
    alone = LocalPool(1, seconds=limits.page_seconds, megabytes=limits.worker_megabytes, apart=True)
    try:
        try:
            runner = Runner(
                workspace,
                ledger,
                pool,
                observer,
                clock,
                until=orders.until,
                packager=open_packager if workspace.profile.signing.unattended else None,
                alone=alone,
                only=orders.only,
            )
        except (ItemProblem, UsageProblem) as error:
            # The list of codes that the settings name is away, or is just being written: nothing was done.
            raise EnvironmentProblem(error.code, **error.facts) from error
        result = runner.run(sources, orders.urgent, stillness=stillness, stop=stop)
    finally:
        pool.stop()
        alone.stop()
    follow(workspace)
    return result


def _executor(workspace: Workspace, orders: Orders, observer: Observer) -> TaskExecutor:
    limits = workspace.limits
    if orders.cluster is None:
        return LocalPool(orders.jobs, seconds=limits.page_seconds, megabytes=limits.worker_megabytes)
    # Dask is an extra, and is not loaded where nobody asks for it.
    from digitize.pipeline.cluster_plan import plan_for, start_cluster

    return start_cluster(plan_for(workspace, orders.jobs, orders.cluster), observer.problem)
