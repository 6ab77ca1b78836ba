"""How well we see how a page lies: made-up sheets laid askew and turned, and scans with a known skew."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from unittest.mock import patch

import numpy as np
from common import CASES
from truths import load

from digitize.imaging.encode import Encoded, Encoding
from digitize.imaging.picture import Picture
from digitize.model import PageReading
from digitize.ocr.choice import open_engine
from digitize.ocr.engine import OcrEngine
from digitize.ocr.page import read_page
from digitize.samples.cases import CASE_KINDS, Desk, draw_case
from digitize.samples.pens import Style
from digitize.samples.scanner import scan_sheet
from digitize.samples.wear_levels import LEVELS, choose_damage, choose_lying, choose_machine

_SEED = 5
_WEARS = 3
_SCANS = 8
"""So often each sheet is scanned."""

_MOST = 15.0


@dataclass(frozen=True, slots=True)
class Lie:
    """How a page lay, and how we took it to lie."""

    form: str
    wear: int
    off: float
    turned_wrong: bool
    doubted: bool


@cache
def _engine() -> OcrEngine:
    return open_engine()


def posed(picture: Picture) -> PageReading:
    """How we take a page to lie, its words left unread."""
    nothing = Encoded(b"", Encoding.JPEG)
    with (
        patch("digitize.ocr.page._words", lambda *_: ((), ())),
        patch("digitize.ocr.page.encode", lambda *_, **__: nothing),
    ):
        return read_page(picture, _engine()).reading


def show_lie(pages: int) -> None:
    """Print both tables."""
    jobs = [(number, min(_SCANS, pages - number * _SCANS)) for number in range(-(-pages // _SCANS))]
    with ProcessPoolExecutor(2) as pool:
        lies = [lie for part in pool.map(_laid, jobs) for lie in part]
    print("| | pages | skew off, median | 95th percentile | worst | wrong turns | told as doubtful |")
    print("|---|---|---|---|---|---|---|")
    groups = [(f"wear {wear}", [lie for lie in lies if lie.wear == wear]) for wear in range(_WEARS)]
    cards = [lie for lie in lies if lie.form == "citizen_id"]
    groups += [("copies of cards", cards), ("all else", [lie for lie in lies if lie not in cards])]
    for name, chosen in [*groups, ("**all**", lies)]:
        if chosen:
            off = np.array([lie.off for lie in chosen])
            wrong = [lie for lie in chosen if lie.turned_wrong]
            print(
                f"| {name} | {len(chosen)} | {np.median(off):.2f}° | {np.percentile(off, 95):.2f}° "
                f"| {off.max():.2f}° | {len(wrong)} | {sum(lie.doubted for lie in wrong)} of {len(wrong)} |"
            )
    cases = list(_cases())
    if not cases:
        print(f"\nno scans with a known skew in {CASES}; skipped")
        return
    print("\n| scan | skew | as we see it | off |\n|---|---|---|---|")
    for name, picture, skew in cases:
        found = posed(picture).skew
        print(f"| {name} | {skew:+.1f}° | {found:+.2f}° | {abs(found - skew):.2f}° |")


def _laid(job: tuple[int, int]) -> list[Lie]:
    """Draw a sheet once, and lay it down several times."""
    number, scans = job
    random = Random(f"{_SEED}/lie/{number}")
    wear = number % _WEARS
    level = LEVELS[wear]
    machine = choose_machine(random, level)
    kind = CASE_KINDS[number % len(CASE_KINDS)]
    documents = draw_case(kind, Desk(random, Style.TYPED, machine.dpi), number // len(CASE_KINDS))
    document = documents[number // len(CASE_KINDS) % len(documents)]
    front = np.asarray(random.choice(document.sheets).image)
    lies = []
    for scan_number in range(scans):
        lying = replace(
            choose_lying(random, level, photo=False),
            skew=round(random.uniform(-_MOST, _MOST), 2),
            quarter_turns=(number + scan_number) % 4,
        )
        scan = scan_sheet(
            front, front, choose_damage(random, level), lying, machine.mode, machine.dpi, random
        )
        reading = posed(Picture(scan.pixels, machine.dpi, 8))
        off = abs(reading.skew - scan.skew)
        wrong = reading.rotated != scan.rotated
        doubted = any(problem.code == "turn_in_doubt" for problem in reading.problems)
        lies.append(Lie(document.form, wear, off, wrong, doubted))
    return lies


def _cases() -> Iterator[tuple[str, Picture, float]]:
    """Scans whose skew others have measured; like us they count it positive where text sinks.

    They give the angle by which turning counter-clockwise makes a page straight.
    """
    index = CASES / "INDEX.tsv"
    if not index.exists():
        return
    with index.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if not row[0].startswith("images/deskew_"):
                continue
            fine = re.search(r"projection-profile estimate: ([-+]?[\d.]+) deg", row[-1])
            rough = re.search(r"[-+]?\d+(\.\d+)?", row[-1])
            if fine or rough:
                skew = float(fine.group(1) if fine else rough.group() if rough else 0)
                yield row[0].removeprefix("images/"), load(CASES / row[0]), skew
