"""Two pages laid over each other, to know whether they are scans of one sheet: work for workers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitize.imaging.likeness import same_sheet
from digitize.imaging.picture import Pixels
from digitize.imaging.straighten import turn
from digitize.ingest.kinds import FileKind
from digitize.pipeline.tasks import load_picture


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A page of an original, and how it was turned upright and straightened when it was read."""

    original: Path
    kind: FileKind
    frame: int
    rotated: int
    skew: float


def are_one_sheet(one: LaidOut, other: LaidOut, max_megapixels: float) -> bool:
    """Whether two pages are scans of the same sheet of paper.

    Raises:
        ItemProblem: one of them cannot be decoded.

    """
    (first, first_dpi), (second, second_dpi) = (_upright(page, max_megapixels) for page in (one, other))
    return same_sheet(first, first_dpi, second, second_dpi)


def _upright(page: LaidOut, max_megapixels: float) -> tuple[Pixels, float]:
    picture = load_picture(page.original, page.kind, page.frame, max_megapixels)
    pixels = np.ascontiguousarray(np.rot90(picture.pixels, -page.rotated // 90))
    return (turn(pixels, page.skew) if page.skew else pixels), picture.dpi
