"""Reading uses again the memory that it has freed."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import resource, sys
import numpy as np
from digitize.pipeline.memory import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
np.ones(25_000_000, np.uint8)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    np.ones(25_000_000, np.uint8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    command = [sys.executable, "-c", PROGRAM, how]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_pictures_of_one_page_after_the_other_stand_in_the_same_memory() -> None:
    assert faults("keep") < faults("leave") / 20
