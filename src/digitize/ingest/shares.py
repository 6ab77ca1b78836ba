"""Folders that may go away while they are used: network shares, disks that somebody pulls out."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from digitize.mounts import TABLE, mount_of

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


def is_network(path: Path, table: Path = TABLE) -> bool:
    """Whether a path lies on a network file system, or on one of which that is not known.

    Another machine may write there: no event tells of it, and times are another clock's.

    Args:
        path: need not exist.
        table: of the mounts, as proc(5) describes it.

    """
    mount = mount_of(path, table)
    return mount is None or mount.may_be_shared
