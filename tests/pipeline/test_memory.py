"""Reading uses again the memory that it has freed; what lives long gives it back."""

from __future__ import annotations

import subprocess
import sys

import pytest

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


SCRIPT = """
import ctypes
from digitize.pipeline import memory

class Told(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
        "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]

library = ctypes.CDLL(None)
library.mallinfo2.restype = Told
memory.{name}()
large = bytearray(8 << 20)
del large
before = library.mallinfo2().hblks
piece = bytearray(1 << 20)
print(library.mallinfo2().hblks - before)
"""
"""How many pieces come from the system by themselves (mallinfo(3)), after a larger one was freed."""


@pytest.mark.parametrize(("name", "apart"), [("return_freed_memory", 1), ("keep_freed_memory", 0)])
def test_large_pieces_lie_apart_in_the_process_that_lives_long(name: str, apart: int) -> None:
    script = SCRIPT.format(name=name)
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(told.stdout) == apart
