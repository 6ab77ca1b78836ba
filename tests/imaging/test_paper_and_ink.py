"""Paper, ink, blank pages, the reading picture and the archival one."""

from __future__ import annotations

import io
from random import Random

import cv2
import numpy as np
import pytest
from PIL import Image

from digitize.fonts import Face
from digitize.imaging.blank import is_blank
from digitize.imaging.decode import decode
from digitize.imaging.encode import Encoding, encode
from digitize.imaging.ink import (
    black_ink,
    flatten,
    has_colour,
    ink,
    shrink,
    strengthened,
    to_grey,
    without_colour,
)
from digitize.imaging.picture import Picture, Pixels
from digitize.imaging.reading import paper_noise, reading_picture, unevenness
from digitize.samples.sheet import RED, Sheet
from digitize.samples.stationery import seal
from digitize.samples.wear import Wear
from support.reading import scanned, upper_part, written_sheet

DPI = 200


@pytest.fixture(scope="module")
def printed() -> Pixels:
    return upper_part(written_sheet(), 60)


def sheet_with(*words: str) -> Sheet:
    return written_sheet(*words) if words else Sheet()


def test_ink_is_judged_against_the_paper_around_it(printed: Pixels) -> None:
    grey = to_grey(printed)
    shade = np.linspace(1.0, 0.45, grey.shape[1])[None, :]
    shaded = (grey * shade).astype(np.uint8)
    there, found = ink(grey), ink(shaded)
    assert found[there].mean() > 0.9
    assert found[~there].mean() < 0.005
    assert unevenness(shaded) > 40 > unevenness(flatten(shaded))


def test_pale_marks_are_no_ink_until_they_are_strengthened(printed: Pixels) -> None:
    grey = to_grey(printed)
    pale = (255 - (255 - grey) * 0.15).astype(np.uint8)
    assert not ink(pale).any()
    strong = strengthened(pale)
    assert strong is not None
    assert ink(strong)[ink(grey)].mean() > 0.9
    assert strengthened(np.full((200, 200), 240, np.uint8)) is None


def test_a_seal_fades_where_its_colour_does_and_print_under_it_stays() -> None:
    plain, sealed = sheet_with("PHÓ CHỦ TỊCH Nguyễn Văn An"), sheet_with("PHÓ CHỦ TỊCH Nguyễn Văn An")
    seal(sealed, Random(3), 45, 19, "PHƯỜNG SAO MAI")
    print_alone = ink(to_grey(upper_part(plain, 45)))
    page = upper_part(sealed, 45)
    left = ink(without_colour(page))
    assert left[print_alone].mean() > 0.9
    assert (left & ~print_alone).sum() < 0.05 * (ink(to_grey(page)) & ~print_alone).sum()


def test_colour_is_seen_where_there_is_some(printed: Pixels) -> None:
    red = np.array(printed)
    red[::3] = RED
    assert has_colour(red)
    assert not has_colour(printed)
    assert not has_colour(to_grey(printed))


def test_shrinking_never_enlarges(printed: Pixels) -> None:
    grey = to_grey(printed)
    small, scale = shrink(grey, 300)
    assert max(small.shape) == 300
    assert scale == pytest.approx(300 / max(grey.shape))
    assert shrink(small, 1000) == (small, 1.0)


@pytest.mark.parametrize("wear", [Wear(), Wear(noise=8, shade=30, blur=0.8), Wear(skew=2)])
def test_an_empty_sheet_is_blank_however_worn(wear: Wear) -> None:
    assert is_blank(scanned(Sheet(), wear).pixels, DPI)


def test_dust_holes_borders_and_the_other_side_shining_through_are_nothing() -> None:
    page = np.full((1200, 900, 3), 245, np.uint8)
    page[:, :25] = 20
    page[300:309, 100:109] = 30
    for speck in range(60):
        page[200 + 10 * speck, 300 + 7 * speck] = 0
    through = 255 - (255 - upper_part(written_sheet(), 100)[:700, :800].astype(float)) * 0.12
    page[400:1100, 60:860] = np.minimum(page[400:1100, 60:860], through[:, ::-1]).astype(np.uint8)
    assert is_blank(page, DPI)


@pytest.mark.parametrize("words", ["Trang 2", "x mm", "Đã nhận"])
def test_a_word_makes_a_page_that_is_not_blank(words: str) -> None:
    assert not is_blank(scanned(sheet_with(words), Wear(noise=5, shade=20)).pixels, DPI)


