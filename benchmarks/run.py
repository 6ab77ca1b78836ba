"""All benchmarks, one after another: what ``make bench`` runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = (
    "archive.py",
    "search.py",
    "dossier.py",
    "real_dossier.py",
    "words.py",
    "killing.py",
    "crashes.py",
    "memory.py",
    "soak.py",
    "scale.py",
    "overhead.py",
    "cluster.py",
    "foreign.py",
    "reading.py",
    "signing.py",
    "verifying.py",
    "packages.py",
    "report.py",
    "clerk.py",
    "review.py",
    "separators.py",
    "attack_families.py",
    "mutations.py",
)


def main() -> None:
    """Run each in a process of its own; say which ones failed."""
    failed = []
    for name in BENCHMARKS:
        print(f"## {name}", flush=True)
        done = subprocess.run([sys.executable, Path(__file__).with_name(name)], check=False)
        if done.returncode:
            failed.append(name)
        print(flush=True)
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
