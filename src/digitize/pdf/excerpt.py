"""Some pages of an incoming PDF as a file of their own: the same pictures, and nothing of the other pages.

Foreign PDFs may be hostile: call this only in a process that may die.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pikepdf import Name, Pdf

from digitize.files import make_folder, whole_file
from digitize.pdf.saving import save_plain
from digitize.pdf.source import opened

_KEPT = frozenset(
    {
        Name.Type,
        Name.Parent,
        Name.MediaBox,
        Name.CropBox,
        Name.Rotate,
        Name.UserUnit,
        Name.Resources,
        Name.Contents,
    }
)
"""What of a page makes up its picture; what else there may be can lead to other pages."""


def write_excerpt(source: Path, pages: Sequence[int], target: Path) -> None:
    """Write some pages of a PDF to a file, their pictures as they are, bit by bit.

    Args:
        source: the PDF.
        pages: which, from 0.
        target: the file; it appears whole or not at all.

    Raises:
        ItemProblem: the file is encrypted or cannot be read.

    """
    with opened(source) as pdf:
        excerpt = Pdf.new()
        for index in pages:
            excerpt.pages.append(pdf.pages[index])
            page = excerpt.pages[-1].obj
            for key in [key for key in page.keys() if key not in _KEPT]:  # noqa: SIM118 - no mapping
                del page[key]
        # Scanners let all pages share one list of pictures.
        excerpt.remove_unreferenced_resources()
        make_folder(target.parent)
        with whole_file(target) as part:
            save_plain(excerpt, part)
