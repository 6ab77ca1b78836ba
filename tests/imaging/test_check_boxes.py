"""Boxes to tick are found by their frames; what is in them, and letters, stay."""

from __future__ import annotations

import numpy as np
import pytest

from digitize.fonts import Face
from digitize.imaging.check_boxes import find_check_boxes
from digitize.imaging.components import Components
from digitize.imaging.ink import ink, to_grey
from digitize.imaging.picture import Mask
from digitize.imaging.reading import reading_picture
from digitize.ocr.engine import OcrEngine
from digitize.ocr.zones import read_picture
from digitize.samples.sheet import Sheet

SIZES = pytest.mark.parametrize("side", [3.4, 4.2, 6.0])
RESOLUTIONS = pytest.mark.parametrize("dpi", [150, 200, 300])


def frames_of(sheet: Sheet) -> tuple[Mask, Mask]:
    """The frames found on a sheet, and all of its ink."""
    mask = ink(to_grey(np.array(sheet.image)))
    return find_check_boxes(Components.of(mask), sheet.dpi / 25.4), mask


def boxed(dpi: int, side: float, *, width: float = 0.25) -> Sheet:
    sheet = Sheet(dpi=dpi, extent=(80, 24))
    sheet.frame(30, 10, 30 + side, 10 + side, width=width)
    return sheet


@SIZES
@RESOLUTIONS
@pytest.mark.parametrize("width", [0.15, 0.3, 0.45])
def test_an_empty_box_is_found_whole(dpi: int, side: float, width: float) -> None:
    frames, mask = frames_of(boxed(dpi, side, width=width))
    assert (frames == mask).all()


@RESOLUTIONS
def test_what_is_written_in_a_box_stays_and_the_frame_goes(dpi: int) -> None:
    sheet = boxed(dpi, 5.0)
    sheet.write(31.3, 13.6, "X", size=9)
    left, top, right, bottom = sheet.inscriptions[0].box
    frames, mask = frames_of(sheet)
    assert frames.any()
    assert not frames[top:bottom, left:right].any()
    assert mask[top:bottom, left:right].any()


@RESOLUTIONS
def test_a_tick_that_runs_out_of_its_box_does_not_hide_it(dpi: int) -> None:
    sheet = boxed(dpi, 4.2)
    sheet.rule(31, 12, 32, 13.6, width=0.35)
    sheet.rule(32, 13.6, 35.2, 8.9, width=0.35)
    frames, mask = frames_of(sheet)
    assert frames.any()
    # Of the tick most is left.
    assert (mask & ~frames).sum() > 0.3 * mask.sum()


@RESOLUTIONS
@pytest.mark.parametrize("size", [10, 13, 15, 20])
@pytest.mark.parametrize("face", [Face.TIMES, Face.TIMES_BOLD, Face.COURIER])
def test_no_letter_is_a_box(face: Face, size: float, dpi: int) -> None:
    sheet = Sheet(dpi=dpi, extent=(190, 24))
    sheet.write(6, 14, "ĐDOBHUQNRE0 CỘNG HÒA XÃ HỘI đường", face=face, size=size)
    frames, mask = frames_of(sheet)
    assert mask.any()
    assert not frames.any()


def test_cells_and_broad_frames_are_left_to_others() -> None:
    sheet = Sheet(extent=(80, 40))
    sheet.frame(10, 10, 40, 16)
    sheet.frame(50, 10, 62, 22)
    frames, _ = frames_of(sheet)
    assert not frames.any()


def test_boxes_are_not_read_and_words_beside_them_are(engine: OcrEngine) -> None:
    sheet = Sheet(extent=(210, 60))
    for y in (20, 32, 44):
        x = sheet.write(25, y, "Đề nghị cấp bản sao: Có") + 1.2
        sheet.frame(x, y - 3.6, x + 4.2, y + 0.6)
        x = sheet.write(x + 5.4, y, ", Không") + 1.2
        sheet.frame(x, y - 3.6, x + 4.2, y + 0.6)
    words = read_picture(reading_picture(np.array(sheet.image), 200), engine)
    texts = [word.text.strip(",.:") for word in words]
    assert [text for text in texts if text] == ["Đề", "nghị", "cấp", "bản", "sao", "Có", "Không"] * 3
