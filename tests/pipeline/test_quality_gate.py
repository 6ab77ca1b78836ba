"""Scans are held against the limits of the profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitize.errors import ItemProblem
from digitize.ingest.kinds import FileKind
from digitize.model import PageQuality
from digitize.ocr.engine import EngineName
from digitize.pipeline.tasks import PageTask, ReadingSettings, load_reading, read_one_page
from digitize.profiles.profile import QualityRules, load_profile
from digitize.profiles.quality import SHORTCOMINGS, blocking, shortcomings
from support.offices import small_scan
from support.program import digitize

GOOD = PageQuality(dpi=300, depth=24, skew=0.4, contrast=0.8, edge=0.3, clipped=(), unread=0.02)
POOR = PageQuality(dpi=150, depth=8, skew=12.0, contrast=0.2, edge=0.9, clipped=("top",), unread=0.5)


def rules(*stop: str) -> QualityRules:
    return QualityRules.model_validate(load_profile("tt05-2025").quality.model_dump() | {"blocking": stop})


def page_task(tmp_path: Path, limits: QualityRules) -> PageTask:
    scan = small_scan(tmp_path / "a.jpg")
    settings = ReadingSettings(EngineName.AUTO, None, 120, 85, limits)
    return PageTask(scan, FileKind.IMAGE, 0, tmp_path / "work" / "a", settings)


def test_a_good_scan_falls_short_of_nothing_and_a_poor_one_of_everything() -> None:
    limits = rules()
    assert shortcomings(GOOD, limits) == []
    found = shortcomings(POOR, limits)
    assert {problem.code for _, problem in found} == SHORTCOMINGS
    assert {name for name, _ in found} == {
        "dpi", "depth", "skew", "contrast", "edge", "unread", "clipped",
    }  # fmt: skip
    assert blocking(found, limits) is None
    stopped = blocking(found, rules("edge"))
    assert stopped is not None
    assert stopped.code == "page_blurred"


def test_a_page_without_ink_has_no_contrast_to_fall_short_of() -> None:
    blank = PageQuality(dpi=200, depth=24, skew=0, contrast=0, edge=0, clipped=(), unread=0)
    assert shortcomings(blank, rules()) == []


def test_a_limit_that_blocks_stops_the_page_and_another_is_told(tmp_path: Path) -> None:
    told = rules().model_copy(update={"dpi": 400})
    done = read_one_page(page_task(tmp_path, told))
    assert "page_dpi_low" in {problem.code for problem in done.reading.problems}
    assert load_reading(tmp_path / "work" / "a").quality == done.reading.quality
    stopping = told.model_copy(update={"blocking": ("dpi",)})
    with pytest.raises(ItemProblem) as raised:
        read_one_page(page_task(tmp_path, stopping))
    assert raised.value.code == "page_dpi_low"
    assert raised.value.facts == {
        "dpi": done.reading.quality.dpi if done.reading.quality else 0,
        "least": 400,
    }


@pytest.mark.thorough
def test_the_clerk_is_told_which_pages_to_scan_again_and_why(office: Path) -> None:
    small_scan(office / "scans" / "HS" / "1.jpg")
    from PIL import Image

    with Image.open(office / "scans" / "HS" / "1.jpg") as image:
        image.convert("L").save(office / "scans" / "HS" / "2.png", dpi=(200, 200))
    ran = digitize("run", "-w", office, "--until", "recognised", "--lang", "en")
    assert "HS: Page(s) 2 fall short" in ran.err
    assert "HS: Page(s)" not in digitize("run", "-w", office, "--quiet", "--lang", "en").err
    shown = digitize("show", "HS", "-w", office, "--lang", "en").out
    assert "8 bits of colour" in shown
