"""Reader's copies: a signed PDF with a mark on its pages, and without its signatures.

TT 05/2025/TT-BNV, Arts. 40-42: BẢN SAO at the top right, size 10, black. A mark changes what was signed, so
no signature of the original can hold in a copy; what a signature shows stays as a picture of itself, and
what it was made of (its field, its long-term data) goes. The text layer stays.
"""

from __future__ import annotations

import datetime as dt
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
from numpy.typing import NDArray
from pikepdf import Name, Pdf, pdfa

from digitize.errors import ItemProblem
from digitize.files import whole_file
from digitize.pdf.compose import TOOL
from digitize.pdf.frame import Frame, Rectangle
from digitize.pdf.mark_font import MarkFont, embed, load_mark_font
from digitize.pdf.saving import save_pdfa, save_plain
from digitize.times import written

_EDGE = 14
"""Points that a mark keeps from the edges of the page, as stamps do."""

_MARGIN = 3
"""Points around a mark in which nothing should stand."""

_STEP = 6
_DARK = 40
"""Levels of grey below the paper from which on something counts as written or drawn."""

_SPECKS = 0.005
"""Share of such points that paper has by itself."""

_DEEPEST = 50
"""Levels of a page tree that are looked through."""

_FONT = Name("/DigitizeCopy")
"""What the font of the mark is called on a page; a name made up by chance would change every file."""

