"""BagIt 1.0 (RFC 8493) as an outer wrapping for transfer: make a bag, and check one.

The library that makes bags works in place: it moves files, changes the working directory of its process
and flushes nothing. It is given a private copy in a process of its own, and whoever publishes the bag
flushes it. Bags of others are checked here, without the library: it follows links.
"""

from __future__ import annotations

import hashlib
import logging
import os
import unicodedata
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from digitize.archive.findings import Finding, error
from digitize.archive.opening import is_plain_inside
from digitize.errors import ItemProblem
from digitize.files import FOLDER_MODE, write_whole
from digitize.workers import Crew, Lost

DECLARATION = "bagit.txt"
ALGORITHMS = ("sha256", "sha512")
"""RFC 8493, 2.4: SHA-512 is what every reader should know; SHA-256 is what the packages use themselves."""

_VERSION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_INFO = "bag-info.txt"
_OXUM = "Payload-Oxum"
_BYTES_PER_SECOND = 2_000_000
_LEAST_SECONDS = 60.0
_CHUNK = 1 << 20
_LONGEST_TAG_FILE = 256 * 1024 * 1024


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


def is_bag(folder: Path) -> bool:
    """Whether a folder says that it is a bag."""
    return is_plain_inside(folder, DECLARATION)


def bag_findings(folder: Path) -> tuple[Finding, ...]:
    """What is wrong with a bag: every finding, in the order of the files. Never raises for what is in it.

    The packages in it are checked as packages; here it is manifests, sizes and files too many or too few.
    """
    return tuple(_Check(folder).findings())


@dataclass(frozen=True, slots=True)
class _Check:
    folder: Path

    def findings(self) -> Iterator[Finding]:
        if (self.folder / "fetch.txt").exists():
            # Parts that would have to be fetched from a network are not there.
            yield error("bag_incomplete", "fetch.txt")
        present = set(self._present())
        payload = {name for name in present if name.startswith("data/")}
        manifests = [name for name in sorted(present) if _algorithm(name, "manifest-") is not None]
        if not manifests:
            yield error("bag_without_manifest", DECLARATION)
        for manifest in manifests:
            named = yield from self._manifest(manifest, "manifest-")
            for name in sorted(payload - named):
                yield error("bag_file_unnamed", name, manifest=manifest)
        for manifest in sorted(present):
            if _algorithm(manifest, "tagmanifest-") is not None:
                yield from self._manifest(manifest, "tagmanifest-")
        yield from self._oxum(payload)

    def _present(self) -> Iterator[str]:
        for place, folders, names in os.walk(self.folder, followlinks=False):
            links = [name for name in folders if (Path(place) / name).is_symlink()]
            for name in [*names, *links]:
                yield (Path(place) / name).relative_to(self.folder).as_posix()

    def _manifest(self, manifest: str, kind: str) -> Generator[Finding, None, set[str]]:
        """Findings of one manifest; returns the names in it."""
        algorithm = _algorithm(manifest, kind) or ""
        named: set[str] = set()
        for line in self._lines(manifest):
            digest, _, written = line.partition(" ")
            name = _decoded(written.strip().removeprefix("*").removeprefix("./"))
            if not name or not _stays(name):
                yield error("bag_line_unclear", manifest, line=line[:80])
                continue
            named.add(name)
            if not is_plain_inside(self.folder, name):
                yield error("bag_file_missing", name, manifest=manifest)
                continue
            try:
                found = _digest(self.folder / name, algorithm)
            except OSError as problem:
                yield error("file_unreadable_here", name, detail=type(problem).__name__)
                continue
            if found != digest.lower():
                yield error("bag_checksum_differs", name, manifest=manifest)
        return named

    def _oxum(self, payload: set[str]) -> Iterator[Finding]:
        """``Payload-Oxum`` gives the bytes and the number of the files under ``data``."""
        told = [line.partition(":")[2].strip() for line in self._lines(_INFO) if line.startswith(f"{_OXUM}:")]
        if told:
            size = sum((self.folder / name).lstat().st_size for name in payload)
            found = f"{size}.{len(payload)}"
            if told[0] != found:
                yield error("bag_oxum_differs", _INFO, claimed=told[0][:40], found=found)

    def _lines(self, name: str) -> list[str]:
        path = self.folder / name
        try:
            if not is_plain_inside(self.folder, name) or path.stat().st_size > _LONGEST_TAG_FILE:
                return []
            text = path.read_bytes().decode("utf-8-sig", "replace")
        except OSError:
            return []
        return [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]


def _algorithm(name: str, kind: str) -> str | None:
    """The algorithm of a manifest of that name; None for what is none, or none that is known here."""
    if not (name.startswith(kind) and name.endswith(".txt")):
        return None
    algorithm = name.removeprefix(kind).removesuffix(".txt")
    return (
        algorithm
        if algorithm in hashlib.algorithms_guaranteed and not algorithm.startswith("shake")
        else None
    )


def _decoded(name: str) -> str:
    """RFC 8493, 2.1.3: line ends and per cent signs, and nothing else, stand encoded in a manifest."""
    for code, sign in (("%0A", "\n"), ("%0a", "\n"), ("%0D", "\r"), ("%0d", "\r"), ("%25", "%")):
        name = name.replace(code, sign)
    return name


def _stays(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return not name.startswith(("/", "~")) and ".." not in parts and "\\" not in name and "\0" not in name


def _digest(path: Path, algorithm: str) -> str:
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
