"""ZIP files that others can open, and large ones cut into parts that fit a medium.

The same folder gives the same bytes: members stand in the order of their names, and their times are fixed
(what happened when stands in METS and PREMIS). ZIP64 is used where a file or the whole needs it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from digitize.errors import UsageProblem
from digitize.files import fixity, make_folder, whole_file, write_whole

_PACKED = frozenset({".xml", ".xsd", ".txt", ".csv", ".json", ".html"})
"""What becomes smaller; PDFs and pictures are packed already."""

_MOMENT = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100640
_UNIX = 3
_CHUNK = 1 << 20

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT]?)B?", re.IGNORECASE)
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_LEAST = 10_000

CHECKSUMS = "SHA256SUMS"


def parse_size(text: str) -> int:
    """A size such as ``4G`` or ``650M`` in bytes; units are decimal, as makers of media count.

    Raises:
        UsageProblem: it is no size, or so small that there would be parts without end.

    """
    match = _SIZE.fullmatch(text.strip())
    size = int(float(match[1]) * _UNITS[match[2].upper()]) if match else 0
    if size < _LEAST:
        raise UsageProblem("size_unreadable", text=text, least=_LEAST)
    return size


def write_zip(folder: Path, target: Path, *, zip64_from: int = zipfile.ZIP64_LIMIT) -> None:
    """Write a folder, itself included, as a ZIP file, whole or not at all.

    Args:
        folder: its name is the first part of every member's name.
        target: the file.
        zip64_from: bytes of a member from which on it gets 64-bit sizes.

    """
    with (
        whole_file(target) as part,
        zipfile.ZipFile(part, "w", allowZip64=True) as archive,
    ):
        for path in sorted(_files(folder), key=lambda path: path.relative_to(folder).as_posix()):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            member = zipfile.ZipInfo(name, _MOMENT)
            member.create_system, member.external_attr = _UNIX, _MODE << 16
            packed = path.suffix.lower() in _PACKED
            member.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            member.file_size = path.stat().st_size
            large = member.file_size >= zip64_from
            with path.open("rb") as read, archive.open(member, "w", force_zip64=large) as write:
                while chunk := read.read(_CHUNK):
                    write.write(chunk)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def cut(whole: Path, folder: Path, size: int) -> list[Path]:
    """Cut a file into parts ``NAME.001``, ``NAME.002`` … of at most ``size`` bytes, with their checksums.

    Beside the parts lie ``SHA256SUMS``, which ``sha256sum -c`` reads, and ``NAME.sha256`` for the file that
    they are when joined in their order. The file itself stays.

    Args:
        whole: the file.
        folder: made if it is not there.
        size: of a part in bytes; the last one may be smaller.

    Returns:
        The parts in their order.

    """
    make_folder(folder)
    length = whole.stat().st_size
    digits = max(3, len(str(-(-length // size))))
    parts: list[Path] = []
    with whole.open("rb") as read:
        for start in range(0, length, size):
            part = folder / f"{whole.name}.{len(parts) + 1:0{digits}}"
            left = min(size, length - start)
            with whole_file(part) as unfinished, unfinished.open("wb") as write:
                while chunk := read.read(min(_CHUNK, left)):
                    write.write(chunk)
                    left -= len(chunk)
            parts.append(part)
    sums = [f"{fixity(part).sha256}  {part.name}\n" for part in parts]
    write_whole(folder / CHECKSUMS, "".join(sums))
    write_whole(folder / f"{whole.name}.sha256", f"{fixity(whole).sha256}  {whole.name}\n")
    return parts