_SIGNED = ("/AcroForm", "/DSS", "/Perms", "/Extensions")
"""What belongs to signatures: fields, long-term data, permissions, and the extension that allows these."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is put on a copy.

    Attributes:
        text: such as ``BẢN SAO``.
        font_file: embedded as far as it is needed.
        size: in points.
        every_page: whether it stands on all pages, or on the first alone.

    """

    text: str
    font_file: Path
    size: float
    every_page: bool


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that was written.

    Attributes:
        pages: how many it has.
        archival: it is PDF/A, as the original is.
        covering: pages, from 1, where no free room was found, so that the mark stands over something.

    """

    pages: int
    archival: bool
    covering: tuple[int, ...]


def write_copy(source: Path, target: Path, mark: Mark, origin: str, moment: dt.datetime) -> Copied:
    """Write the copy of a signed PDF, whole or not at all.

    Args:
        source: the signed file; it is only read.
        target: the copy.
        mark: what is put on its pages.
        origin: SHA-256 of the source, which the copy names in its metadata.
        moment: when the copy is made.

    Raises:
        ItemProblem: the source cannot be read as a PDF.

    """
    try:
        with pikepdf.open(source) as pdf:
            _without_signatures(pdf)
            count = len(pdf.pages)
            font = load_mark_font(mark.font_file, mark.text)
            embedded = embed(pdf, font)
            seen = _pictures(pdf, count if mark.every_page else 1)
            covering = []
            for number, picture in enumerate(seen, start=1):
                if not _put(pdf.pages[number - 1], picture, mark, font, embedded):
                    covering.append(number)
            _describe(pdf, mark, origin, moment)
            with whole_file(target) as part:
                archival = _save(pdf, part)
            return Copied(count, archival, tuple(covering))
    except (
        pikepdf.PdfError,
        pypdfium2.PdfiumError,
        RecursionError,
        ValueError,
        TypeError,
        KeyError,
    ) as e:
        raise ItemProblem("copy_failed", file=source.name, detail=type(e).__name__) from e


def _without_signatures(pdf: Pdf) -> None:
    """Draw what annotations show into their pages, and take out what signatures are made of."""
    with warnings.catch_warnings(action="ignore"):
        pdf.flatten_annotations("all")
    for page in pdf.pages:
        # What shows nothing, such as the field of a document timestamp, is not drawn and stays behind.
        kept = [one for one in page.get("/Annots", []) if one.get("/Subtype") != Name.Widget]
        if kept:
            page.Annots = pikepdf.Array(kept)
        elif "/Annots" in page:
            del page.Annots
    for key in _SIGNED:
        if key in pdf.Root:
            del pdf.Root[key]


def _pictures(pdf: Pdf, pages: int) -> Iterator[NDArray[np.uint8]]:
    """The first pages in grey as they are seen, a point wide and high for each point."""
    stream = io.BytesIO()
    pdf.save(stream)
    document = pypdfium2.PdfDocument(stream.getvalue())
    try:
        for number in range(pages):
            yield document[number].render(scale=1, grayscale=True).to_numpy()
    finally:
        document.close()


def _put(
    page: pikepdf.Page, picture: NDArray[np.uint8], mark: Mark, font: MarkFont, embedded: pikepdf.Object
) -> bool:
    """Put the mark on a page; whether there was free room for it."""
    frame = _frame(page)
    width = round(font.width(mark.text, mark.size)) + 1
    seen, free = _room(picture, frame.size, (width, round(1.2 * mark.size)))
    left, bottom, right, top = frame.own(seen)
    # The line begins where the seen lower left corner lies, and runs as the page is turned.
    x, y, cosine, sine = {
        0: (left, bottom, 1, 0),
        90: (right, bottom, 0, 1),
        180: (right, top, -1, 0),
        270: (left, top, 0, -1),
    }[frame.turn]
    name = page.add_resource(embedded, Name.Font, _FONT)
    rise = 0.25 * mark.size
    content = (
        f"/Artifact BMC q BT 0 g 0 Tr {name} {mark.size:g} Tf "
        f"{cosine} {sine} {-sine} {cosine} {x - rise * sine:.2f} {y + rise * cosine:.2f} Tm "
        f"<{font.encode(mark.text)}> Tj ET Q EMC"
    )
    page.contents_add(b"q", prepend=True)
    page.contents_add(b"Q\n" + content.encode("ascii"))
    return free


def _frame(page: pikepdf.Page) -> Frame:
    left, bottom, right, top = (round(float(edge)) for edge in page.cropbox)
    box = (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
    return Frame(box, _turn(page.obj) % 360)


def _turn(node: pikepdf.Object) -> int:
    """``/Rotate`` of a page or of what it stands under (ISO 32000-1, 7.7.3.4)."""
    for _ in range(_DEEPEST):
        if "/Rotate" in node:
            return int(node["/Rotate"])
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return 0


def _room(
    picture: NDArray[np.uint8], size: tuple[int, int], wanted: tuple[int, int]
) -> tuple[Rectangle, bool]:
    """The free place that is nearest to the top right corner; that corner if there is none.

    A place is free where the picture of the page shows hardly anything darker than its paper, whether
    words, writing by hand, a seal or what a signature shows.
    """
    (page_width, page_height), (width, height) = size, wanted
    rows, columns = picture.shape
    dark = picture < int(np.median(picture)) - _DARK
    sums = np.zeros((rows + 1, columns + 1), np.int64)
    sums[1:, 1:] = dark.cumsum(0).cumsum(1)
    corner = (page_width - _EDGE - width, _EDGE)
    places = sorted(
        (
            (left, top)
            for left in range(corner[0], _EDGE - 1, -_STEP)
            for top in range(corner[1], page_height - _EDGE - height + 1, _STEP)
        ),
        key=lambda place: (corner[0] - place[0]) ** 2 + (place[1] - corner[1]) ** 2,
    )
    for left, top in places:
        x0, x1 = max(0, left - _MARGIN), min(columns, left + width + _MARGIN)
        y0, y1 = max(0, top - _MARGIN), min(rows, top + height + _MARGIN)
        if x0 < x1 and y0 < y1:
            inside = sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]
            if inside <= _SPECKS * (x1 - x0) * (y1 - y0):
                return _seen(left, top, wanted, page_height), True
    return _seen(max(0, corner[0]), corner[1], wanted, page_height), False


def _seen(left: int, top: int, size: tuple[int, int], page_height: int) -> Rectangle:
    width, height = size
    return left, page_height - top - height, left + width, page_height - top


def _describe(pdf: Pdf, mark: Mark, origin: str, moment: dt.datetime) -> None:
    with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
        xmp["dc:type"] = {mark.text}
        xmp["dc:relation"] = {f"urn:sha256:{origin}"}
        xmp["xmp:CreatorTool"] = TOOL
        xmp["xmp:ModifyDate"] = written(moment)


def _save(pdf: Pdf, target: Path) -> bool:
    """Save as PDF/A; what cannot be that, such as an old file of somebody else's, as it is."""
    try:
        save_pdfa(pdf, target)
    except pdfa.PdfaError:
        save_plain(pdf, target)
        return False
    return True
