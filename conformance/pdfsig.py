"""pdfsig, of poppler: whether the one signature of a PDF holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tools import output_of

_VALID = "Signature Validation: Signature is Valid."


def faults(pdfs: Iterable[Path]) -> list[str]:
    """Files in which not exactly one signature holds; document timestamps, which it cannot judge, aside."""
    found = []
    for pdf in pdfs:
        _, *parts = output_of("pdfsig", "-nocert", pdf).stdout.split("Signature #")
        signatures = [part for part in parts if "Signature Type: unknown" not in part]
        if len(signatures) != 1 or _VALID not in signatures[0]:
            found.append(f"pdfsig: {pdf}: {''.join(parts)}")
    return found
