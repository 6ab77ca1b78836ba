"""Kill a run at random moments and resume it: each dossier once, all valid, nothing left over.

Ten dossiers; the whole process group gets SIGKILL at a moment drawn from the time that an
undisturbed run takes. Then the run is started again until it ends by itself, and the archive,
the ledger and the folders are looked at.

    python benchmarks/killing.py [KILLS]
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from common import SAMPLES, call, call_json

DOSSIERS = 10
_CLEAN = (
    "000.00.01.H99-261118-0002.tif",
    "000.00.01.H99-261118-0003.pdf",
    "000.00.01.H99-261118-0004.png",
)
"""Samples without a doubtful field, so that every dossier goes the whole way unattended."""


def inbox(folder: Path) -> None:
    """Fill an inbox with ten dossiers, some of several files."""
    for number in range(1, DOSSIERS + 1):
        sample = SAMPLES / _CLEAN[number % len(_CLEAN)]
        dossier = folder / f"HS-{number:02}"
        dossier.mkdir()
        shutil.copy(sample, dossier / sample.name)
        if number % 4 == 0:
            shutil.copy(SAMPLES / _CLEAN[1], dossier / f"them-{number}.pdf")


def workspace(root: Path) -> Path:
    """A demo workspace with ten dossiers in its inbox."""
    empty = root / "empty"
    empty.mkdir()
    place = root / "work"
    call("init", place, "--demo", "--samples", empty)
    inbox(place / "scans")
    return place


def run_killed(place: Path, after: float) -> bool:
    """Start a run and kill its process group after some seconds; whether it was still alive."""
    process = subprocess.Popen(
        [sys.executable, "-m", "digitize", "run", "-w", str(place)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
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
    left = [p for p in place.rglob("*") if p.name.startswith((".digitize-", ".staging-"))]
    left += list((place / "work").iterdir())
    if left:
        found.append(f"left over: {[str(p.relative_to(place)) for p in left]}")
    originals = sum(p.is_file() and p.name != "SHA256SUMS" for p in (place / "originals").rglob("*"))
    scans = sum(p.is_file() for p in (place / "scans").rglob("*"))
    if originals != scans:
        found.append(f"{originals} originals of {scans} scans")
    return found


def main() -> None:
    """Kill and resume as often as asked, and print what came of it."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    chance = random.Random(20261121)
    with tempfile.TemporaryDirectory(prefix="digitize-killing-") as folder:
        calm = workspace(Path(folder))
        started = time.monotonic()
        call("run", "-w", calm)
        whole = time.monotonic() - started
        print(f"undisturbed run of {DOSSIERS} dossiers: {whole:.1f} s; faults: {faults(calm) or 'none'}")
    bad = killed = 0
    while killed < kills:
        with tempfile.TemporaryDirectory(prefix="digitize-killing-") as folder:
            place = workspace(Path(folder))
            moment = chance.uniform(0.3, whole)
            if not run_killed(place, moment):
                # It had ended before; the machine is quicker now than it was.
                whole = moment
                continue
            killed += 1
            call("run", "-w", place)
            wrong = faults(place)
            bad += bool(wrong)
            print(f"{killed:2}: killed after {moment:5.1f} s: {wrong or 'whole'}", flush=True)
    print(f"{kills} kills, {bad} with faults")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
