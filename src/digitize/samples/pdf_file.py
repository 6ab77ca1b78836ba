"""Scans in a PDF whose bytes depend on nothing but them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

_DRAWN = dt.datetime(2026, 11, 18, tzinfo=dt.UTC).timetuple()
"""When the PDF says it was made."""


def save_pdf(path: Path, images: Sequence[Image.Image], *, title: str, dpi: int, **encoding: int) -> None:
    """Write pictures as the pages of a PDF.

    Pillow would write the hour of drawing and the name of the file into it.
    """
    images[0].save(
        path,
        "PDF",
        resolution=dpi,
        title=title,
        creationDate=_DRAWN,
        modDate=_DRAWN,
        save_all=True,
        append_images=images[1:],
        **encoding,
    )
