"""The text that a PDF bears, page by page.

Foreign PDFs may be hostile: call this only in a process that may die.
"""

from __future__ import annotations

import pypdfium2

from digitize.errors import ItemProblem

_MOST_CHARACTERS = 1_000_000
"""Of one page; what has more is no page that somebody will read."""


def page_texts(data: bytes, *, max_pages: int) -> list[str]:
    """The text layer of each page; empty for a page without one.

    Args:
        data: the PDF.
        max_pages: pages after so many are left out.

    Raises:
        ItemProblem: it cannot be read.

    """
    try:
        document = pypdfium2.PdfDocument(data)
        try:
            return [_text_of(document[number]) for number in range(min(len(document), max_pages))]
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise ItemProblem("pdf_broken", detail=type(error).__name__) from error


def _text_of(page: pypdfium2.PdfPage) -> str:
    text = page.get_textpage()
    count = min(text.count_chars(), _MOST_CHARACTERS)
    if count <= 0:
        return ""
    # Half of a character that takes two cannot be written down.
    return str(text.get_text_range(0, count)).encode("utf-8", "replace").decode()
