"""Files that appear whole or not at all.

Every durable write of the program goes through this module, in one pattern: write to a temporary
file in the same folder, flush it to the disk, rename it over the name, flush the folder. A crash
between any two of these steps leaves either nothing or the finished file, and at most a temporary
file that ``sweep`` recognises by its name.

Before each step that changes the disk an audit event ``digitize.disk`` (PEP 578) is raised with the
step's name and its path: who wants to know what is written where, or to see what happens when a step
fails, adds a hook.

New files are ``0640`` and new folders ``0750``, less what the umask takes away.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FILE_MODE = 0o640
FOLDER_MODE = 0o750
READ_ONLY = 0o440

_PREFIX = ".digitize-"
_SUFFIX = ".part"
_CHUNK = 1 << 20

_NO_LINKS = (errno.EPERM, errno.EXDEV, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES)
"""What a file system answers that has no second names for this file."""


@dataclass(frozen=True, slots=True)
class Fixity:
    """What proves that a file is unchanged: SHA-256 in lower-case hex, and its size in bytes."""

    sha256: str
    size: int


def fixity(path: Path) -> Fixity:
    """Read a file once and return its checksum and size."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Fixity(digest.hexdigest(), size)


@contextmanager
def whole_file(path: Path, *, mode: int = FILE_MODE) -> Iterator[Path]:
    """Give a temporary path to write to; on success it becomes ``path``, durably.

    The temporary file exists and is empty, so its permissions are right before anything is in it.
    When the block fails, the temporary file is removed and ``path`` is as it was.
    """
    part = path.with_name(f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}")
    announce("create", part)
    # The kernel takes the umask off the mode; the owner's write bit goes only at the end.
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode | 0o200))
    allowed = part.stat().st_mode & mode
    try:
        yield part
        _flush(part)
        part.chmod(allowed)
        announce("replace", path)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _flush(path.parent)


def write_whole(path: Path, data: bytes | str, *, mode: int = FILE_MODE) -> None:
    """Write ``data`` (text as UTF-8) to ``path``, whole or not at all."""
    with whole_file(path, mode=mode) as part:
        announce("write", part)
        part.write_bytes(data.encode() if isinstance(data, str) else data)


def copy_whole(source: Path, target: Path, *, mode: int = FILE_MODE) -> Fixity:
    """Copy a file and return the fixity of what was written.

    A copy, never a hard link: a scanner program that later writes into the source must not be
    able to change the copy.
    """
    digest = hashlib.sha256()
    size = 0
    with whole_file(target, mode=mode) as part, source.open("rb") as read, part.open("wb") as write:
        while chunk := read.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            announce("write", part)
            write.write(chunk)
    return Fixity(digest.hexdigest(), size)


def link_whole(source: Path, target: Path) -> None:
    """Give a file that is never changed a second name, durably; copy it where there are no second names.

    A file that is there under that name already is replaced.
    """
    part = target.with_name(f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}")
    announce("link", target)
    try:
        os.link(source, part, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        copy_whole(source, target, mode=source.stat().st_mode & 0o777)
        return
    announce("replace", target)
    part.replace(target)
    # Two names of one file: then renaming does nothing.
    part.unlink(missing_ok=True)
    _flush(target.parent)


def make_folder(path: Path, *, mode: int = FOLDER_MODE) -> Path:
    """Make a folder and its missing parents, durably; an existing one is left alone."""
    missing = []
    folder = path
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        announce("make folder", folder)
        folder.mkdir(mode=mode, exist_ok=True)
        _flush(folder.parent)
    return path


def publish_folder(staging: Path, target: Path) -> None:
    """Flush everything in ``staging`` and rename it to ``target``: the commit point of a package.

    Raises:
        FileExistsError: ``target`` exists; nothing was moved.

    """
    if target.exists():
        raise FileExistsError(target)
    for path in staging.rglob("*"):
        _flush(path)
    _flush(staging)
    rename_folder(staging, target)


def publish_file(staging: Path, target: Path) -> None:
    """Flush a finished file and rename it to ``target``, in the same file system.

    Raises:
        FileExistsError: ``target`` exists; nothing was moved.

    """
    if target.exists():
        raise FileExistsError(target)
    _flush(staging)
    rename_folder(staging, target)


def rename_folder(folder: Path, target: Path) -> None:
    """Give a folder another name, durably; on the same file system."""
    announce("rename", folder)
    folder.rename(target)
    for parent in {folder.parent, target.parent}:
        _flush(parent)


def remove_tree(folder: Path) -> None:
    """Remove a folder of derived data and all that is in it; a missing one is no error."""
    if folder.exists():
        announce("remove", folder)
        shutil.rmtree(folder)


def remove_file(path: Path) -> None:
    """Remove a file of derived data; a missing one is no error."""
    announce("remove", path)
    path.unlink(missing_ok=True)


def sweep(folder: Path) -> int:
    """Remove what interrupted writes left behind under ``folder``; return how many files."""
    left = list(folder.rglob(f"{_PREFIX}*{_SUFFIX}")) if folder.is_dir() else []
    for path in left:
        remove_file(path)
    return len(left)


def announce(step: str, path: Path) -> None:
    """Raise the audit event for a step that is about to change the disk."""
    sys.audit("digitize.disk", step, str(path))


def _flush(path: Path) -> None:
    announce("flush", path)
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
