"""What forms have where something is to be filled in: leaders of several kinds, boxes to tick."""

from __future__ import annotations

from random import Random

from PIL import ImageDraw

from digitize.fonts import Face
from digitize.samples.pens import Pen
from digitize.samples.sheet import INK, Sheet


def draw_leader(sheet: Sheet, kind: str, start: float, end: float, baseline: float, size: float) -> None:
    """A leader: full stops or ellipses as a word processor sets them, dots, or a rule."""
    if end - start < 1.0:
        return
    if kind == "periods":
        sheet.leader(start, end, baseline, size=size)
    elif kind == "ellipses":
        width = sheet.width_of("…", Face.TIMES, size)
        dots = "…" * int((end - start) / width)
        ImageDraw.Draw(sheet.image).text(
            (sheet.pixels(start), sheet.pixels(baseline)),
            dots,
            font=sheet.font(Face.TIMES, size),
            fill=INK,
            anchor="ls",
        )
    elif kind == "dots":
        draw = ImageDraw.Draw(sheet.image)
        radius = max(0.8, sheet.dpi * 0.17 / 25.4)
        for step in range(int((end - start) / 1.05)):
            x = (start + step * 1.05) * sheet.dpi / 25.4
            y = (baseline + 0.5) * sheet.dpi / 25.4
            draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=INK)
    else:
        sheet.rule(start, baseline + 0.6, end, baseline + 0.6, width=0.15)


def tick_box(sheet: Sheet, random: Random, pen: Pen, x: float, baseline: float, *, ticked: bool) -> float:
    """A box of 4 mm, ticked or crossed with a pen or a machine; return the x behind it."""
    top, bottom = baseline - 3.5, baseline + 0.5
    sheet.frame(x, top, x + 4, bottom)
    if ticked:
        drift = random.uniform(-0.4, 0.4)
        colour = pen.colour
        if random.random() < 0.6:
            _stroke(sheet, [(x + 0.5, top + 0.6 + drift), (x + 3.6, bottom - 0.4)], colour)
            _stroke(sheet, [(x + 3.5, top + 0.4), (x + 0.6, bottom - 0.5 + drift)], colour)
        else:
            corner = (x + 1.6, bottom - 0.5)
            _stroke(sheet, [(x + 0.7, top + 1.9), corner, (x + 4.4, top - 0.6 + drift)], colour)
    return x + 5.0


def _stroke(sheet: Sheet, points: list[tuple[float, float]], colour: tuple[int, int, int]) -> None:
    ends = [(sheet.pixels(x), sheet.pixels(y)) for x, y in points]
    ImageDraw.Draw(sheet.image).line(ends, fill=colour, width=max(2, sheet.pixels(0.4)), joint="curve")
