"""What a file is, by its first bytes; its name may lie."""

from __future__ import annotations

import stat
from enum import StrEnum
from pathlib import Path


class FileKind(StrEnum):
    """Kinds of files that hold scans."""

    IMAGE = "image"
    PDF = "pdf"


_HEAD = 1024

_IMAGE_STARTS = (
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG\r\n\x1a\n",
    b"II*\x00",  # TIFF, either byte order, classic and big
    b"MM\x00*",
    b"II+\x00",
    b"MM\x00+",
    b"\x00\x00\x00\x0cjP  ",  # JPEG 2000
    b"BM",
)


def kind_of(path: Path) -> FileKind | None:
    """The kind of a file, None if it holds no scan.

    Raises:
        OSError: the file cannot be read.

    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    # Scanners and mailers put bytes before the header of a PDF; readers accept 1,024 of them.
    if b"%PDF-" in head:
        return FileKind.PDF
    if head.startswith(_IMAGE_STARTS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return FileKind.IMAGE
    return None


def is_plain_file(path: Path) -> bool:
    """Whether a path is a regular file itself: no link, pipe, socket or device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
