"""Every step on the disk of what writes to the archive fails, or the process dies there; then it is resumed.

A resume must end in the archive of an undisturbed one, byte for byte outside signature values, timestamps
and fresh identifiers, with every package that stood before kept once and nothing left over.

    python benchmarks/crashes.py [POINTS [SCENARIO...]]

POINTS is how many points of each scenario are tried, among those where something is committed, renamed or
removed; 0 tries every one with every fault.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from common import ROOT, call

sys.path.insert(0, str(ROOT / "tests"))

from support.crashes import laboratories


def main() -> None:
    """Try the points and print how many ended right."""
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="digitize-crashes-") as folder:
        root = Path(folder)
        (root / "nothing").mkdir()
        call("init", root / "office", "--demo", "--samples", root / "nothing")
        for name, lab in laboratories(root / "office", root, sys.argv[2:]):
            tried: Counter[str] = Counter()
            right: Counter[str] = Counter()
            for point in lab.points(points or None):
                tried[point.fault] += 1
                right[point.fault] += not point.faults
                for fault in point.faults:
                    print(f"{name}, step {point.number}, {point.fault}: {fault}", flush=True)
            print(f"{name}: {lab.steps} steps on the disk")
            for fault, number in tried.items():
                print(f"  {fault}: {number} points tried, {right[fault]} ended right", flush=True)
            wrong += tried.total() - right.total()
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
