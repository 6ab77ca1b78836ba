"""A crew of workers: what kills one of them costs one job."""

from __future__ import annotations

import os
import signal
import time

import pytest

from digitize.workers import Crew, Loss, Lost
from support.processes import children


def work(job: str) -> str:
    match job:
        case "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        case "leave":
            os._exit(7)
        case "hang":
            time.sleep(60)
        case "devour":
            return str(len(bytearray(1 << 34)))
        case "fail":
            raise ValueError
    return job.upper()


def done(jobs: list[str], size: int = 2, seconds: float = 20.0) -> dict[str, str | Lost]:
    with Crew[str, str](work, size, 2048) as crew:
        for job in jobs:
            crew.add(job, 0.3 if job == "hang" else seconds)
        return dict(crew)


@pytest.mark.parametrize("size", [1, 3])
def test_every_job_has_its_result_or_the_reason_why_it_has_none(size: int) -> None:
    jobs = ["a", "crash", "b", "hang", "leave", "c", "devour", "fail", "d"]
    assert done(jobs, size) == {
        "a": "A",
        "crash": Lost(Loss.DIED, "SIGKILL"),
        "b": "B",
        "hang": Lost(Loss.TOO_SLOW, "0"),
        "leave": Lost(Loss.DIED, "7"),
        "c": "C",
        "devour": Lost(Loss.OUT_OF_MEMORY),
        "fail": Lost(Loss.FAILED, "ValueError"),
        "d": "D",
    }


def test_no_more_workers_are_started_than_there_are_jobs_and_none_are_left() -> None:
    before = children()
    with Crew[str, str](work, 8) as crew:
        crew.add("a", 5)
        for _ in crew:
            assert len(children() - before) == 1
    assert children() - before == set()


def test_jobs_that_are_added_meanwhile_may_go_first() -> None:
    order = []
    with Crew[str, str](work, 1) as crew:
        for job in ("a", "b", "c"):
            crew.add(job, 5)
        for job, _ in crew:
            order.append(job)
            if job == "a":
                crew.add("z", 5, first=True)
    assert order == ["a", "z", "b", "c"]


def test_ten_thousand_small_jobs_all_come_back() -> None:
    with Crew[str, str](work, 2) as crew:
        for number in range(10_000):
            crew.add(str(number), 5)
        assert sum(1 for _ in crew) == 10_000


def test_an_interrupt_ends_the_workers() -> None:
    before = children()
    with pytest.raises(KeyboardInterrupt), Crew[str, str](work, 2) as crew:
        crew.add("hang", 50)
        crew.add("a", 50)
        for _ in crew:
            raise KeyboardInterrupt
    assert children() - before == set()
