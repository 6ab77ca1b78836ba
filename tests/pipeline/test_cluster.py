"""Tasks on workers of Dask, with real workers: what befalls a task, a worker, or the scheduler."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from digitize.errors import EnvironmentProblem, ItemProblem
from digitize.forms.template_files import read_own_forms
from digitize.ingest.kinds import kind_of
from digitize.model import Problem
from digitize.ocr.engine import EngineName
from digitize.ocr.tessdata import find_tessdata
from digitize.pipeline import tasks
from digitize.pipeline.cluster import Cluster
from digitize.pipeline.cluster_address import parse_address
from digitize.pipeline.cluster_orders import DataMode, SharedFolders, TaskLimits
from digitize.pipeline.cluster_plan import ClusterPlan, plan_for
from digitize.pipeline.pool import outcome
from digitize.pipeline.workspace import Workspace
from digitize.times import now
from support import workers
from support.clusters import LocalCluster, wait_until_gone
from support.crashes import archive_of, fill, run_here
from support.offices import contents, small_scan
from support.own_forms import OWN_FORM
from support.reading import scanned, written_sheet

_SECONDS = 3.0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """A scheduler with two workers."""
    cluster = LocalCluster(tmp_path_factory.mktemp("cluster"))
    cluster.start_scheduler()
    for _ in range(2):
        cluster.add_worker()
    try:
        cluster.wait_until_ready()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def folders(tmp_path: Path) -> SharedFolders:
    for name in ("work", "originals"):
        (tmp_path / name).mkdir()
    return SharedFolders(tmp_path / "work", tmp_path / "originals")


def plan(address: str, folders: SharedFolders) -> ClusterPlan:
    return ClusterPlan(
        address=parse_address(address),
        keys=None,
        data=DataMode.AUTO,
        patience=30.0,
        limits=TaskLimits(_SECONDS, 4096),
        engine=EngineName.AUTO,
        tessdata=find_tessdata(),
        folders=folders,
        jobs=1,
    )


@contextmanager
def opened(plan: ClusterPlan) -> Iterator[tuple[Cluster, list[tuple[str, Problem]]]]:
    told: list[tuple[str, Problem]] = []
    cluster = Cluster(plan, lambda worker, problem: told.append((worker, problem)))
    try:
        yield cluster, told
    finally:
        cluster.stop()


def until(condition: Any) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_what_befalls_one_task_befalls_no_other(running: LocalCluster, folders: SharedFolders) -> None:
    with opened(plan(running.address, folders)) as (cluster, told):
        assert cluster.mode is DataMode.SHARED
        assert cluster.workers == 2
        bad: dict[str, Future[Any]] = {
            "worker_died": cluster.submit(workers.die),
            "out_of_memory": cluster.submit(workers.devour),
            "unexpected": cluster.submit(workers.stumble),
            "task_too_slow": cluster.submit(workers.hang),
        }
        good = [cluster.submit(workers.double, number) for number in range(4)]
        assert [outcome(one, 60) for one in good] == [0, 2, 4, 6]
        for code, future in bad.items():
            with pytest.raises(ItemProblem) as caught:
                outcome(future, 60)
            assert caught.value.code == code
            assert "Nguyễn" not in str(caught.value.facts)
    assert told == []
    assert list(folders.work.iterdir()) == []


@pytest.mark.thorough
def test_pages_come_out_the_same_whether_folders_are_shared_or_data_sent(
    running: LocalCluster, folders: SharedFolders
) -> None:
    small = small_scan(folders.originals / "a.jpg")
    large = small_scan(folders.originals / "b.tif", pages=4)
    assert large.stat().st_size > 4 << 20, "large enough to be sent once for all its pages"
    jpeg, tiff = kind_of(small), kind_of(large)
    assert jpeg is not None
    assert tiff is not None
    settings = tasks.ReadingSettings(EngineName.AUTO, find_tessdata(), 120.0, 70)

    def read(cluster: Cluster | None, target: Path) -> dict[str, bytes]:
        orders = [
            tasks.PageTask(small, jpeg, 0, target / "page-1", settings),
            *(tasks.PageTask(large, tiff, n, target / f"page-{n + 2}", settings) for n in (0, 3)),
        ]
        if cluster is None:
            done = [tasks.read_one_page(order) for order in orders]
        else:
            flights = [cluster.submit(tasks.read_one_page, order) for order in orders]
            done = [outcome(flight, 60) for flight in flights]
        assert all(one.reading.words for one in done)
        return contents(target)

    here = read(None, folders.work / "here")
    wide = replace(plan(running.address, folders), limits=TaskLimits(60.0, 4096))
    with opened(wide) as (cluster, _):
        assert read(cluster, folders.work / "shared") == here
    with opened(replace(wide, data=DataMode.SENT)) as (cluster, _):
        assert read(cluster, folders.work / "sent") == here
        assert outcome(cluster.submit(workers.double, 4), 60) == 8, "what is no page is done here"


def test_workers_know_an_offices_own_forms_without_their_folder(
    running: LocalCluster, folders: SharedFolders, tmp_path: Path
) -> None:
    forms = tmp_path / "forms"
    forms.mkdir()
    (forms / "phieu.toml").write_text(OWN_FORM, "utf-8")
    own = read_own_forms(forms)
    shutil.rmtree(forms)
    scan = folders.originals / "a.png"
    sheet = written_sheet("PHIẾU ĐĂNG KÝ NHÀ TÌNH NGHĨA", "Họ và tên người nộp phiếu: Nguyễn Văn Bình")
    Image.fromarray(scanned(sheet).pixels).save(scan, dpi=(300, 300))
    kind = kind_of(scan)
    assert kind is not None
    settings = tasks.ReadingSettings(EngineName.AUTO, find_tessdata(), 120.0, 70)
    page = folders.work / "page-1"
    wide = replace(plan(running.address, folders), limits=TaskLimits(60.0, 4096))
    with opened(wide) as (cluster, _):
        outcome(cluster.submit(tasks.read_one_page, tasks.PageTask(scan, kind, 0, page, settings)), 60)
        order = tasks.ExtractTask((page,), (1,), 0.8, settings, own_forms=own)
        (document,) = outcome(cluster.submit(tasks.extract, order), 60)
    assert document.form == "phieu_rieng"
    assert document.fields["name"].value == "Nguyễn Văn Bình"


@pytest.mark.thorough
@pytest.mark.parametrize("data", ["shared", "sent"])
def test_the_archive_is_the_one_that_one_machine_makes(
    running: LocalCluster, office: Path, tmp_path: Path, data: str
) -> None:
    fill(office)
    with (office / "digitize.toml").open("a") as settings:
        settings.write(f'\n[cluster]\ndata = "{data}"\n')
    alone = Path(shutil.copytree(office, tmp_path / "alone"))
    moment = now()
    run_here(alone, moment)
    workspace = Workspace.open(office)
    workspace.require_folders()
    with opened(plan_for(workspace, 1, running.address)) as (cluster, _):
        assert cluster.mode == data
        run_here(office, moment, cluster)
    made = archive_of(office)
    assert len(made) > 20
    assert made == archive_of(alone)
    assert list((office / "work").iterdir()) == []


def test_a_killed_workers_tasks_are_done_elsewhere_and_a_new_worker_is_taken(
    running: LocalCluster, folders: SharedFolders, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    wide = replace(plan(running.address, folders), limits=TaskLimits(120.0, 4096))
    with opened(wide) as (cluster, _):
        flights = [cluster.submit(workers.wait_for, tmp_path, f"task{n}") for n in range(3)]
        until(lambda: len(list(tmp_path.glob("task*.*"))) == 2)
        at_work = int(next(tmp_path.glob("task*.*")).suffix[1:])
        victim = running.worker_of(at_work)
        victim.kill()
        victim.wait()
        wait_until_gone(at_work)
        until(lambda: cluster.workers == 1)
        running.add_worker()
        until(lambda: cluster.workers == 2)
        go.touch()
        assert [outcome(flight, 60) for flight in flights] == ["task0", "task1", "task2"]


@pytest.mark.thorough
def test_who_differs_gets_no_task_and_is_told_where(
    running: LocalCluster, folders: SharedFolders, tmp_path: Path
) -> None:
    other = tmp_path / "site" / "pillow-0.1.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: pillow\nVersion: 0.1\n")
    with opened(plan(running.address, folders)) as (cluster, told):
        stranger = running.add_worker(PYTHONPATH=str(other.parent))
        try:
            until(lambda: told)
            ((_, problem),) = told
            assert problem.code == "cluster_worker_differs"
            assert str(problem.facts["differences"]).startswith("pillow 0.1 (")
            assert cluster.workers == 2
        finally:
            stranger.terminate()
            stranger.wait()


def test_a_task_that_nobody_waits_for_is_ended(
    running: LocalCluster, folders: SharedFolders, tmp_path: Path
) -> None:
    wide = replace(plan(running.address, folders), limits=TaskLimits(120.0, 4096))
    with opened(wide) as (cluster, _):
        cluster.submit(workers.wait_for, tmp_path, "task")
        until(lambda: list(tmp_path.glob("task.*")))
    at_work = int(next(tmp_path.glob("task.*")).suffix[1:])
    wait_until_gone(at_work)


@pytest.mark.thorough
def test_a_scheduler_that_is_started_again_gets_the_tasks_again(
    running: LocalCluster, folders: SharedFolders, tmp_path: Path
) -> None:
    wide = replace(plan(running.address, folders), limits=TaskLimits(120.0, 4096))
    with opened(wide) as (cluster, _):
        flights = [cluster.submit(workers.wait_for, tmp_path, f"task{n}") for n in range(3)]
        until(lambda: list(tmp_path.glob("task*.*")))
        running.kill_scheduler()
        running.start_scheduler()
        (tmp_path / "go").touch()
        assert [outcome(flight, 60) for flight in flights] == ["task0", "task1", "task2"]


def test_without_a_scheduler_or_workers_the_environment_is_at_fault(tmp_path: Path) -> None:
    folders = SharedFolders(tmp_path / "work", tmp_path / "originals")
    lonely = LocalCluster(tmp_path)
    hasty = replace(plan(lonely.address, folders), patience=1.0)
    with pytest.raises(EnvironmentProblem) as caught, opened(hasty):
        pass
    assert caught.value.code == "cluster_unreachable"
    lonely.start_scheduler()
    try:
        until(lambda: "Scheduler at" in (tmp_path / "scheduler.log").read_text("utf-8"))
        with pytest.raises(EnvironmentProblem) as caught, opened(hasty):
            pass
        assert caught.value.code == "cluster_without_workers"
    finally:
        lonely.stop()


@pytest.mark.thorough
def test_a_scheduler_that_answers_no_more_does_not_hold_a_run_for_ever(
    folders: SharedFolders, tmp_path: Path
) -> None:
    frozen = LocalCluster(tmp_path)
    frozen.start_scheduler()
    frozen.add_worker()
    try:
        frozen.wait_until_ready()
        hasty = replace(plan(frozen.address, folders), patience=2.0, limits=TaskLimits(300.0, 4096))
        assert frozen.scheduler is not None
        with opened(hasty) as (cluster, _):
            task = cluster.submit(workers.wait_for, tmp_path, "task")
            until(lambda: list(tmp_path.glob("task.*")))
            frozen.scheduler.send_signal(signal.SIGSTOP)
            with pytest.raises(EnvironmentProblem) as caught:
                outcome(task, 300)
            assert caught.value.code == "cluster_lost"
    finally:
        assert frozen.scheduler is not None
        frozen.kill_scheduler()
        frozen.stop()
