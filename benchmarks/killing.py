"""Kill a batch at random moments and resume it each time: each dossier once, all valid, nothing left over.

Sixty dossiers of one to three pages. The whole process group gets SIGKILL at a moment that chance chooses;
then the run is started again, and killed again, until the batch is done. Then archive, ledger and folders
are looked at, and another batch begins, until there were so many kills. OCR is a stand-in
(``stand_in.py``), so that runs come far.

    python benchmarks/killing.py [KILLS [SEED]]
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from common import ROOT, call, call_json

sys.path.insert(0, str(ROOT / "tests"))

from digitize.pipeline.event_chain import link
from support.offices import ledger_of, leftovers, small_scan

DOSSIERS = 60
KILLS = 100
SEED = 20261123
_RUNS_A_BATCH = 12
"""About so many runs would do a batch if none were killed while it starts."""

_ONCE = ("received", "packaged")
"""What happens to each dossier once, however often the program dies."""


def main() -> None:
    """Kill and resume as often as asked, and print what came of it."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    chance = random.Random(seed)
    started = time.monotonic()
    idle, whole = undisturbed()
    print(f"undisturbed: {whole:.1f} s for {DOSSIERS} dossiers, {idle:.1f} s with nothing to do; seed {seed}")
    bad = killed = batch = 0
    while killed < kills:
        batch += 1
        with tempfile.TemporaryDirectory(prefix="digitize-killing-") as folder:
            place = workspace(Path(folder))
            before = killed
            while killed < kills:
                moment = chance.uniform(0.1, idle + (whole - idle) / _RUNS_A_BATCH)
                if not run_killed(place, moment):
                    break
                killed += 1
            end = run(place)
            wrong = [f"the last run ended with {end}"] if end else []
            wrong += faults(place)
            bad += bool(wrong)
            print(f"batch {batch}: killed {killed - before} times: {wrong or 'whole'}", flush=True)
    print(f"{killed} kills in {time.monotonic() - started:.0f} s, {bad} of {batch} batches with faults")
    sys.exit(bool(bad))


def undisturbed() -> tuple[float, float]:
    """Seconds of a run that finds nothing to do, and of one that does a whole batch."""
    with tempfile.TemporaryDirectory(prefix="digitize-killing-") as folder:
        place = workspace(Path(folder))
        taken = []
        for _ in range(2):
            started = time.monotonic()
            run(place)
            taken.append(time.monotonic() - started)
        wrong = faults(place)
    if wrong:
        sys.exit(f"wrong without any kill: {wrong}")
    return taken[1], taken[0]


def workspace(root: Path) -> Path:
    """A demo workspace with sixty dossiers in its inbox, some of several files or pages."""
    empty = root / "empty"
    empty.mkdir()
    place = root / "work"
    call("init", place, "--demo", "--samples", empty)
    for number in range(1, DOSSIERS + 1):
        code = f"HS-{number:02}"
        if number % 6 == 0:
            small_scan(place / "scans" / f"{code}.tif", code, pages=3)
        elif number % 4 == 0:
            small_scan(place / "scans" / code / "a.jpg", code)
            small_scan(place / "scans" / code / "b.pdf", code)
        else:
            small_scan(place / "scans" / f"{code}.jpg", code)
    return place


def start(place: Path) -> subprocess.Popen[bytes]:
    """Start a run in a process group of its own."""
    command = [sys.executable, Path(__file__).with_name("stand_in.py"), "run", "-w", place, "--quiet"]
    return subprocess.Popen(
        [*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def run(place: Path) -> int:
    """Let a run come to its end; its exit code."""
    return start(place).wait()


def run_killed(place: Path, after: float) -> bool:
    """Start a run and kill its process group after some seconds; whether it was still alive."""
    process = start(place)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def faults(place: Path) -> list[str]:
    """What is wrong with a workspace after its last run."""
    found = []
    status = call_json("status", "-w", place)
    stages = Counter(line["stage"] for line in status["dossiers"])
    if stages != {"packaged": DOSSIERS}:
        found.append(f"stages {dict(stages)}")
    if len({line["package"] for line in status["dossiers"]}) != DOSSIERS:
        found.append("a package belongs to two dossiers")
    packages = list((place / "archive").iterdir())
    if len(packages) != DOSSIERS:
        found.append(f"{len(packages)} entries in the archive")
    summary = call_json("verify", "-w", place, place / "archive")["summary"]
    if summary != {"VALID": DOSSIERS}:
        found.append(f"verdicts {summary}")
    left = [*leftovers(place), *(place / "work").iterdir(), *(place / "quarantine").iterdir()]
    if left:
        found.append(f"left over: {[str(p.relative_to(place)) for p in left]}")
    originals = sum(p.is_file() and p.name != "SHA256SUMS" for p in (place / "originals").rglob("*"))
    scans = sum(p.is_file() for p in (place / "scans").rglob("*"))
    if originals != scans:
        found.append(f"{originals} originals of {scans} scans")
    return found + _told_wrongly(place)


def _told_wrongly(place: Path) -> list[str]:
    """What is wrong in the ledger."""
    found = []
    with ledger_of(place) as ledger:
        for kind in _ONCE:
            rows = ledger.rows(
                "SELECT dossier FROM event WHERE kind = ? GROUP BY dossier HAVING count(*) > 1", kind
            )
            found += [f"{row['dossier']} was {kind} more than once" for row in rows]
        previous = ""
        for event in ledger.logged_events():
            previous = link(previous, event)
            if previous != event.hash:
                found.append(f"the log does not fit at event {event.id}")
                break
        found += [f"a lease of {row['dossier']} is left" for row in ledger.rows("SELECT dossier FROM lease")]
    return found


if __name__ == "__main__":
    main()
