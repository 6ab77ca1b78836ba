"""Several calls of the program in one process, where starting it anew would show nothing more."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from support.program import Outcome, environment

_SCRIPT = """
import io, json, sys
from digitize.cli.entry import run_command

def call(arguments):
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    code = run_command(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return [int(code), *(s.buffer.getvalue().decode() for s in (sys.stdout, sys.stderr))]

results = [call(arguments) for arguments in json.load(sys.stdin)]
json.dump(results, sys.__stdout__)
sys.__stdout__.flush()
"""


def together(*calls: Sequence[str | Path], cwd: Path | None = None, **extra: str) -> list[Outcome]:
    """What each call gave, one after the other."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        cwd=cwd,
        env=environment(**extra),
        input=json.dumps([[str(argument) for argument in call] for call in calls]),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    outcomes = [Outcome(*result) for result in json.loads(done.stdout)]
    assert [one.err for one in outcomes if "Traceback" in one.err] == []
    return outcomes
