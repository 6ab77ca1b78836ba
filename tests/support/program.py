"""The program as people call it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """What a call gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(**extra: str) -> dict[str, str]:
    """A clean environment: no language but the default, no passphrase."""
    # What measures coverage reaches into the processes that tests start.
    wanted = ("PATH", "HOME", "TMPDIR", "COVERAGE_FILE", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
    kept = {key: value for key, value in os.environ.items() if key in wanted}
    return kept | {"PYTHONWARNINGS": "error"} | extra


def start(*arguments: str | Path, cwd: Path | None = None, **extra: str) -> subprocess.Popen[str]:
    """Start the program in a process group of its own, so that it can be killed whole."""
    return subprocess.Popen(
        [sys.executable, "-m", "digitize", *map(str, arguments)],
        cwd=cwd,
        env=environment(**extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def digitize(
    *arguments: str | Path, cwd: Path | None = None, stdin: str = "", timeout: float = 300, **extra: str
) -> Outcome:
    """Run the program to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "digitize", *map(str, arguments)],
        cwd=cwd,
        env=environment(**extra),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Outcome(done.returncode, done.stdout, done.stderr)
