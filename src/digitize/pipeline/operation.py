"""A whole run from its parts: lock, ledger, workers, key."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from digitize.errors import SigningProblem
from digitize.model import Stage
from digitize.pipeline.batch import RunResult
from digitize.pipeline.finding import follow
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.lock import run_lock
from digitize.pipeline.observer import Observer
from digitize.pipeline.packaging import Packager
from digitize.pipeline.pool import LocalPool, TaskExecutor
from digitize.pipeline.runner import Runner
from digitize.pipeline.sealing import make_seal
from digitize.pipeline.signing_trouble import note_unsigned
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock


def run_workspace(  # noqa: PLR0913 - everything that a run is told
    workspace: Workspace,
    sources: Sequence[Path],
    *,
    who: str,
    jobs: int,
    until: Stage,
    observer: Observer,
    clock: Clock,
    cluster: str | None = None,
) -> RunResult:
    """Run a workspace once, holding its lock.

    A dossier is signed only if the profile allows it without a person.

    Args:
        workspace: which one.
        sources: scans beside those in the inbox.
        who: who does it.
        jobs: how many tasks run at once on this machine.
        until: the stage at which dossiers stop.
        observer: is told what happens.
        clock: tells the time.
        cluster: address of a scheduler whose workers do the page work; None does it here.

    Raises:
        WorkspaceBusy: another run holds it.
        EnvironmentProblem, UsageProblem: see the parts.

    """
    workspace.require_folders()
    with (
        run_lock(workspace.lock, clock),
        closing(Ledger(workspace.ledger, clock, who)) as ledger,
    ):
        packager: Packager | None = None
        unsigned: SigningProblem | None = None
        if workspace.profile.signing.unattended:
            try:
                packager = Packager(workspace, ledger, make_seal(workspace, None), clock)
            except SigningProblem as error:
                # Pages can be read without a key; what would be signed waits.
                unsigned = error
        pool = _executor(workspace, jobs, observer, cluster)
        limits = workspace.limits
        alone = LocalPool(1, seconds=limits.page_seconds, megabytes=limits.worker_megabytes, apart=True)
        try:
            runner = Runner(
                workspace,
                ledger,
                pool,
                observer,
                clock,
                until=until,
                packager=packager,
                alone=alone,
            )
            result = runner.run(sources)
            if unsigned is not None:
                result.unsigned = unsigned
                note_unsigned(ledger, unsigned, clock)
        finally:
            pool.stop()
            alone.stop()
        follow(workspace)
        return result


def _executor(workspace: Workspace, jobs: int, observer: Observer, cluster: str | None) -> TaskExecutor:
    limits = workspace.limits
    if cluster is None:
        return LocalPool(jobs, seconds=limits.page_seconds, megabytes=limits.worker_megabytes)
    # Dask is an extra, and is not loaded where nobody asks for it.
    from digitize.pipeline.cluster_plan import plan_for, start_cluster

    return start_cluster(plan_for(workspace, jobs, cluster), observer.problem)
