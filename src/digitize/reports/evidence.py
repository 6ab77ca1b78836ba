"""Keep what verdicts rest on, so that others can look at it again.

Each piece is one file named by the SHA-256 of its DER, so that what many signatures share is kept once:
certificates as PEM, whose name is the fingerprint that every other program shows, the rest as DER. The
folder is built under another name and appears whole, with the report that refers to its files.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import ssl
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Self

from digitize.archive.verification import VerifiedItem
from digitize.errors import EnvironmentProblem, UsageProblem
from digitize.files import make_folder, publish_folder, remove_tree, write_whole
from digitize.reports.outcome import each_signature
from digitize.signatures.verdict import EvidenceKind, SignatureReport, UsedEvidence

REPORT = "report.json"

_PLACES = {
    EvidenceKind.CERTIFICATE: ("certificates", "pem"),
    EvidenceKind.CRL: ("crls", "crl"),
    EvidenceKind.OCSP: ("ocsp", "ors"),
    EvidenceKind.TIMESTAMP: ("timestamps", "tst"),
}


class EvidenceFolder(AbstractContextManager["EvidenceFolder"]):
    """A folder of evidence in the making; nothing is left of it if it is not finished.

    Raises:
        UsageProblem: there is something at its place already.

    """

    def __init__(self, folder: Path) -> None:
        if folder.is_symlink() or (folder.exists() and not (folder.is_dir() and not any(folder.iterdir()))):
            raise UsageProblem("evidence_exists", path=str(folder))
        self._folder = folder
        self._staging = folder.absolute().with_name(f".{folder.name}-{secrets.token_hex(4)}.part")
        self._names: dict[UsedEvidence, str] = {}
        self._kept: dict[UsedEvidence, UsedEvidence] = {}

    def __enter__(self) -> Self:
        try:
            make_folder(self._staging)
        except OSError as error:
            raise EnvironmentProblem("folder_unusable", path=str(self._folder)) from error
        return self

    def __exit__(self, *_: object) -> None:
        remove_tree(self._staging)

    def keep(self, item: VerifiedItem) -> VerifiedItem:
        """File the evidence of an item; what several items share is held in memory once."""
        return each_signature(item, self._keep)

    def name(self, piece: UsedEvidence) -> str:
        """Where a piece that was kept lies, relative to the folder."""
        return self._names[piece]

    def finish(self, report: object) -> None:
        """Add the report; the folder appears."""
        text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
        write_whole(self._staging / REPORT, text.encode("utf-8", "backslashreplace"))
        if self._folder.is_dir() and not self._folder.is_symlink():
            try:
                self._folder.rmdir()
            except OSError as error:
                raise UsageProblem("evidence_exists", path=str(self._folder)) from error
        try:
            publish_folder(self._staging, self._folder.absolute())
        except FileExistsError as error:
            raise UsageProblem("evidence_exists", path=str(self._folder)) from error

    def _keep(self, report: SignatureReport) -> SignatureReport:
        return replace(report, evidence=tuple(map(self._file, report.evidence)))

    def _file(self, piece: UsedEvidence) -> UsedEvidence:
        if piece not in self._kept:
            place, suffix = _PLACES[piece.kind]
            name = f"{place}/{hashlib.sha256(piece.data).hexdigest()}.{suffix}"
            target = self._staging / name
            make_folder(target.parent)
            write_whole(target, ssl.DER_cert_to_PEM_cert(piece.data) if suffix == "pem" else piece.data)
            self._kept[piece] = piece
            self._names[piece] = name
        return self._kept[piece]
