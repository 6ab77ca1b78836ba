"""A number of a form that the network reads as well needs no other look."""

from __future__ import annotations

import numpy as np
import pytest

from digitize.fonts import Face
from digitize.forms.second_look import same_number
from digitize.forms.view import PageView
from digitize.model import Box, PageReading
from digitize.samples.sheet import Sheet


def view_of(text: str) -> tuple[PageView, Box]:
    sheet = Sheet(extent=(120, 40))
    sheet.write(20, 20, text, face=Face.COURIER, size=12)
    pixels = np.asarray(sheet.image)
    reading = PageReading(
        width=pixels.shape[1],
        height=pixels.shape[0],
        dpi=200,
        rotated=0,
        rotation_confidence=1.0,
        skew=0.0,
        skew_confidence=1.0,
        blank=False,
        words=(),
        unread=(),
        problems=(),
        engine="",
    )
    return PageView(reading, lambda: pixels), sheet.inscriptions[0].box


@pytest.mark.parametrize("text", ["28", "01/2023", "30/08/1988", "038099991188"])
def test_the_same_number_is_told(text: str) -> None:
    assert same_number(*view_of(text), text) == text


def test_a_number_that_was_parted_is_one_again() -> None:
    assert same_number(*view_of("01/2023"), "01/202 3") == "01/2023"


@pytest.mark.parametrize("read", ["23", "281", "2B", "Nam", "", "28 bản"])
def test_another_number_or_none_is_not(read: str) -> None:
    assert same_number(*view_of("28"), read) is None
