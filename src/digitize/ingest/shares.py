"""Folders that may go away while they are used: network shares, disks that somebody pulls out."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

_AWAY = frozenset(
    {
        errno.ESTALE,
        errno.EIO,
        errno.EREMOTEIO,
        errno.ENOTCONN,
        errno.ECONNABORTED,
        errno.ECONNRESET,
        errno.ECONNREFUSED,
        errno.ETIMEDOUT,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENETRESET,
        errno.ENODEV,
        errno.ENXIO,
        errno.ENOMEDIUM,
        errno.ESHUTDOWN,
        errno.EPIPE,
        errno.EPROTO,
    }
)

_NETWORK = re.compile(
    r"^(nfs\d?|cifs|smb\d?|smbfs|9p|afs|ceph|glusterfs|lustre|ncpfs|davfs|virtiofs|fuse(\..+)?)$"
)
"""File systems on which another machine may write: no event tells of it, and times are another clock's."""

_ESCAPED = re.compile(r"\\(\d{3})")


def is_away(error: OSError) -> bool:
    """Whether an error says that a whole share or disk does not answer, not that one file is bad."""
    return error.errno in _AWAY


def answers(folder: Path) -> bool:
    """Whether a folder can be listed now."""
    try:
        with os.scandir(folder) as entries:
            next(entries, None)
    except OSError:
        return False
    return True


def is_network(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> bool:
    """Whether a path lies on a network file system, or on one of which that is not known.

    Args:
        path: need not exist.
        mounts: the table of mounts, as proc(5) describes it.

    """
    try:
        lines = mounts.read_text("utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return True
    resolved = Path(os.path.realpath(path))
    found = [
        (len(place.parts), number, kind)
        for number, (place, kind) in enumerate(map(_mount, lines))
        if resolved.is_relative_to(place)
    ]
    # Of several mounts on the same place the last one counts.
    return bool(_NETWORK.match(max(found)[2])) if found else True


def _mount(line: str) -> tuple[Path, str]:
    before, _, after = line.partition(" - ")
    place = _ESCAPED.sub(lambda match: chr(int(match[1], 8)), before.split()[4])
    return Path(place), after.split()[0]
