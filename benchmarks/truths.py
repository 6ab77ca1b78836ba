"""Pages of ``digitize sample`` with what is true of them, and what a reading of one is worth.

- *Word F1* as ``words.py`` has it; on forms what is filled in counts as printed.
- A *filled line is lost* if not half of its words are found, letter by letter, among the words that were
  read at its place: the box of the truth, higher by half and 20 pixels wider on either side.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import CASES, call
from words import f1, words

from digitize.imaging.picture import Picture
from digitize.ingest.kinds import FileKind
from digitize.model import Box, PageReading
from digitize.pipeline.tasks import load_picture

LETTER = "official_letter"
_ASIDE = 20
_MOST_MEGAPIXELS = 200
_NOT_READ = (None, "unknown", "citizen_id")
"""Empty backs, papers that are none of our forms, and cards, whose type no reader of pages reads well."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A page of a dossier that was made up."""

    dossier: str
    file: Path
    frame: int
    truth: dict[str, Any]

    @property
    def form(self) -> str | None:
        """What paper it is."""
        form: str | None = self.truth["form"]
        return form

    @property
    def counts(self) -> bool:
        """Whether it is a letter or one of our forms."""
        return self.form not in _NOT_READ

    def load(self) -> Picture:
        """The page as it stands in its file."""
        return load(self.file, self.frame)


def load(file: Path, frame: int = 0) -> Picture:
    """A page of a file."""
    kind = FileKind.PDF if file.suffix == ".pdf" else FileKind.IMAGE
    return load_picture(file, kind, frame, _MOST_MEGAPIXELS)


def sampled(folder: Path, wear: int, dossiers: int, seed: int = 1) -> list[Sampled]:
    """Make up typed dossiers."""
    options = ("--dossiers", str(dossiers), "--style", "typed", "--wear", str(wear), "--seed", str(seed))
    call("sample", folder, *options, "--quiet")
    truths = json.loads((folder / "truth.json").read_text("utf-8"))
    return [
        Sampled(code, folder / page["file"], page["page"] - 1, page)
        for code, truth in truths.items()
        for page in truth["pages"]
    ]


@dataclass(frozen=True, slots=True)
class Score:
    """What a reading is worth."""

    form: str | None
    f1: float
    lines: int
    lost: int


def score(page: Sampled, reading: PageReading) -> Score:
    """Compare a reading with the truth."""
    lines = page.truth["lines"]
    letter = page.form == LETTER
    everything = " ".join(line["text"] for line in lines)
    printed = " ".join(line["text"] for line in lines if line["kind"] == "printed")
    value = f1(reading.text, printed if letter else everything, everything)[2]
    # What is filled in on letters, numbers and days, is written by hand.
    filled = [] if letter else [line for line in lines if line["kind"] == "filled"]
    lost = sum(_is_lost(line["text"], _posed(line["box"], page.truth, reading), reading) for line in filled)
    return Score(page.form, value, len(filled), lost)


def real_pages() -> list[Path]:
    """The transcribed scans; none where there is no material."""
    return sorted((CASES / "pages").glob("*.jpg"))


def score_real(page: Path, text: str) -> float:
    """Word F1 of a reading of one of them."""
    printed, everything = (page.with_suffix(f".{kind}.txt").read_text("utf-8") for kind in ("printed", "gt"))
    return f1(text, printed, everything)[2]


def _is_lost(text: str, box: tuple[float, float, float, float], reading: PageReading) -> bool:
    left, top, right, bottom = box
    more = max((bottom - top) / 4, 4.0)
    near = [
        word.text
        for word in reading.words
        if left - more - _ASIDE <= (word.box[0] + word.box[2]) / 2 <= right + more + _ASIDE
        and top - more <= (word.box[1] + word.box[3]) / 2 <= bottom + more
    ]
    wanted = words(text)
    return 2 * (wanted & words(" ".join(near))).total() < wanted.total()


def _posed(box: Box, truth: dict[str, Any], reading: PageReading) -> tuple[float, float, float, float]:
    """Where a box of the file lies on the page once it was turned upright and straightened."""
    wide, high = float(truth["width"]), float(truth["height"])
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    across, down = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    for _ in range(reading.rotated // 90):
        x, y = high - y, x
        wide, high = high, wide
        across, down = down, across
    cos, sin = math.cos(math.radians(reading.skew)), math.sin(math.radians(reading.skew))
    x, y = x - wide / 2, y - high / 2
    x, y = cos * x + sin * y + reading.width / 2, cos * y - sin * x + reading.height / 2
    return x - across, y - down, x + across, y + down
