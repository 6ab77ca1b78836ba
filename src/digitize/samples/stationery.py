"""What an office puts on paper besides text: heads, seals, signatures."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageDraw, ImageFont

from digitize.fonts import Face, find_font
from digitize.samples.sheet import BLUE, RED, Sheet


def national_motto(sheet: Sheet, centre: float, top: float, *, size: float = 13) -> None:
    """Quốc hiệu and tiêu ngữ with the rule under them (NĐ 30/2020, cell 1)."""
    title = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    motto = "Độc lập - Tự do - Hạnh phúc"
    sheet.write(centre, top, title, face=Face.TIMES_BOLD, size=size - 1, align="centre")
    sheet.write(centre, top + 5.6, motto, face=Face.TIMES_BOLD, size=size, align="centre")
    half = sheet.width_of(motto, Face.TIMES_BOLD, size) / 2
    sheet.rule(centre - half, top + 7.4, centre + half, top + 7.4)


def seal(sheet: Sheet, random: Random, x: float, y: float, text: str) -> None:
    """A round red seal of 36 mm, a little turned and unevenly inked, over what is there."""
    side = sheet.pixels(36)
    layer = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    ink = (*RED, 205)
    stroke = max(2, side // 60)
    draw.ellipse([2, 2, side - 3, side - 3], outline=ink, width=stroke)
    inset = side // 4
    draw.ellipse([inset, inset, side - inset, side - inset], outline=ink, width=max(1, stroke // 2))
    _star(draw, side / 2, side / 2, side * 0.13, ink)
    font = ImageFont.truetype(str(find_font(Face.TIMES_BOLD)), max(8, side // 15))
    for index, letter in enumerate(text):
        angle = math.pi * (0.8 + 1.4 * index / max(1, len(text) - 1))
        at = (side / 2 + math.cos(angle) * side * 0.38, side / 2 + math.sin(angle) * side * 0.38)
        draw.text(at, letter, font=font, fill=ink, anchor="mm")
    layer = layer.rotate(random.uniform(-25, 25), resample=Image.Resampling.BICUBIC)
    sheet.image.paste(layer, (sheet.pixels(x) - side // 2, sheet.pixels(y) - side // 2), layer)


def signature(sheet: Sheet, random: Random, x: float, y: float, *, width: float = 34) -> None:
    """A scrawl in blue ink around a point."""
    draw = ImageDraw.Draw(sheet.image)
    points = []
    phase = random.uniform(0, math.pi)
    for step in range(120):
        t = step / 119
        wave = math.sin(phase + t * random.uniform(15, 17)) * (1 - t) * 6
        points.append(
            (
                sheet.pixels(x - width / 2 + t * width + math.sin(t * 21) * 2.2),
                sheet.pixels(y + wave - t * 4 + math.sin(t * 9) * 2),
            )
        )
    draw.line(points, fill=BLUE, width=max(2, sheet.pixels(0.45)), joint="curve")


def _star(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, ink: tuple[int, ...]) -> None:
    points = []
    for corner in range(10):
        length = radius if corner % 2 == 0 else radius * 0.4
        angle = -math.pi / 2 + corner * math.pi / 5
        points.append((x + length * math.cos(angle), y + length * math.sin(angle)))
    draw.polygon(points, fill=ink)
