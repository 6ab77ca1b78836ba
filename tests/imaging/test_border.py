"""The dark beside a sheet is taken for paper, and the sheet stays as it was scanned."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Mask, Pixels
from digitize.imaging.reading import without_border
from digitize.samples.sheet import Sheet

PAPER, LID = 245, 40
WIDE, HIGH = 120, 160

SEAM = 28
"""Pixels along the border where paper may be painted over: it is looked for on an eighth of the size."""

RESOLUTIONS = pytest.mark.parametrize("dpi", [150, 200, 300])

SIDES = {
    "left": (slice(None), slice(None, 1)),
    "top": (slice(None, 1), slice(None)),
    "right": (slice(None), slice(-1, None)),
    "bottom": (slice(-1, None), slice(None)),
}


def page(dpi: int = 200) -> Pixels:
    """A sheet of grey paper with lines of print, up to 12 mm from its edges."""
    sheet = Sheet(dpi=dpi, extent=(WIDE, HIGH))
    for y in range(17, HIGH - 12, 9):
        sheet.write(12, y, "Ủy ban nhân dân phường Sao Mai thông báo", size=14)
    return np.minimum(to_grey(np.array(sheet.image)), PAPER).astype(np.uint8)


def side(shape: tuple[int, ...], name: str, thick: int) -> Mask:
    """The pixels up to so far from a side."""
    seed = np.zeros(shape, np.uint8)
    seed[SIDES[name]] = 1
    grown: Mask = cv2.dilate(seed, np.ones((2 * thick - 1, 2 * thick - 1), np.uint8)) > 0
    return grown


def beside(place: Mask) -> Mask:
    grown: Mask = cv2.dilate(place.view(np.uint8), np.ones((2 * SEAM + 1, 2 * SEAM + 1), np.uint8)) > 0
    return grown


def polygon(shape: tuple[int, ...], dpi: int, *corners: tuple[float, float]) -> Mask:
    """What lies between corners, given in millimetres from the top left."""
    points = np.round(np.array(corners) * dpi / 25.4).astype(np.int32)
    filled = np.zeros(shape, np.uint8)
    cv2.fillPoly(filled, [points], 1)
    return filled > 0


@RESOLUTIONS
@pytest.mark.parametrize(
    "names", [["left"], ["top"], ["right"], ["bottom"], ["left", "top"], ["right", "bottom"], list(SIDES)]
)
@pytest.mark.parametrize("broad", [4, 7])
def test_a_dark_frame_goes_and_the_sheet_stays_as_it_is(dpi: int, names: list[str], broad: float) -> None:
    grey = page(dpi)
    lid = np.logical_or.reduce([side(grey.shape, name, round(broad * dpi / 25.4)) for name in names])
    grey[lid] = LID
    before = grey.copy()
    bare = without_border(grey, dpi)
    assert (bare[lid] == PAPER).all()
    far = ~beside(lid)
    assert (bare[far] == before[far]).all()
    assert (bare[far] < 128).any()
    # What was handed in is not changed.
    assert (grey == before).all()


@RESOLUTIONS
def test_a_page_without_a_border_is_the_same_object(dpi: int) -> None:
    grey = page(dpi)
    assert without_border(grey, dpi) is grey


@pytest.mark.parametrize("shade", [LID, PAPER])
def test_a_picture_of_one_shade_is_the_same_object(shade: int) -> None:
    grey = np.full((800, 600), shade, np.uint8)
    assert without_border(grey, 200) is grey


@RESOLUTIONS
@pytest.mark.parametrize(
    "corners",
    [
        pytest.param(((30, 70), (90, 70), (90, 80), (30, 80)), id="a bar across the middle"),
        pytest.param(((26, 30), (32, 30), (32, 130), (26, 130)), id="an upright bar"),
        pytest.param(((2, 60), (14, 60), (14, 72), (2, 72)), id="a small block at the edge"),
        pytest.param(((1, 30), (2, 30), (2, 130), (1, 130)), id="a rule along the edge"),
    ],
)
def test_what_is_printed_dark_stays(dpi: int, corners: tuple[tuple[float, float], ...]) -> None:
    grey = page(dpi)
    grey[polygon(grey.shape, dpi, *corners)] = LID
    assert without_border(grey, dpi) is grey


@RESOLUTIONS
def test_a_border_behind_a_wedge_of_paper_goes_too(dpi: int) -> None:
    grey = page(dpi)
    # A sheet that was straightened: the wedge is thinnest at the top, the border ends within the picture.
    lid = polygon(grey.shape, dpi, (1.5, 25), (6.5, 25), (10, 135), (5, 135))
    grey[lid] = LID
    before = grey.copy()
    bare = without_border(grey, dpi)
    assert (bare[lid] == PAPER).all()
    far = ~beside(lid)
    assert (bare[far] == before[far]).all()


def test_the_grey_seam_along_the_sheet_goes_with_the_border() -> None:
    grey = page()
    grey[:, :60], grey[:, 60:64] = LID, 170
    assert (without_border(grey, 200)[:, :64] == PAPER).all()
