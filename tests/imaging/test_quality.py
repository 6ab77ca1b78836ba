"""How good a scan is, as measured."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitize.imaging.ink import flatten, to_grey
from digitize.imaging.picture import Pixels
from digitize.imaging.quality import clipped_sides, contrast_and_edge
from support.reading import upper_part, written_sheet


def flat_page(dpi: int = 200) -> Pixels:
    return flatten(to_grey(upper_part(written_sheet(dpi=dpi), 70)))


@pytest.mark.parametrize("dpi", [150, 200])
def test_sharp_black_print_has_contrast_and_narrow_edges(dpi: int) -> None:
    contrast, edge = contrast_and_edge(flat_page(dpi), dpi)
    assert contrast > 0.7
    assert 0.05 < edge < 0.5


def test_blur_widens_the_edges_and_fading_takes_the_contrast() -> None:
    sharp = flat_page()
    blurred = cv2.GaussianBlur(sharp, (0, 0), 3.0).astype(np.uint8)
    assert contrast_and_edge(blurred, 200)[1] > 0.6 > contrast_and_edge(sharp, 200)[1]
    pale = (255 - (255 - sharp.astype(np.int16)) * 0.35).astype(np.uint8)
    assert 0 < contrast_and_edge(pale, 200)[0] < 0.37 < contrast_and_edge(sharp, 200)[0]


def test_an_empty_page_says_nothing_of_contrast() -> None:
    assert contrast_and_edge(np.full((800, 600), 250, np.uint8), 200) == (0.0, 0.0)


def test_text_cut_by_an_edge_is_noticed_and_a_border_is_none() -> None:
    whole = flat_page()
    assert clipped_sides(whole, 200) == ()
    row = int(np.flatnonzero((whole < 128).any(axis=1))[10])
    assert clipped_sides(np.ascontiguousarray(whole[row:]), 200) == ("top",)
    bordered = whole.copy()
    bordered[:, :20] = 0
    assert clipped_sides(bordered, 200) == ()
