"""What the benchmarks share: where material lies, and the program as a process."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
CASES = Path(os.environ.get("DIGITIZE_CASES", ROOT.parent / "shared" / "cases"))
"""Real scans, which are not published with the project; set DIGITIZE_CASES to where they are."""


def call(*arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "digitize", *map(str, arguments)],
        env=os.environ | {"COLUMNS": "160"},
        capture_output=True,
        text=True,
        check=False,
    )
    if check and done.returncode not in (0, 1):
        sys.exit(f"digitize {' '.join(map(str, arguments))}: {done.returncode}\n{done.stderr}")
    return done


def call_json(*arguments: str | Path) -> Any:
    """The document that a call with ``--json`` prints."""
    return json.loads(call(*arguments, "--json").stdout)


def output_of(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run another program; what it printed and how it ended."""
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


def adopt_orphans() -> None:
    """Become the parent of what the children of this process leave behind (prctl(2)).

    The workers of a run are not its children, so that their CPU time would be nobody's.
    """
    subreaper = 36
    ctypes.CDLL(None).prctl(subreaper, 1, 0, 0, 0)


def cpu_seconds_of_children() -> float:
    """CPU seconds that all children of this process have used, once they have all ended."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
