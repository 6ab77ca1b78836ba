"""The files of a package: walked once, each read once, none followed out of its folder."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from digitize.archive.findings import Findings
from digitize.archive.opening import pieces
from digitize.archive.xml import MAX_XML, Refusal, parsed
from digitize.model import Problem

_MAX_XML_TOGETHER = 256 * 1024 * 1024
_MAX_FILES = 200_000


@dataclass(frozen=True, slots=True)
class Held:
    """What proves a file: SHA-256 in upper-case hex, and its size in bytes."""

    sha256: str
    size: int


class Contents:
    """The files of a package.

    Args:
        folder: the package.
        findings: where it goes what is wrong with them.

    Attributes:
        paths: of every plain file, relative to the package.
        special: links, pipes, devices and sockets: they are never opened.

    """

    def __init__(self, folder: Path, findings: Findings) -> None:
        self._folder = folder
        self._findings = findings
        self._held: dict[str, Held | None] = {}
        self._trees: dict[str, etree._Element | None] = {}
        self._parsed = 0
        self.paths: set[str] = set()
        self.special: set[str] = set()
        self._walk()
        self._plainly = {_plainly(path): path for path in self.paths}

    def _walk(self) -> None:
        waiting = [""]
        while waiting:
            inner = waiting.pop()
            try:
                entries = [
                    (entry.name, entry.stat(follow_symlinks=False).st_mode)
                    for entry in os.scandir(self._folder / inner)
                ]
            except OSError as error:
                self._findings.wrong("file_unreadable_here", inner or ".", detail=type(error).__name__)
                continue
            for name, mode in entries:
                path = f"{inner}/{name}" if inner else name
                if stat.S_ISDIR(mode):
                    waiting.append(path)
                elif stat.S_ISREG(mode):
                    self.paths.add(path)
                else:
                    self.special.add(path)
            if len(self.paths) > _MAX_FILES:
                self._findings.wrong("too_many_files", ".", limit=_MAX_FILES)
                return

    def spelled_otherwise(self, path: str) -> str | None:
        """The file whose name differs from a path by nothing but capitals or Unicode's form."""
        found = self._plainly.get(_plainly(path))
        return found if found != path else None

    def held(self, path: str) -> Held | None:
        """What proves a file; None if it is no plain file or cannot be read."""
        if path not in self._held:
            self._held[path] = self._read(path)
        return self._held[path]

    def tree(self, path: str) -> etree._Element | None:
        """The root element of an XML file; None for what cannot be parsed, which is then a finding."""
        if path not in self._trees:
            self._trees[path] = self._parse(path)
        return self._trees[path]

    def _read(self, path: str, kept: list[bytes] | None = None) -> Held | None:
        if path not in self.paths:
            return None
        digest, size = hashlib.sha256(), 0
        for piece in pieces(self._folder / path):
            if isinstance(piece, Problem):
                self._findings.wrong("file_unreadable_here", path, detail=piece.code)
                return None
            digest.update(piece)
            size += len(piece)
            if kept is not None:
                kept.append(piece)
                if size > MAX_XML:
                    kept.clear()
                    kept = None
        return Held(digest.hexdigest().upper(), size)

    def _parse(self, path: str) -> etree._Element | None:
        if path not in self.paths:
            self._findings.wrong("file_missing", path)
            return None
        kept: list[bytes] = []
        held = self._held[path] = self._read(path, kept)
        if held is None:
            return None
        if held.size > MAX_XML or self._parsed + held.size > _MAX_XML_TOGETHER:
            self._findings.wrong("xml_too_large", path)
            return None
        self._parsed += held.size
        found = parsed(b"".join(kept))
        if isinstance(found, Refusal):
            self._findings.wrong(found.rule, path, detail=found.detail)
            return None
        return found


def _plainly(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
