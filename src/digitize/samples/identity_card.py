"""Copies of identity cards: front and back on a sheet, with QR code and machine-readable zone."""

from __future__ import annotations

import datetime as dt
import math
from random import Random

from PIL import Image, ImageDraw

from digitize.fonts import Face
from digitize.samples.card_facts import Side, Text, load_card, qr_content
from digitize.samples.citizens import Citizen
from digitize.samples.extras import sans
from digitize.samples.mrz import mrz_lines
from digitize.samples.pens import scribble
from digitize.samples.sheet import A4, INK, RED, Sheet

CARD = (85.6, 53.98)

_TINTS = ((214, 232, 224), (222, 232, 240), (236, 230, 214))


def draw_card(random: Random, citizen: Citizen, truth: dict[str, object], *, dpi: int) -> list[Sheet]:
    """Draw a copy of both sides of a card on one sheet, enlarged as copying machines do it."""
    card = citizen.card
    if card is None:
        raise ValueError(citizen)
    paper = load_card(card.kind.version)
    scale = random.choice((1.0, 1.2, 1.41, 1.41))
    sheet = Sheet(dpi=dpi)
    left = (A4[0] - CARD[0] * scale) / 2 + random.uniform(-12, 12)
    top = random.uniform(22, 40)
    low = top + CARD[1] * scale + random.uniform(6, 24)
    tint = random.choice(_TINTS)
    for side, y in ((paper.front, top), (paper.back, low)):
        _Side(sheet, random, (left, y), scale, citizen, truth).draw(side, tint)
    return [sheet]


