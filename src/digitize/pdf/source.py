"""Pages of incoming PDFs as pictures.

A page that is one scanned image gives that image itself, and its JPEG data where it is one; every
other page is rendered. Foreign PDFs may be hostile: call this only in a process that may die.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Name, Pdf

from digitize.errors import ItemProblem
from digitize.imaging.decode import decode
from digitize.imaging.picture import Picture

_RENDER_DPI = 300.0
_DPI_RANGE = (200.0, 400.0)
_LEAST_DPI = 100.0
_COVERS = 0.9
"""Share of the page's width and height from which an image is the page."""


@dataclass(frozen=True, slots=True)
class PdfSummary:
    """What ingest must know of a PDF before it is taken apart."""

    pages: int
    signed: bool


def inspect_pdf(path: Path) -> PdfSummary:
    """Count the pages of a PDF and tell whether it bears signatures.

    Raises:
        ItemProblem: the file is encrypted or cannot be read.

    """
    with opened(path) as pdf:
        return PdfSummary(len(pdf.pages), _is_signed(pdf))


def page_picture(path: Path, index: int, *, max_megapixels: float) -> Picture:
    """The picture of a page, turned as ``/Rotate`` says.

    Args:
        path: the PDF.
        index: which page, from 0.
        max_megapixels: larger pictures are refused, or rendered smaller.

    Raises:
        ItemProblem: the page cannot be read.

    """
    finest = 0.0
    with opened(path) as pdf:
        try:
            page = pdf.pages[index]
            finest = _finest_scan(page)
            embedded = _only_image(page)
            if embedded is not None:
                picture = _embedded_picture(embedded, max_megapixels)
                if picture is not None:
                    return _turned(picture, int(page.obj.get("/Rotate", 0)))
        except (pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError, ZeroDivisionError):
            # The renderer repairs more than the parser; what it cannot repair it refuses.
            pass
    return _rendered(path, index, finest, max_megapixels)


@contextmanager
def opened(path: Path) -> Iterator[Pdf]:
    """A foreign PDF; what cannot be opened is an ``ItemProblem``."""
    try:
        with pikepdf.open(path) as pdf:
            yield pdf
    except pikepdf.PasswordError as error:
        raise ItemProblem("pdf_encrypted") from error
    except (pikepdf.PdfError, RecursionError, OSError) as error:
        raise ItemProblem("pdf_broken", detail=type(error).__name__) from error


def _is_signed(pdf: Pdf) -> bool:
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary):
        return False
    waiting = list(form.get("/Fields", []))
    seen = 0
    while waiting and seen < 10_000:
        seen += 1
        field = waiting.pop()
        if not isinstance(field, pikepdf.Dictionary):
            continue
        if field.get("/FT") == Name.Sig and "/V" in field:
            return True
        waiting.extend(field.get("/Kids", []))
    return False


@dataclass(frozen=True, slots=True)
class _Embedded:
    """An image that fills its page, and the resolution it is placed at."""

    image: pikepdf.Stream
    dpi: tuple[float, float]


def _only_image(page: pikepdf.Page) -> _Embedded | None:
    """The image that is all there is to see on a page; None if there is anything else."""
    if any(a.get("/Subtype") != Name.Link for a in page.obj.get("/Annots", [])):
        return None
    found = _shown_images(page)
    if found is None or len(found) != 1:
        return None
    image, placed = found[0]
    if any(key in image for key in ("/SMask", "/Mask", "/Decode", "/OC", "/ImageMask")):
        return None
    if not _fills(page, placed):
        return None
    unit = float(page.obj.get("/UserUnit", 1.0))
    dpi = (
        float(image.Width) * 72 / (placed.a * unit),
        float(image.Height) * 72 / (placed.d * unit),
    )
    return _Embedded(image, dpi)


def _shown_images(page: pikepdf.Page) -> list[tuple[pikepdf.Stream, pikepdf.Matrix]] | None:
    """The images of a page with their places; None if it shows anything but images."""
    places = [pikepdf.Matrix()]
    found: list[tuple[pikepdf.Stream, pikepdf.Matrix]] = []
    hidden_text = False
    for instruction in pikepdf.parse_content_stream(page):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "q":
            places.append(places[-1])
        elif operator == "Q":
            places = places[:-1] or places
        elif operator == "cm":
            places[-1] = pikepdf.Matrix(*(float(value) for value in operands)) @ places[-1]
        elif operator == "Tr":
            hidden_text = int(operands[0]) == _INVISIBLE
        elif operator == "Do":
            resource = page.resources["/XObject"][str(operands[0])]
            if not isinstance(resource, pikepdf.Stream) or resource.get("/Subtype") != Name.Image:
                return None
            found.append((resource, places[-1]))
        elif not (hidden_text and operator in _SHOWS_TEXT) and operator not in _HARMLESS:
            return None
    return found


