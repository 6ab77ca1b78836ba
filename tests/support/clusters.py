"""A cluster on this machine: a scheduler of Dask and workers, each a process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from digitize.pipeline.processes import find_process
from support.places import ROOT
from support.program import environment

_SECONDS = 60


class LocalCluster:
    """A scheduler and its workers; stop it after use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    def start_scheduler(self) -> None:
        command = [_beside("dask"), "scheduler", "--host", self.address, "--no-dashboard"]
        command += ["--dashboard-address", "127.0.0.1:0"]
        self.scheduler = self._start(command, "scheduler")

    def add_worker(self, *, jobs: int = 1, **extra: str) -> subprocess.Popen[bytes]:
        """Start a worker; it may have tasks of the tests to do."""
        command = [sys.executable, "-m", "digitize", "worker", self.address, "--jobs", str(jobs)]
        command += ["--lang", "en", "--scratch", str(self.folder / "scratch")]
        path = os.pathsep.join(filter(None, [extra.pop("PYTHONPATH", ""), str(ROOT / "tests")]))
        worker = self._start(command, f"worker-{len(self.workers)}", PYTHONPATH=path, **extra)
        self.workers.append(worker)
        return worker

    def wait_until_ready(self, times: int = 1) -> None:
        """Wait until every living worker has said for so many times that it is ready."""
        for number, worker in enumerate(self.workers):
            if worker.poll() is None:
                wait_for_line(self.folder / f"worker-{number}.log", "Ready", times)

    def worker_of(self, process: int) -> subprocess.Popen[bytes]:
        """The worker that a process works for."""
        numbers = {worker.pid: worker for worker in self.workers}
        while process not in numbers:
            stat = Path(f"/proc/{process}/stat").read_text("utf-8", errors="replace")
            process = int(stat.rpartition(")")[2].split()[1])
        return numbers[process]

    def kill_scheduler(self) -> None:
        assert self.scheduler is not None
        self.scheduler.kill()
        self.scheduler.wait()

    def stop(self) -> None:
        for process in [*self.workers, self.scheduler]:
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in [*self.workers, self.scheduler]:
            if process is not None:
                try:
                    process.wait(timeout=_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _start(self, command: list[str], name: str, **extra: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command, env=environment(**extra), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_line(log: Path, text: str, times: int = 1) -> None:
    until = time.monotonic() + _SECONDS
    while log.read_text("utf-8").count(text) < times:
        assert time.monotonic() < until, log.read_text("utf-8")
        time.sleep(0.05)


def wait_until_gone(process: int) -> None:
    until = time.monotonic() + _SECONDS
    while find_process(process) is not None:
        assert time.monotonic() < until, "it lives on"
        time.sleep(0.05)


def _beside(program: str) -> str:
    return str(Path(sys.executable).with_name(program))
