"""How a page lies: quarter turns, and skew to a tenth of a degree."""

from __future__ import annotations

import numpy as np
import pytest

from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Picture, Pixels
from digitize.imaging.straighten import edgeless, estimate_skew, turn
from digitize.imaging.upright import lines_run_up, sample_lines, upside_down
from digitize.ocr.engine import OcrEngine
from digitize.ocr.page import picture_page, read_page
from digitize.samples.wear import Wear
from support.reading import LINES, found_share, scanned, upper_part, written_sheet

DPI = 200


@pytest.fixture(scope="module")
def printed() -> Pixels:
    """Eight lines of print across a part of a page that is wider than high."""
    return upper_part(written_sheet(*LINES, *LINES, dpi=DPI, pitch=8), 92)


@pytest.mark.parametrize("angle", [-9.0, -2.7, -0.5, 0.0, 0.2, 1.3, 6.4])
def test_the_skew_of_print_is_found_within_a_tenth_of_a_degree(printed: Pixels, angle: float) -> None:
    skew = estimate_skew(to_grey(turn(printed, -angle)))
    assert skew.angle == pytest.approx(angle, abs=0.1)
    assert skew.confidence > 0.5


def test_noise_and_shadow_do_not_change_the_skew_that_is_found() -> None:
    wear = Wear(skew=2.3, noise=8, blur=0.8, shade=25, fading=0.2)
    picture = scanned(written_sheet(*LINES, *LINES, dpi=DPI), wear)
    assert estimate_skew(to_grey(picture.pixels)).angle == pytest.approx(2.3, abs=0.1)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_sheet_has_no_skew_and_says_that_it_does_not_know(level: int) -> None:
    skew = estimate_skew(np.full((600, 400), level, np.uint8))
    assert (skew.angle, skew.confidence) == (0.0, 0.0)


def test_straightening_loses_no_corner_and_fills_with_paper(printed: Pixels) -> None:
    straight = turn(printed, 5)
    assert straight.shape[0] > printed.shape[0]
    assert straight.shape[1] > printed.shape[1]
    assert straight[0, 0].tolist() == [255, 255, 255]
    ink = (to_grey(printed) < 128).sum()
    assert (to_grey(straight) < 128).sum() == pytest.approx(ink, rel=0.05)


def test_a_black_border_is_no_ink_of_the_page() -> None:
    mask = np.zeros((100, 100), bool)
    mask[:, :12] = True
    mask[40:50, 40:50] = True
    assert edgeless(mask).sum() == 100


@pytest.mark.parametrize("quarter", range(4))
def test_the_direction_of_lines_is_told_from_their_picture(printed: Pixels, quarter: int) -> None:
    found = lines_run_up(to_grey(np.ascontiguousarray(np.rot90(printed, quarter))))
    assert found.degrees == (90 if quarter % 2 else 0)
    assert found.confidence > 0.5


def test_an_empty_page_is_not_turned_and_the_turn_is_not_sure() -> None:
    found = lines_run_up(np.full((600, 400), 250, np.uint8))
    assert (found.degrees, found.confidence) == (0, 0.0)


@pytest.mark.parametrize(
    ("upright", "degrees", "lines"),
    [(0.8, 0, 1), (0.2, 180, 2)],
    ids=["one line is enough for a page as it lies", "two are asked to turn one over"],
)
def test_lines_are_tried_both_ways_until_the_answer_is_clear(
    printed: Pixels, upright: float, degrees: int, lines: int
) -> None:
    assert len(sample_lines(to_grey(printed), DPI)) >= 6
    seen: list[Pixels] = []

    def legibility(line: Pixels) -> float:
        seen.append(line)
        return upright if len(seen) % 2 else 1.0 - upright

    found = upside_down(to_grey(printed), DPI, legibility)
    assert (found.degrees, found.confidence) == (degrees, 1.0)
    assert len(seen) == 2 * lines
    assert np.array_equal(seen[0][::-1, ::-1], seen[1])


