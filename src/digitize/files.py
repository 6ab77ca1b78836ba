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
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path

FILE_MODE = 0o640
FOLDER_MODE = 0o750
READ_ONLY = 0o440

_PREFIX = ".digitize-"
_SUFFIX = ".part"
_CHUNK = 1 << 20
_PLAINLY = os.O_NOFOLLOW | os.O_CLOEXEC

_NO_LINKS = (errno.EPERM, errno.EXDEV, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES)
"""What a file system answers that has no second names for this file."""


@dataclass(frozen=True, slots=True)
class Fixity:
    """What proves that a file is unchanged: SHA-256 in lower-case hex, and its size in bytes."""

    sha256: str
    size: int


def fixity(path: Path) -> Fixity:
    """Read a file once and return its checksum and size."""
    with path.open("rb") as stream:
        return _read(stream)


@contextmanager
def whole_file(path: Path, *, mode: int = FILE_MODE, masked: bool = True) -> Iterator[Path]:
    """Give a temporary path to write to; on success it becomes ``path``, durably.

    The umask is taken off the mode, unless it is not ``masked``: for what everybody is to read.

    The temporary file exists and is empty, so its permissions are right before anything is in it.
    When the block fails, the temporary file is removed and ``path`` is as it was.
    """
    part = path.with_name(f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}")
    announce("create", part)
    # The kernel takes the umask off the mode; the owner's write bit goes only at the end.
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode | 0o200))
    allowed = part.stat().st_mode & mode if masked else mode
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


def write_whole(path: Path, data: bytes | str, *, mode: int = FILE_MODE, masked: bool = True) -> None:
    """Write ``data`` (text as UTF-8) to ``path``, whole or not at all."""
    with whole_file(path, mode=mode, masked=masked) as part:
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


def size_of(path: Path) -> int:
    """Bytes of a file; 0 where there is none, or none any more."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


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


def remove_kept(path: Path, top: Path, kept: Fixity) -> bool:
    """Remove a file of which the same bytes are kept elsewhere, and only if they are the same now.

    No link is followed on the way from ``top`` to it, and nothing is removed that changed while it was read.

    Args:
        path: a file below ``top``.
        top: a folder; it may be a link itself.
        kept: what the bytes must be.

    Returns:
        Whether it was removed.

    Raises:
        OSError: it has gone, or cannot be read or removed.

    """
    *folders, name = path.relative_to(top).parts
    handle = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | _PLAINLY, dir_fd=handle)
            os.close(handle)
            handle = inner
        return _remove_kept(path, name, handle, kept)
    finally:
        os.close(handle)


def _remove_kept(path: Path, name: str, folder: int, kept: Fixity) -> bool:
    with os.fdopen(os.open(name, os.O_RDONLY | os.O_NONBLOCK | _PLAINLY, dir_fd=folder), "rb") as stream:
        before = os.fstat(stream.fileno())
        if not stat.S_ISREG(before.st_mode) or _read(stream) != kept:
            return False
        after = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if _identity(before) != _identity(after):
            return False
        announce("remove", path)
        os.unlink(name, dir_fd=folder)
    os.fsync(folder)
    return True


def remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder below ``top`` if nothing is in it, and those above it that are empty then."""
    while folder != top and folder.is_relative_to(top):
        try:
            announce("remove", folder)
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def sweep(folder: Path, *, before: float | None = None) -> int:
    """Remove what interrupted writes left behind under ``folder``; return how many files.

    Args:
        folder: where.
        before: seconds since 1970; then only what is older goes, and only from the folder itself: where
            others may be writing at this moment.

    """
    places = os.walk(folder) if before is None else islice(os.walk(folder), 1)
    left = [
        path
        for place, _, names in places
        for path in (
            Path(place, name) for name in names if name.startswith(_PREFIX) and name.endswith(_SUFFIX)
        )
        if before is None or _written_before(path, before)
    ]
    for path in left:
        remove_file(path)
    return len(left)


def _written_before(path: Path, moment: float) -> bool:
    try:
        return path.lstat().st_mtime < moment
    except FileNotFoundError:
        return False


def announce(step: str, path: Path) -> None:
    """Raise the audit event for a step that is about to change the disk."""
    sys.audit("digitize.disk", step, str(path))


def _read(stream: BufferedReader) -> Fixity:
    start = stream.tell()
    digest = hashlib.file_digest(stream, "sha256")
    return Fixity(digest.hexdigest(), stream.tell() - start)


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _flush(path: Path) -> None:
    announce("flush", path)
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
