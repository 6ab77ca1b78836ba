"""Pages to look at: drawn in a moment, and as field reading sees them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from digitize.forms.view import PageView
from digitize.imaging.decode import count_frames, decode
from digitize.imaging.picture import Picture, Pixels
from digitize.model import Box, Word
from digitize.ocr.engine import OcrEngine
from digitize.ocr.page import read_page
from digitize.pdf.source import page_picture
from digitize.samples.sheet import Sheet
from digitize.samples.wear import Wear, scan
from digitize.vietnamese.folding import fold

LINES = (
    "Ủy ban nhân dân phường Sao Mai thông báo",
    "danh sách hồ sơ hộ tịch đã tiếp nhận trong tháng",
    "Người nộp hồ sơ đến nhận kết quả tại bộ phận một cửa",
    "vào các ngày làm việc trong tuần, trừ ngày lễ",
)

MOST = 120.0
"""Megapixels allowed in tests."""


def written_sheet(*lines: str, dpi: int = 200, top: float = 20, pitch: float = 9, size: float = 13) -> Sheet:
    """A sheet of A4 with some lines of print, 25 mm from its left edge."""
    sheet = Sheet(dpi=dpi)
    for row, line in enumerate(lines or LINES):
        sheet.write(25, top + pitch * row, line, size=size)
    return sheet


def upper_part(sheet: Sheet, millimetres: float) -> Pixels:
    """The pixels of the upper part of a sheet: less paper is read faster."""
    return np.array(sheet.image)[: sheet.pixels(millimetres)]


def scanned(sheet: Sheet, wear: Wear | None = None, seed: int = 1) -> Picture:
    """A sheet as it comes from the scanner."""
    from random import Random

    return Picture(scan(sheet, wear or Wear(), Random(seed)), float(sheet.dpi), 24)


def view_of(picture: Picture, engine: OcrEngine) -> PageView:
    """A page after page work."""
    done = read_page(picture, engine)
    return PageView(done.reading, lambda: done.pixels)


def pictures_of(source: Path) -> tuple[list[Picture], list[int]]:
    """The pages of a dossier, a file or a folder of files, and the number of the file of each."""
    files = sorted(source.iterdir()) if source.is_dir() else [source]
    pictures, numbers = [], []
    for number, file in enumerate(files):
        if file.suffix == ".pdf":
            found = [page_picture(file, 0, max_megapixels=MOST)]
        else:
            found = [decode(file, frame=frame, max_megapixels=MOST) for frame in range(count_frames(file))]
        pictures.extend(found)
        numbers.extend([number] * len(found))
    return pictures, numbers


def found_share(expected: str, words: Sequence[Word]) -> float:
    """The share of the expected words that were read, accents included."""
    read = [word.text.strip(".,:;").casefold() for word in words]
    wanted = [word.strip(".,:;").casefold() for word in expected.split()]
    return sum(word in read for word in wanted) / len(wanted)


def box_of(words: Sequence[Word], text: str) -> Box:
    """Where the first word with these letters stands."""
    return next(word.box for word in words if fold(word.text) == fold(text))
