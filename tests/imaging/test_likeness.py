"""Scans of one sheet, and of sheets that differ in a word."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from digitize.imaging.ink import reduced, to_grey
from digitize.imaging.likeness import distances, in_words, page_print, same_sheet
from digitize.imaging.picture import Pixels
from digitize.imaging.straighten import estimate_skew, turn
from digitize.samples.birth_form import Registration, draw_birth_form, make_registration
from digitize.samples.form_writer import COMPUTER
from digitize.samples.wear import make_wear, scan

DPI = 150


def facts(seed: int) -> Registration:
    return make_registration(
        Random(seed),
        "tt04-2024",
        office="UBND phường Sao Mai",
        made_at="phường Sao Mai",
        disagreeing_words=False,
    )


def scanned(registration: Registration, seed: int, level: int = 1) -> Pixels:
    """A form, drawn in the same way each time, scanned in another and straightened."""
    random = Random(seed)
    page = scan(draw_birth_form(Random(1), registration, COMPUTER, dpi=DPI), make_wear(random, level), random)
    grey, _ = reduced(to_grey(page), DPI)
    return turn(page, estimate_skew(grey).angle)


@pytest.fixture(scope="module")
def one() -> Pixels:
    return scanned(facts(1), 1)


def test_the_same_sheet_is_known_again_from_another_scan(one: Pixels) -> None:
    other = scanned(facts(1), 2)
    assert same_sheet(one, DPI, other, DPI)
    (bits,) = distances(page_print(one), in_words(page_print(other))[:, None])
    assert bits < 90


def test_prints_are_compared_bit_by_bit() -> None:
    some = np.random.default_rng(1).integers(0, 256, (20, 32), np.uint8)
    one = some[0].tobytes()
    others = np.stack([in_words(each.tobytes()) for each in some], axis=1)
    assert distances(one, others).tolist() == [int(np.unpackbits(some[0] ^ each).sum()) for each in some]


def test_the_form_of_somebody_else_is_another_sheet(one: Pixels) -> None:
    assert not same_sheet(one, DPI, scanned(facts(2), 2), DPI)


@pytest.mark.parametrize("name", ["AN", "BÌNH", "LAN"])
def test_twins_have_two_forms(one: Pixels, name: str) -> None:
    own = facts(1)
    stem, _ = own.child.name.rsplit(" ", 1)
    twin = replace(own, child=replace(own.child, name=f"{stem} {name}"))
    assert not same_sheet(one, DPI, scanned(twin, 3), DPI)


def test_pages_of_nothing_alike_are_two(one: Pixels) -> None:
    assert not same_sheet(one, DPI, np.full_like(one, 250), DPI)
