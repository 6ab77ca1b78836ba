"""From sheets to scans: how a sheet lies, how it is lit, what the machine makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from digitize.imaging.picture import Pixels
from digitize.model import Box
from digitize.samples.damage import Chance, Damage, damaged

Matrix = NDArray[np.float64]


class Mode(StrEnum):
    """What a scanner keeps of the colours."""

    COLOUR = "colour"
    GREY = "grey"
    BITONAL = "bitonal"


@dataclass(frozen=True, slots=True)
class Lying:
    """How a sheet lies before the lens, and what the lens makes of it.

    Attributes:
        skew: degrees by which text sinks to the right.
        quarter_turns: clockwise quarter turns by which the sheet lies wrongly.
        border: millimetres of the dark bed that are seen beside it: left, top, right, bottom.
        photo: it was photographed on a table, not scanned.
        blur: standard deviation in hundredths of a millimetre.
        noise: standard deviation of the grain, of 255.
        shade: how much darker one side is, of 255.
        paper: colour of the paper.

    """

    skew: float = 0.0
    quarter_turns: int = 0
    border: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    photo: bool = False
    blur: float = 4.0
    noise: float = 2.0
    shade: float = 0.0
    paper: tuple[int, int, int] = (250, 249, 244)


@dataclass(frozen=True, slots=True)
class Scan:
    """A page as it stands in a file.

    Attributes:
        pixels: grey (height, width) or RGB (height, width, 3); of a bitonal page 0 and 255.
        place: takes pixels of the drawn sheet to pixels of this picture.
        skew: degrees by which text sinks to the right once the page is upright.
        rotated: clockwise turn in degrees that makes it upright.

    """

    pixels: Pixels
    place: Matrix = field(repr=False)
    skew: float
    rotated: int

    def box_of(self, box: Box) -> Box:
        """Where a box of the drawn sheet lies in this picture: the smallest box around it."""
        left, top, right, bottom = box
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
        found = cv2.perspectiveTransform(corners[None], self.place)[0]
        height, width = self.pixels.shape[:2]
        low = np.clip(np.floor(found.min(axis=0)), 0, (width - 1, height - 1))
        high = np.clip(np.ceil(found.max(axis=0)), 1, (width, height))
        return (int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def scan_sheet(
    front: Pixels,
    back: Pixels | None,
    damage: Damage,
    lying: Lying,
    mode: Mode,
    dpi: int,
    random: Random,
) -> Scan:
    """Scan a sheet that was drawn at the scanner's resolution."""
    chance = np.random.default_rng(random.randrange(1 << 32))
    ink = damaged(front, back, damage, dpi, chance)
    paper = np.array(lying.paper, np.float32)
    picture = (paper * (1 - np.minimum(ink, 1))).astype(np.float32)
    del ink
    place, size, skew = _photographed(picture, chance) if lying.photo else _laid(picture, lying, dpi)
    bed = _table(size, chance) if lying.photo else np.full((size[1], size[0], 3), _bed(lying), np.float32)
    picture = _warped(picture, place, size, bed)
    if lying.blur:
        sigma = max(0.25, lying.blur / 2540 * dpi)
        picture = cv2.GaussianBlur(picture, (0, 0), sigma).astype(np.float32)
    _lit(picture, lying, chance)
    if mode is not Mode.COLOUR:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[:, :, None].astype(np.float32)
    if lying.noise:
        grain = chance.standard_normal(picture.shape[:2], dtype=np.float32)
        picture += lying.noise * grain[:, :, None]
    pixels: Pixels = np.clip(picture, 0, 255).astype(np.uint8)
    if mode is Mode.BITONAL:
        limit = chance.uniform(0.66, 0.78) * float(np.percentile(pixels[::8, ::8], 80))
        pixels = np.where(pixels < limit, 0, 255).astype(np.uint8)
    if pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    turned = np.ascontiguousarray(np.rot90(pixels, -lying.quarter_turns))
    place = _quarter(lying.quarter_turns, size) @ place
    return Scan(turned, place, skew, (-90 * lying.quarter_turns) % 360)


