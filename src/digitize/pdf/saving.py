"""Save a PDF in such a way that a disk that is full is an error and nothing worse.

qpdf flushes what it writes in places where an exception ends the process, and pikepdf writes beside the
target under the usual permissions. So a file is made in memory, and written by Python to where it belongs.
"""

from __future__ import annotations

import io
from pathlib import Path

from pikepdf import Pdf

from digitize.files import announce

FLAVOUR = "2b"
PDF_VERSION = "1.7"


def save_pdfa(pdf: Pdf, target: Path) -> None:
    """Make a document PDF/A-2b, check it, and write it into a file that is there already.

    Raises:
        PdfaError: it cannot be PDF/A; nothing was written.
        OSError: the disk does not take it.

    """
    # Takes long to load; who only starts the workers that compose needs none of it.
    from pikepdf import pdfa

    settings = pdfa.resolve_save_kwargs(FLAVOUR, deterministic_id=True, min_version=PDF_VERSION)
    pdfa.prepare(pdf, FLAVOUR)
    stream = io.BytesIO()
    pdf.save(stream, **settings)
    report = pdfa.validate_written(stream, FLAVOUR, save_kwargs=settings)
    if not report.passed:
        raise pdfa.PdfaError(report)
    _write(stream, target)


def save_plain(pdf: Pdf, target: Path) -> None:
    """Write a document as it is into a file that is there already.

    Raises:
        OSError: the disk does not take it.

    """
    stream = io.BytesIO()
    pdf.save(stream, deterministic_id=True, min_version=PDF_VERSION)
    _write(stream, target)


def _write(stream: io.BytesIO, target: Path) -> None:
    announce("write", target)
    target.write_bytes(stream.getbuffer())
