"""Open what is under audit: plain files only, and whatever prevents it is told.

A link may lead out of what was handed over, a pipe never ends, a device may do anything when read.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from digitize.model import Problem

_PLAINLY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PIECE = 1 << 20
_NO_RIGHT = frozenset({errno.EACCES, errno.EPERM})


def read_plain(path: Path) -> bytes | Problem:
    """The bytes of a plain file, or why there are none.

    The kind is looked at once the file is open, so that nobody can exchange it in between; opening does
    not wait for the other end of a pipe.
    """
    try:
        handle = os.open(path, _PLAINLY)
    except OSError as error:
        return trouble(error)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return Problem("audit_special")
        with os.fdopen(handle, "rb", closefd=False) as stream:
            data = stream.read()
    except OSError as error:
        return trouble(error)
    finally:
        os.close(handle)
    return data or Problem("audit_empty")


def trouble(error: OSError) -> Problem:
    """Why something could not be opened or read."""
    if error.errno == errno.ELOOP:
        return Problem("audit_link")
    if error.errno in (errno.ENXIO, errno.ENODEV):
        return Problem("audit_special")
    if error.errno in _NO_RIGHT:
        return Problem("audit_denied")
    return Problem("audit_disk", {"detail": error.strerror or type(error).__name__})


def look(path: Path) -> Problem | None:
    """What is wrong with a path before it is opened; None for a plain file that may be read."""
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return trouble(error)
    if stat.S_ISLNK(mode):
        return Problem("audit_link")
    return None if stat.S_ISREG(mode) else Problem("audit_special")


def is_plain_inside(folder: Path, name: str) -> bool:
    """Whether a name means a plain file that is reached without any link below ``folder``."""
    path, mode = os.fspath(folder), 0
    try:
        for part in PurePosixPath(name).parts:
            path = os.path.join(path, part)  # noqa: PTH118 - very many are asked about
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                return False
        return stat.S_ISREG(mode)
    except (OSError, ValueError):
        # A name that is longer than any file's, or a folder that may not be entered.
        return False


def pieces(path: Path) -> Iterator[bytes | Problem]:
    """The bytes of a plain file, piece by piece; a problem is the last that comes."""
    try:
        handle = os.open(path, _PLAINLY)
    except (OSError, ValueError) as error:
        yield trouble(error) if isinstance(error, OSError) else Problem("audit_special")
        return
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            yield Problem("audit_special")
            return
        while piece := os.read(handle, _PIECE):
            yield piece
    except OSError as error:
        yield trouble(error)
    finally:
        os.close(handle)
