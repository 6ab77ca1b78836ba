"""A queue of made-up fields with their pictures, and the review page as a process of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from PIL import Image, ImageDraw, ImageFont

from digitize.fonts import Face, find_font
from digitize.model import Document, FieldReading, Problem
from support.activity import office_at
from support.program import start

FORM = "birth_registration"
WIDTH, HEIGHT = 1240, 1754

_SETTINGS = """
language = "vi"
[organisation]
name = "UBND phường Sao Mai"
code = "000.00.01.H99"
fonds = "H99.01"
"""

_KEYS = ("child_name", "mother_name", "father_name", "requester_name", "child_birth_place")
_NAMES = ("Lò Ngọc Dung", "Giàng Quốc Hải", "Võ Xuân Quân", "Lê Phương Chi", "Trần Thị Thuỷ")


def code(number: int) -> str:
    """The code of a made-up dossier."""
    return f"000.00.01.H99-261118-{number:04}"


def reading(text: str, row: int, confidence: float = 0.5) -> FieldReading:
    """A doubtful reading that stands in a row of the page."""
    top = 300 + 120 * row
    return FieldReading(
        text,
        raw=text,
        confidence=confidence,
        page=0,
        box=(420, top, 1000, top + 44),
        needs_review=True,
        problems=(Problem("low_confidence"),),
    )


def queue_at(root: Path, dossiers: int, fields: int, texts: Sequence[str] = _NAMES) -> Path:
    """A workspace in which so many dossiers wait, with so many doubtful fields each."""
    root.mkdir(parents=True)
    (root / "digitize.toml").write_text(_SETTINGS, "utf-8")
    with office_at(root / "ledger.db") as office:
        for number in range(1, dossiers + 1):
            shown = [texts[(number + row) % len(texts)] for row in range(fields)]
            found = {
                key: reading(text, row, 0.3 + 0.01 * number + 0.001 * row)
                for row, (key, text) in enumerate(zip(_KEYS, shown, strict=False))
            }
            office.receive(code(number), "2026-11-18 08:00", pages=1)
            office.read(code(number), "2026-11-18 08:10", [Document((0,), FORM, "x", 0.99, found)])
            with office.doing("2026-11-18 08:10") as ledger:
                ledger.set_read(code(number), 1, {"width": WIDTH, "height": HEIGHT, "dpi": 150.0, "problems": []})
            _draw(root / "work" / code(number) / "page-00001.jpg", shown)
    return root


def _draw(path: Path, texts: Sequence[str]) -> None:
    path.parent.mkdir(parents=True)
    page = Image.new("L", (WIDTH, HEIGHT), 245)
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(find_font(Face.TIMES)), 38)
    for row, text in enumerate(texts):
        draw.text((150, 300 + 120 * row), "Họ và tên:", font=font, fill=20)
        draw.text((420, 300 + 120 * row), text, font=font, fill=20)
    page.save(path, quality=80)


@dataclass
class Served:
    """The review page of a workspace.

    Attributes:
        process: that serves it.
        address: where it lets somebody in, once.

    """

    process: Popen[str]
    address: str

    @property
    def origin(self) -> str:
        """The beginning of every address of it."""
        return self.address.partition("/open")[0]


@contextmanager
def served(root: Path, *options: str, **extra: str) -> Iterator[Served]:
    """``digitize review`` in a process of its own, without a browser."""
    process = start("review", "-w", root, "--user", "lan", *options, **extra)
    assert process.stderr is not None
    told = ""
    for line in process.stderr:
        told += line
        if address := re.search(r"http://127\.0\.0\.1:\d+/open\?token=\S+", line):
            break
    else:
        raise AssertionError(told)
    try:
        yield Served(process, address[0])
    finally:
        process.terminate()
        process.wait(20)
        process.stderr.close()
        if process.stdout is not None:
            process.stdout.close()