def test_a_line_that_reads_as_words_is_not_tried_the_other_way(printed: Pixels) -> None:
    seen: list[Pixels] = []

    def legibility(line: Pixels) -> float:
        seen.append(line)
        return 0.9

    found = upside_down(to_grey(printed), DPI, legibility)
    assert (found.degrees, found.confidence, len(seen)) == (0, 1.0, 1)


def test_a_page_that_reads_as_rubbish_both_ways_is_not_turned_and_told_as_doubtful(printed: Pixels) -> None:
    seen: list[Pixels] = []

    def rubbish(line: Pixels) -> float:
        seen.append(line)
        return 0.0 if len(seen) % 2 else 0.15

    found = upside_down(to_grey(printed), DPI, rubbish)
    assert found.degrees == 0
    assert found.confidence < 0.5


def test_lines_that_nobody_can_read_turn_no_page_over(printed: Pixels) -> None:
    seen: list[Pixels] = []

    def touches_its_leader(line: Pixels) -> float:
        """Three lines are rubbish both ways, a little less of it upside down; the next ones can be read."""
        seen.append(line)
        upright = len(seen) % 2 == 1
        if len(seen) <= 6:
            return 0.0 if upright else 0.22
        return 0.8 if upright else 0.2

    found = upside_down(to_grey(printed), DPI, touches_its_leader)
    assert found.degrees == 0


def test_a_page_that_reads_alike_both_ways_is_not_turned(printed: Pixels) -> None:
    found = upside_down(to_grey(printed), DPI, lambda line: 0.4)  # noqa: ARG005 - whatever the line
    assert found.degrees == 0
    assert found.confidence == 0.0


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_scan_is_turned_upright_and_read_however_it_lies(
    printed: Pixels, engine: OcrEngine, degrees: int
) -> None:
    lying = np.ascontiguousarray(np.rot90(printed, degrees // 90))
    done = read_page(Picture(lying, float(DPI), 24), engine)
    assert done.reading.rotated == degrees
    assert done.pixels.shape == printed.shape
    assert np.array_equal(done.pixels, printed)
    assert found_share(" ".join(LINES), done.reading.words) > 0.95


@pytest.mark.parametrize("told", [0, 90, 180])
def test_a_scan_lies_as_a_person_has_told_and_is_not_turned_otherwise(
    printed: Pixels, engine: OcrEngine, told: int
) -> None:
    lying = np.ascontiguousarray(np.rot90(printed, 2))
    done = read_page(Picture(lying, float(DPI), 24), engine, turned=told)
    assert (done.reading.rotated, done.reading.rotation_confidence) == (told, 1.0)
    assert np.array_equal(done.pixels, np.rot90(lying, -told // 90))
    assert (found_share(" ".join(LINES), done.reading.words) > 0.95) == (told == 180)


@pytest.mark.parametrize("told", [None, 90])
def test_an_empty_page_and_a_picture_that_nobody_reads_lie_as_was_told(
    printed: Pixels, engine: OcrEngine, told: int | None
) -> None:
    empty = Picture(np.full((600, 400, 3), 250, np.uint8), float(DPI), 24)
    done = read_page(empty, engine, turned=told)
    assert done.reading.blank
    assert done.pixels.shape == ((600, 400, 3) if told is None else (400, 600, 3))
    kept = picture_page(Picture(printed, float(DPI), 24), turned=told)
    assert np.array_equal(kept.pixels, np.rot90(printed, 0 if told is None else -1))
    assert kept.reading.rotated == (told or 0)


def test_a_scan_that_lies_on_its_side_and_skewed_is_turned_and_straightened(
    printed: Pixels, engine: OcrEngine
) -> None:
    lying = np.ascontiguousarray(np.rot90(turn(printed, -1.8), 3))
    done = read_page(Picture(lying, float(DPI), 24), engine)
    assert done.reading.rotated == 270
    assert done.reading.skew == pytest.approx(1.8, abs=0.1)
    assert (done.reading.width, done.reading.height) == (done.pixels.shape[1], done.pixels.shape[0])
    assert found_share(" ".join(LINES), done.reading.words) > 0.9
    assert abs(estimate_skew(to_grey(done.pixels)).angle) < 0.1
