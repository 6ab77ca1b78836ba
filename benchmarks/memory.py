"""Peak memory of the runner's process at 10 and at 200 one-page dossiers: it must not grow with them.

python benchmarks/memory.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, call, call_json

sys.path.insert(0, str(ROOT / "tests"))

from support.offices import small_scan
from support.processes import peak_memory

SIZES = (10, 200)


def peak_of_run(place: Path) -> float:
    """Run a workspace; the highest resident size of its own process, in MiB."""
    command = [sys.executable, "-m", "digitize", "run", "-w", str(place), "--quiet"]
    process = subprocess.Popen(command)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, peak_memory(process.pid))
        time.sleep(0.05)
    if process.wait():
        sys.exit(f"the run ended with {process.returncode}")
    return peak


def main() -> None:
    """Measure both and print their ratio."""
    peaks = []
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="digitize-memory-") as folder:
            place, nothing = Path(folder) / "office", Path(folder) / "nothing"
            nothing.mkdir()
            call("init", place, "--demo", "--samples", nothing)
            for number in range(size):
                small_scan(place / "scans" / f"HS-{number:04}.jpg", f"Hồ sơ {number}")
            peaks.append(peak_of_run(place))
            packaged = call_json("status", "-w", place)["summary"]
            print(f"{size} dossiers: peak of the runner {peaks[-1]:.1f} MiB; {packaged}", flush=True)
    print(f"ratio {peaks[1] / peaks[0]:.3f}")


if __name__ == "__main__":
    main()
