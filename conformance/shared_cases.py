"""The signed files of the shared cases, real ones and attacked ones; none where they are not there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from asn1crypto import x509
from dss import Question
from pyhanko.pdf_utils.reader import PdfFileReader
from tools import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from digitize.signatures.trust import TrustStore
from support.sealing import NOW

CASES = Path(os.environ.get("DIGITIZE_CASES", ROOT.parent / "shared" / "cases")) / "signed"


def questions() -> Iterator[Question]:
    """The files; of each, every certificate in it is believed, which is the attacker's best case."""
    for file in sorted(CASES.rglob("*.pdf")):
        store = TrustStore(tuple(_certificates(file)))
        yield Question(file.relative_to(CASES).as_posix(), file, store, NOW)


def _certificates(file: Path) -> list[x509.Certificate]:
    try:
        with file.open("rb") as stream:
            signatures = PdfFileReader(stream, strict=False).embedded_signatures
            return [c for one in signatures for c in (one.signer_cert, *one.other_embedded_certs)]
    except Exception:  # noqa: BLE001 - what cannot be read names nobody
        return []
