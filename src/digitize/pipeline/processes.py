"""Which processes are alive on this machine.

A process number is used again when its process has ended; with the time at which the process
began it is not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_GONE = frozenset("ZX")
"""States of a process that has ended but whose end nobody has noticed yet (proc(5))."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process: its number, and when it began in ticks since the machine did."""

    number: int
    began: int

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return find_process(self.number) == self


def give_way(nice: int) -> None:
    """Let this process, and those that it will start, take what others leave; never the other way round."""
    more = nice - os.nice(0)
    if more > 0:
        os.nice(more)


def this_process() -> Process:
    """The process that asks."""
    found = find_process(os.getpid())
    assert found is not None
    return found


def find_process(number: int) -> Process | None:
    """The living process of that number; None if there is none."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return None
    # The name of the program stands in brackets and may hold anything; the rest is fields.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in _GONE else Process(number, int(fields[19]))
