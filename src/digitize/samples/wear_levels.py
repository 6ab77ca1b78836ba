"""Levels of wear, from fresh out of the printer (0) to what archives find in cellars (3)."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from digitize.samples.damage import Damage
from digitize.samples.scanner import Lying, Mode

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Level:
    """What can happen to a sheet on a level of wear.

    Ranges are drawn from evenly, the others are chances between 0 and 1.
    """

    resolutions: tuple[int, ...]
    skew: float
    fading: Range
    patchiness: Range
    show_through: Range
    blur: Range
    noise: Range
    shade: Range
    quality: tuple[int, int]
    specks: Range
    copied: float
    folded: float
    stapled: float
    bordered: float
    grey: float
    bitonal: float
    photographed: float
    turned: float


LEVELS = (
    Level(
        (200, 300), 0.3, (0, 0.04), (0, 0), (0, 0), (3, 5), (1, 2), (0, 4), (82, 92), (0, 0.5),
        copied=0, folded=0, stapled=0.1, bordered=0, grey=0.1, bitonal=0, photographed=0, turned=0,
    ),
    Level(
        (200, 200, 300), 1.2, (0, 0.12), (0, 0.1), (0, 0.05), (4, 7), (2, 4), (0, 14), (62, 80), (0.5, 4),
        copied=0.1, folded=0.2, stapled=0.3, bordered=0.15, grey=0.2, bitonal=0.08, photographed=0,
        turned=0.06,
    ),
    Level(
        (200, 200, 300, 150), 2.2, (0.08, 0.36), (0.1, 0.42), (0.03, 0.15), (7, 13), (4, 9), (6, 34),
        (36, 60), (3, 14), copied=0.3, folded=0.5, stapled=0.4, bordered=0.2, grey=0.25, bitonal=0.12,
        photographed=0.04, turned=0.1,
    ),
    Level(
        (150, 200, 200), 3.5, (0.2, 0.5), (0.2, 0.45), (0.05, 0.22), (7, 13), (5, 10), (20, 60), (24, 45),
        (8, 30), copied=0.4, folded=0.8, stapled=0.4, bordered=0.4, grey=0.3, bitonal=0.15,
        photographed=0.3, turned=0.15,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Machine:
    """A scanner as it was set for a dossier."""

    dpi: int
    mode: Mode
    quality: int


def choose_machine(random: Random, level: Level) -> Machine:
    """How the scanner was set."""
    drawn = random.random()
    mode = Mode.COLOUR
    if drawn < level.bitonal:
        mode = Mode.BITONAL
    elif drawn < level.bitonal + level.grey:
        mode = Mode.GREY
    return Machine(random.choice(level.resolutions), mode, random.randint(*level.quality))


def choose_damage(random: Random, level: Level) -> Damage:
    """What has happened to a sheet."""
    return Damage(
        fading=random.uniform(*level.fading),
        patchiness=random.uniform(*level.patchiness),
        copied=random.uniform(0.4, 1.0) if random.random() < level.copied else 0.0,
        show_through=random.uniform(*level.show_through),
        folds=random.randint(1, 2) if random.random() < level.folded else 0,
        staple=random.random() < level.stapled,
        holes=random.random() < 0.1 * (level.folded > 0),
        specks=random.uniform(*level.specks),
    )


def choose_lying(random: Random, level: Level, *, photo: bool) -> Lying:
    """How a sheet lies before the lens."""
    border = (0.0, 0.0, 0.0, 0.0)
    if not photo and random.random() < level.bordered:
        border = (
            random.choice((0.0, random.uniform(1, 7))),
            random.choice((0.0, random.uniform(1, 5))),
            random.uniform(1, 9),
            random.uniform(1, 12),
        )
    tint = random.randint(0, round(4 + 8 * level.skew))
    return Lying(
        skew=round(random.uniform(-level.skew, level.skew), 2),
        quarter_turns=random.randint(1, 3) if random.random() < level.turned else 0,
        border=border,
        photo=photo,
        blur=random.uniform(*level.blur) * (1.3 if photo else 1.0),
        noise=random.uniform(*level.noise),
        shade=random.uniform(*level.shade) + (30 if photo else 0),
        paper=(
            random.randint(250, 254),
            random.randint(247, 252) - tint // 4,
            random.randint(242, 251) - tint,
        ),
    )
