"""Thousands of one-page dossiers in one run: memory must stay flat, and so must the cost of a dossier.

    python benchmarks/soak.py [DOSSIERS]

OCR is a stand-in that answers at once (``stand_in.py``), so that what else happens is seen; everything else
is real, from the scan to the signed package. The run is the command's own, and what it says is what is
counted: at every 100th dossier packaged the CPU seconds and the memory of all its processes are looked at.

Flat is: the runner and its workers grow by less than 5 % after the first 500 dossiers, and the last 500
dossiers cost within 10 % of the CPU seconds of the second 500. With fewer than 2,000 dossiers tenths take
the place of 500s.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from common import ROOT, call, call_json

sys.path.insert(0, str(ROOT / "tests"))

from support.offices import small_scan

DOSSIERS = 5_000
_SPAN = 500
_LOOKS = 5
"""How often memory is looked at in a span."""

_GROWTH = 1.05
_COST = (0.9, 1.1)
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Look:
    """What the processes of a run have used when so many dossiers were packaged.

    Attributes:
        cpu: seconds, of all processes, ended ones included.
        runner: memory of the process that drives the run, in MiB; what it shares with files left out.
        worker: the same of the largest of its other processes.

    """

    dossiers: int
    cpu: float
    runner: float
    worker: float
    wall: float


def main() -> None:
    """Run, look, print, and say whether it was flat."""
    dossiers = int(sys.argv[1]) if len(sys.argv) > 1 else DOSSIERS
    span = _SPAN if dossiers >= 4 * _SPAN else max(10, dossiers // 10)
    with tempfile.TemporaryDirectory(prefix="digitize-soak-", ignore_cleanup_errors=True) as folder:
        place = Path(folder) / "office"
        _fill(place, dossiers)
        print(f"{dossiers} dossiers in the inbox", flush=True)
        started = time.perf_counter()
        looks = list(_watched(place, span // _LOOKS, started))
        seconds = time.perf_counter() - started
        summary = call_json("status", "-w", place)["summary"]
        wal = place / "ledger.db-wal"
        print(f"{dossiers} dossiers in {seconds:.0f} s, {seconds / dossiers * 1000:.0f} ms each: {summary}")
        print(f"ledger {_mib(place / 'ledger.db'):.1f} MiB, its log {_mib(wal):.1f} MiB")
        if summary != {"packaged": dossiers}:
            sys.exit("not every dossier was packaged")
        # To clear away what was made takes a while.
        flat = _judged(looks, span)
        sys.stdout.flush()
    sys.exit(not flat)


def _fill(place: Path, dossiers: int) -> None:
    """A demo workspace with so many scans of one page in its inbox."""
    nothing = place.parent / "nothing"
    nothing.mkdir()
    call("init", place, "--demo", "--samples", nothing)
    for number in range(dossiers):
        small_scan(place / "scans" / f"HS-{number:05}.jpg", f"Hồ sơ mẫu {number}")


def _watched(place: Path, every: int, started: float) -> Iterator[Look]:
    """Looks at a run, one for each so many dossiers packaged."""
    command = [sys.executable, Path(__file__).with_name("stand_in.py"), "run", "-w", place, "--lang", "en"]
    process = subprocess.Popen(
        [*map(str, command)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"COLUMNS": "200"},
    )
    assert process.stderr is not None
    packaged = 0
    for line in process.stderr:
        if line.rstrip().endswith(": packaged"):
            packaged += 1
            if packaged % every == 0:
                yield _look(process.pid, packaged, started)
    if process.wait():
        sys.exit(f"the run ended with {process.returncode}")


def _look(runner: int, dossiers: int, started: float) -> Look:
    family = [runner, *_descendants(runner)]
    cpu = sum(_cpu(pid) for pid in family)
    memory = [_own_memory(pid) for pid in family]
    return Look(dossiers, cpu, memory[0], max(memory[1:], default=0.0), time.perf_counter() - started)


def _judged(looks: list[Look], span: int) -> bool:
    """Print what was seen in each span; whether it was flat."""
    spans = [
        [one for one in looks if (one.dossiers - 1) // span == n] for n in range(looks[-1].dossiers // span)
    ]
    print(f"{'dossiers':>9} {'ms CPU each':>12} {'runner MiB':>11} {'worker MiB':>11} {'a minute':>9}")
    costs, before = [], Look(0, 0.0, 0.0, 0.0, 0.0)
    for one in spans:
        last = one[-1]
        costs.append((last.cpu - before.cpu) / span)
        rate = 60 * span / (last.wall - before.wall)
        memory = f"{_middle(one, 'runner'):11.1f} {_middle(one, 'worker'):11.1f}"
        print(f"{last.dossiers:9} {costs[-1] * 1000:12.1f} {memory} {rate:9.0f}")
        before = last
    growth = {name: _middle(spans[-1], name) / _middle(spans[1], name) for name in ("runner", "worker")}
    cost = costs[-1] / costs[1]
    compared = f"last {span} against the second {span}"
    for name, grown in growth.items():
        print(f"memory of the {name}, {compared}: {grown:.3f} (wanted: under {_GROWTH})")
    print(f"CPU of a dossier, {compared}: {cost:.3f} (wanted: {_COST[0]} to {_COST[1]})")
    return all(grown < _GROWTH for grown in growth.values()) and _COST[0] <= cost <= _COST[1]


def _middle(looks: list[Look], name: str) -> float:
    return statistics.median(float(getattr(one, name)) for one in looks)


def _descendants(of: int) -> list[int]:
    found = []
    for child in Path(f"/proc/{of}/task").glob("*/children"):
        try:
            found += [int(number) for number in child.read_text().split()]
        except OSError:
            continue
    return [*found, *(further for child in found for further in _descendants(child))]


def _cpu(pid: int) -> float:
    """CPU seconds of a process and of its children that have ended (proc(5))."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


def _own_memory(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("RssAnon"))


def _mib(path: Path) -> float:
    return path.stat().st_size / (1 << 20) if path.exists() else 0.0


if __name__ == "__main__":
    main()
