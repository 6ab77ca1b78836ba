"""Heads of the log of events as packages and reports tell them.

They are looked for in the text of a file, not in its structure: whatever a package is, nothing in it is
run or resolved, and a changed PREMIS shows by its checksum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from digitize.archive.opening import is_plain_inside, read_plain
from digitize.pipeline.event_chain import Head, heads_in

_PRESERVATION = "metadata/preservation"
_LARGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class ToldHead:
    """A head, and who tells it.

    Attributes:
        source: name of the package's folder, or of the report.
        head: number and hash of an event.
        own: whether what tells it is certainly of the same workspace as the log.

    """

    source: str
    head: Head
    own: bool


def package_heads(package: Path, *, own: bool) -> Iterator[ToldHead]:
    """Heads that the PREMIS of a package tells."""
    folder = package / _PRESERVATION
    try:
        names = sorted(path.name for path in folder.iterdir() if path.suffix.lower() == ".xml")
    except OSError:
        return
    for name in names:
        if is_plain_inside(package, f"{_PRESERVATION}/{name}"):
            yield from _told(folder / name, package.name, own=own)


def report_heads(reports: Path) -> Iterator[ToldHead]:
    """Heads that the fixity reports of a workspace tell."""
    for path in sorted(reports.glob("fixity-*.json")) if reports.is_dir() else []:
        yield from _told(path, path.name, own=True)


def _told(path: Path, source: str, *, own: bool) -> Iterator[ToldHead]:
    try:
        large = path.lstat().st_size > _LARGEST
    except OSError:
        return
    data = b"" if large else read_plain(path)
    if isinstance(data, bytes):
        for head in heads_in(data.decode("utf-8", "replace")):
            yield ToldHead(source, head, own)
