"""Backs without the slightest trace of writing, and such as have some."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np
import pytest

from digitize.imaging.blank import is_blank, is_empty
from digitize.imaging.picture import Pixels
from digitize.samples.wear import make_wear, scan_pixels

DPI = 150


def bare() -> Pixels:
    return np.full((1170, 827, 3), 250, np.uint8)


def scanned(page: Pixels, seed: int, level: int = 1) -> Pixels:
    random = Random(seed)
    return scan_pixels(page, make_wear(random, level), random)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_bare_sheet_is_empty_however_it_was_scanned(level: int) -> None:
    assert is_empty(scanned(bare(), level, level), DPI)


@pytest.mark.parametrize("colour", [(232, 232, 232), (225, 232, 250), (250, 235, 235)])
def test_a_word_in_pale_pencil_is_a_trace_on_a_page_that_counts_as_blank(
    colour: tuple[int, int, int],
) -> None:
    page = bare()
    line = np.array([[300 + 8 * step, 600 + 14 * (step % 2)] for step in range(8)], np.int32)
    cv2.polylines(page, [line], isClosed=False, color=colour, thickness=2, lineType=cv2.LINE_AA)
    scan = scanned(page, 4)
    assert is_blank(scan, DPI)
    assert not is_empty(scan, DPI)


def test_what_shines_through_is_a_trace() -> None:
    page = bare()
    for row in range(200, 900, 40):
        cv2.putText(page, "Uy ban nhan dan", (100, row), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (234, 234, 234), 2)
    assert not is_empty(scanned(page[:, ::-1].copy(), 5), DPI)


def test_a_point_at_the_end_of_a_staple_is_none() -> None:
    page = bare()
    cv2.circle(page, (60, 60), 1, (120, 120, 120), -1)
    assert is_empty(scanned(page, 6), DPI)
