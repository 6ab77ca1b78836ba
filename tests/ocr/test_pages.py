"""Page work: picture in, words and archival picture out."""

from __future__ import annotations

import io
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitize.imaging.decode import decode
from digitize.imaging.encode import Encoding
from digitize.imaging.picture import Picture
from digitize.model import Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.page import read_page
from digitize.ocr.tsv import parse_tsv
from digitize.samples.sheet import Sheet
from digitize.samples.wear import Wear
from support.reading import LINES, box_of, found_share, scanned, upper_part, written_sheet

TEXT = " ".join(LINES)


def cut(picture: Picture, share: float = 0.25) -> Picture:
    """The upper part of a scan."""
    pixels = np.ascontiguousarray(picture.pixels[: round(share * picture.pixels.shape[0])])
    return Picture(pixels, picture.dpi, picture.depth)


def tsv(*rows: tuple[object, ...]) -> str:
    return "\n".join("\t".join(map(str, row)) for row in rows) + "\n"


def test_words_are_read_where_they_stand(engine: OcrEngine) -> None:
    sheet = written_sheet()
    reading = read_page(cut(scanned(sheet)), engine).reading
    assert reading.text == "\n".join(LINES)
    for line, inscription in enumerate(sheet.inscriptions):
        words = [word for word in reading.words if word.line == line]
        left, top, right, bottom = inscription.box
        assert words[0].box[0] == pytest.approx(left, abs=6)
        assert words[-1].box[2] == pytest.approx(right, abs=6)
        assert all(top - 6 <= word.box[1] < word.box[3] <= bottom + 6 for word in words)
    assert (reading.rotated, reading.skew, reading.blank, reading.problems) == (0, 0.0, False, ())


@pytest.mark.parametrize("dpi", [100, 150, 300, 400])
def test_boxes_are_in_pixels_of_the_page_at_every_resolution(engine: OcrEngine, dpi: int) -> None:
    sheet = written_sheet(*LINES[:2], dpi=dpi)
    reading = read_page(cut(scanned(sheet), 0.15), engine).reading
    left, top, _, bottom = box_of(reading.words, "Uy")
    assert left == pytest.approx(sheet.inscriptions[0].box[0], abs=dpi / 30)
    assert top == pytest.approx(sheet.inscriptions[0].box[1], abs=dpi / 20)
    assert bottom <= sheet.inscriptions[0].box[3] + dpi / 20
    assert max(word.box[2] for word in reading.words) <= reading.width
    assert found_share(" ".join(LINES[:2]), reading.words) > 0.8


def test_a_worn_scan_is_read_nearly_whole(engine: OcrEngine) -> None:
    wear = Wear(skew=1.4, noise=6, blur=0.6, shade=20, fading=0.15)
    reading = read_page(cut(scanned(written_sheet(), wear)), engine).reading
    assert found_share(TEXT, reading.words) > 0.9


def test_reading_the_same_page_twice_gives_the_same(engine: OcrEngine) -> None:
    picture = cut(scanned(written_sheet(), Wear(skew=-0.8, noise=4)))
    first, second = read_page(picture, engine), read_page(picture, engine)
    assert first.reading == second.reading
    assert first.archival == second.archival


def test_a_blank_page_is_marked_kept_and_not_read(engine: OcrEngine) -> None:
    done = read_page(scanned(Sheet(), Wear(noise=4, shade=12, skew=1.0)), engine)
    assert done.reading.blank
    assert done.reading.words == ()
    assert (done.reading.rotated, done.reading.skew) == (0, 0.0)
    assert len(done.archival.data) > 1000


def test_very_pale_print_is_read_and_told(engine: OcrEngine) -> None:
    reading = read_page(cut(scanned(written_sheet(), Wear(fading=0.84, noise=1))), engine).reading
    assert not reading.blank
    assert [problem.code for problem in reading.problems] == ["print_pale"]
    assert found_share(TEXT, reading.words) > 0.8


def test_the_other_side_shining_through_is_not_read(engine: OcrEngine) -> None:
    front = scanned(written_sheet()).pixels.astype(np.float32)
    through = (255 - (255 - front[:, ::-1]) * 0.12).astype(np.uint8)
    reading = read_page(cut(Picture(through, 200.0, 24)), engine).reading
    assert reading.blank
    assert reading.words == ()


def test_a_scrawl_is_marked_as_unread_and_never_becomes_words_of_confidence(engine: OcrEngine) -> None:
    from random import Random

    from digitize.samples.stationery import signature

    sheet = written_sheet()
    for y in (75, 95):
        signature(sheet, Random(y), 80, y, width=60)
    reading = read_page(cut(scanned(sheet), 0.4), engine).reading
    below = [word for word in reading.words if word.box[1] > sheet.pixels(60)]
    assert all(word.confidence < 0.9 for word in below)
    assert found_share(TEXT, reading.words) > 0.95


def test_a_straight_jpeg_passes_through_page_work_untouched(engine: OcrEngine) -> None:
    stream = io.BytesIO()
    Image.fromarray(upper_part(written_sheet(), 60)).save(stream, "JPEG", quality=80, dpi=(200, 200))
    done = read_page(decode(stream.getvalue(), max_megapixels=10), engine)
    assert done.archival.data == stream.getvalue()
    assert done.archival.encoding is Encoding.JPEG


def test_the_archival_picture_is_the_page_turned_and_straightened_in_colour(engine: OcrEngine) -> None:
    sheet = written_sheet()
    sheet.rule(30, 60, 60, 60, 3)
    picture = cut(scanned(sheet, Wear(skew=2.0)), 0.3)
    done = read_page(picture, engine)
    kept = np.asarray(Image.open(io.BytesIO(done.archival.data)))
    assert kept.shape == (done.reading.height, done.reading.width, 3)
    assert np.abs(kept.astype(int) - done.pixels).mean() < 6
    assert done.reading.skew == pytest.approx(2.0, abs=0.1)


def test_rows_above_word_level_headers_and_empty_words_are_passed_over() -> None:
    words = parse_tsv(
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
        + tsv(
            (1, 1, 0, 0, 0, 0, 0, 0, 900, 400, -1, ""),
            (4, 1, 1, 1, 1, 0, 10, 10, 300, 30, -1, ""),
            (5, 1, 1, 1, 1, 1, 10, 12, 40, 20, 96.5, unicodedata.normalize("NFD", "Số")),
            (5, 1, 1, 1, 1, 2, 60, 12, 40, 20, 95, " "),
            (5, 1, 1, 1, 2, 1, 10, 42, 40, 20, -1, "a\tb"),
        )
    )
    assert words == (Word("Số", (10, 12, 50, 32), 0.965, 0), Word("a\tb", (10, 42, 50, 62), 0.0, 1))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(1, 3)), max_size=12))
def test_words_of_one_line_share_its_number_and_lines_are_numbered_as_they_come(
    places: list[tuple[int, int, int]],
) -> None:
    rows = [(5, 1, block, par, line, 1, 0, 0, 1, 1, 90, "x") for block, par, line in places]
    numbers = [word.line for word in parse_tsv(tsv(*rows))]
    assert numbers == [list(dict.fromkeys(places)).index(place) for place in places]


def test_an_empty_table_has_no_words() -> None:
    assert parse_tsv("") == ()
    assert parse_tsv("level\ttext\n") == ()
