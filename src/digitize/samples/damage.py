"""What happens to a sheet of paper before it is scanned: fading, folds, staples, copying, specks.

Everything here works on the ink of a sheet, in its own coordinates: 0 where there is paper, 1 where
there is black.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitize.imaging.picture import Pixels

Ink = NDArray[np.float32]
Chance = np.random.Generator


@dataclass(frozen=True, slots=True)
class Damage:
    """How a sheet was treated; 0 and False are "not at all".

    Attributes:
        fading: share by which ink is lighter than it was.
        patchiness: how much more it has faded in some places than in others, 0 to 1.
        copied: strength of a photocopy's hard contrast, 0 to 1.
        show_through: share of the other side's ink that shines through.
        folds: how often it was folded.
        staple: it was stapled at the top left.
        holes: it was punched for a binder.
        specks: specks of dust in a square decimetre.

    """

    fading: float = 0.0
    patchiness: float = 0.0
    copied: float = 0.0
    show_through: float = 0.0
    folds: int = 0
    staple: bool = False
    holes: bool = False
    specks: float = 0.0


def damaged(front: Pixels, back: Pixels | None, damage: Damage, dpi: int, chance: Chance) -> Ink:
    """The ink of a sheet after all that happened to it, of shape (height, width, 3)."""
    ink: Ink = (1 - front.astype(np.float32) / 255).astype(np.float32)
    height, width = ink.shape[:2]
    if damage.copied:
        ink = _copied(ink, damage.copied, dpi, chance)
    if damage.fading or damage.patchiness:
        left = 1 - damage.fading - damage.patchiness * _clouds(height, width, dpi, chance)
        ink *= np.clip(left, 0.06, 1)[:, :, None].astype(np.float32)
    if damage.show_through and back is not None:
        other = cv2.resize(back[:, ::-1], (width, height), interpolation=cv2.INTER_AREA)
        through = cv2.GaussianBlur(1 - other.astype(np.float32) / 255, (0, 0), dpi / 160)
        ink = np.maximum(ink, (through * damage.show_through).astype(np.float32))
    for _ in range(damage.folds):
        _fold(ink, dpi, chance)
    if damage.specks:
        _speck(ink, damage.specks, dpi, chance)
    if damage.holes:
        for y in (0.5 * height - 40 / 25.4 * dpi, 0.5 * height + 40 / 25.4 * dpi):
            centre = (round(dpi * 11 / 25.4), round(y))
            cv2.circle(ink, centre, round(dpi * 2.9 / 25.4), (0.55, 0.55, 0.55), -1, cv2.LINE_AA)
    if damage.staple:
        _staple(ink, dpi, chance)
    return ink


def _clouds(height: int, width: int, dpi: int, chance: Chance) -> Ink:
    """Soft patches between 0 and 1, some centimetres large."""
    rows, columns = max(3, height // (dpi // 2)), max(3, width // (dpi // 2))
    coarse = chance.random((rows, columns)).astype(np.float32)
    soft = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(soft, 0, 1).astype(np.float32)


def _copied(ink: Ink, strength: float, dpi: int, chance: Chance) -> Ink:
    """Copying machines know black and white: thin strokes break, thick ones clot."""
    grey = cv2.cvtColor(ink, cv2.COLOR_RGB2GRAY)
    grey = cv2.GaussianBlur(grey, (0, 0), dpi / 330)
    height, width = grey.shape
    grain = cv2.GaussianBlur(chance.normal(0, 1, (height, width)).astype(np.float32), (0, 0), dpi / 260)
    grain = grain * (0.13 * strength / max(1e-6, float(grain.std())))
    level = 0.42 + 0.1 * (_clouds(height, width, dpi, chance) - 0.5) * strength
    hard = 1 / (1 + np.exp(-(grey + grain - level) * (10 + 10 * strength)))
    hard = np.where(grey > 0.02, hard, 0).astype(np.float32)
    return np.repeat(hard[:, :, None], 3, axis=2)


def _fold(ink: Ink, dpi: int, chance: Chance) -> None:
    """A crease: ink has come off along it, one side lies in shadow."""
    height, width = ink.shape[:2]
    level = bool(chance.random() < 0.7)
    length, breadth = (height, width) if level else (width, height)
    at = length * float(chance.choice([0.33, 0.5, 0.5, 0.66])) + float(chance.normal(0, dpi / 12))
    tilt = float(chance.normal(0, 0.004))
    along = np.arange(breadth, dtype=np.float32)
    centre = at + tilt * along + np.cumsum(chance.normal(0, 0.15, breadth)).astype(np.float32)
    distance = np.arange(length, dtype=np.float32)[:, None] - centre[None, :]
    crease = np.exp(-np.square(distance / (dpi / 90)))
    shadow = 0.07 * np.exp(-np.abs(distance) / (dpi / 6)) * (distance > 0) + 0.10 * crease
    if not level:
        crease, shadow = crease.T, shadow.T
    ink *= (1 - 0.75 * crease)[:, :, None].astype(np.float32)
    ink += shadow[:, :, None].astype(np.float32)


def _speck(ink: Ink, density: float, dpi: int, chance: Chance) -> None:
    height, width = ink.shape[:2]
    for _ in range(int(density * 6.2)):
        # Most of them lie along the edges, where a sheet is handled.
        x = width * float(chance.beta(0.45, 0.45))
        y = height * float(chance.beta(0.45, 0.45))
        tone = float(chance.uniform(0.3, 0.95))
        radius = max(1, round(abs(float(chance.normal(0, dpi / 260)))))
        cv2.circle(ink, (round(x), round(y)), radius, (tone, tone, tone), -1, cv2.LINE_AA)


def _staple(ink: Ink, dpi: int, chance: Chance) -> None:
    start = (round(dpi * chance.uniform(5, 11) / 25.4), round(dpi * chance.uniform(5, 11) / 25.4))
    angle = float(chance.uniform(0.3, 1.2))
    length = dpi * 11 / 25.4
    end = (round(start[0] + length * np.cos(angle)), round(start[1] - length * np.sin(angle) * 0.6))
    shadow = np.zeros(ink.shape[:2], np.float32)
    cv2.line(shadow, (start[0] + 3, start[1] + 4), (end[0] + 3, end[1] + 4), 0.5, max(2, dpi // 40))
    shadow = cv2.GaussianBlur(shadow, (0, 0), dpi / 90).astype(np.float32)
    np.maximum(ink, shadow[:, :, None], out=ink)
    cv2.line(ink, start, end, (0.62, 0.6, 0.56), max(2, dpi // 50), cv2.LINE_AA)
