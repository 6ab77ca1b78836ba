"""qpdf: whether the syntax of a PDF is sound."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tools import output_of


def faults(pdfs: Iterable[Path]) -> list[str]:
    """What ``qpdf --check`` finds in some files."""
    done = [(pdf, output_of("qpdf", "--check", pdf)) for pdf in pdfs]
    return [f"qpdf: {pdf}: {one.stderr or one.stdout}" for pdf, one in done if one.returncode]
