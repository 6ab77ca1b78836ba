"""Room on the disks of a workspace: looked at before anything is written, so that no disk is ever filled.

Originals, derived data, packages and the ledger may lie on disks of their own; places on the same one share
its room. A reserve is left on each. Dossiers that were begun may use half of it: when they are packaged,
what was derived from them goes away.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from digitize.errors import EnvironmentProblem, Fact

TOO_SMALL = "disk_too_small"
"""Code of the problem that there is no room."""

MEGABYTE = 1_000_000

_USUAL_RESERVE = 500 * MEGABYTE
_USUAL_SHARE = 0.02

_PAGE = 1_200_000
_PAGES_OF_EXPERIENCE = 20
"""Bytes of picture and words of an A4 page in colour at 300 dpi; worth so many pages that were measured."""

PACKAGE_BESIDE = 400_000
"""Bytes of a package besides its documents and the files that go along: metadata, schemas, signatures."""


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk as a user of it sees it.

    Attributes:
        number: tells it from others (``st_dev``).
        free: bytes that may still be written.
        total: bytes that it holds.

    """

    number: int
    free: int
    total: int


def disk_of(place: Path) -> Disk:
    """The disk on which something lies, or will lie; the nearest folder upwards that exists says which.

    Raises:
        EnvironmentProblem: the disk does not answer.

    """
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        found = os.statvfs(place)
        number = place.stat().st_dev
    except OSError as error:
        raise EnvironmentProblem("disk_trouble", detail=error.strerror or "") from error
    return Disk(number, found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)


class Space:
    """What may still be written where.

    Args:
        megabytes: reserve on each disk; None for 500 MB, or 2 % of a disk that is smaller than 25 GB.
        look: finds out how full a disk is.

    """

    def __init__(self, megabytes: int | None, look: Callable[[Path], Disk] = disk_of) -> None:
        self._megabytes = megabytes
        self._look = look
        self._measured = _PAGE * _PAGES_OF_EXPERIENCE
        self._pages = _PAGES_OF_EXPERIENCE

    @property
    def page(self) -> int:
        """Bytes that a page takes in ``work/`` before its document is composed, as far as is known."""
        return self._measured // self._pages

    def learn(self, size: int) -> None:
        """A page came to so many bytes."""
        self._measured += size
        self._pages += 1

    def reserve(self, disk: Disk) -> int:
        """Bytes that are left free on a disk."""
        if self._megabytes is not None:
            return self._megabytes * MEGABYTE
        return min(_USUAL_RESERVE, int(disk.total * _USUAL_SHARE))

    def require(self, needs: Mapping[Path, int], *, begun: bool = False) -> None:
        """Make sure that so many bytes may be written at each place.

        Raises:
            EnvironmentProblem: there is no room on one of the disks; the message says how much is missing.

        """
        short = self.shortage(needs, begun=begun)
        if short is not None:
            raise short

    def shortage(self, needs: Mapping[Path, int], *, begun: bool = False) -> EnvironmentProblem | None:
        """What is missing for all of it, on the disk that lacks most; None if nothing is."""
        disks: dict[int, tuple[Path, Disk, int]] = {}
        for place, size in needs.items():
            if size > 0:
                disk = self._look(place)
                first, _, sum_before = disks.get(disk.number, (place, disk, 0))
                disks[disk.number] = first, disk, sum_before + size
        worst: tuple[int, dict[str, Fact]] | None = None
        for place, disk, size in disks.values():
            reserve = self.reserve(disk) // (2 if begun else 1)
            missing = size + reserve - disk.free
            if missing > 0 and (worst is None or missing > worst[0]):
                facts: dict[str, Fact] = {
                    "path": str(place),
                    "free": _megabytes(disk.free),
                    "reserve": _megabytes(reserve),
                    "missing": _megabytes(missing),
                }
                worst = missing, facts
        return EnvironmentProblem(TOO_SMALL, **worst[1]) if worst else None


def _megabytes(size: int) -> int:
    return math.ceil(size / MEGABYTE)