def _bed(lying: Lying) -> tuple[float, ...]:
    """What is seen beside the sheet: the dark of an open lid, else more of the same white."""
    return (22.0, 22.0, 24.0) if any(lying.border) else tuple(float(channel) for channel in lying.paper)


def _laid(picture: NDArray[np.float32], lying: Lying, dpi: int) -> tuple[Matrix, tuple[int, int], float]:
    """A sheet on the bed of a scanner, all of it in the picture."""
    height, width = picture.shape[:2]
    angle = math.radians(lying.skew)
    cos, sin = math.cos(angle), math.sin(angle)
    across = width * cos + height * abs(sin)
    down = width * abs(sin) + height * cos
    left, top, right, bottom = (side * dpi / 25.4 for side in lying.border)
    size = (round(across + left + right), round(down + top + bottom))
    middle = (left + across / 2, top + down / 2)
    place = np.array(
        [
            [cos, -sin, middle[0] - cos * width / 2 + sin * height / 2],
            [sin, cos, middle[1] - sin * width / 2 - cos * height / 2],
            [0, 0, 1],
        ]
    )
    return place, size, lying.skew


def _photographed(picture: NDArray[np.float32], chance: Chance) -> tuple[Matrix, tuple[int, int], float]:
    """A sheet seen by a hand-held camera: in perspective, with the table around it."""
    height, width = picture.shape[:2]
    margin = 0.06
    size = (round(width * (1 + 2 * margin)), round(height * (1 + 2 * margin)))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    lean = chance.uniform(-0.032, 0.032, (4, 2)) * (width, height)
    turn = math.radians(float(chance.uniform(-1.5, 1.5)))
    matrix = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    seen = (corners - (width / 2, height / 2)) @ matrix + (width / 2, height / 2) + lean
    seen += (width * margin, height * margin)
    place: Matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), seen.astype(np.float32)).astype(
        np.float64
    )
    across = cv2.perspectiveTransform(np.array([[[0.0, height / 2], [width, height / 2]]]), place)[0]
    skew = math.degrees(math.atan2(across[1][1] - across[0][1], across[1][0] - across[0][0]))
    return place, size, round(skew, 2)


def _warped(
    picture: NDArray[np.float32], place: Matrix, size: tuple[int, int], bed: NDArray[np.float32]
) -> NDArray[np.float32]:
    warped = cv2.warpPerspective(
        picture,
        place,
        size,
        dst=bed,
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_TRANSPARENT,
    )
    return warped.astype(np.float32)


def _table(size: tuple[int, int], chance: Chance) -> NDArray[np.float32]:
    """The table under a photographed page: wood, more or less."""
    width, height = size
    grain = cv2.resize(chance.random((height // 6, 8)).astype(np.float32), (width, height))
    colour = np.array((116, 84, 58), np.float32) * float(chance.uniform(0.7, 1.2))
    return (colour * (0.75 + 0.5 * grain[:, :, None])).astype(np.float32)


def _lit(picture: NDArray[np.float32], lying: Lying, chance: Chance) -> None:
    """Uneven light: from one side under a lid, from a lamp over a table."""
    height, width = picture.shape[:2]
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    if chance.random() < 0.5:
        across = across[:, ::-1]
    fall = lying.shade * (0.7 * across + 0.3 * down)
    if lying.photo:
        x, y = chance.uniform(0.2, 0.8, 2)
        fall = lying.shade * 1.8 * np.sqrt(np.square(across - x) + np.square(down - y))
    picture *= (1 - fall / 255)[:, :, None].astype(np.float32)


def _quarter(turns: int, size: tuple[int, int]) -> Matrix:
    """What clockwise quarter turns do to pixels of a picture of that width and height."""
    width, height = size
    return {
        0: np.eye(3),
        1: np.array([[0.0, -1, height], [1, 0, 0], [0, 0, 1]]),
        2: np.array([[-1.0, 0, width], [0, -1, height], [0, 0, 1]]),
        3: np.array([[0.0, 1, 0], [-1, 0, width], [0, 0, 1]]),
    }[turns % 4]
