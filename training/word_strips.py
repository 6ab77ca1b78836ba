"""Make words to learn from: running text and values on worn sheets, cut out as reading cuts them out.

python training/word_strips.py FILE.npz SHEETS [--seed N]
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
from lines import (
    SheetMaker,
    Strips,
    abbreviation_of,
    holds_all_of,
    letters_of,
    options_of,
    scanned,
)
from numpy.typing import NDArray

from digitize.fonts import Face, has_vietnamese
from digitize.model import Box
from digitize.ocr.line_strip import WORDS, line_strip
from digitize.ocr.word_net import ALPHABET
from digitize.ocr.word_strip import word_strip
from digitize.samples.pens import Pen
from digitize.samples.sheet import Hand, Lettering, Sheet
from digitize.vietnamese.vocabulary import ETHNIC_GROUPS, PLACE_PHRASES, PROVINCES, RELATIONS

_FONTS = Path("/usr/share/fonts")
_ODD_FACES = re.compile("Thin|Black|ExtraLight|MathTeX|cmunb|cmunci|cmunvi|Light|Display|_RZ")
_USUAL_FACES = (Face.TIMES, Face.TIMES, Face.TIMES_BOLD, Face.TIMES_ITALIC, Face.COURIER)
_BEHIND = (*",,,,,..::;?!)", "),", ").", '"', '";')
_BEFORE = ("(", "(", '"', "-", "[")
_NAMED = (*ETHNIC_GROUPS, *PLACE_PHRASES, *PROVINCES, *RELATIONS)
_STICKS_OUT = 0.15
_JITTER = (-0.25, 0.45)
"""Millimetres by which the boxes of words differ from where their ink ends."""


class TextMaker(SheetMaker):
    """Draws sheets of running text, and of values over leaders and in cells."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        paths = (path for path in _FONTS.rglob("*") if path.suffix in (".ttf", ".otf"))
        self.faces: list[Lettering] = [
            Hand(path) for path in sorted(paths) if not _ODD_FACES.search(path.name) and has_vietnamese(path)
        ]
        lines = Path("/usr/share/hunspell/vi_VN.dic").read_text("utf-8").splitlines()
        syllables = (unicodedata.normalize("NFC", line.split("/")[0].strip()) for line in lines)
        self.syllables = [one for one in syllables if re.fullmatch(r"[^\W\d_]{1,8}", one)]
        self.named = [word for phrase in _NAMED for word in phrase.split()]

    def word(self, style: str) -> str:
        """One word as it stands in running text."""
        random, drawn = self.random, self.random.random()
        if drawn < 0.09:
            text = super().text(digits=True)
            return text if " " not in text else text.split()[0]
        if drawn < 0.13:
            return abbreviation_of(random)
        if drawn < 0.15:
            return letters_of(random, string.ascii_lowercase, 2, 9)
        text = random.choice(self.named) if drawn < 0.25 else random.choice(self.syllables)
        if style == "upper":
            text = text.upper()
        elif style == "title" or random.random() < 0.12:
            text = text[0].upper() + text[1:]
        elif drawn > 0.25 and random.random() < 0.9:
            text = text.lower()
        if random.random() < 0.02:
            text += random.choice("/-") + random.choice(self.syllables)
        if random.random() < _STICKS_OUT:
            text += random.choice(_BEHIND)
        elif random.random() < 0.04:
            text = random.choice(_BEFORE) + text
        return text

    def style(self) -> str:
        """How the words of a line are written."""
        return self.random.choices(("lower", "title", "upper"), (6, 2, 2))[0]

    def text(self, *, digits: bool = False) -> str:
        """What is written in a slot of a form."""
        if digits or self.random.random() < 0.25:
            return super().text(digits=digits)
        style = self.style()
        return " ".join(self.word(style) for _ in range(self.random.choice((1, 1, 2, 3, 3, 4, 6, 8))))

    def pen(self, text: str) -> Pen:  # noqa: ARG002 - all its faces have all signs
        """What it is written with."""
        random = self.random
        face: Lettering = random.choice(_USUAL_FACES if random.random() < 0.7 else self.faces)
        strikes = 2 if face is Face.COURIER and random.random() < 0.7 else 1
        over = random.random() < 0.85
        lift = random.uniform(-0.25, 1.0)
        return Pen(
            "machine",
            face,
            random.uniform(9.0, 13.5),
            lift=lift if over else 0.0,
            over_leader=over,
            strikes=strikes,
        )

    def running(self, dpi: int) -> tuple[Sheet, list[range]]:
        """A sheet full of running text; with it, which of its inscriptions make a line."""
        random, sheet = self.random, Sheet(dpi=dpi)
        lines: list[range] = []
        face: Lettering = random.choice(_USUAL_FACES if random.random() < 0.6 else self.faces)
        size, y = random.uniform(9.5, 14.0), 14.0
        pitch = size * 0.353 * random.uniform(1.15, 1.7)
        while y < 285:
            own = random.choice(_USUAL_FACES) if random.random() < 0.2 else face
            style, first, x = self.style(), len(sheet.inscriptions), random.uniform(12, 30)
            space = sheet.width_of(" ", own, size) * random.uniform(0.9, 1.5)
            stop = random.choice((110, 190, 195, 195))
            while True:
                word = self.word(style)
                if x + sheet.width_of(word, own, size) > stop:
                    break
                x = sheet.write(x, y, word, face=own, size=size, kind="filled") + space
            lines.append(range(first, len(sheet.inscriptions)))
            y += pitch if random.random() < 0.93 else 1.8 * pitch
        return sheet, lines