def test_a_stroke_of_blue_ink_makes_a_page_that_is_not_blank() -> None:
    sheet = Sheet()
    for step in range(4):
        sheet.rule(40 + 8 * step, 60, 45 + 8 * step, 66, 0.5)
    assert not is_blank(scanned(sheet).pixels, DPI)


@pytest.mark.parametrize(("dpi", "scale"), [(75, 2.0), (150, 4 / 3), (200, 1.0), (300, 2 / 3), (600, 1 / 3)])
def test_the_reading_picture_has_a_size_that_the_engine_likes(dpi: int, scale: float) -> None:
    page = np.full((dpi, dpi), 250, np.uint8)
    made = reading_picture(page, dpi)
    assert made.scale == pytest.approx(scale)
    assert made.dpi == pytest.approx(dpi * scale)
    assert made.pixels.shape == (round(dpi * scale), round(dpi * scale))
    assert made.pixels.ndim == 2


def test_noise_is_measured_on_paper_and_not_on_text(printed: Pixels) -> None:
    grey = to_grey(printed)
    assert paper_noise(grey) < 1
    grain = np.random.default_rng(1).normal(0, 12, grey.shape)
    assert paper_noise(np.clip(grey - 30 + grain, 0, 255).astype(np.uint8)) > 9
    assert paper_noise(grey[:20, :20]) == 0.0


def test_text_printed_in_colour_is_kept_for_reading() -> None:
    sheet = Sheet()
    for row in range(4):
        sheet.write(25, 20 + 8 * row, "Giấy chứng nhận in mực đỏ", face=Face.TIMES_BOLD, colour=RED)
    read = reading_picture(upper_part(sheet, 60), DPI)
    assert ink(read.pixels).sum() > 0.8 * ink(to_grey(upper_part(sheet, 60))).sum()


def jpeg_of(pixels: Pixels) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=70, dpi=(DPI, DPI))
    return stream.getvalue()


def test_a_jpeg_that_needs_no_turn_passes_through_untouched(printed: Pixels) -> None:
    data = jpeg_of(printed)
    picture = decode(data, max_megapixels=10)
    kept = encode(picture, picture.pixels, changed=False, quality=30)
    assert (kept.data, kept.encoding) == (data, Encoding.JPEG)


def test_a_turned_page_is_encoded_anew_with_its_colours(printed: Pixels) -> None:
    picture = decode(jpeg_of(printed), max_megapixels=10)
    turned = np.ascontiguousarray(np.rot90(picture.pixels))
    kept = encode(picture, turned, changed=True, quality=90)
    again = np.asarray(Image.open(io.BytesIO(kept.data)))
    assert kept.encoding is Encoding.JPEG
    assert again.shape == turned.shape
    assert np.abs(again.astype(int) - turned).mean() < 3


def test_black_and_white_stays_lossless_and_black_and_white() -> None:
    pixels = np.full((40, 60), 255, np.uint8)
    pixels[10:20, 10:30] = 0
    kept = encode(Picture(pixels, 300.0, 1), pixels, changed=True, quality=85)
    image = Image.open(io.BytesIO(kept.data))
    assert (kept.encoding, image.mode) == (Encoding.PNG, "1")
    assert np.array_equal(np.asarray(image.convert("L")), pixels)


@pytest.mark.parametrize("shape", [(30, 20), (30, 20, 3)])
def test_other_pages_become_jpeg_of_their_own_size(shape: tuple[int, ...]) -> None:
    pixels = np.full(shape, 200, np.uint8)
    kept = encode(Picture(pixels, 200.0, 24), pixels, changed=False, quality=85)
    assert kept.encoding is Encoding.JPEG
    assert Image.open(io.BytesIO(kept.data)).size == (20, 30)


def test_print_is_black_ink_and_a_seal_is_none_even_as_jpeg_has_it() -> None:
    words, both = Sheet(dpi=DPI, extent=(80, 50)), Sheet(dpi=DPI, extent=(80, 50))
    for sheet in (words, both):
        sheet.write(10, 25, "PHÓ CHỦ TỊCH", face=Face.TIMES_BOLD, size=14)
    seal(both, Random(3), 40, 25, "ỦY BAN NHÂN DÂN PHƯỜNG SAO MAI")
    stream = io.BytesIO()
    both.image.save(stream, "JPEG", quality=60)
    pixels = np.asarray(Image.open(stream))
    black = black_ink(pixels)
    grey = to_grey(np.asarray(words.image))
    near = cv2.dilate((grey < 250).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert black[grey < 100].mean() > 0.8
    assert black[~near].mean() < ink(without_colour(pixels))[~near].mean() / 5
    assert black[~near].mean() < 0.001
