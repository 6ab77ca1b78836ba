"""BagIt 1.0 (RFC 8493) as an outer wrapping for transfer.

The library that makes bags works in place: it moves files, changes the working directory of its process
and flushes nothing. It is given a private copy in a process of its own, and whoever publishes the bag
flushes it. Bags are checked in ``checks/bag.py``.
"""

from __future__ import annotations

import logging
import os
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from digitize.archive.checks.bag import DECLARATION
from digitize.errors import ItemProblem
from digitize.files import FOLDER_MODE, write_whole
from digitize.workers import Crew, Lost

ALGORITHMS = ("sha256", "sha512")
"""RFC 8493, 2.4: SHA-512 is what every reader should know; SHA-256 is what the packages use themselves."""

_VERSION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_BYTES_PER_SECOND = 2_000_000
_LEAST_SECONDS = 60.0


def make_bag(folder: Path, info: Mapping[str, str]) -> None:
    """Turn a private copy of a folder into a bag, in place; what was in it lies under ``data`` then.

    Nothing is flushed to the disk: publishing the folder does that.

    Args:
        folder: nobody else may look into it meanwhile.
        info: what ``bag-info.txt`` says, by the names of RFC 8493, 2.2.2.

    Raises:
        ItemProblem: a name cannot stand in a manifest, or the library gave up.

    """
    size = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        # Such a name would have to be changed, and then the package's own references no longer hold.
        if unicodedata.normalize("NFC", name) != name or any(sign in name for sign in "%\r\n"):
            raise ItemProblem("bag_name_unfit", file=name)
        size += path.stat().st_size if path.is_file() else 0
    with Crew[tuple[Path, dict[str, str]], None](_bag, 1) as crew:
        crew.add((folder.resolve(), dict(info)), _LEAST_SECONDS + size / _BYTES_PER_SECOND)
        for _, lost in crew:
            if isinstance(lost, Lost):
                raise ItemProblem("bag_failed", detail=f"{lost.loss.value} {lost.detail}".strip())


def _bag(job: tuple[Path, dict[str, str]]) -> None:
    """What the process of its own does."""
    import bagit

    folder, info = job
    # What goes wrong is told by the problem that is raised, not on the terminal.
    logging.getLogger("bagit").disabled = True
    # Nor does the library know who may read what it writes: FILE_MODE and FOLDER_MODE, less the umask.
    os.umask(os.umask(0o077) | 0o777 & ~FOLDER_MODE)
    bag = bagit.make_bag(str(folder), bag_info=info, checksums=list(ALGORITHMS))
    # The library writes version 0.97. What it has written besides is the same in 1.0; tag manifests are not.
    write_whole(folder / DECLARATION, _VERSION)
    bag.save()
