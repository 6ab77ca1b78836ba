"""Hold the lock of a file until the standard input ends; told on standard output when it is held."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from digitize.pipeline.lock import run_lock
from digitize.times import now


def main() -> None:
    with run_lock(Path(sys.argv[1]), now, who="lan", command="run --watch"):
        parent = os.getpid()
        if sys.argv[2:] == ["fork"]:
            if os.fork():
                # A child that outlives its parent holds the lock on.
                os._exit(0)
            while os.getppid() == parent:
                time.sleep(0.01)
        sys.stdout.write(f"{os.getpid()}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
