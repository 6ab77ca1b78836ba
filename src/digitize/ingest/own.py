"""What this program has made itself and somebody has put, or linked, where scans are looked for."""

from __future__ import annotations

import os
from pathlib import Path

from digitize.ingest.names import inbox_names

_CHUNK = 1 << 20
_OVERLAP = 256
"""Longer than a mark can be: one may lie across two pieces."""


def is_own_pdf(path: Path) -> bool:
    """Whether a PDF says of itself that it was composed here; so do the signed ones and reader's copies.

    The file is searched and not parsed: nothing that it holds can do harm, and metadata of PDF/A are never
    compressed by us.

    Raises:
        OSError: the file cannot be read.

    """
    mark = inbox_names().own_creator
    with path.open("rb") as stream:
        tail = b""
        while chunk := stream.read(_CHUNK):
            if mark.search(tail + chunk):
                return True
            tail = chunk[-_OVERLAP:]
    return False


def is_within_own(folder: Path) -> bool:
    """Whether a folder is a workspace, or lies in a package or in a folder that the program writes.

    The workspace may be any, not only the one at work; its inbox is none of these.
    """
    names = inbox_names()
    resolved = folder.resolve()
    for place in (resolved, *resolved.parents):
        if _has(place / names.own_settings):
            inside = resolved.relative_to(place).parts
            return not inside or inside[0] in names.own_folders
        if any(_has(place / name) for name in names.own_files):
            return True
    return False


def _has(path: Path) -> bool:
    try:
        os.lstat(path)
    except OSError:
        return False
    return True
