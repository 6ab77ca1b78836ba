"""Heads of the log of events as packages and reports tell them.

They are looked for in the text of a file, not in its structure: whatever a package is, nothing in it is
run or resolved, and a changed PREMIS shows by its checksum.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from digitize.archive.findings import Finding, error
from digitize.archive.opening import is_plain_inside, read_plain
from digitize.pipeline.event_chain import Head, heads_in
from digitize.signatures.detached import check_detached_stamp
from digitize.signatures.trust import TrustStore
from digitize.signatures.verdict import Integrity

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


def report_files(reports: Path) -> list[Path]:
    """The fixity reports in a folder, by name."""
    return sorted(reports.glob("fixity-*.json")) if reports.is_dir() else []


def stamp_of(report: Path) -> Path:
    """Where the timestamp of a report lies."""
    return report.with_name(f"{report.name}.tst")


def report_heads(reports: Path) -> Iterator[ToldHead]:
    """Heads that the fixity reports of a workspace tell."""
    for path in report_files(reports):
        yield from _told(path, path.name, own=True)


def changed_reports(reports: Path, trust: TrustStore, now: dt.datetime) -> Iterator[Finding]:
    """Reports that are not what their timestamps were put over."""
    for path in report_files(reports):
        if os.path.lexists(stamp_of(path)):
            data, token = read_plain(path), read_plain(stamp_of(path))
            if isinstance(data, bytes) and isinstance(token, bytes):
                stamp = check_detached_stamp(data, token, trust, now)
                if stamp.integrity is Integrity.INTACT:
                    continue
            yield error("fixity_report_changed", path.name)


def _told(path: Path, source: str, *, own: bool) -> Iterator[ToldHead]:
    try:
        large = path.lstat().st_size > _LARGEST
    except OSError:
        return
    data = b"" if large else read_plain(path)
    if isinstance(data, bytes):
        for head in heads_in(data.decode("utf-8", "replace")):
            yield ToldHead(source, head, own)
