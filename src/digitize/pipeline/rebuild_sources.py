"""Find again where originals came from, so that nothing is taken in twice.

The ledger that knew it is gone. What lies in the inbox is compared with the originals by size and SHA-256: a
file with the bytes of an original was taken in. A source belongs to the dossier of its name if that dossier
has its bytes, else to one that got a number because of a clash, else to any that has them and no source yet.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from digitize.files import fixity
from digitize.ingest.discover import Found, discover, discover_inbox
from digitize.pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class KnownOriginal:
    """An original that lies in the workspace."""

    dossier: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A file from which an original was taken: its path as the ledger keeps it, size and time."""

    source: str
    size: int
    time: int


@dataclass(slots=True)
class Sources:
    """Where things came from.

    Attributes:
        dossiers: the folder or file of each dossier that was found, as the ledger keeps it.
        originals: the file of each original that was found, by dossier and name.
        refused: what lies in sources of dossiers and is no scan: path, size, time.

    """

    dossiers: dict[str, str] = field(default_factory=dict)
    originals: dict[tuple[str, str], FoundSource] = field(default_factory=dict)
    refused: dict[str, list[FoundSource]] = field(default_factory=dict)


def find_sources(
    workspace: Workspace, further: Sequence[Path], originals: Sequence[KnownOriginal], rejected: set[str]
) -> Sources:
    """Match what lies in the inbox, and in further folders, with originals.

    Args:
        workspace: whose inbox.
        further: folders or files from which dossiers were taken in besides.
        originals: all of them.
        rejected: dossiers in quarantine; one of these may have no originals at all.

    """
    by_size: Mapping[int, list[KnownOriginal]] = defaultdict(list)
    for known in originals:
        by_size[known.size].append(known)
    found = list(_found(workspace, further))
    same = {id(one): list(_same(one, by_size)) for one in found}
    result = Sources()
    waiting = found
    for fits in (_own_name, _numbered, _any_name):
        left = []
        for one in waiting:
            dossiers = [known.dossier for _, known in same[id(one)]]
            if not dossiers and one.code in rejected and fits is _own_name:
                dossiers = [one.code]
            free = (d for d in dict.fromkeys(dossiers) if d not in result.dossiers and fits(one.code, d))
            dossier = next(free, None)
            if dossier is None:
                left.append(one)
                continue
            _claim(workspace, result, one, dossier, same[id(one)])
        waiting = left
    return result


def _found(workspace: Workspace, further: Sequence[Path]) -> Iterator[Found]:
    if workspace.inbox.is_dir():
        yield from discover_inbox(workspace.inbox)
    for source in further:
        yield from discover(source)


def _same(
    found: Found, by_size: Mapping[int, Sequence[KnownOriginal]]
) -> Iterator[tuple[Path, KnownOriginal]]:
    """The files of a source with the originals that have their bytes."""
    for path in found.files:
        candidates = by_size.get(path.stat().st_size, ())
        if candidates:
            sha256 = fixity(path).sha256
            yield from ((path, known) for known in candidates if known.sha256 == sha256)


def _own_name(code: str, dossier: str) -> bool:
    return code == dossier


def _numbered(code: str, dossier: str) -> bool:
    """Whether a dossier has the code of a source and a number, as a clash gives it."""
    return re.fullmatch(rf"{re.escape(code)}-\d+|{_before_suffix(code)}", dossier) is not None


def _before_suffix(code: str) -> str:
    """The pattern of a code with the number before what looks like a suffix."""
    stem, dot, suffix = code.rpartition(".")
    return rf"{re.escape(stem)}-\d+{re.escape(dot + suffix)}" if dot else "(?!)"


def _any_name(code: str, dossier: str) -> bool:  # noqa: ARG001 - one of several rules
    return True


def _claim(
    workspace: Workspace,
    result: Sources,
    found: Found,
    dossier: str,
    same: Sequence[tuple[Path, KnownOriginal]],
) -> None:
    result.dossiers[dossier] = workspace.written(found.source)
    taken: set[Path] = set()
    for path, known in same:
        key = (known.dossier, known.name)
        if known.dossier == dossier and key not in result.originals and path not in taken:
            taken.add(path)
            result.originals[key] = _source(workspace, path)
    result.refused[dossier] = [_source(workspace, one.path) for one in found.rejected]


def _source(workspace: Workspace, path: Path) -> FoundSource:
    status = path.lstat()
    return FoundSource(workspace.written(path), status.st_size, status.st_mtime_ns)
