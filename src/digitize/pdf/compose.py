"""Compose a searchable PDF/A-2b from archival pictures and words.

PDF/A-2b (ISO 19005-2) is what accepted packages under TT 05/2025/TT-BNV hold; it rests on PDF 1.7,
which the circulars on signing ask for. The file is built from our own pictures and text alone, so
no converter is needed, and it is checked before it appears.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name, Pdf, Stream, pdfa
from PIL import Image, TiffImagePlugin

from digitize import __version__
from digitize.errors import ItemProblem
from digitize.files import whole_file
from digitize.imaging.encode import Encoding
from digitize.model import PageReading
from digitize.pdf import glyphless
from digitize.pdf.saving import FLAVOUR, save_pdfa
from digitize.pdf.text_layer import FONT, IMAGE, characters, page_content
from digitize.times import VIETNAM

TOOL = f"digitize {__version__}"


@dataclass(frozen=True, slots=True)
class ComposedPage:
    """A page to be put into a document: its archival picture and its words."""

    picture: Path
    reading: PageReading


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a document says about itself in XMP.

    Attributes:
        title: shown as the window's title.
        identifier: the document's identifier in its archive.
        organisation: who digitized it.
        conversion_mark: the sentence that marks it as converted from paper (Luật Giao dịch điện
            tử 2023, Art. 12).
        sources: checksums of the scans it was made from.
        engine: the OCR engine that read it.
        created: when it was made.

    """

    title: str
    identifier: str
    organisation: str
    conversion_mark: str
    created: dt.datetime
    sources: tuple[str, ...] = ()
    engine: str = ""
    keywords: tuple[str, ...] = field(default=())


def compose(pages: Sequence[ComposedPage], provenance: Provenance, target: Path) -> None:
    """Write a PDF/A-2b to ``target``, whole or not at all.

    Raises:
        ItemProblem: the result is not PDF/A-2b; nothing was written.

    """
    pdf = Pdf.new()
    readings = [page.reading for page in pages]
    font = glyphless.add_font(pdf, characters(readings))
    for page in pages:
        _add_page(pdf, page, font)
    pdf.Root.Lang = pikepdf.String("vi-VN")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    describe(pdf, provenance)
    try:
        with whole_file(target) as part:
            save_pdfa(pdf, part)
    except pdfa.PdfaError as error:
        raise ItemProblem("pdfa_failed", detail=_first_finding(error.report)) from error


def check_pdfa(path: Path) -> tuple[str, ...]:
    """What speaks against a file being PDF/A-2b; nothing if it is."""
    report = pdfa.validate_written(path, FLAVOUR)
    return tuple(str(finding) for finding in report.findings)


def _add_page(pdf: Pdf, page: ComposedPage, font: pikepdf.Object) -> None:
    reading = page.reading
    scale = 72.0 / reading.dpi
    added = pdf.add_blank_page(page_size=(reading.width * scale, reading.height * scale))
    added.Contents = Stream(pdf, page_content(reading))
    added.Resources = Dictionary(
        XObject=Dictionary({"/" + IMAGE: _image(pdf, page.picture)}),
        Font=Dictionary({"/" + FONT: font}),
    )


def _image(pdf: Pdf, path: Path) -> pikepdf.Object:
    data = path.read_bytes()
    with Image.open(io.BytesIO(data)) as image:
        size = {"Width": image.width, "Height": image.height}
        common = {"Type": Name.XObject, "Subtype": Name.Image, **size}
        if path.suffix == Encoding.JPEG:
            space = Name.DeviceGray if image.mode == "L" else Name.DeviceRGB
            return Stream(pdf, data, **common, ColorSpace=space, BitsPerComponent=8, Filter=Name.DCTDecode)
        return Stream(
            pdf,
            _group4(image),
            **common,
            ColorSpace=Name.DeviceGray,
            BitsPerComponent=1,
            Filter=Name.CCITTFaxDecode,
            # Pillow leaves white as one, and what Group 4 calls black are the ones.
            DecodeParms=Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=True),
        )


def _group4(image: Image.Image) -> bytes:
    """The pixels of a black-and-white picture in CCITT Group 4, white as one."""
    stream = io.BytesIO()
    rows_per_strip = 278
    image.convert("1").save(stream, "TIFF", compression="group4", tiffinfo={rows_per_strip: image.height})
    with Image.open(stream) as tiff:
        assert isinstance(tiff, TiffImagePlugin.TiffImageFile)
        (offset,) = tiff.tag_v2[273]
        (length,) = tiff.tag_v2[279]
    return stream.getvalue()[offset : offset + length]


def describe(pdf: Pdf, provenance: Provenance) -> None:
    """Write what a document says about itself."""
    created = provenance.created.astimezone(VIETNAM).isoformat(timespec="seconds")
    with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
        xmp["dc:title"] = provenance.title
        xmp["dc:language"] = {"vi-VN"}
        xmp["dc:identifier"] = provenance.identifier
        xmp["dc:creator"] = [provenance.organisation]
        xmp["dc:description"] = provenance.conversion_mark
        if provenance.sources:
            xmp["dc:source"] = " ".join(f"urn:sha256:{source}" for source in provenance.sources)
        if provenance.engine:
            xmp["dc:contributor"] = {provenance.engine}
        if provenance.keywords:
            xmp["pdf:Keywords"] = ", ".join(provenance.keywords)
        xmp["xmp:CreatorTool"] = TOOL
        xmp["xmp:CreateDate"] = created
        xmp["xmp:ModifyDate"] = created


def _first_finding(report: pdfa.Report) -> str:
    return next((finding.rule for finding in report.findings), "-")
