"""The page about several machines does what it says: the very lines, with TLS, on this machine."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.clusters import free_port, wait_for_line
from support.offices import packages, small_scan
from support.places import ROOT
from support.program import digitize, environment

PAGE = (ROOT / "docs" / "cluster.md").read_text("utf-8")
MAKE_KEYS, SCHEDULER, WORKER, RUN = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
(SETTINGS,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="not installed: openssl"),
]


class Machines:
    """A folder with certificates, in which the lines of the page are run."""

    def __init__(self, folder: Path, workspace: Path) -> None:
        self.folder = folder
        self.scheduler = f"tls://127.0.0.1:{free_port()}"
        self.workspace = workspace
        self.running: list[subprocess.Popen[bytes]] = []
        (folder / "bin").mkdir(parents=True)
        for name, call in (("digitize", "-m digitize"), ("dask", "-m dask")):
            program = folder / "bin" / name
            program.write_text(f'#!/bin/sh\nexec {sys.executable} {call} "$@"\n')
            program.chmod(0o755)

    def environment(self) -> dict[str, str]:
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return environment(PATH=path, SCHEDULER=self.scheduler, WORKSPACE=str(self.workspace))

    def do(self, lines: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-euc", lines],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def start(self, lines: str, name: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                ["sh", "-euc", lines],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def stop(self) -> None:
        for process in reversed(self.running):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.running:
            process.wait(timeout=60)


@pytest.fixture
def machines(office: Path, tmp_path: Path) -> Iterator[Machines]:
    made = Machines(tmp_path / "cluster", office)
    done = made.do(MAKE_KEYS)
    assert done.returncode == 0, done.stderr
    keys = office / "keys" / "cluster"
    keys.mkdir()
    for name in ("ca.pem", "run.pem", "run.key"):
        shutil.copy2(made.folder / name, keys / name)
    with (office / "digitize.toml").open("a") as settings:
        settings.write(f"\n{SETTINGS}")
    try:
        yield made
    finally:
        made.stop()


def test_the_three_commands_package_everything_also_when_a_worker_is_killed(machines: Machines) -> None:
    for number in range(1, 7):
        small_scan(machines.workspace / "scans" / f"HS-{number}.tif", f"Hồ sơ {number}", pages=2)
    machines.start(SCHEDULER, "scheduler")
    victim = machines.start(WORKER, "first")
    machines.start(WORKER, "second")
    for name in ("first", "second"):
        wait_for_line(machines.folder / f"{name}.log", "Sẵn sàng")
    run = machines.start(RUN, "run")
    until = time.monotonic() + 120
    while not list((machines.workspace / "work").glob("*/page-*.json")):
        assert time.monotonic() < until, (machines.folder / "run.log").read_text("utf-8")
        time.sleep(0.02)
    os.killpg(victim.pid, signal.SIGKILL)
    assert run.wait(timeout=300) == 0, (machines.folder / "run.log").read_text("utf-8")
    assert len(packages(machines.workspace)) == 6
    verified = digitize("verify", "-w", machines.workspace, machines.workspace / "archive", "--json")
    assert verified.json["summary"] == {"VALID": 6}
    assert list((machines.workspace / "work").iterdir()) == []


def test_who_has_no_certificate_of_the_authority_is_not_let_in(machines: Machines, tmp_path: Path) -> None:
    machines.start(SCHEDULER, "scheduler")
    wait_for_line(machines.folder / "scheduler.log", "Scheduler at")
    others = Machines(tmp_path / "others", machines.workspace)
    assert others.do(MAKE_KEYS).returncode == 0
    keys = machines.workspace / "keys" / "cluster"
    for name in ("run.pem", "run.key"):
        shutil.copy2(others.folder / name, keys / name)
    small_scan(machines.workspace / "scans" / "HS-1.jpg")
    with (machines.workspace / "digitize.toml").open("a") as settings:
        settings.write("wait_seconds = 2\n")
    refused = machines.do(RUN)
    assert refused.returncode == 3, refused.stderr
    assert "Không nối được với máy điều phối" in refused.stderr
    assert "Traceback" not in refused.stderr
    # Without the certificates of its own it is not even tried.
    (keys / "run.key").chmod(0o640)
    assert "Người khác đọc hoặc sửa được" in machines.do(RUN).stderr
