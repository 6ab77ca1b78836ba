"""Workers that die, hang, devour memory or stumble."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest
from pebble import ProcessPool

from digitize.errors import DigitizeError, EnvironmentProblem, ItemProblem
from digitize.pipeline.pool import LocalPool, outcome
from digitize.pipeline.processes import Process, find_process, this_process
from support import workers


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    made = LocalPool(1, seconds=5, megabytes=4096)
    made.submit(workers.double, 1).result()
    yield made
    made.stop()


def problem_of(future: Future[Any]) -> DigitizeError:
    with pytest.raises((ItemProblem, EnvironmentProblem)) as caught:
        outcome(future, 5)
    return caught.value


def said_on_standard_error(call: str) -> str:
    """What a process and its workers say there that calls one of the functions for workers."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", f"from support import workers; workers.{call}"]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=60
    ).stderr


@pytest.mark.parametrize(
    ("task", "code"),
    [
        (workers.die, "worker_died"),
        (workers.devour, "out_of_memory"),
        (workers.stumble, "unexpected"),
    ],
)
def test_what_befalls_one_task_befalls_no_other(pool: LocalPool, task: Any, code: str) -> None:
    bad, good = pool.submit(task), pool.submit(workers.double, 21)
    assert problem_of(bad).code == code
    assert outcome(good, 5) == 42


def test_a_task_that_hangs_is_stopped() -> None:
    pool = LocalPool(1, seconds=1, megabytes=0)
    try:
        pool.submit(workers.double, 1).result()
        bad, good = pool.submit(workers.hang), pool.submit(workers.double, 4)
        assert problem_of(bad).code == "task_too_slow"
        assert outcome(good, 1) == 8
    finally:
        pool.stop()


def test_what_a_task_stumbled_over_is_not_repeated_in_the_message(pool: LocalPool) -> None:
    error = problem_of(pool.submit(workers.stumble))
    assert "Nguyễn" not in str(error.facts)
    assert error.facts["detail"] == "KeyError"


def test_a_full_disk_is_the_environments_fault_and_no_dossiers(pool: LocalPool) -> None:
    error = problem_of(pool.submit(workers.fill_the_disk))
    assert isinstance(error, EnvironmentProblem)
    assert error.code == "disk_trouble"


class Unfit(LocalPool):
    """A pool whose workers do something else when they begin."""

    def __init__(self, begin: Callable[[], None], **limits: Any) -> None:
        self._begin = begin
        super().__init__(1, seconds=60, megabytes=0, **limits)

    def _built(self) -> ProcessPool:
        return ProcessPool(
            max_workers=1, initializer=self._begin, context=multiprocessing.get_context("forkserver")
        )


def test_a_pool_whose_workers_never_live_is_not_built_anew_for_ever() -> None:
    pool = Unfit(workers.stumble)
    codes: list[str] = []
    try:
        with pytest.raises(EnvironmentProblem) as caught:
            while len(codes) < 50:
                codes += [problem_of(pool.submit(workers.double, 1)).code]
    finally:
        pool.stop()
    assert caught.value.code == "workers_unusable"
    assert set(codes) == {"pool_broken"}


def test_tasks_that_nobody_takes_up_are_given_back() -> None:
    pool = Unfit(workers.hang, patience=1)
    try:
        first, second = (pool.submit(workers.double, number) for number in (1, 2))
        assert {problem_of(first).code, problem_of(second).code} == {"pool_broken"}
    finally:
        pool.stop()


def test_a_pool_outlives_the_server_that_makes_its_workers(pool: LocalPool) -> None:
    assert outcome(pool.submit(workers.double, 1), 5) == 2
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)  # type: ignore[attr-defined]
    for number in range(20):
        future = pool.submit(workers.double, number)
        try:
            assert outcome(future, 5) == 2 * number
        except ItemProblem as error:
            assert error.code in ("pool_broken", "worker_died")  # noqa: PT017 - which ones it costs is chance
    assert outcome(pool.submit(workers.double, 21), 5) == 42


def test_a_task_that_ends_its_group_ends_itself_alone_where_it_runs_apart() -> None:
    pool = LocalPool(1, seconds=30, megabytes=0, apart=True)
    try:
        assert problem_of(pool.submit(workers.end_group)).code == "worker_died"
        first, second = (outcome(pool.submit(workers.own_number), 5) for _ in range(2))
        assert first != second
    finally:
        pool.stop()


def test_the_kernel_takes_a_worker_before_the_run_where_memory_ends(pool: LocalPool) -> None:
    assert outcome(pool.submit(workers.readiness_to_die), 5) == 1000


def test_a_library_that_is_given_no_memory_is_told_as_such(pool: LocalPool) -> None:
    assert problem_of(pool.submit(workers.devour_in_opencv)).code == "out_of_memory"


def test_workers_end_with_the_run_that_they_work_for() -> None:
    program = (
        "import os, signal\n"
        "from digitize.pipeline.pool import LocalPool\n"
        "from support import workers\n"
        "if __name__ == '__main__':\n"
        "    pool = LocalPool(1, seconds=60, megabytes=0)\n"
        "    print(pool.submit(workers.own_number).result(), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    worker = int(done.stdout)
    until = time.monotonic() + 20
    while find_process(worker) is not None:
        assert time.monotonic() < until, "the worker lives on"
        time.sleep(0.1)


def test_a_worker_that_begins_while_its_pool_ends_says_nothing(tmp_path: Path) -> None:
    call = f"stop_while_a_worker_begins(__import__('pathlib').Path({str(tmp_path)!r}))"
    assert said_on_standard_error(call) == ""


def test_libraries_say_nothing_where_a_run_speaks_to_people() -> None:
    assert said_on_standard_error("complain_in_a_pool()") == "a mistake of ours\n"


def test_a_process_number_that_is_used_again_is_another_process() -> None:
    own = this_process()
    assert own.is_alive
    assert not Process(own.number, own.began - 1).is_alive


def test_a_process_that_has_ended_but_was_not_noticed_is_not_alive() -> None:
    child = subprocess.Popen(["true"])
    until = time.monotonic() + 10
    try:
        while find_process(child.pid) is not None:
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        child.wait()


def test_every_worker_has_one_thread_so_that_jobs_is_the_whole_budget(pool: LocalPool) -> None:
    assert outcome(pool.submit(workers.threads), 5) == ("1", 1)


def test_a_process_gives_way_to_others_and_never_takes_it_back() -> None:
    before = os.nice(0)
    asked = "give_way(7); give_way(3)"
    script = f"import os; from digitize.pipeline.processes import give_way; {asked}; print(os.nice(0))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(told.stdout) == max(before, 7)
