"""A whole run from its parts: lock, ledger, workers, key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from digitize.errors import SigningProblem
from digitize.ingest.stillness import Stillness
from digitize.model import Stage
from digitize.pipeline.batch import RunResult
from digitize.pipeline.finding import follow
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.lock import run_lock
from digitize.pipeline.observer import Observer
from digitize.pipeline.packaging import Packager
from digitize.pipeline.pool import LocalPool
from digitize.pipeline.runner import Runner
from digitize.pipeline.sealing import make_seal
from digitize.pipeline.signing_trouble import note_unsigned
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock


def run_workspace(  # noqa: PLR0913 - each is an option of the command
    workspace: Workspace,
    sources: Sequence[Path],
    *,
    who: str,
    jobs: int,
    until: Stage,
    observer: Observer,
    clock: Clock,
    urgent: Sequence[str] = (),
) -> RunResult:
    """Run a workspace once, holding its lock.

    A dossier is signed only if the profile allows it without a person. ``urgent`` are codes of dossiers that
    go before all others.

    Raises:
        WorkspaceBusy: another run holds it.
        EnvironmentProblem, UsageProblem: see the parts.

    """
    with held_workspace(workspace, who, clock) as ledger:
        return run_batch(
            workspace,
            ledger,
            sources,
            jobs=jobs,
            until=until,
            observer=observer,
            clock=clock,
            urgent=urgent,
        )


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


def run_batch(  # noqa: PLR0913 - everything that a run is told
    workspace: Workspace,
    ledger: Ledger,
    sources: Sequence[Path],
    *,
    jobs: int,
    until: Stage,
    observer: Observer,
    clock: Clock,
    urgent: Sequence[str] = (),
    stillness: Stillness | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> RunResult:
    """Run a workspace once, whose lock is held already; see ``Runner.run`` for the last three arguments.

    Raises:
        EnvironmentProblem, UsageProblem: see the parts.

    """
    limits = workspace.limits
    packager: Packager | None = None
    unsigned: SigningProblem | None = None
    if workspace.profile.signing.unattended:
        try:
            packager = Packager(workspace, ledger, make_seal(workspace, None), clock)
        except SigningProblem as error:
            # Pages can be read without a key; what would be signed waits.
            unsigned = error
    pool = LocalPool(jobs, seconds=limits.page_seconds, megabytes=limits.worker_megabytes)
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
        result = runner.run(sources, urgent, stillness=stillness, stop=stop)
        if unsigned is not None:
            result.unsigned = unsigned
            note_unsigned(ledger, unsigned, clock)
    finally:
        pool.stop()
        alone.stop()
    follow(workspace)
    return result
