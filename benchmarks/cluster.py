"""Two workers of Dask over TCP on this machine against the local pool of two, on the same batch.

Local runs and cluster runs take turns, so that whatever else the machine does falls on both; wall time
and CPU seconds are told. The cluster's processes run before a batch begins and go on after it, as they do
in an office; their start is not counted. Then one of two workers is killed in the middle of a batch.

python benchmarks/cluster.py [ROUNDS [DOSSIERS]]
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from common import ROOT, SAMPLES, adopt_orphans, call, call_json

sys.path.insert(0, str(ROOT / "tests"))

from support.clusters import LocalCluster

LEAST = 0.9
_CLEAN = ("000.00.01.H99-261118-0002.tif", "000.00.01.H99-261118-0003.pdf", "000.00.01.H99-261118-0004.png")
_TICKS = os.sysconf("SC_CLK_TCK")
_WAYS = ("local", "shared", "sent")


@dataclass(frozen=True)
class Cost:
    """What a batch took, in seconds."""

    wall: float
    cpu: float


def workspace(root: Path, dossiers: int, data: str) -> Path:
    """A demo workspace with a batch in its inbox."""
    place, nothing = root / "office", root / "nothing"
    nothing.mkdir()
    call("init", place, "--demo", "--samples", nothing)
    for number in range(dossiers):
        sample = SAMPLES / _CLEAN[number % len(_CLEAN)]
        shutil.copy(sample, place / "scans" / f"HS-{number:03}{sample.suffix}")
    if data != "local":
        with (place / "digitize.toml").open("a") as settings:
            settings.write(f'\n[cluster]\ndata = "{data}"\n')
    return place


@contextmanager
def two_workers() -> Iterator[LocalCluster]:
    """A scheduler and two workers that are ready."""
    with tempfile.TemporaryDirectory(prefix="digitize-cluster-") as folder:
        cluster = LocalCluster(Path(folder))
        cluster.start_scheduler()
        for _ in range(2):
            cluster.add_worker()
        try:
            cluster.wait_until_ready()
            yield cluster
        finally:
            cluster.stop()


def cpu_of_cluster(cluster: LocalCluster) -> float:
    """CPU seconds that the living processes of a cluster and their children have used so far."""
    parents, seconds = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text("utf-8", errors="replace")
            except OSError:
                continue
            fields = stat.rpartition(")")[2].split()
            number = int(entry.name)
            parents[number] = int(fields[1])
            seconds[number] = sum(map(int, fields[11:15])) / _TICKS
    own = {one.pid for one in [*cluster.workers, cluster.scheduler] if one is not None}
    found = set(own)
    while more := {number for number, parent in parents.items() if parent in found} - found:
        found |= more
    return sum(seconds.get(number, 0.0) for number in found)


def batch(place: Path, cluster: LocalCluster | None) -> Cost:
    """Run a batch to its end."""
    command = [sys.executable, "-m", "digitize", "run", "-w", str(place), "--quiet", "--jobs", "2"]
    if cluster is not None:
        command += ["--cluster", cluster.address]
    before = cpu_of_cluster(cluster) if cluster is not None else 0.0
    started = time.monotonic()
    with (place / "run.log").open("wb") as log:
        process = subprocess.Popen(command, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the run ended with {process.returncode}\n{(place / 'run.log').read_text('utf-8')}")
    cpu = usage.ru_utime + usage.ru_stime + cpu_of_orphans()
    if cluster is not None:
        cpu += cpu_of_cluster(cluster) - before
    return Cost(wall, cpu)


def cpu_of_orphans() -> float:
    """CPU seconds of what a run has left to this process: its workers are not its children."""
    cpu, until = 0.0, time.monotonic() + 2
    while time.monotonic() < until:
        try:
            number, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if number:
            cpu += usage.ru_utime + usage.ru_stime
        else:
            time.sleep(0.1)
    return cpu


def compare(rounds: int, dossiers: int) -> bool:
    """Measure all ways in turn; whether both ways over the cluster are quick enough."""
    costs: dict[str, list[Cost]] = {way: [] for way in _WAYS}
    with two_workers() as cluster:
        for number in range(rounds + 1):
            for way in _WAYS:
                with tempfile.TemporaryDirectory(prefix="digitize-cluster-") as folder:
                    # The first round is short and not counted: it fills caches and starts processes.
                    place = workspace(Path(folder), dossiers if number else 3, way)
                    cost = batch(place, None if way == "local" else cluster)
                    if number:
                        costs[way].append(cost)
                        print(f"{way:8} wall {cost.wall:6.1f} s  CPU {cost.cpu:6.1f} s", flush=True)
    wall = {way: statistics.median(one.wall for one in costs[way]) for way in _WAYS}
    cpu = {way: statistics.median(one.cpu for one in costs[way]) for way in _WAYS}
    for way in _WAYS[1:]:
        print(
            f"{way}: {wall['local'] / wall[way]:.2f} of the local pool's speed, "
            f"{cpu[way] / cpu['local']:.2f} of its CPU"
        )
    return all(wall["local"] / wall[way] >= LEAST for way in _WAYS[1:])


def kill_one(dossiers: int) -> bool:
    """Kill one of two workers in the middle; whether everything was packaged all the same."""
    with two_workers() as cluster, tempfile.TemporaryDirectory(prefix="digitize-cluster-") as folder:
        place = workspace(Path(folder), dossiers, "shared")
        command = [sys.executable, "-m", "digitize", "run", "-w", str(place), "--quiet"]
        process = subprocess.Popen([*command, "--cluster", cluster.address], stderr=subprocess.DEVNULL)
        while process.poll() is None and len(list((place / "archive").glob("[!.]*"))) < dossiers // 3:
            time.sleep(0.2)
        cluster.workers[0].kill()
        code = process.wait()
        summary = call_json("status", "-w", place)["summary"]
        verdicts = call_json("verify", "-w", place, place / "archive")["summary"]
    print(f"one worker killed in the middle: exit code {code}, {summary}, verified {verdicts}")
    return code == 0 and summary == {"packaged": dossiers} and verdicts == {"VALID": dossiers}


def main() -> None:
    """Measure and say whether all is well."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    dossiers = int(sys.argv[2]) if len(sys.argv) > 2 else 18
    adopt_orphans()
    quick = compare(rounds, dossiers)
    whole = kill_one(dossiers)
    sys.exit(0 if quick and whole else 1)


if __name__ == "__main__":
    main()
