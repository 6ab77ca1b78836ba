"""What our archival pictures weigh, and how much of the drawing is left in them, beside OCRmyPDF."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from statistics import fmean
from unittest.mock import patch

import cv2
import numpy as np
import rival
from numpy.typing import NDArray
from PIL import Image

from digitize.imaging.decode import decode
from digitize.imaging.encode import encode
from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.ocr.choice import open_engine
from digitize.ocr.engine import OcrEngine
from digitize.ocr.page import read_page
from digitize.samples.cases import CASE_KINDS, Desk, draw_case
from digitize.samples.pens import Style
from digitize.samples.scanner import Mode, Scan, scan_sheet
from digitize.samples.wear_levels import LEVELS, choose_damage, choose_lying, choose_machine

Floats = NDArray[np.float64]

_SEED = 9
_WEAR = 1
_MOST_MEGAPIXELS = 200
_QUALITIES = (80, 70, 60)
"""Of JPEG; the first is that of our profiles."""

_STEPS = 60
_HALF = 0.5

# Wang, Bovik, Sheikh, Simoncelli (2004): window and constants.
_WINDOW = (11, 11)
_SIGMA = 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


@dataclass(frozen=True, slots=True)
class Kept:
    """What is left of a page in a picture of it: bytes, and likeness to the drawing."""

    size: int
    likeness: float


@cache
def _engine() -> OcrEngine:
    return open_engine()


def show_bytes(pages: int) -> None:
    """Print the table."""
    rival.program()
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(_kept, range(pages)))
    print(f"{pages} colour pages, typed, wear {_WEAR}, turned upright already.\n")
    print("| picture | KiB a page | SSIM, mean | SSIM, worst |")
    print("|---|---|---|---|")
    names = ("as scanned", f"OCRmyPDF {rival.version()} -O1", *(f"digitize, quality {q}" for q in _QUALITIES))
    for name, kept in zip(names, zip(*found, strict=True), strict=True):
        likeness = [one.likeness for one in kept]
        size = fmean(one.size for one in kept) / 1024
        print(f"| {name} | {size:.0f} | {fmean(likeness):.4f} | {min(likeness):.4f} |")
    theirs, ours = (sum(page[which].size for page in found) for which in (1, 2))
    better = sum(page[2].likeness >= page[1].likeness for page in found)
    print(
        f"\nOurs have {ours / theirs:.2f} of the bytes of OCRmyPDF's; "
        f"on {better} of {pages} pages they are as like the drawing or more."
    )


def _kept(number: int) -> list[Kept]:
    """Draw and scan a page; what is left of it in the scan, in OCRmyPDF's picture and in ours."""
    random = Random(f"{_SEED}/bytes/{number}")
    level = LEVELS[_WEAR]
    machine = choose_machine(random, level)
    kind = CASE_KINDS[number % len(CASE_KINDS)]
    document = draw_case(kind, Desk(random, Style.TYPED, machine.dpi), number // len(CASE_KINDS))[0]
    drawing = np.asarray(document.sheets[0].image)
    lying = replace(choose_lying(random, level, photo=False), quarter_turns=0)
    scan = scan_sheet(drawing, drawing, choose_damage(random, level), lying, Mode.COLOUR, machine.dpi, random)
    stream = io.BytesIO()
    dpi = (machine.dpi, machine.dpi)
    Image.fromarray(scan.pixels).save(stream, "JPEG", quality=machine.quality, dpi=dpi)
    picture = decode(stream.getvalue(), max_megapixels=_MOST_MEGAPIXELS)
    with patch("digitize.ocr.page._words", lambda *_: ((), ())):
        done = read_page(picture, _engine())
    with tempfile.TemporaryDirectory(prefix="digitize-bytes-") as name:
        source, target = Path(name) / "scan.pdf", Path(name) / "archival.pdf"
        rival.write_pdf(source, [picture])
        rival.convert(source, target, "-O1")
        theirs = rival.picture_of(target)
    grey = to_grey(drawing)
    changed = done.reading.skew != 0.0 or done.reading.rotated != 0
    kept = [encode(picture, done.pixels, changed=changed, quality=quality).data for quality in _QUALITIES]
    turns = (lying.skew, 0.0)
    return [
        _judged(_opened(stream.getvalue()), grey, scan, (0.0,)),
        _judged(theirs, grey, scan, turns),
        *(_judged(_opened(data), grey, scan, turns) for data in kept),
    ]


def _opened(data: bytes) -> tuple[int, Image.Image]:
    with Image.open(io.BytesIO(data)) as image:
        return len(data), image.convert("L")


def _judged(found: tuple[int, Image.Image], drawing: Pixels, scan: Scan, turns: Sequence[float]) -> Kept:
    """Weigh a picture, and compare it with the drawing laid under it.

    The picture is the scan, turned counter-clockwise about its middle by one of ``turns``, or nearly so.
    """
    size, image = found
    grey: Pixels = np.asarray(image)
    return Kept(size, max(_likeness(grey, drawing, scan, turn) for turn in turns))


def _likeness(grey: Pixels, drawing: Pixels, scan: Scan, turn: float) -> float:
    """SSIM of a picture with the drawing, registered to it; of the sheet alone."""
    height, width = grey.shape
    place = _turned(scan, turn, (width, height))
    # From pixels of the picture to those of the drawing, as ECC wants it; on half the size it is quick.
    to_half, from_half = np.diag([_HALF, _HALF, 1.0]), np.diag([1 / _HALF, 1 / _HALF, 1.0])
    warp = (to_half @ np.linalg.inv(place) @ from_half)[:2].astype(np.float32)
    small, other = (_halved(pixels) for pixels in (grey, drawing))
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _STEPS, 1e-6)
    try:
        _, found = cv2.findTransformECC(small, other, warp, cv2.MOTION_AFFINE, criteria)
    except cv2.error:
        # They do not lie on each other at all; so it was another turn.
        return 0.0
    whole = (from_half @ np.vstack([found, [0, 0, 1]]) @ to_half)[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    under = cv2.warpAffine(drawing, whole, (width, height), flags=flags, borderValue=255)
    sheet = cv2.warpAffine(np.full_like(drawing, 255), whole, (width, height), flags=flags, borderValue=0)
    inner = cv2.erode(sheet, np.ones(_WINDOW, np.uint8)) == 255
    return float(_similarity(grey.astype(np.float64), under.astype(np.float64))[inner].mean())


def _turned(scan: Scan, turn: float, size: tuple[int, int]) -> Floats:
    """Where the drawing lies once its scan was turned about its middle, on a sheet of that size."""
    height, width = scan.pixels.shape[:2]
    angle = np.radians(turn)
    cos, sin = np.cos(angle), np.sin(angle)
    from_middle = np.array([[1.0, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
    around = np.array([[cos, sin, 0.0], [-sin, cos, 0], [0, 0, 1]])
    to_middle = np.array([[1.0, 0, size[0] / 2], [0, 1, size[1] / 2], [0, 0, 1]])
    return np.asarray(to_middle @ around @ from_middle @ scan.place, np.float64)


def _halved(pixels: Pixels) -> Pixels:
    soft = cv2.GaussianBlur(pixels, (0, 0), 1.0)
    return cv2.resize(soft, None, fx=_HALF, fy=_HALF, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _similarity(one: Floats, other: Floats) -> Floats:
    """SSIM around each pixel."""
    mean_one, mean_other = _blurred(one), _blurred(other)
    variance_one = _blurred(one * one) - mean_one * mean_one
    variance_other = _blurred(other * other) - mean_other * mean_other
    covariance = _blurred(one * other) - mean_one * mean_other
    above = (2 * mean_one * mean_other + _C1) * (2 * covariance + _C2)
    below = (mean_one**2 + mean_other**2 + _C1) * (variance_one + variance_other + _C2)
    return np.asarray(above / below, np.float64)


def _blurred(values: Floats) -> Floats:
    return np.asarray(cv2.GaussianBlur(values, _WINDOW, _SIGMA), np.float64)
