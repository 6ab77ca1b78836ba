"""The close look at two pages: scans of one sheet known again, sheets of other people taken for one.

    python benchmarks/duplicates.py [FORMS]

Each form is scanned twice, worn differently. It is held against its other scan, against the same form of
everybody else, and against that of a twin with another first name. Words, which sort out nearly all of these
before, are not asked here.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from itertools import combinations
from random import Random

from digitize.imaging.ink import reduced, to_grey
from digitize.imaging.likeness import page_print, same_sheet
from digitize.imaging.picture import Pixels
from digitize.imaging.straighten import estimate_skew, turn
from digitize.samples.birth_form import Registration, draw_birth_form, make_registration
from digitize.samples.form_writer import COMPUTER
from digitize.samples.wear import make_wear, scan

DPI = 200
NAMES = ("AN", "BÌNH", "LAN", "HOA", "MINH", "TÚ")


def scanned(facts: Registration, seed: int, level: int) -> Pixels:
    """A form scanned and straightened."""
    random = Random(seed)
    page = scan(draw_birth_form(Random(1), facts, COMPUTER, dpi=DPI), make_wear(random, level), random)
    return turn(page, estimate_skew(reduced(to_grey(page), DPI)[0]).angle)


def main() -> None:
    """Print how many were found and how many were false."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    people = [
        make_registration(Random(n), "tt04-2024", office="UBND phường Sao Mai", made_at="phường Sao Mai")
        for n in range(number)
    ]
    scans = [(scanned(one, n, 1), scanned(one, 1000 + n, 1 + n % 2)) for n, one in enumerate(people)]
    begun = time.process_time()
    known = sum(same_sheet(one, DPI, other, DPI) for one, other in scans)
    print(f"the same sheet scanned again: {known} of {number} known")
    pairs = list(combinations(range(number), 2))
    false = sum(same_sheet(scans[a][0], DPI, scans[b][1], DPI) for a, b in pairs)
    seconds = (time.process_time() - begun) / (number + len(pairs))
    print(f"the same form of somebody else: {false} of {len(pairs)} taken for one")
    wrong = 0
    for n, one in enumerate(people):
        stem, last = one.child.name.rsplit(" ", 1)
        name = NAMES[n % len(NAMES)] if NAMES[n % len(NAMES)] != last else "HẠNH"
        twin = replace(one, child=replace(one.child, name=f"{stem} {name}"))
        wrong += same_sheet(scans[n][0], DPI, scanned(twin, 2000 + n, 1), DPI)
    print(f"the form of a twin, one name changed: {wrong} of {number} taken for one")
    begun = time.process_time()
    for picture, _ in scans:
        page_print(picture)
    print(
        f"a close look: {seconds:.2f} s CPU; a print: {(time.process_time() - begun) / number * 1000:.1f} ms"
    )


if __name__ == "__main__":
    main()