def words_of_sheet(maker: TextMaker) -> Iterator[tuple[NDArray[np.float32], str]]:
    """Strips of words of running text, one to six of them, with their text."""
    random = maker.random
    dpi, level, machine = maker.machine()
    sheet, lines = maker.running(dpi)
    picture, boxes = scanned(sheet, sheet.inscriptions, random, level, machine)
    unit = picture.dpi / 25.4
    for line in lines:
        whole = [_rounded(boxes[index]) for index in line]
        at = 0
        while at < len(whole):
            count = random.choice((1, 1, 1, 1, 2, 2, 3, 6))
            part = whole[at : at + count]
            jitter = [random.uniform(*_JITTER) * unit for _ in range(4)]
            box = (
                round(part[0][0] - jitter[0]),
                round(min(one[1] for one in part) - jitter[1]),
                round(part[-1][2] + jitter[2]),
                round(max(one[3] for one in part) + jitter[3]),
            )
            texts = [sheet.inscriptions[index].text for index in line[at : at + count]]
            at += count
            if box[2] - box[0] < 3 or box[3] - box[1] < 3:
                continue
            strip = word_strip(picture.pixels, picture.dpi, box, whole)
            if strip is not None:
                yield strip, " ".join(texts)


def values_of_sheet(maker: TextMaker) -> Iterator[tuple[NDArray[np.float32], str]]:
    """Strips of what is filled in on one sheet, with its text."""
    dpi, level, machine = maker.machine()
    sheet = maker.draw(dpi)
    filled = [one for one in sheet.inscriptions if one.kind == "filled"]
    picture, boxes = scanned(sheet, filled, maker.random, level, machine)
    for zone in picture.zones:
        index = holds_all_of(zone, boxes)
        if index is not None:
            strip = line_strip(zone.pixels, picture.dpi, WORDS)
            if strip is not None:
                yield strip, filled[index].text


def _rounded(box: tuple[float, float, float, float]) -> Box:
    left, top, right, bottom = (round(edge) for edge in box)
    return left, top, right, bottom


def main() -> None:
    """Write strips, as bytes of ink one after the other, and their texts."""
    options = options_of(__doc__)
    maker = TextMaker(Random(options.seed))
    strips = Strips(ALPHABET)
    for number in range(options.sheets):
        for strip, text in (values_of_sheet if number % 3 == 2 else words_of_sheet)(maker):
            strips.add(strip, text)
    strips.write(options.file)
    print(f"{len(strips.texts)} strips of {options.sheets} sheets")


if __name__ == "__main__":
    main()
