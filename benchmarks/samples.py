"""How hard the made-up dossiers of ``digitize sample`` are, beside real pages.

Everything is read by plain tesserocr: the whole page at once, no preparation, no templates. Pages that
lie turned are turned upright first, because a reader that does not turn pages reads nothing.

- *Lines lost*: the share of filled-in lines of which less than 70 % of the characters are found. Looked
  at are the words that were read at the place of the line (their middle lies in its box, widened by a
  third of its height); a character is found if it stands in the longest common subsequence of the two,
  spaces left out.
- *Word F1*: as ``words.py`` has it: recall against what is printed, precision against all that is
  written; on forms what is filled in counts as printed. The real pages are those in DIGITIZE_CASES.

    python benchmarks/samples.py [PAGES_OF_EACH_FORM]
"""

from __future__ import annotations

import io
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from random import Random
from statistics import fmean

import numpy as np
from common import CASES
from PIL import Image
from rapidfuzz.distance import LCSseq
from words import f1

from digitize.model import Box, Word
from digitize.ocr.tessdata import find_tessdata
from digitize.ocr.tesserocr_engine import TesserocrEngine
from digitize.samples.cases import CASE_KINDS, Desk, draw_case
from digitize.samples.office_dossiers import Page, scan_documents
from digitize.samples.pens import Style
from digitize.samples.scanner import Mode
from digitize.samples.wear_levels import LEVELS, choose_machine

FOUND = 0.7
SEED = 7
LETTERS = 12
"""So many letters are read for every form, because it is their F1 that is compared with real pages."""


@dataclass(frozen=True)
class Count:
    """What was counted on one document."""

    form: str
    style: str
    wear: int
    lines: int
    lost: int
    score: float


@cache
def engine() -> TesserocrEngine:
    """Plain tesserocr, once in each process."""
    return TesserocrEngine(find_tessdata(), "vie")


def read(image: Image.Image, dpi: float) -> Sequence[Word]:
    """The words of a picture, in reading order."""
    return engine().read(np.asarray(image.convert("L")), dpi)


def in_lines(words: Sequence[Word]) -> str:
    """Words as text."""
    return " ".join(word.text for word in words)


def found_share(text: str, box: Box, words: Sequence[Word]) -> float:
    """The share of a line's characters that were read at its place."""
    left, top, right, bottom = box
    more = (bottom - top) / 3
    letters = ""
    for word in words:
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        if left - more <= x <= right + more and top - more <= y <= bottom + more:
            letters += word.text
    wanted = text.replace(" ", "")
    return float(LCSseq.similarity(wanted, letters)) / max(1, len(wanted))


def upright(page: Page) -> tuple[Image.Image, list[tuple[str, Box, str]]]:
    """A page turned by quarters until it is upright, with its lines where they lie then."""
    turns = page.scan.rotated // 90
    image = Image.fromarray(np.ascontiguousarray(np.rot90(page.scan.pixels, -turns)))
    height, width = page.scan.pixels.shape[:2]
    lines = []
    for line in page.lines:
        x0, y0, x1, y1 = page.scan.box_of(line.box)
        box = {
            0: (x0, y0, x1, y1),
            1: (height - y1, x0, height - y0, x1),
            2: (width - x1, height - y1, width - x0, height - y0),
            3: (y0, width - x1, y1, width - x0),
        }[turns]
        lines.append((line.text, box, line.kind))
    return image, lines


def measure(job: tuple[str, Style, int, int]) -> list[Count]:
    """Draw a case, read the forms of it, count."""
    kind, style, wear, number = job
    random = Random(f"{SEED}/{kind}/{style}/{wear}/{number}")
    level = LEVELS[wear]
    machine = choose_machine(random, level)
    documents = draw_case(kind, Desk(random, style, machine.dpi), number)
    wanted = [documents[0]] if kind != "birth" else [documents[0], documents[-1]]
    if kind == "land" and len(documents) > 1:
        wanted.append(documents[1])
    counts = []
    for document in wanted:
        lines = lost = 0
        texts: dict[str, list[str]] = defaultdict(list)
        got: list[str] = []
        photo = random.random() < level.photographed and machine.mode is not Mode.BITONAL
        for page in scan_documents([document], random, level, machine, photo=photo):
            if page.document is None:
                continue
            image, inscriptions = upright(page)
            stream = io.BytesIO()
            image.save(stream, "JPEG", quality=machine.quality)
            words = read(image if machine.mode is Mode.BITONAL else Image.open(stream), machine.dpi)
            got.append(in_lines(words))
            for text, box, what in inscriptions:
                texts[what].append(text)
                if what == "filled":
                    lines += 1
                    lost += found_share(text, box, words) < FOUND
        letter = document.form == "official_letter"
        everything = " ".join(text for part in texts.values() for text in part)
        printed = " ".join(texts["printed"]) if letter else everything
        score = f1(" ".join(got), printed, everything)[2]
        counts.append(Count(document.form, style.value, wear, lines, lost, score))
    return counts


def show(title: str, counts: Sequence[Count], value: str) -> None:
    """Print a table: forms down, levels of wear across."""
    print(f"\n{title}\n\n| form | wear 0 | wear 1 | wear 2 | wear 3 |\n|---|---|---|---|---|")
    forms = sorted({count.form for count in counts})
    for form in [*forms, "all"]:
        cells = []
        for wear in range(len(LEVELS)):
            chosen = [c for c in counts if c.wear == wear and form in (c.form, "all")]
            lines = sum(c.lines for c in chosen)
            if value == "lost":
                cells.append(f"{sum(c.lost for c in chosen) / lines:.0%}" if lines else "–")
            else:
                cells.append(f"{fmean(c.score for c in chosen):.3f}" if chosen else "–")
        print(f"| {form if form != 'all' else '**all**'} | " + " | ".join(cells) + " |")


def real_pages() -> None:
    """Print the same F1 of real letters."""
    scores = []
    for path in sorted((CASES / "pages").glob("*.jpg")):
        image = Image.open(path)
        text = in_lines(read(image, image.info.get("dpi", (300, 300))[0]))
        printed = path.with_suffix(".printed.txt").read_text("utf-8")
        scores.append(f1(text, printed, path.with_suffix(".gt.txt").read_text("utf-8"))[2])
    if scores:
        print(f"\nReal letters ({len(scores)} pages): word F1 {fmean(scores):.3f}, worst {min(scores):.3f}")
    else:
        print(f"\nno real pages in {CASES}; skipped")


def main() -> None:
    """Measure everything and print the tables."""
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    jobs = [
        (kind, style, wear, number)
        for kind in CASE_KINDS
        for style in (Style.TYPED, Style.HANDWRITTEN)
        for wear in range(len(LEVELS))
        for number in range(each * (LETTERS if kind == "letter" else 1))
        if style is Style.TYPED or wear == 1
    ]
    os.environ["OMP_THREAD_LIMIT"] = "1"
    with ProcessPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        counts = [count for part in pool.map(measure, jobs) for count in part]
    typed = [count for count in counts if count.style == Style.TYPED]
    # What is filled in on letters, numbers and days, is written by hand.
    forms = [count for count in counts if count.form != "official_letter"]
    show("Filled lines lost, typed", [count for count in forms if count.style == Style.TYPED], "lost")
    show("Filled lines lost, written by hand", [c for c in forms if c.style != Style.TYPED], "lost")
    show("Word F1, typed forms and letters", typed, "score")
    real_pages()


if __name__ == "__main__":
    main()
