"""Decoding: within limits, never half a picture, and what the file says of itself."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitize.errors import ItemProblem
from digitize.imaging.decode import count_frames, decode
from digitize.imaging.picture import Picture, Pixels
from support.places import CASES, needs_cases


def pattern(width: int = 80, height: int = 60) -> Image.Image:
    """A picture whose corners tell how it lies."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("blue", (width // 2, height // 2, width, height))
    return image


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def read(source: Path | bytes, **options: Any) -> Picture:
    return decode(source, **({"max_megapixels": 120.0} | options))


def refused(source: Path | bytes, **options: Any) -> ItemProblem:
    with pytest.raises(ItemProblem) as caught:
        read(source, **options)
    return caught.value


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of some bytes whose header claims a size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def near(pixels: Pixels, colour: tuple[int, int, int]) -> bool:
    return bool((np.abs(pixels.astype(int) - colour) < 40).all())


def test_a_jpeg_comes_with_its_own_data_and_its_resolution() -> None:
    data = saved(pattern(), "JPEG", dpi=(200, 200))
    picture = read(data)
    assert picture.pixels.shape == (60, 80, 3)
    assert (picture.dpi, picture.depth, picture.jpeg, picture.problems) == (200.0, 24, data, ())


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_lossless_kinds_give_the_very_pixels(kind: str) -> None:
    picture = read(saved(pattern(), kind, dpi=(300, 300)))
    assert np.array_equal(picture.pixels, np.array(pattern()))
    assert picture.jpeg is None
    assert picture.dpi == pytest.approx(300, abs=0.1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_file_says(orientation: int) -> None:
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = pattern() if undo is None else pattern().transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(stored, "JPEG", quality=95, exif=exif, dpi=(200, 200))
    picture = read(data)
    assert picture.pixels.shape == (60, 80, 3)
    assert near(picture.pixels[5:20, 5:30], (254, 0, 0))
    assert near(picture.pixels[40:55, 50:75], (0, 0, 254))
    # Data that lie otherwise than they are shown must not pass through untouched.
    assert (picture.jpeg == data) is (orientation == 1)


def test_black_and_white_stays_one_bit_deep() -> None:
    picture = read(saved(pattern().convert("1"), "TIFF", compression="group4", dpi=(300, 300)))
    assert picture.depth == 1
    assert picture.pixels.ndim == 2
    assert set(np.unique(picture.pixels)) <= {0, 255}


def test_what_is_transparent_lies_on_white_paper() -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 10, 20))
    pixels = read(saved(image, "PNG", dpi=(200, 200))).pixels
    assert near(pixels[:, 12:], (255, 255, 255))
    assert near(pixels[:, :8], (0, 0, 0))


@pytest.mark.parametrize("mode", ["P", "LA", "CMYK", "L"])
def test_every_mode_becomes_grey_or_rgb(mode: str) -> None:
    kind = "TIFF" if mode == "CMYK" else "PNG"
    pixels = read(saved(pattern().convert(mode), kind, dpi=(200, 200))).pixels
    assert pixels.dtype == np.uint8
    assert pixels.shape in ((60, 80), (60, 80, 3))
    assert pixels[5, 5].mean() < pixels[5, 70].mean()


def test_sixteen_bits_become_eight() -> None:
    values = np.array([[0, 32768, 65535]] * 3, dtype=np.uint16)
    pixels = read(saved(Image.fromarray(values), "TIFF", dpi=(200, 200))).pixels
    assert pixels[0].tolist() == [0, 128, 255]


def test_each_page_of_a_tiff_is_read_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    colours = ("red", "green", "blue")
    pages = [Image.new("RGB", (20, 10 + n), colour) for n, colour in enumerate(colours)]
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(200, 200))
    assert count_frames(path) == 3
    assert [read(path, frame=n).pixels.shape[0] for n in range(3)] == [10, 11, 12]
    assert near(read(path, frame=2).pixels, (0, 0, 255))
    assert refused(path, frame=3).code == "image_broken"


def test_an_unknown_resolution_is_taken_for_a4_and_told() -> None:
    picture = read(saved(Image.new("L", (1654, 2339), 255), "PNG"))
    assert picture.dpi == pytest.approx(200, abs=1)
    assert [problem.code for problem in picture.problems] == ["dpi_unknown"]


@pytest.mark.parametrize("dpi", [1, 72, 96, 30000])
def test_a_resolution_that_cannot_be_is_not_believed(dpi: int) -> None:
    picture = read(saved(Image.new("L", (2480, 3508), 255), "PNG", dpi=(dpi, dpi)))
    assert picture.dpi == pytest.approx(300, abs=1)
    assert [problem.code for problem in picture.problems] == ["dpi_unknown"]


def test_uneven_resolutions_are_evened_out_and_told() -> None:
    data = saved(Image.new("L", (800, 400), 255), "PNG", dpi=(200, 100))
    picture = read(data)
    assert picture.pixels.shape == (800, 800)
    assert picture.dpi == pytest.approx(200, abs=0.1)
    assert [problem.code for problem in picture.problems] == ["dpi_uneven"]


def test_a_picture_over_the_limit_is_refused_with_both_numbers() -> None:
    error = refused(saved(Image.new("1", (2000, 1000)), "PNG"), max_megapixels=1.5)
    assert (error.code, error.facts) == ("image_too_large", {"megapixels": 2.0, "limit": 1.5})
    assert read(saved(Image.new("1", (1500, 1000)), "PNG"), max_megapixels=1.5).pixels.shape == (1000, 1500)


@pytest.mark.parametrize(
    ("width", "height", "code"), [(16_000, 11_000, "image_too_large"), (100_000, 100_000, "image_bomb")]
)
def test_a_bomb_is_refused_by_its_header(width: int, height: int, code: str) -> None:
    import tracemalloc

    tracemalloc.start()
    try:
        assert refused(png_that_claims(width, height)).code == code
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "TIFF", "BMP"]), st.floats(0, 0.9))
def test_a_file_that_is_cut_off_is_never_half_a_picture(kind: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (60, 80, 3)).astype(np.uint8)
    data = saved(Image.fromarray(noise), kind)
    assert refused(data[: int(len(data) * share)]).code == "image_broken"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "TIFF", "JPEG2000", "WEBP"]), st.data())
def test_damaged_data_are_decoded_or_refused_and_nothing_else_happens(kind: str, data: st.DataObject) -> None:
    whole = bytearray(saved(pattern(24, 20), kind))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        outcome: object = read(bytes(whole)).pixels.dtype
    except ItemProblem as error:
        outcome = error.code
    assert outcome in (np.uint8, "image_broken", "image_too_large", "image_bomb")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"GIF89a" + bytes(50), b"\xff\xd8\xff\xe0"])
def test_what_is_no_image_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    assert refused(path).code == "image_broken"
    with pytest.raises(ItemProblem, match="image_broken"):
        count_frames(path)


@needs_cases
@pytest.mark.parametrize("name", ["truncated_jpeg.jpg", "broken_data_stream.png"])
def test_real_broken_images_are_refused(name: str) -> None:
    assert refused(CASES / "images" / "pillow" / name).code == "image_broken"


@needs_cases
def test_real_odd_images_are_decoded_or_refused() -> None:
    decoded = 0
    for path in sorted((CASES / "images" / "pillow").iterdir()):
        if path.is_file() and path.suffix in (".jpg", ".tif", ".tiff", ".jp2"):
            try:
                decoded += read(path).pixels.size > 0
            except ItemProblem:
                continue
    assert decoded >= 15