def _fills(page: pikepdf.Page, placed: pikepdf.Matrix) -> bool:
    """Whether an image that is placed so stands upright and covers the page."""
    if abs(placed.b) > 1e-3 or abs(placed.c) > 1e-3:
        return False
    box = [float(edge) for edge in page.cropbox]
    width, height = box[2] - box[0], box[3] - box[1]
    return _COVERS * width <= placed.a <= 1.05 * width and _COVERS * height <= placed.d <= 1.05 * height


_INVISIBLE = 3
"""Text rendering mode of text that is not shown (ISO 32000-1, table 106)."""

_SHOWS_TEXT = frozenset({"Tj", "TJ", "'", '"'})

_TEXT_STATE = frozenset({"BT", "ET", "Tc", "Tw", "Tz", "TL", "Tf", "Ts", "Td", "TD", "Tm", "T*"})
_HARMLESS = _TEXT_STATE | {"gs", "BMC", "BDC", "EMC", "MP", "DP", "i", "ri"}
"""Operators that show nothing by themselves."""


def _embedded_picture(embedded: _Embedded, max_megapixels: float) -> Picture | None:
    """Decode an embedded image; None where only the renderer can."""
    image, (dpi_x, dpi_y) = embedded.image, embedded.dpi
    width, height = int(image.Width), int(image.Height)
    if width * height > max_megapixels * 1e6:
        raise ItemProblem(
            "image_too_large",
            megapixels=round(width * height / 1e6, 1),
            limit=max_megapixels,
        )
    if abs(dpi_x - dpi_y) > 0.02 * max(dpi_x, dpi_y):
        return None
    wrapped = pikepdf.PdfImage(image)
    if wrapped.filters == ["/DCTDecode"] and wrapped.mode in ("RGB", "L"):
        picture = decode(image.read_raw_bytes(), max_megapixels=max_megapixels)
        return Picture(picture.pixels, dpi_x, picture.depth, picture.jpeg)
    if any(f in ("/JBIG2Decode", "/JPXDecode") for f in wrapped.filters):
        return None
    stream = io.BytesIO()
    plain = wrapped.as_pil_image()
    depth = 1 if plain.mode == "1" else 8 * len(plain.getbands())
    plain.convert("L" if plain.mode in ("1", "L") else "RGB").save(stream, "BMP")
    picture = decode(stream.getvalue(), max_megapixels=max_megapixels)
    return Picture(picture.pixels, dpi_x, depth)


def _turned(picture: Picture, degrees: int) -> Picture:
    if degrees % 360 == 0:
        return picture
    pixels = np.ascontiguousarray(np.rot90(picture.pixels, -(degrees // 90)))
    return Picture(pixels, picture.dpi, picture.depth)


def _rendered(path: Path, index: int, finest: float, max_megapixels: float) -> Picture:
    try:
        document = pypdfium2.PdfDocument(path)
        try:
            document.init_forms()
            page = document[index]
            dpi = _render_dpi(page.get_size(), finest, max_megapixels)
            image = page.render(scale=dpi / 72, may_draw_forms=True).to_pil().convert("RGB")
        finally:
            document.close()
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise ItemProblem("pdf_broken", detail=type(error).__name__) from error
    return Picture(np.array(image), dpi, 24)


def _finest_scan(page: pikepdf.Page) -> float:
    """The resolution of the finest image with the proportions of the page, 0 if there is none.

    Scanners that compress in layers put coarse colour under a fine mask; the mask bears the text.
    """
    width, height = (float(page.cropbox[i + 2]) - float(page.cropbox[i]) for i in (0, 1))
    finest = 0.0
    for image in page.get_images().values():
        for layer in (image, image.get("/SMask"), image.get("/Mask")):
            if not isinstance(layer, pikepdf.Stream):
                continue
            across, down = (float(layer.get(k, 0)) for k in ("/Width", "/Height"))
            dpi_x, dpi_y = across * 72 / width, down * 72 / height
            if abs(dpi_x - dpi_y) <= 0.1 * max(dpi_x, dpi_y):
                finest = max(finest, dpi_x)
    return finest


def _render_dpi(size: tuple[float, float], finest: float, max_megapixels: float) -> float:
    """The resolution to render a page of ``size`` points at: that of its scan, within reason."""
    low, high = _DPI_RANGE
    dpi = min(high, max(low, finest)) if finest else _RENDER_DPI
    area = max(1.0, size[0] * size[1])
    affordable = (max_megapixels * 1e6 / area) ** 0.5 * 72
    if affordable < _LEAST_DPI:
        raise ItemProblem(
            "image_too_large",
            megapixels=round(area * (_LEAST_DPI / 72) ** 2 / 1e6, 1),
            limit=max_megapixels,
        )
    return float(min(dpi, affordable))
