"""Disks that are as full as a test wants, and a real small one where the machine lets a test mount it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from digitize.pipeline.space import MEGABYTE, Disk


@dataclass
class Disks:
    """Stands in for the look at real disks: the folders that are named have one of their own each.

    Attributes:
        root: everything else lies on disk 0.
        free: megabytes that are free, by the name of a folder in the root, ``""`` for the rest.
        looks: how often each was looked at.

    """

    root: Path
    free: dict[str, float] = field(default_factory=lambda: {"": 10_000.0})
    looks: int = 0

    def __call__(self, place: Path) -> Disk:
        self.looks += 1
        inside = place.relative_to(self.root).parts if place.is_relative_to(self.root) else ()
        name = inside[0] if inside and inside[0] in self.free else ""
        number = list(self.free).index(name)
        return Disk(number, int(self.free[name] * MEGABYTE), 1_000_000 * MEGABYTE)


@contextmanager
def small_disk(place: Path, megabytes: float) -> Iterator[Path]:
    """A file system of its own that holds so much; the test is skipped where nobody may mount one."""
    place.mkdir()
    size = f"size={int(megabytes * 1024)}k,mode=0750"
    mounted = (
        os.getuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], capture_output=True, check=False
        ).returncode
    )
    if not mounted:
        pytest.skip("nobody may mount a file system here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
