"""Find dossiers in an inbox: a folder each, or a file of several pages each."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from digitize.ingest.kinds import is_plain_file, kind_of
from digitize.ingest.names import inbox_names
from digitize.ingest.naming import in_order, safe_code
from digitize.ingest.shares import is_away
from digitize.model import Problem

OWN = "own_output_refused"
"""Code of the problem that something was made by this program itself."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something in the inbox that cannot be taken in, and why."""

    path: Path
    problem: Problem


@dataclass(frozen=True, slots=True)
class Found:
    """A dossier as it lies in the inbox.

    Attributes:
        code: its code, from the name of its folder or file.
        source: that folder or file.
        files: its scans, in order.
        rejected: what lies among them and is no scan.
        unfinished: halves of files that somebody is copying there.
        trouble: why it could not be listed whole; then nothing else is known of it.

    """

    code: str
    source: Path
    files: tuple[Path, ...]
    rejected: tuple[Rejected, ...] = ()
    unfinished: tuple[Path, ...] = ()
    trouble: OSError | None = None


def discover(source: Path) -> Iterator[Found]:
    """The dossiers of a source.

    A file is a dossier. A folder that holds folders is an inbox, each folder or file in it a
    dossier; a folder of files alone is a dossier. See ``discover_inbox`` for a folder that is an
    inbox whatever it holds.

    Raises:
        OSError: the source cannot be listed.

    """
    if not source.is_dir():
        yield _loose(source)
    elif any(is_dir for _, is_dir in _entries(source)):
        yield from discover_inbox(source)
    else:
        found = _folder(source)
        if found is not None:
            yield found


def discover_inbox(inbox: Path) -> Iterator[Found]:
    """The dossiers of an inbox, in natural order.

    Raises:
        OSError: the inbox cannot be listed.

    """
    for entry, is_dir in _entries(inbox):
        found = _folder(entry) if is_dir else _file(entry)
        if found is not None:
            yield found


def rediscover(source: Path) -> Found | None:
    """A dossier that was found before, as it lies there now; None if nothing is left of it."""
    try:
        is_dir = stat.S_ISDIR(source.lstat().st_mode)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Found(safe_code(source.name), source, (), trouble=error)
    return _folder(source) if is_dir else _file(source)


def own_output(path: Path) -> Problem:
    """That something was made by this program itself."""
    return Problem(OWN, {"file": path.name})


def is_folder(path: Path) -> bool:
    """Whether a path is a folder itself and not a link to one."""
    return path.is_dir() and not path.is_symlink()


def _folder(folder: Path) -> Found | None:
    code = safe_code(folder.name)
    files: list[Path] = []
    try:
        listing = _listed(folder)
        rejected = list(listing.rejected)
        for path in listing.files:
            problem = _refusal(path)
            if problem is None:
                files.append(path)
            elif not _is_note(path):
                rejected.append(Rejected(path, problem))
    except OSError as error:
        return Found(code, folder, (), trouble=error)
    if not files and not rejected:
        return None
    return Found(code, folder, tuple(files), tuple(rejected), tuple(listing.unfinished))


def _file(path: Path) -> Found | None:
    """A loose file of an inbox; None for a list or a note."""
    try:
        is_note = inbox_names().is_beside(path) and is_plain_file(path)
    except OSError as error:
        return Found(safe_code(path.name), path, (), trouble=error)
    return None if is_note else _loose(path)


def _loose(path: Path) -> Found:
    try:
        problem = _refusal(path)
    except OSError as error:
        return Found(safe_code(path.name), path, (), trouble=error)
    code = safe_code(path.stem if path.suffix else path.name)
    if problem is not None:
        return Found(safe_code(path.name), path, (), (Rejected(path, problem),))
    return Found(code, path, (path,))


@dataclass(slots=True)
class _Listing:
    files: list[Path] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unfinished: list[Path] = field(default_factory=list)


def _listed(folder: Path) -> _Listing:
    """Every file under a folder, in natural order of its path; links are not followed.

    Raises:
        OSError: a part of it cannot be listed, so that nobody knows what is missing.

    """
    names = inbox_names()
    listing = _Listing()
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as entries:
                inside = list(entries)
        except PermissionError as error:
            listing.rejected.append(Rejected(place, _not_read(place, error)))
            continue
        if any(entry.name in names.own_files for entry in inside):
            # All of it is one thing, whatever else lies there.
            return _Listing(rejected=[Rejected(place, own_output(place))])
        for entry in inside:
            path = place / entry.name
            if names.is_unfinished(entry.name):
                listing.unfinished.append(path)
            elif names.is_ignored(entry.name):
                continue
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            else:
                listing.files.append(path)
    if len(listing.files) > 1:
        names_in_order = in_order(path.relative_to(folder) for path in listing.files)
        listing.files = [folder / path for path in names_in_order]
    return listing


def _entries(folder: Path) -> list[tuple[Path, bool]]:
    """What lies in a folder and is not passed over, in natural order, and whether it is a folder itself."""
    names = inbox_names()
    with os.scandir(folder) as entries:
        kinds = {
            Path(entry.name): entry.is_dir(follow_symlinks=False)
            for entry in entries
            if not names.is_ignored(entry.name)
        }
    return [(folder / name, kinds[Path(name)]) for name in in_order(kinds)]


def _is_note(path: Path) -> bool:
    return inbox_names().is_beside(path) and is_plain_file(path)


def _refusal(path: Path) -> Problem | None:
    """Why a path cannot be a scan; None if it can.

    Raises:
        OSError: it has gone, or the share on which it lies.

    """
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            return Problem("link_refused", {"file": path.name})
        if not stat.S_ISREG(status.st_mode):
            return Problem("special_file_refused", {"file": path.name})
        if status.st_size == 0:
            return Problem("file_empty", {"file": path.name})
        if kind_of(path) is None:
            return Problem("not_a_scan", {"file": path.name})
    except OSError as error:
        if is_away(error) or isinstance(error, FileNotFoundError):
            raise
        return _not_read(path, error)
    return None


def _not_read(path: Path, error: OSError) -> Problem:
    return Problem("file_unreadable_here", {"file": path.name, "detail": error.strerror or ""})
