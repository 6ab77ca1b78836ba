"""Find dossiers in an inbox: a folder each, or a file of several pages each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from digitize.ingest.kinds import is_plain_file, kind_of
from digitize.ingest.naming import in_order, safe_code
from digitize.model import Problem

_PASSING = (".tmp", ".part", ".partial", ".crdownload", ".swp", ".lock")
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_BESIDE = frozenset(
    {".txt", ".md", ".json", ".csv", ".tsv", ".xml", ".xlsx", ".xls", ".html", ".log", ".ini"}
    | {".sha256", ".md5", ".sig", ".p7s"}
)
"""Lists, notes and checksums that offices keep beside scans. They are no pages of the dossier."""


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

    """

    code: str
    source: Path
    files: tuple[Path, ...]
    rejected: tuple[Rejected, ...] = ()


def discover(source: Path) -> Iterator[Found]:
    """The dossiers of a source.

    A file is a dossier. A folder that holds folders is an inbox, each folder or file in it a
    dossier; a folder of files alone is a dossier. See ``discover_inbox`` for a folder that is an
    inbox whatever it holds.
    """
    if source.is_dir() and not any(is_folder(entry) for entry in _entries(source)):
        found = _folder(source)
        if found is not None:
            yield found
    elif source.is_dir():
        yield from discover_inbox(source)
    else:
        yield _file(source)


def discover_inbox(inbox: Path) -> Iterator[Found]:
    """The dossiers of an inbox, in natural order."""
    for entry in _entries(inbox):
        if is_folder(entry):
            found = _folder(entry)
            if found is not None:
                yield found
        elif entry.suffix.lower() not in _BESIDE or not is_plain_file(entry):
            yield _file(entry)


def look_at(source: Path) -> Found | None:
    """The dossier that lies in a folder or is a file; None if there is nothing."""
    if is_folder(source):
        return _folder(source)
    return _file(source) if source.exists() or source.is_symlink() else None


def is_folder(path: Path) -> bool:
    """Whether a path is a folder itself and not a link to one."""
    return path.is_dir() and not path.is_symlink()


def _folder(folder: Path) -> Found | None:
    files: list[Path] = []
    rejected: list[Rejected] = []
    for path in _walk(folder):
        problem = _refusal(path)
        if problem is None:
            files.append(path)
        elif path.suffix.lower() not in _BESIDE or not is_plain_file(path):
            rejected.append(Rejected(path, problem))
    if not files and not rejected:
        return None
    return Found(safe_code(folder.name), folder, tuple(files), tuple(rejected))


def _file(path: Path) -> Found:
    problem = _refusal(path)
    code = safe_code(path.stem if path.suffix else path.name)
    if problem is not None:
        return Found(safe_code(path.name), path, (), (Rejected(path, problem),))
    return Found(code, path, (path,))


def _walk(folder: Path) -> list[Path]:
    """Every file under a folder, in natural order of its path; links are not followed."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder, followlinks=False):
        base = Path(place)
        linked = [name for name in folders if (base / name).is_symlink()]
        folders[:] = [name for name in folders if not _ignored(name) and name not in linked]
        found.extend(base / name for name in [*names, *linked] if not _ignored(name))
    return [folder / path for path in in_order(path.relative_to(folder) for path in found)]


def _entries(folder: Path) -> list[Path]:
    names = (path.relative_to(folder) for path in folder.iterdir())
    return [folder / name for name in in_order(names) if not _ignored(str(name))]


def _ignored(name: str) -> bool:
    lower = name.lower()
    return lower.startswith((".", "~$", "readme")) or lower in _SYSTEM or lower.endswith(_PASSING)


def _refusal(path: Path) -> Problem | None:
    """Why a path cannot be a scan; None if it can."""
    if path.is_symlink():
        return Problem("link_refused", {"file": path.name})
    if not is_plain_file(path):
        return Problem("special_file_refused", {"file": path.name})
    try:
        if path.stat().st_size == 0:
            return Problem("file_empty", {"file": path.name})
        if kind_of(path) is None:
            return Problem("not_a_scan", {"file": path.name})
    except OSError as error:
        return Problem("file_unreadable_here", {"file": path.name, "detail": error.strerror or ""})
    return None
