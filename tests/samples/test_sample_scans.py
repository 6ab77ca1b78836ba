"""Scans of made-up papers: boxes, turns, wear."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from random import Random
from statistics import fmean

import numpy as np
import pytest

from digitize.imaging.picture import Pixels
from digitize.samples.cases import Desk, Document, draw_case
from digitize.samples.damage import Damage
from digitize.samples.pens import Style
from digitize.samples.scanner import Lying, Mode, Scan, scan_sheet
from digitize.samples.wear_levels import LEVELS, choose_damage, choose_lying, choose_machine

DPI = 100


@cache
def form(style: Style) -> Document:
    """A form of one page."""
    return draw_case("residence", Desk(Random("scans"), style, DPI), 1)[0]


def scan(
    lying: Lying, damage: Damage | None = None, mode: Mode = Mode.COLOUR, style: Style = Style.TYPED
) -> Scan:
    front: Pixels = np.asarray(form(style).sheets[0].image)
    return scan_sheet(front, None, damage or Damage(), lying, mode, DPI, Random("lying"))


def assert_boxes_hold_ink(made: Scan, style: Style) -> None:
    height, width = made.pixels.shape[:2]
    grey = made.pixels.mean(axis=2) if made.pixels.ndim == 3 else made.pixels
    for line in form(style).sheets[0].inscriptions:
        left, top, right, bottom = made.box_of(line.box)
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        inside = grey[top:bottom, left:right]
        # Paper around a line, not what lies behind the sheet.
        paper = np.percentile(grey[max(0, top - 8) : bottom + 8, max(0, left - 8) : right + 8], 90)
        assert inside.min() < paper - 40, line


@pytest.mark.parametrize("style", [Style.TYPED, Style.HANDWRITTEN])
@pytest.mark.parametrize(
    "lying",
    [
        Lying(),
        Lying(skew=2.5),
        Lying(skew=-3.2, border=(4, 0, 6, 9)),
        Lying(quarter_turns=1, skew=1.5),
        Lying(quarter_turns=2),
        Lying(quarter_turns=3, border=(3, 2, 1, 5)),
        Lying(photo=True, shade=30),
    ],
    ids=lambda lying: f"{lying.skew}-{lying.quarter_turns}-{lying.photo}",
)
def test_boxes_lie_on_the_page_with_ink_in_them(lying: Lying, style: Style) -> None:
    made = scan(lying, style=style)
    assert_boxes_hold_ink(made, style)
    wide = made.pixels.shape[1] > made.pixels.shape[0]
    assert wide == (lying.quarter_turns % 2 == 1)
    assert made.rotated == (-90 * lying.quarter_turns) % 360


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_boxes_hold_on_every_level_of_wear(level: int) -> None:
    random = Random(f"level/{level}")
    lying = replace(choose_lying(random, LEVELS[level], photo=False), noise=0.0)
    assert_boxes_hold_ink(scan(lying), Style.TYPED)
    # What has faded away may not be seen any more, but it stays where it was.
    faded = scan(lying, choose_damage(random, LEVELS[level]))
    assert faded.pixels.shape == scan(lying).pixels.shape


@pytest.mark.parametrize("mode", list(Mode))
def test_modes_of_scanners(mode: Mode) -> None:
    made = scan(Lying(), mode=mode)
    assert made.pixels.ndim == (3 if mode is Mode.COLOUR else 2)
    if mode is Mode.BITONAL:
        assert set(np.unique(made.pixels)) == {0, 255}
    assert_boxes_hold_ink(made, Style.TYPED)


def test_a_turned_page_is_the_same_page_turned() -> None:
    plain, turned = scan(Lying(noise=0)), scan(Lying(noise=0, quarter_turns=1))
    assert np.array_equal(np.rot90(plain.pixels, -1), turned.pixels)


def test_ink_grows_fainter_and_grain_coarser_from_level_to_level() -> None:
    contrasts, grains = [], []
    for level in LEVELS:
        dark, rough = [], []
        for number in range(8):
            random = Random(f"fade/{number}")
            damage = replace(choose_damage(random, level), copied=0.0, folds=0, staple=False, holes=False)
            lying = replace(choose_lying(random, level, photo=False), border=(0, 0, 0, 0))
            pixels = scan(lying, damage, Mode.GREY).pixels
            dark.append(float(np.percentile(pixels, 80) - np.percentile(pixels, 1)))
            corner = pixels[-60:-20, -200:-40].astype(float)
            rough.append(float(np.diff(corner, axis=1).std()))
        contrasts.append(fmean(dark))
        grains.append(fmean(rough))
    assert all(first > second for first, second in pairwise(contrasts)), contrasts
    assert all(first < second for first, second in pairwise(grains)), grains


@pytest.mark.parametrize(
    "damage",
    [
        Damage(fading=0.4),
        Damage(patchiness=0.5),
        Damage(copied=1.0),
        Damage(folds=2),
        Damage(staple=True),
        Damage(holes=True),
        Damage(specks=20),
    ],
)
def test_each_damage_is_seen(damage: Damage) -> None:
    quiet = Lying(noise=0, blur=0)
    whole, harmed = scan(quiet).pixels.astype(int), scan(quiet, damage).pixels.astype(int)
    assert np.abs(whole - harmed).max() > 40


def test_the_other_side_shines_through_mirrored() -> None:
    front = np.full((400, 300, 3), 255, np.uint8)
    back = front.copy()
    back[100:140, 20:80] = 0
    damage = Damage(show_through=0.2)
    made = scan_sheet(front, back, damage, Lying(noise=0), Mode.GREY, DPI, Random("through"))
    assert made.pixels[120, 250] < made.pixels[120, 50] - 25


def test_scanners_are_set_within_their_level() -> None:
    for level in LEVELS:
        for number in range(20):
            machine = choose_machine(Random(f"machine/{number}"), level)
            assert machine.dpi in level.resolutions
            assert level.quality[0] <= machine.quality <= level.quality[1]
