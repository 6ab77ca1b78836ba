"""Pages of incoming PDFs: the scan itself where a page is one, else a rendering."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image, ImageDraw

from digitize.errors import ItemProblem
from digitize.imaging.picture import Pixels
from digitize.pdf.source import PdfSummary, inspect_pdf, page_picture
from support.papers import drawn, paper, plain
from support.sealing import office
from support.tampering import approved, removed_signatures, updated, with_waiting_field

LIMIT = 100.0
SIZE = (800, 400)


def scan(mode: str = "RGB") -> Image.Image:
    """A picture that is unlike itself however it is turned: a dark corner at the top left."""
    image = Image.new("RGB", SIZE, (240, 235, 220))
    ImageDraw.Draw(image).rectangle((0, 0, 200, 100), fill=(40, 20, 20))
    return image.convert(mode)


def jpeg(mode: str = "RGB") -> bytes:
    stream = io.BytesIO()
    scan(mode).save(stream, "JPEG", quality=90, dpi=(200, 200))
    return stream.getvalue()


def jpeg_stream(pdf: Pdf, data: bytes, **more: Any) -> Stream:
    return Stream(
        pdf,
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=SIZE[0],
        Height=SIZE[1],
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
        **more,
    )


def scanned(
    path: Path, content: bytes | None = None, *, rotate: int = 0, data: bytes | None = None, **more: Any
) -> Path:
    """A PDF of one page that shows a JPEG at 200 dpi."""
    width, height = SIZE[0] * 72 / 200, SIZE[1] * 72 / 200
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(width, height))
    page.Contents = Stream(pdf, content or b"q %f 0 0 %f 0 0 cm /Im0 Do Q" % (width, height))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Resources = Dictionary(
        XObject=Dictionary(Im0=jpeg_stream(pdf, data or jpeg(), **more)), Font=Dictionary(F0=font)
    )
    if rotate:
        page.obj["/Rotate"] = rotate
    pdf.save(path)
    return path


def dark_corner(pixels: Pixels) -> str:
    """Where the dark corner has gone."""
    grey = pixels if pixels.ndim == 2 else pixels.mean(axis=2)
    height, width = grey.shape
    corners = {
        "top left": grey[: height // 8, : width // 8],
        "top right": grey[: height // 8, -width // 8 :],
        "bottom left": grey[-height // 8 :, : width // 8],
        "bottom right": grey[-height // 8 :, -width // 8 :],
    }
    return min(corners, key=lambda name: corners[name].mean())


def test_a_page_that_is_one_scan_gives_its_jpeg_data_untouched(tmp_path: Path) -> None:
    picture = page_picture(scanned(tmp_path / "a.pdf"), 0, max_megapixels=LIMIT)
    assert picture.jpeg == jpeg()
    assert picture.pixels.shape == (400, 800, 3)
    assert picture.dpi == pytest.approx(200, abs=0.5)
    assert np.array_equal(picture.pixels, np.array(Image.open(io.BytesIO(jpeg()))))


def test_hidden_words_over_a_scan_do_not_make_it_anything_else(tmp_path: Path) -> None:
    content = b"q 288 0 0 144 0 0 cm /Im0 Do Q BT 3 Tr /F0 12 Tf 10 10 Td (hidden) Tj ET"
    assert page_picture(scanned(tmp_path / "a.pdf", content), 0, max_megapixels=LIMIT).jpeg == jpeg()


@pytest.mark.parametrize(
    "content",
    [
        b"q 288 0 0 144 0 0 cm /Im0 Do Q BT /F0 24 Tf 10 10 Td (to be seen) Tj ET",
        b"q 288 0 0 144 0 0 cm /Im0 Do Q 1 0 0 rg 0 0 90 90 re f",
        b"q 100 0 0 50 20 20 cm /Im0 Do Q",
        b"q 288 0 0 144 0 0 cm /Im0 Do Q q 90 0 0 45 0 0 cm /Im0 Do Q",
        b"q -288 0 0 144 288 0 cm /Im0 Do Q",
        b"q 0 144 -288 0 288 0 cm /Im0 Do Q",
        b"q 0 0 100 100 re W n 288 0 0 144 0 0 cm /Im0 Do Q",
    ],
    ids=["text", "drawing", "small", "two", "mirrored", "turned", "clipped"],
)
def test_a_page_that_shows_more_or_less_than_one_scan_is_rendered(tmp_path: Path, content: bytes) -> None:
    picture = page_picture(scanned(tmp_path / "a.pdf", content), 0, max_megapixels=LIMIT)
    assert picture.jpeg is None
    # As fine as its scan, which stands at 200 dpi.
    assert picture.dpi == pytest.approx(200, abs=1)
    assert picture.pixels.shape == (400, 800, 3)


def test_what_is_drawn_over_a_scan_is_in_the_picture(tmp_path: Path) -> None:
    content = b"q 288 0 0 144 0 0 cm /Im0 Do Q 1 0 0 rg 200 0 88 60 re f"
    pixels = page_picture(scanned(tmp_path / "a.pdf", content), 0, max_megapixels=LIMIT).pixels
    assert pixels[350, 700].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    "more", [{"Decode": Array([1, 0, 1, 0, 1, 0])}, {"Mask": Array([0, 10, 0, 10, 0, 10])}]
)
def test_a_scan_that_the_page_alters_is_rendered(tmp_path: Path, more: dict[str, Any]) -> None:
    assert page_picture(scanned(tmp_path / "a.pdf", **more), 0, max_megapixels=LIMIT).jpeg is None


def test_a_visible_annotation_is_part_of_the_picture_and_a_link_is_not(tmp_path: Path) -> None:
    path = scanned(tmp_path / "a.pdf")
    for subtype, untouched in ((Name.Link, True), (Name.Square, False)):
        with pikepdf.open(path) as pdf:
            note = Dictionary(Type=Name.Annot, Subtype=subtype, Rect=Array([0, 0, 50, 50]))
            pdf.pages[0].Annots = Array([note])
            pdf.save(tmp_path / "b.pdf")
        picture = page_picture(tmp_path / "b.pdf", 0, max_megapixels=LIMIT)
        assert (picture.jpeg is not None) == untouched, subtype


@pytest.mark.parametrize(
    ("rotate", "corner", "shape"),
    [
        (90, "top right", (800, 400)),
        (180, "bottom right", (400, 800)),
        (270, "bottom left", (800, 400)),
        (-90, "bottom left", (800, 400)),
        (360, "top left", (400, 800)),
    ],
)
def test_a_rotated_page_is_turned_as_it_is_shown(
    tmp_path: Path, rotate: int, corner: str, shape: tuple[int, int]
) -> None:
    for content in (None, b"q 288 0 0 144 0 0 cm /Im0 Do Q 1 1 1 rg 140 70 1 1 re f"):
        path = scanned(tmp_path / "a.pdf", content, rotate=rotate)
        picture = page_picture(path, 0, max_megapixels=LIMIT)
        assert picture.pixels.shape[:2] == shape
        assert dark_corner(picture.pixels) == corner
        assert (picture.jpeg is not None) == (content is None and rotate == 360)


@pytest.mark.parametrize("filtered", [Name.CCITTFaxDecode, Name.FlateDecode])
def test_a_lossless_scan_in_black_and_white_comes_back_pixel_by_pixel(
    tmp_path: Path, filtered: pikepdf.Name
) -> None:
    image, _ = drawn()
    wanted = image.convert("1", dither=Image.Dither.NONE)
    path = tmp_path / "a.pdf"
    if filtered == Name.CCITTFaxDecode:
        wanted.save(path, resolution=200)
    else:
        pdf = Pdf.new()
        page = pdf.add_blank_page(page_size=(wanted.width * 0.36, wanted.height * 0.36))
        page.Contents = Stream(
            pdf, b"q %f 0 0 %f 0 0 cm /Im0 Do Q" % (wanted.width * 0.36, wanted.height * 0.36)
        )
        stream = Stream(
            pdf,
            wanted.tobytes(),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=wanted.width,
            Height=wanted.height,
            ColorSpace=Name.DeviceGray,
            BitsPerComponent=1,
        )
        page.Resources = Dictionary(XObject=Dictionary(Im0=stream))
        pdf.save(path)
    picture = page_picture(path, 0, max_megapixels=LIMIT)
    assert picture.depth == 1
    assert picture.jpeg is None
    assert np.array_equal(picture.pixels, np.array(wanted.convert("L")))


def test_each_page_of_several_is_found_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    shades = [20, 120, 220]
    images = [Image.new("L", (300, 200), shade) for shade in shades]
    images[0].save(path, save_all=True, append_images=images[1:], resolution=200)
    assert inspect_pdf(path) == PdfSummary(pages=3, signed=False)
    for index, shade in enumerate(shades):
        pixels = page_picture(path, index, max_megapixels=LIMIT).pixels
        assert abs(float(pixels.mean()) - shade) < 3


def test_a_page_of_mere_text_is_rendered_fine_enough_to_read(tmp_path: Path) -> None:
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(200, 100))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Resources = Dictionary(Font=Dictionary(F0=font))
    page.Contents = Stream(pdf, b"BT /F0 24 Tf 20 40 Td (Van ban) Tj ET")
    pdf.save(tmp_path / "a.pdf")
    picture = page_picture(tmp_path / "a.pdf", 0, max_megapixels=LIMIT)
    assert picture.dpi == 300
    assert picture.pixels.shape == (417, 834, 3)
    assert picture.pixels.min() < 50


def test_signatures_are_seen_wherever_their_field_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    signed = approved(plain(), office().signer)
    cases = {
        plain(): False,
        signed: True,
        with_waiting_field(plain(), "waiting"): False,
        updated(signed, removed_signatures): False,
    }
    for data, expected in cases.items():
        path.write_bytes(data)
        assert inspect_pdf(path).signed is expected
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        field = pdf.Root.AcroForm.Fields[0]
        pdf.Root.AcroForm.Fields = Array([pdf.make_indirect(Dictionary(T=b"parent", Kids=Array([field])))])
        pdf.save(path)
    assert inspect_pdf(path).signed is True


def test_a_form_that_goes_in_circles_is_no_trap(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(plain())) as pdf:
        parent = pdf.make_indirect(Dictionary(T=b"a"))
        parent.Kids = Array([parent, parent])
        pdf.Root.AcroForm = Dictionary(Fields=Array([parent]))
        pdf.save(tmp_path / "a.pdf")
    assert inspect_pdf(tmp_path / "a.pdf").signed is False


@pytest.mark.parametrize("user", ["secret", ""])
def test_an_encrypted_file_is_told_as_such_unless_anybody_may_open_it(tmp_path: Path, user: str) -> None:
    path = tmp_path / "a.pdf"
    with pikepdf.open(scanned(tmp_path / "plain.pdf")) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="owner", user=user))
    if not user:
        assert page_picture(path, 0, max_megapixels=LIMIT).jpeg == jpeg()
        return
    for attempt in (lambda: inspect_pdf(path), lambda: page_picture(path, 0, max_megapixels=LIMIT)):
        with pytest.raises(ItemProblem) as caught:
            attempt()
        assert caught.value.code == "pdf_encrypted"


@pytest.mark.parametrize(
    "data", [b"", b"not a PDF", b"%PDF-1.7\n", b"\x00" * 4000], ids=["empty", "text", "header", "zeros"]
)
def test_a_broken_file_is_told_as_such(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    for attempt in (lambda: inspect_pdf(path), lambda: page_picture(path, 0, max_megapixels=LIMIT)):
        with pytest.raises(ItemProblem) as caught:
            attempt()
        assert caught.value.code == "pdf_broken"


def test_a_missing_file_and_a_missing_page_are_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(ItemProblem) as missing:
        inspect_pdf(tmp_path / "none.pdf")
    assert missing.value.code == "pdf_broken"
    with pytest.raises(ItemProblem) as beyond:
        page_picture(scanned(tmp_path / "a.pdf"), 7, max_megapixels=LIMIT)
    assert beyond.value.code == "pdf_broken"


def test_a_torn_scan_never_passes_for_the_whole(tmp_path: Path) -> None:
    path = scanned(tmp_path / "a.pdf", data=jpeg()[:1500])
    with pytest.raises(ItemProblem) as caught:
        page_picture(path, 0, max_megapixels=LIMIT)
    assert caught.value.code == "image_broken"


def test_a_scan_that_claims_to_be_huge_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with pikepdf.open(scanned(tmp_path / "b.pdf")) as pdf:
        image = pdf.pages[0].Resources.XObject.Im0
        image.Width, image.Height = 60_000, 30_000
        pdf.save(path)
    with pytest.raises(ItemProblem) as caught:
        page_picture(path, 0, max_megapixels=LIMIT)
    assert caught.value.code == "image_too_large"
    assert caught.value.facts == {"megapixels": 1800.0, "limit": LIMIT}


def test_a_huge_sheet_is_rendered_smaller_and_a_page_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    for side, fits in ((3000, True), (14_400, False)):
        pdf = Pdf.new()
        pdf.add_blank_page(page_size=(side, side))
        pdf.save(path)
        if fits:
            picture = page_picture(path, 0, max_megapixels=20)
            assert picture.dpi < 150
            assert picture.pixels.shape[0] * picture.pixels.shape[1] <= 20.1e6
        else:
            with pytest.raises(ItemProblem) as caught:
                page_picture(path, 0, max_megapixels=20)
            assert caught.value.code == "image_too_large"


def test_pages_that_the_program_composed_come_back_as_they_went_in(tmp_path: Path) -> None:
    path = paper(tmp_path / "a.pdf", ("Trang một",), ("Trang hai",))
    assert inspect_pdf(path) == PdfSummary(pages=2, signed=False)
    picture = page_picture(path, 1, max_megapixels=LIMIT)
    assert picture.jpeg is not None
    assert picture.pixels.shape == (400, 1000, 3)
