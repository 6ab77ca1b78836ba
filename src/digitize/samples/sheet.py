"""A sheet of paper to draw on, which remembers every line of text and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from digitize.fonts import Face, find_font
from digitize.model import Box

INK = (24, 24, 28)
BLUE = (34, 48, 140)
RED = (206, 38, 50)

A4 = (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class Hand:
    """A font that is none of the usual faces: handwriting, the lettering of cards.

    ``weight`` is for fonts that have a range of weights in one file; 0 leaves them as they are.
    """

    path: Path
    weight: int = 0


Lettering = Face | Hand


@dataclass(frozen=True, slots=True)
class Inscription:
    """A run of text on a sheet; ``kind`` is ``printed`` or ``filled``, ``key`` the field it fills."""

    text: str
    box: Box
    kind: str
    key: str | None = None


@dataclass(slots=True)
class Sheet:
    """Paper, A4 unless told. Positions are in millimetres from the top left, font sizes in points."""

    dpi: int = 200
    extent: tuple[float, float] = A4
    inscriptions: list[Inscription] = field(default_factory=list)
    image: Image.Image = field(init=False)

    def __post_init__(self) -> None:
        size = (self.pixels(self.extent[0]), self.pixels(self.extent[1]))
        self.image = Image.new("RGB", size, "white")

    def pixels(self, millimetres: float) -> int:
        """A length in pixels of this sheet."""
        return round(millimetres * self.dpi / 25.4)

    def width_of(self, text: str, face: Lettering, size: float) -> float:
        """Width of a text in millimetres."""
        return self.font(face, size).getlength(text) * 25.4 / self.dpi

    def broken(
        self, text: str, face: Lettering, size: float, room: float, *, first: float = 0.0
    ) -> list[str]:
        """A text in lines of ``room`` millimetres; of the first, ``first`` are taken already."""
        return in_lines(
            text, lambda line, number: self.width_of(line, face, size) <= room - (0 if number else first)
        )

    def write(  # noqa: PLR0913 - each is a property of a run of text
        self,
        x: float,
        baseline: float,
        text: str,
        *,
        face: Lettering = Face.TIMES,
        size: float = 13,
        colour: tuple[int, int, int] = INK,
        kind: str = "printed",
        align: str = "left",
        key: str | None = None,
    ) -> float:
        """Write a run of text and return the x at which it ends.

        A run of the kind ``strike`` goes over one that is already written, and is not remembered.
        """
        width = self.width_of(text, face, size)
        start = x - width * {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
        at = (self.pixels(start), self.pixels(baseline))
        font = self.font(face, size)
        draw = ImageDraw.Draw(self.image)
        draw.text(at, text, font=font, fill=colour, anchor="ls")
        left, top, right, bottom = draw.textbbox(at, text, font=font, anchor="ls")
        box = (round(left), round(top), round(right), round(bottom))
        if kind != "strike":
            self.inscriptions.append(Inscription(text, box, kind, key))
        return start + width

    def merge(self, first: int, text: str, key: str | None) -> None:
        """Make one inscription of those from ``first`` on: letters that stand in boxes."""
        parts = self.inscriptions[first:]
        if parts:
            left, top, right, bottom = zip(*(part.box for part in parts), strict=True)
            box = (min(left), min(top), max(right), max(bottom))
            self.inscriptions[first:] = [Inscription(text, box, parts[0].kind, key)]

    def leader(self, start: float, end: float, baseline: float, *, size: float = 13) -> None:
        """A dotted leader, as Word sets it: full stops at the pitch of the font."""
        dots = int((end - start) / self.width_of(".", Face.TIMES, size))
        if dots > 0:
            ImageDraw.Draw(self.image).text(
                (self.pixels(start), self.pixels(baseline)),
                "." * dots,
                font=self.font(Face.TIMES, size),
                fill=INK,
                anchor="ls",
            )

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.25) -> None:
        """A straight line."""
        ends = [(self.pixels(x0), self.pixels(y0)), (self.pixels(x1), self.pixels(y1))]
        ImageDraw.Draw(self.image).line(ends, fill=INK, width=max(1, self.pixels(width)))

    def frame(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        width: float = 0.25,
        colour: tuple[int, int, int] = INK,
    ) -> None:
        """A rectangle."""
        corners = [(self.pixels(x0), self.pixels(y0)), (self.pixels(x1), self.pixels(y1))]
        ImageDraw.Draw(self.image).rectangle(corners, outline=colour, width=max(1, self.pixels(width)))

    def font(self, face: Lettering, size: float) -> ImageFont.FreeTypeFont:
        """A font of a size in points on this sheet."""
        return _load(face, round(size * self.dpi / 72))


def in_lines(text: str, fits: Callable[[str, int], bool]) -> list[str]:
    """A text in lines that fit, each with as many words as it takes, one at least.

    Args:
        text: words and spaces.
        fits: tells of some words and of the number of a line, from 0, whether they find room there.

    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and fits(longer, len(lines) - 1):
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@cache
def _load(face: Lettering, pixels: int) -> ImageFont.FreeTypeFont:
    if isinstance(face, Hand):
        font = ImageFont.truetype(str(face.path), pixels, layout_engine=ImageFont.Layout.BASIC)
        if face.weight:
            font.set_variation_by_axes([face.weight])
        return font
    return ImageFont.truetype(str(find_font(face)), pixels, layout_engine=ImageFont.Layout.BASIC)
