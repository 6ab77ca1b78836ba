"""What there is to verify under the paths that an auditor names."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from digitize.archive.check import is_package
from digitize.archive.checks.bag import is_bag
from digitize.archive.opening import look, trouble
from digitize.errors import UsageProblem
from digitize.model import Problem


class ItemKind(StrEnum):
    """What an item of a verification is.

    A bag wraps what comes after it and lies below it. A folder is one only if it cannot be looked into;
    originals and the log of events are a workspace's.
    """

    PDF = "pdf"
    PACKAGE = "package"
    BAG = "bag"
    FOLDER = "folder"
    ORIGINALS = "originals"
    EVENT_LOG = "event_log"


@dataclass(frozen=True, slots=True)
class Found:
    """Something to verify; ``problem`` says why it cannot be opened."""

    path: Path
    kind: ItemKind
    problem: Problem | None = None


def find_items(paths: Sequence[Path]) -> list[Found]:
    """PDFs, packages and bags under some paths, in an order that is always the same.

    Raises:
        UsageProblem: a path does not exist, or there is nothing to verify under any of them.

    """
    found = [item for path in paths for item in _named(path)]
    if not found:
        raise UsageProblem("nothing_to_verify")
    return found


def _named(path: Path) -> Iterator[Found]:
    try:
        mode = path.lstat().st_mode
        # A link to a folder that the auditor names is the auditor's own; a wildcard gives links to files.
        is_folder = path.is_dir()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise UsageProblem("source_missing", path=str(path)) from error
    except OSError as error:
        yield Found(path, ItemKind.PDF, trouble(error))
        return
    if is_folder:
        yield from _under(path)
    elif stat.S_ISLNK(mode) and not path.exists():
        raise UsageProblem("source_missing", path=str(path))
    else:
        # Named by the auditor: verified as a PDF whatever it is called.
        yield Found(path, ItemKind.PDF, look(path))


def _under(path: Path) -> Iterator[Found]:
    closed: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=closed.append, followlinks=False):
        yield from _closed(closed)
        place = Path(folder)
        if is_package(place):
            folders.clear()
            yield Found(place, ItemKind.PACKAGE)
            continue
        if is_bag(place):
            # What is in it is found as well, each for itself.
            yield Found(place, ItemKind.BAG)
        for name in sorted(name for name in folders if (place / name).is_symlink()):
            # What lies behind it is not looked at, which must not go unnoticed.
            yield Found(place / name, ItemKind.FOLDER, Problem("audit_link"))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(".pdf") and not name.startswith("."):
                yield Found(place / name, ItemKind.PDF, look(place / name))
    yield from _closed(closed)


def _closed(errors: list[OSError]) -> Iterator[Found]:
    """Folders that could not be looked into."""
    while errors:
        error = errors.pop(0)
        yield Found(Path(os.fsdecode(error.filename)), ItemKind.FOLDER, trouble(error))
