"""What copying, carrying and scanning do to a sheet of paper."""

from __future__ import annotations

import io
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitize.imaging.picture import Pixels
from digitize.imaging.straighten import turn
from digitize.samples.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Wear:
    """How hard a sheet is worn and how it lies on the scanner.

    Attributes:
        skew: degrees by which text sinks to the right.
        quarter_turns: clockwise quarter turns by which the sheet lies wrongly.
        noise: standard deviation of the scanner's grain, of 255.
        blur: standard deviation of the blur in pixels.
        shade: how much darker one side of the sheet is, of 255.
        fading: share by which ink is lighter than black.
        quality: JPEG quality.

    """

    skew: float = 0.0
    quarter_turns: int = 0
    noise: float = 0.0
    blur: float = 0.0
    shade: float = 0.0
    fading: float = 0.0
    quality: int = 80


def make_wear(random: Random, level: int) -> Wear:
    """Wear of a level from 0 (fresh from the printer) to 2 (carried in a pocket)."""
    strength = (0.25, 1.0, 2.0)[level]
    return Wear(
        skew=round(random.uniform(-1.6, 1.6) * strength, 2),
        noise=random.uniform(2.0, 4.0) * strength,
        blur=random.uniform(0.35, 0.55) * min(1.6, strength),
        shade=random.uniform(0, 14) * strength,
        fading=random.uniform(0.0, 0.12) * strength,
        quality=random.randint(62, 78),
    )


def scan(sheet: Sheet, wear: Wear, random: Random) -> Pixels:
    """The sheet as a scanner gives it, RGB."""
    return scan_pixels(np.asarray(sheet.image), wear, random)


def scan_pixels(clean: Pixels, wear: Wear, random: Random) -> Pixels:
    """The same from the pixels of a sheet."""
    grain = np.random.default_rng(random.randrange(1 << 32))
    paper = np.array([random.randint(244, 252), random.randint(243, 250), random.randint(234, 246)])
    picture: NDArray[np.float32] = 255 - (255 - clean.astype(np.float32)) * (1 - wear.fading)
    picture *= paper.astype(np.float32) / 255
    if wear.blur:
        picture = cv2.GaussianBlur(picture, (0, 0), wear.blur).astype(np.float32)
    height, width = picture.shape[:2]
    if wear.shade:
        across = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
        down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
        picture -= wear.shade * (0.7 * across + 0.3 * down)
    if wear.noise:
        picture += grain.normal(0, wear.noise, (height, width, 1)).astype(np.float32)
    pixels: Pixels = np.clip(picture, 0, 255).astype(np.uint8)
    if wear.skew:
        pixels = turn(pixels, -wear.skew)
    return np.ascontiguousarray(np.rot90(pixels, -wear.quarter_turns))


def jpeg(pixels: Pixels, wear: Wear, dpi: int) -> bytes:
    """JPEG data as a scanner writes it."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=wear.quality, dpi=(dpi, dpi))
    return stream.getvalue()
