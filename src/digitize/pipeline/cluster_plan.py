"""From the settings of a workspace to a cluster that works for a run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digitize.ocr.engine import EngineName
from digitize.ocr.tessdata import find_tessdata
from digitize.pipeline.cluster_address import (
    ClusterAddress,
    ClusterKeys,
    check_keys,
    keys_from,
    load_library,
    parse_address,
)
from digitize.pipeline.cluster_orders import DataMode, SharedFolders, TaskLimits
from digitize.pipeline.ownership import require_own
from digitize.pipeline.workspace import SETTINGS_NAME, Workspace

if TYPE_CHECKING:
    from digitize.pipeline.cluster_members import Tell
    from digitize.pipeline.pool import TaskExecutor


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """How a run uses a cluster.

    Attributes:
        address: of the scheduler.
        keys: for TLS.
        data: how scans come to the workers.
        patience: seconds for which a run waits for a worker, or for a scheduler that is started again.
        limits: what a task may cost.
        engine: the OCR engine that is asked for.
        tessdata: folder of the language data here.
        folders: what may be shared.
        jobs: how many tasks run on this machine, where page data are sent.

    """

    address: ClusterAddress
    keys: ClusterKeys | None
    data: DataMode
    patience: float
    limits: TaskLimits
    engine: EngineName
    tessdata: Path | None
    folders: SharedFolders
    jobs: int


def plan_for(workspace: Workspace, jobs: int, address: str) -> ClusterPlan:
    """How a workspace uses the cluster at an address.

    The settings name whom to trust, so they are believed only where nobody else can have written them.

    Raises:
        UsageProblem: the address cannot be used.
        EnvironmentProblem: others can write the settings, or no language data.

    """
    settings = workspace.settings
    parsed = parse_address(address)
    keys = keys_of(workspace)
    if parsed.encrypted and keys is not None:
        require_own(workspace.root / SETTINGS_NAME, "cluster_settings_of_others")
    return ClusterPlan(
        address=parsed,
        keys=keys,
        data=DataMode(settings.cluster.data),
        patience=settings.cluster.wait_seconds,
        limits=TaskLimits(workspace.limits.page_seconds, workspace.limits.worker_megabytes),
        engine=EngineName(settings.reading.engine),
        tessdata=find_tessdata(settings.reading.tessdata),
        folders=SharedFolders(workspace.work, workspace.originals),
        jobs=jobs,
    )


def keys_of(workspace: Workspace) -> ClusterKeys | None:
    """The certificates that the settings name; None if they name none.

    Raises:
        EnvironmentProblem: only some of them are named.

    """
    named = workspace.settings.cluster
    return keys_from(named.ca, named.cert, named.key)


def keys_expire(workspace: Workspace) -> dt.datetime | None:
    """When the first of the cluster's certificates runs out; None where the settings name none.

    Raises:
        EnvironmentProblem: library, certificates or settings cannot be used.

    """
    keys = keys_of(workspace)
    if keys is None:
        return None
    require_own(workspace.root / SETTINGS_NAME, "cluster_settings_of_others")
    check_keys(keys)
    from cryptography import x509

    return min(
        x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc for path in (keys.ca, keys.cert)
    )


def start_cluster(plan: ClusterPlan, tell: Tell) -> TaskExecutor:
    """Connect to a cluster.

    Raises:
        EnvironmentProblem: the library, a certificate, the scheduler or every worker cannot be used.

    """
    load_library()
    from digitize.pipeline.cluster import Cluster

    return Cluster(plan, tell)
