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
from digitize.pipeline.pool import LocalPool
from digitize.pipeline.runner import Runner
from digitize.pipeline.sealing import make_seal
from digitize.pipeline.signing_trouble import note_unsigned, trouble_noted
from digitize.pipeline.workspace import Workspace
from digitize.times import Clock


def run_workspace(
    workspace: Workspace,
    sources: Sequence[Path],
    *,
    who: str,
    jobs: int,
    until: Stage,
    observer: Observer,
    clock: Clock,
) -> RunResult:
    """Run a workspace once, holding its lock.

    A dossier is signed only if the profile allows it without a person.

    Raises:
        WorkspaceBusy: another run holds it.
        EnvironmentProblem, UsageProblem: see the parts.

    """
    workspace.require_folders()
    limits = workspace.limits
    with (
        run_lock(workspace.lock, clock),
        closing(Ledger(workspace.ledger, clock, who)) as ledger,
    ):
        packager: Packager | None = None
        unsigned: SigningProblem | None = None
        if workspace.profile.signing.unattended:
            try:
                with trouble_noted(ledger, clock):
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
            result = runner.run(sources)
            if unsigned is not None:
                result.unsigned = unsigned
                note_unsigned(ledger, unsigned, clock)
        finally:
            pool.stop()
            alone.stop()
        follow(workspace)
        return result
