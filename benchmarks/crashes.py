"""Every step on the disk of a two-dossier run fails, or the process dies there; then it is resumed.

A resume must end in the archive of an undisturbed run, byte for byte outside signature values,
timestamps and fresh identifiers, with nothing left over.

    python benchmarks/crashes.py [EVERY]
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from common import ROOT, call

sys.path.insert(0, str(ROOT / "tests"))

from support.crashes import CrashLab
from support.offices import small_scan


def main() -> None:
    """Try the points and print how many ended right."""
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory(prefix="digitize-crashes-") as folder:
        root = Path(folder)
        (root / "nothing").mkdir()
        call("init", root / "office", "--demo", "--samples", root / "nothing")
        small_scan(root / "office" / "scans" / "HS-1.tif", "Hồ sơ thứ nhất", pages=2)
        small_scan(root / "office" / "scans" / "HS-2" / "a.jpg", "Hồ sơ thứ hai")
        lab = CrashLab(root / "office", root)
        tried: Counter[str] = Counter()
        right: Counter[str] = Counter()
        for point in lab.points(every):
            tried[point.fault] += 1
            right[point.fault] += not point.faults
            for fault in point.faults:
                print(f"step {point.number}, {point.fault}: {fault}", flush=True)
        print(f"{lab.steps} steps on the disk in a run of two dossiers")
        for fault, number in tried.items():
            print(f"{fault}: {number} points tried, {right[fault]} ended right")
    sys.exit(tried != right)


if __name__ == "__main__":
    main()
