"""Which pages of a dossier make up its documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from digitize.pipeline.records import OriginalRecord, PageRecord, PageRole
from digitize.profiles.profile import ScanRules


def document_pages(pages: Sequence[PageRecord], rules: ScanRules) -> list[int]:
    """Indices, from 0, of the pages that documents are made of.

    Separator sheets and excluded pages are none of them, and empty backs are none where they are to be left
    out.
    """
    left_out = {PageRole.SEPARATOR, PageRole.EXCLUDED}
    if rules.empty_backs == "leave_out":
        left_out.add(PageRole.BACK)
    return [index for index, page in enumerate(pages) if page.role not in left_out]


def empty_backs(
    pages: Sequence[PageRecord], originals: Mapping[int, OriginalRecord], *, of_stack: bool
) -> Iterator[int]:
    """Ordinals of pages that are empty backs.

    A back is the second page of a sheet, so every other page of a file, and follows a page with something on
    it: an empty sheet is no back.

    Args:
        pages: of a dossier, all read.
        originals: its files, by their ordinals.
        of_stack: it was cut from a stack; then every other file of one page may be a back as well.

    """
    for before, page in pairwise(pages):
        alone = originals[page.original].pages == 1
        second = of_stack and page.ordinal % 2 == 0 if alone else page.frame % 2 == 1
        papers = before.role is PageRole.SCAN and page.role is PageRole.SCAN
        if second and papers and _is_empty(page) and not _is_empty(before):
            yield page.ordinal


def _is_empty(page: PageRecord) -> bool:
    return bool((page.summary or {}).get("empty"))