class _Side:
    """Draws one side of a card on a sheet."""

    def __init__(
        self,
        sheet: Sheet,
        random: Random,
        origin: tuple[float, float],
        scale: float,
        citizen: Citizen,
        truth: dict[str, object],
    ) -> None:
        self.sheet = sheet
        self.random = random
        self.origin = origin
        self.scale = scale
        self.citizen = citizen
        self.truth = truth

    def draw(self, side: Side, tint: tuple[int, int, int]) -> None:
        """Draw everything on it."""
        self._background(tint)
        if side.emblem:
            self._emblem(*side.emblem)
        if side.photo:
            self._portrait(*side.photo)
        if side.chip:
            self._patch(side.chip, (214, 186, 112))
        for finger in side.fingers:
            self._finger(finger)
        if side.qr:
            self._qr(*side.qr)
        for text in side.texts:
            self._text(text)
        if side.signature:
            x, y = self._at(*side.signature)
            scribble(self.sheet, self.random, (x, y), 16 * self.scale, INK)
        if side.mrz:
            self._mrz(*side.mrz)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return self.origin[0] + x * self.scale, self.origin[1] + y * self.scale

    def _pixels(self, x: float, y: float) -> tuple[int, int]:
        at = self._at(x, y)
        return self.sheet.pixels(at[0]), self.sheet.pixels(at[1])

    def _background(self, tint: tuple[int, int, int]) -> None:
        draw = ImageDraw.Draw(self.sheet.image)
        ends = [self._pixels(0, 0), self._pixels(*CARD)]
        radius = self.sheet.pixels(3 * self.scale)
        draw.rounded_rectangle(ends, radius=radius, fill=tint, outline=(150, 150, 150), width=2)
        line = tuple(max(0, channel - 16) for channel in tint)
        for wave in range(14):
            points = [
                self._pixels(x, 2 + wave * 3.8 + 2.2 * math.sin(x / (5 + wave % 3) + wave))
                for x in range(2, int(CARD[0]) - 1)
            ]
            draw.line([point for point in points if point[1] < ends[1][1] - 4], fill=line, width=1)

    def _emblem(self, x: float, y: float, radius: float) -> None:
        draw = ImageDraw.Draw(self.sheet.image)
        draw.ellipse([self._pixels(x - radius, y - radius), self._pixels(x + radius, y + radius)], fill=RED)
        points = []
        for corner in range(10):
            length = radius * (0.7 if corner % 2 == 0 else 0.28)
            angle = -math.pi / 2 + corner * math.pi / 5
            points.append(self._pixels(x + length * math.cos(angle), y + length * math.sin(angle)))
        draw.polygon(points, fill=(250, 214, 60))

    def _portrait(self, x: float, y: float, width: float, height: float) -> None:
        """Nobody's portrait: a silhouette."""
        draw = ImageDraw.Draw(self.sheet.image)
        tone = self.random.randint(60, 110)
        draw.rectangle([self._pixels(x, y), self._pixels(x + width, y + height)], fill=(226, 232, 238))
        head = width * 0.26
        middle = x + width / 2
        top = y + height * 0.18
        box = [self._pixels(middle - head, top), self._pixels(middle + head, top + head * 2.6)]
        draw.ellipse(box, fill=(tone + 80, tone + 56, tone + 40))
        draw.pieslice(
            [self._pixels(x + 1, y + height * 0.62), self._pixels(x + width - 1, y + height * 1.38)],
            180,
            360,
            fill=(tone, tone, tone + 20),
        )
        hair = [self._pixels(middle - head, top - 1), self._pixels(middle + head, top + head * 1.5)]
        draw.chord(hair, 180, 360, fill=(30, 26, 26))

    def _patch(self, place: tuple[float, float, float, float], colour: tuple[int, int, int]) -> None:
        x, y, width, height = place
        draw = ImageDraw.Draw(self.sheet.image)
        ends = [self._pixels(x, y), self._pixels(x + width, y + height)]
        draw.rounded_rectangle(ends, radius=self.sheet.pixels(1.2), fill=colour, outline=(120, 100, 50))
        for part in (0.33, 0.66):
            draw.line(
                [self._pixels(x, y + height * part), self._pixels(x + width, y + height * part)],
                fill=(120, 100, 50),
            )

    def _finger(self, place: tuple[float, float, float, float]) -> None:
        x, y, width, height = place
        draw = ImageDraw.Draw(self.sheet.image)
        for ring in range(6):
            inset = ring * width / 13
            ends = [
                self._pixels(x + inset, y + inset * 1.2),
                self._pixels(x + width - inset, y + height - inset * 0.6),
            ]
            draw.arc(ends, 150, 390, fill=(96, 96, 110), width=max(1, self.sheet.pixels(0.2)))

    def _text(self, text: Text) -> None:
        words, key = text.text, None
        if text.text.startswith("{"):
            key = text.text.strip("{}")
            words = self._value(key)
        face, size = sans(text.weight), text.size * self.scale
        x, y = self._at(*text.at)
        for line in self.sheet.broken(words, face, size, text.room * self.scale or math.inf):
            kind = "filled" if key else "printed"
            colour = RED if text.red else INK
            self.sheet.write(
                x, y, line, face=face, size=size, colour=colour, kind=kind, key=key, align=text.align
            )
            y += size * 0.42

    def _value(self, key: str) -> str:
        value = self.truth[key]
        if key == "name":
            return str(value).upper()
        if key in ("dob", "issued_on", "expires_on"):
            try:
                return f"{dt.date.fromisoformat(str(value)):%d/%m/%Y}"
            except ValueError:
                return str(value)
        return str(value or "")

    def _qr(self, x: float, y: float, side: float) -> None:
        import segno

        rows = list(segno.make(qr_content(self.citizen), error="m", encoding="utf-8", micro=False).matrix)
        dots = Image.new("L", (len(rows) + 4, len(rows) + 4), 255)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell:
                    dots.putpixel((column + 2, row + 2), 0)
        pixels = self.sheet.pixels(side * self.scale)
        # Whole pixels for each module: a printer does not blur them either.
        each = max(1, round(pixels / dots.width))
        code = dots.resize((each * dots.width,) * 2, Image.Resampling.NEAREST)
        if code.width > pixels * 1.15:
            code = dots.resize((pixels, pixels), Image.Resampling.BOX)
        self.sheet.image.paste(code.convert("RGB"), self._pixels(x, y))

    def _mrz(self, x: float, y: float) -> None:
        expires = str(self.truth["expires_on"])
        try:
            until = dt.date.fromisoformat(expires)
        except ValueError:
            until = None
        citizen = self.citizen
        lines = mrz_lines(citizen.pid, citizen.name, citizen.born, citizen.sex, until)
        size = 9.6 * self.scale
        for line in lines:
            # The lettering of the zone (OCR-B) is even; thirty letters fill 78 mm.
            at, first = self._at(x, y), len(self.sheet.inscriptions)
            for index, letter in enumerate(line):
                for strike in range(2):
                    self.sheet.write(
                        at[0] + (index * 2.54 + 0.1 * strike) * self.scale,
                        at[1],
                        letter,
                        face=Face.COURIER,
                        size=size,
                        kind="printed" if strike == 0 else "strike",
                    )
            self.sheet.merge(first, line, None)
            y += 4.2
