"""pdfsig, of poppler: whether the signatures of a PDF hold."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tools import output_of

_VALID = "Signature Validation: Signature is Valid."


def faults(pdfs: Iterable[Path]) -> list[str]:
    """Files in which a signature does not hold, or none is; it cannot judge document timestamps."""
    found = []
    for pdf in pdfs:
        _, *parts = output_of("pdfsig", "-nocert", pdf).stdout.split("Signature #")
        signatures = [part for part in parts if "Signature Type: unknown" not in part]
        if not signatures or any(_VALID not in part for part in signatures):
            found.append(f"pdfsig: {pdf}: {''.join(parts)}")
    return found
