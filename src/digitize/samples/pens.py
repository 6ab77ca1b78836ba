"""How values are put on paper: by typewriter, by printer, by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from PIL import Image, ImageDraw

from digitize.fonts import Face
from digitize.model import Box
from digitize.samples.extras import capitals, handwriting
from digitize.samples.sheet import INK, Inscription, Lettering, Sheet

Colour = tuple[int, int, int]

BALLPOINT: tuple[Colour, ...] = ((30, 46, 140), (24, 40, 120), (52, 62, 150), (28, 28, 36))
_LEAST_SHRINKING = 0.55


class Style(StrEnum):
    """How the forms of a dossier are filled in."""

    TYPED = "typed"
    HANDWRITTEN = "handwritten"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Pen:
    """What a person fills a form in with.

    Attributes:
        name: ``typewriter``, ``printer``, ``computer`` or ``hand``.
        face, size: the lettering and its size in points.
        colour: the ink.
        lift: millimetres by which values stand above the leaders; negative ones sink into them.
        over_leader: the leader goes on under the value, as on a form that was printed empty.
        strikes: how often each letter is struck; ribbons print fatter than fine fonts.
        wobble: millimetres by which words go up and down; 0 for machines.

    """

    name: str
    face: Lettering
    size: float
    colour: Colour = INK
    lift: float = 0.5
    over_leader: bool = True
    strikes: int = 1
    wobble: float = 0.0


def choose_pen(random: Random, style: Style) -> Pen:
    """A pen of that style; a mixed dossier has one style or the other on each of its papers."""
    if style is Style.MIXED:
        style = random.choice((Style.TYPED, Style.TYPED, Style.HANDWRITTEN))
    if style is Style.HANDWRITTEN:
        face, size = random.choice(handwriting())
        return Pen(
            "hand",
            face,
            size * random.uniform(0.95, 1.08),
            colour=random.choice(BALLPOINT),
            lift=random.uniform(0.0, 0.8),
            wobble=random.uniform(0.15, 0.4),
        )
    # Paper is put into a machine by eye: the line that is typed seldom meets the one that is printed.
    lift = random.uniform(-0.15, 0.9)
    machine = random.choices(("typewriter", "printer", "computer"), weights=(4, 4, 2))[0]
    if machine == "typewriter":
        return Pen(machine, Face.COURIER, 11.0, lift=lift, strikes=2)
    if machine == "printer":
        return Pen(machine, Face.TIMES, 12.5, lift=lift)
    return Pen(machine, Face.TIMES, 12.5, lift=0.0, over_leader=False)


def _fit_for(pen: Pen, text: str) -> Pen:
    """The pen as it writes this text: people write capitals plainly."""
    return replace(pen, face=capitals()) if pen.wobble and text.isupper() else pen


def width_of(sheet: Sheet, pen: Pen, text: str) -> float:
    """Width of a text in millimetres as this pen writes it."""
    return sheet.width_of(text, _fit_for(pen, text).face, pen.size)


def put(  # noqa: PLR0913 - where, what, and how much room there is
    sheet: Sheet,
    random: Random,
    pen: Pen,
    at: tuple[float, float],
    text: str,
    *,
    key: str | None = None,
    room: float | None = None,
    kind: str = "filled",
) -> float:
    """Write a value and return the x at which it ends; what is too long is written smaller.

    Args:
        sheet: where to.
        random: moves the hand.
        pen: what with.
        at: x and baseline in millimetres.
        text: what.
        key: the field that it fills.
        room: width in millimetres that there is.
        kind: the kind of the inscription.

    """
    pen = _fit_for(pen, text)
    size = pen.size
    if room is not None:
        size *= max(_LEAST_SHRINKING, min(1.0, room / max(0.1, width_of(sheet, pen, text))))
    if not pen.wobble:
        x, baseline = at
        end = x
        for strike in range(pen.strikes):
            end = sheet.write(
                x + 0.12 * strike,
                baseline,
                text,
                face=pen.face,
                size=size,
                colour=pen.colour,
                kind=kind if strike == 0 else "strike",
                key=key,
            )
        return end
    return _by_hand(sheet, random, pen, at, text, (size, kind, key))


def _by_hand(
    sheet: Sheet,
    random: Random,
    pen: Pen,
    at: tuple[float, float],
    text: str,
    how: tuple[float, str, str | None],
) -> float:
    size, kind, key = how
    x, baseline = at
    boxes: list[Box] = []
    for word in text.split():
        own = size * random.uniform(0.95, 1.04)
        rise = random.gauss(0, pen.wobble)
        boxes.append(_word(sheet, random, pen, (x, baseline + rise), word, own))
        x += sheet.width_of(word, pen.face, own) + sheet.width_of(" ", pen.face, own) * random.uniform(
            0.8, 1.1
        )
    if boxes:
        left, top, right, bottom = zip(*boxes, strict=True)
        box = (min(left), min(top), max(right), max(bottom))
        sheet.inscriptions.append(Inscription(text, box, kind, key))
    return x


def _word(sheet: Sheet, random: Random, pen: Pen, at: tuple[float, float], word: str, size: float) -> Box:
    """A word on a slip of its own, a little turned, with a pressure of its own."""
    font = sheet.font(pen.face, size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(word, anchor="ls"))
    edge = 6
    slip = Image.new("L", (right - left + 2 * edge, bottom - top + 2 * edge), 0)
    ImageDraw.Draw(slip).text((edge - left, edge - top), word, font=font, fill=255, anchor="ls")
    slip = slip.rotate(random.gauss(0, 0.9), resample=Image.Resampling.BICUBIC)
    pressure = random.uniform(0.8, 1.0)
    slip = slip.point([round(value * pressure) for value in range(256)])
    place = (sheet.pixels(at[0]) + left - edge, sheet.pixels(at[1]) + top - edge)
    sheet.image.paste(pen.colour, (place[0], place[1]), slip)
    ink = slip.getbbox() or (0, 0, 1, 1)
    return (place[0] + ink[0], place[1] + ink[1], place[0] + ink[2], place[1] + ink[3])


def scribble(sheet: Sheet, random: Random, at: tuple[float, float], width: float, colour: Colour) -> None:
    """A signature: a letter or two that nobody can read, running out into a flourish."""
    draw = ImageDraw.Draw(sheet.image)
    waves = [
        (random.uniform(0.6, 1.0) / n, random.uniform(1.2, 2.2) * n, random.uniform(0, math.tau))
        for n in (1, 2, 3)
    ]
    height, slant, decay = random.uniform(3.0, 7.0), random.uniform(0.0, 0.35), random.uniform(0.5, 1.6)
    loop = random.uniform(1.0, 5.0)
    points = []
    for step in range(240):
        t = step / 239
        swing = (1 - t) ** decay
        x = at[0] + width * (t - 0.5) + loop * math.sin(waves[0][2] + math.tau * t * 4) * swing
        y = at[1] - (x - at[0]) * slant
        y += (
            height
            * swing
            * sum(size * math.sin(math.tau * speed * t + phase) for size, speed, phase in waves)
            * 0.7
        )
        points.append((sheet.pixels(x), sheet.pixels(y)))
    stroke = max(2, sheet.pixels(random.uniform(0.35, 0.6)))
    draw.line(points, fill=colour, width=stroke, joint="curve")
    if random.random() < 0.5:
        low = at[1] + height * random.uniform(0.4, 1.0)
        ends = [(at[0] - width * 0.4, low), (at[0] + width * 0.55, low - random.uniform(1, 5))]
        draw.line([(sheet.pixels(x), sheet.pixels(y)) for x, y in ends], fill=colour, width=stroke)
