"""Workers that die, hang, devour memory or stumble."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

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
