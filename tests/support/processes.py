"""Other processes as the kernel tells of them (proc(5))."""

from __future__ import annotations

import os
import time
from pathlib import Path

from digitize.pipeline.processes import find_process


def group_members(group: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and find_process(int(entry.name)) is not None:
            try:
                if os.getpgid(int(entry.name)) == group:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


def nobody_left(group: int, patience: float = 20.0) -> bool:
    """Whether a process group ends; its last helpers see only after their parent that it has gone."""
    until = time.monotonic() + patience
    while group_members(group) and time.monotonic() < until:
        time.sleep(0.1)
    return not group_members(group)


def children() -> set[int]:
    """The living processes that this one has started."""
    own = str(os.getpid())
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and find_process(int(entry.name)) is not None:
            try:
                stat = (entry / "stat").read_text("utf-8", errors="replace")
            except OSError:
                continue
            if stat.rpartition(")")[2].split()[1] == own:
                found.add(int(entry.name))
    return found


def peak_memory(number: int) -> float:
    """The most memory that a process has had resident, in MiB; 0 when it has ended."""
    try:
        status = Path(f"/proc/{number}/status").read_text("utf-8")
    except OSError:
        return 0.0
    return max(
        (int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), default=0.0
    )
