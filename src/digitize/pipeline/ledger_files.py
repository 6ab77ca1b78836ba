"""The ledger as files: copied while others write, kept beside before it is changed, moved aside.

A copy is made with SQLite's own online backup, which gives one state of it whatever is written meanwhile. It
is looked through before it gets its name: there is a whole copy or none.
"""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.files import FILE_MODE, announce, make_folder, rename_folder, whole_file

BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a ledger that is open, or was when its program was killed."""

_KEPT = ("archive", "originals")
"""What lies beside a ledger once it was at work."""

_LEAST = 65_536
"""Bytes without which SQLite opens no database: what it keeps beside it has 32 KiB."""

_OPEN_BYTE = 128
"""In the file ``-shm`` every connection holds a shared lock on this byte (SQLite's file format, 2.3.1)."""


def backup_ledger(ledger: Path, target: Path) -> int:
    """Copy a ledger, whether or not somebody writes it; return the size of the copy in bytes.

    Args:
        ledger: it is not changed.
        target: the name of the copy; made with its missing folders, 0640.

    Raises:
        UsageProblem: there is something of that name.
        EnvironmentProblem: there is no ledger, it is broken, or the disk does not take the copy.

    """
    if not ledger.is_file():
        raise EnvironmentProblem("ledger_missing", path=str(ledger))
    if os.path.lexists(target):
        raise UsageProblem("backup_exists", path=str(target))
    try:
        make_folder(target.parent)
        _copy(ledger, target)
        return target.stat().st_size
    except OSError as error:
        raise EnvironmentProblem(
            "ledger_copy_failed", path=str(target), detail=error.strerror or ""
        ) from error


def unusable(ledger: Path, error: Exception) -> EnvironmentProblem:
    """Why a ledger cannot be used: where the disk is full, nobody is to look for damage.

    Even to be read it needs a small file beside it.
    """
    if not _has_room(ledger):
        return EnvironmentProblem("disk_trouble", detail=os.strerror(errno.ENOSPC))
    return EnvironmentProblem("ledger_unusable", path=str(ledger), detail=str(error))


def _has_room(path: Path) -> bool:
    try:
        found = os.statvfs(path.parent)
    except OSError:
        # Then the disk is not what is too small.
        return True
    return found.f_bavail * found.f_frsize >= _LEAST


def keep_earlier(ledger: Path, version: int, moment: dt.datetime) -> Path:
    """Keep a copy of a ledger beside it before it is brought up from a version; return the copy.

    Raises:
        EnvironmentProblem: it is broken, or the disk does not take the copy.

    """
    kept = ledger.with_name(f"{ledger.name}.v{version}-{stamp(moment)}")
    try:
        _copy(ledger, kept)
    except OSError as error:
        raise EnvironmentProblem("ledger_copy_failed", path=str(kept), detail=error.strerror or "") from error
    return kept


def stamp(moment: dt.datetime) -> str:
    """A moment as part of a file's name."""
    return moment.strftime("%Y%m%dT%H%M%S")


def aside(ledger: Path, moment: dt.datetime) -> Path:
    """The name that ``move_aside`` gives a ledger at a moment; never one that is in use."""
    kept, number = ledger.with_name(f"{ledger.name}.broken-{stamp(moment)}"), 1
    while any(os.path.lexists(f"{kept}{end}") for end in ("", *BESIDE)):
        number += 1
        kept = ledger.with_name(f"{ledger.name}.broken-{stamp(moment)}-{number}")
    return kept


def move_aside(ledger: Path, moment: dt.datetime) -> None:
    """Give a ledger, and what SQLite keeps beside it, another name. Nothing is deleted."""
    kept = aside(ledger, moment)
    for end in ("", *BESIDE):
        if os.path.lexists(f"{ledger}{end}"):
            rename_folder(Path(f"{ledger}{end}"), Path(f"{kept}{end}"))


def moved_aside(ledger: Path) -> Path | None:
    """The ledger that was moved aside last, if there is one."""
    found = [
        path
        for path in ledger.parent.glob(f"{ledger.name}.broken-*")
        if path.is_file() and not path.name.endswith(BESIDE)
    ]
    return max(found, key=lambda path: path.name, default=None)


def require_first(ledger: Path) -> None:
    """Make sure that a new ledger is only begun where nothing was ever taken in or packaged.

    Raises:
        EnvironmentProblem: there are originals or packages, whose ledger is lost.

    """
    for name in _KEPT:
        folder = ledger.with_name(name)
        with suppress(FileNotFoundError, NotADirectoryError):
            if any(not entry.name.startswith(".") for entry in folder.iterdir()):
                raise EnvironmentProblem("ledger_missing", path=str(ledger))


def is_open_elsewhere(ledger: Path) -> bool:
    """Whether another process has a ledger open at this moment; a broken one can be asked as well."""
    try:
        handle = os.open(f"{ledger}-shm", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _OPEN_BYTE)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def read_only(path: Path, *, immutable: bool = False) -> sqlite3.Connection:
    """A connection that changes nothing; ``immutable`` leaves nothing beside the file either.

    Raises:
        sqlite3.Error: it cannot be opened.

    """
    address = f"file:{quote(str(path.absolute()))}?mode=ro{'&immutable=1' if immutable else ''}"
    return sqlite3.connect(address, uri=True, timeout=30.0, isolation_level=None)


def flaws(database: sqlite3.Connection, most: int = 100) -> Iterator[str]:
    """What SQLite finds wrong with a database, in its own words."""
    try:
        for (told,) in database.execute(f"PRAGMA integrity_check({most})"):
            if told != "ok":
                yield str(told)
    except sqlite3.Error as error:
        # Where even looking is too much for what is left of it.
        yield str(error)


def _copy(ledger: Path, target: Path) -> None:
    try:
        with whole_file(target, mode=FILE_MODE) as part:
            announce("write", part)
            with closing(read_only(ledger)) as source, closing(sqlite3.connect(part)) as copy:
                # The copy gets its name when it is whole; it needs no file beside it to go back.
                copy.execute("PRAGMA journal_mode=OFF")
                source.backup(copy)
            with closing(read_only(part, immutable=True)) as made:
                flaw = next(flaws(made, 1), None)
            if flaw is not None:
                raise EnvironmentProblem("ledger_unusable", path=str(ledger), detail=flaw)
    except sqlite3.Error as error:
        if not _has_room(target):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise unusable(ledger, error) from error
