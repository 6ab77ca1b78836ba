"""The rules of bags (BagIt, RFC 8493): what wraps packages for transfer, whoever made it.

Packages in a bag are checked as packages; here it is manifests, sizes, and files too many or too few. The
library that makes our bags is not used: it follows links.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from digitize.archive.check import PackageReport
from digitize.archive.checks.contents import Contents
from digitize.archive.findings import Finding, Findings, Severity
from digitize.archive.opening import pieces
from digitize.model import Problem
from digitize.signatures.verdict import Verdict, worst

DECLARATION = "bagit.txt"

_INFO = "bag-info.txt"
_FETCH = "fetch.txt"
_PAYLOAD = "data/"
_OXUM = "payload-oxum"
_LONGEST_TAG_FILE = 64 * 1024 * 1024
_DECLARED = re.compile(r"BagIt-Version: \d+\.\d+\nTag-File-Character-Encoding: \S+\s*")


def is_bag(folder: Path) -> bool:
    """Whether a folder says that it is a bag; that it cannot be read for one is a finding."""
    return os.path.lexists(folder / DECLARATION)


def look_at_bag(folder: Path) -> PackageReport:
    """Check a bag without what is in it. Never raises for what is in it.

    Its verdict is INVALID or VALID; ``join_items`` makes it that of the whole.
    """
    findings = bag_findings(folder)
    broken = any(finding.severity is Severity.ERROR for finding in findings)
    return PackageReport(Verdict.INVALID if broken else Verdict.VALID, (), findings, ())


def join_items(report: PackageReport, inside: Iterable[Verdict]) -> PackageReport:
    """The report on a bag with the verdicts on what is in it.

    Nobody has signed a bag: that it is whole makes nothing in it better, and an empty one is unsigned.
    """
    verdicts = list(inside) or [Verdict.UNSIGNED]
    verdict = worst([report.verdict, *verdicts])
    notes = report.notes
    if verdict is not Verdict.VALID and report.verdict is Verdict.VALID:
        notes = (*notes, Problem("bag_as_inside"))
    return replace(report, verdict=verdict, notes=notes)


def bag_findings(folder: Path) -> tuple[Finding, ...]:
    """What is wrong with a bag: every finding, errors first. Never raises for what is in it."""
    findings = Findings()
    _Check(folder, Contents(folder, findings), findings).check()
    return findings.all()


@dataclass(frozen=True, slots=True)
class _Check:
    folder: Path
    contents: Contents
    findings: Findings

    def check(self) -> None:
        present = self.contents.paths
        for path in sorted(self.contents.special):
            self.findings.wrong("file_special", path)
        if _DECLARED.fullmatch(self._text(DECLARATION).getvalue()) is None:
            self.findings.wrong("bag_declaration_unclear", DECLARATION)
        if _FETCH in present:
            # Parts that would have to be fetched from a network are not there.
            self.findings.wrong("bag_incomplete", _FETCH)
        payload = {name for name in present if name.startswith(_PAYLOAD)}
        manifests = [name for name in sorted(present) if _algorithm(name, "manifest-")]
        if not manifests:
            self.findings.wrong("bag_without_manifest", DECLARATION)
        for manifest in manifests:
            for name in sorted(payload - self._manifest(manifest, "manifest-")):
                self.findings.wrong("bag_file_unnamed", name, manifest=manifest)
        self._tag_files(present - payload)
        self._oxum(payload)

    def _tag_files(self, present: set[str]) -> None:
        """A tag manifest may leave tag files out, but then nothing proves them."""
        manifests = [name for name in sorted(present) if _algorithm(name, "tagmanifest-")]
        named = [self._manifest(manifest, "tagmanifest-") for manifest in manifests]
        if named:
            for name in sorted(present.difference(*named, manifests)):
                self.findings.wrong("bag_tag_file_unnamed", name)

    def _manifest(self, manifest: str, kind: str) -> set[str]:
        """Hold the files to one manifest; the names of those that it proves or damns."""
        algorithm = _algorithm(manifest, kind) or ""
        named: set[str] = set()
        for line in self._lines(manifest):
            digest, _, written = line.replace("\t", " ").partition(" ")
            name = _decoded(written.lstrip().removeprefix("*").removeprefix("./"))
            if not name or not _stays(name):
                self.findings.wrong("bag_line_unclear", manifest, line=line[:80])
            elif name in named:
                # Reading it again and again is what a stranger's manifest might be after.
                self.findings.wrong("bag_file_twice", name, manifest=manifest)
            elif name not in self.contents.paths:
                self.findings.wrong("bag_file_missing", name, manifest=manifest)
            else:
                named.add(name)
                if self._digest(name, algorithm) not in (digest.lower(), None):
                    self.findings.wrong("bag_checksum_differs", name, manifest=manifest)
        return named

    def _digest(self, name: str, algorithm: str) -> str | None:
        digest = hashlib.new(algorithm, usedforsecurity=False)
        for piece in pieces(self.folder / name):
            if isinstance(piece, Problem):
                self.findings.wrong("file_unreadable_here", name, detail=piece.code)
                return None
            digest.update(piece)
        return digest.hexdigest()

    def _oxum(self, payload: set[str]) -> None:
        """``Payload-Oxum`` gives the bytes and the number of the files under ``data``."""
        labels = (line.partition(":") for line in self._lines(_INFO))
        told = [value.strip() for label, _, value in labels if label.strip().lower() == _OXUM]
        if told:
            size = sum(_size(self.folder / name) for name in payload)
            found = f"{size}.{len(payload)}"
            for claimed in dict.fromkeys(told):
                if claimed != found:
                    self.findings.wrong("bag_oxum_differs", _INFO, claimed=claimed[:40], found=found)

    def _lines(self, name: str) -> Iterator[str]:
        return (line.rstrip("\n") for line in self._text(name) if line.strip())

    def _text(self, name: str) -> io.StringIO:
        """A tag file; what cannot be read or is too large for one is told, and empty."""
        data = bytearray()
        for piece in pieces(self.folder / name) if name in self.contents.paths else ():
            if isinstance(piece, Problem):
                self.findings.wrong("file_unreadable_here", name, detail=piece.code)
                return io.StringIO()
            data += piece
            if len(data) > _LONGEST_TAG_FILE:
                self.findings.wrong("bag_file_too_large", name)
                return io.StringIO()
        return io.StringIO(data.decode("utf-8-sig", "replace"), newline=None)


def _algorithm(name: str, kind: str) -> str | None:
    """The algorithm of a manifest of that name; None for what is none, or none that is known here."""
    if not (name.startswith(kind) and name.endswith(".txt")):
        return None
    algorithm = name.removeprefix(kind).removesuffix(".txt")
    known = algorithm in hashlib.algorithms_guaranteed and not algorithm.startswith("shake")
    return algorithm if known else None


def _decoded(name: str) -> str:
    """RFC 8493, 2.1.3: line ends and per cent signs, and nothing else, stand encoded in a manifest."""
    for code, sign in (("%0A", "\n"), ("%0a", "\n"), ("%0D", "\r"), ("%0d", "\r"), ("%25", "%")):
        name = name.replace(code, sign)
    return name


def _stays(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return not name.startswith(("/", "~")) and ".." not in parts and "\\" not in name and "\0" not in name


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
