"""Make lines to learn from: numbers on worn sheets, cut out as reading cuts them out.

Every sheet is drawn, worn and scanned as samples are and goes through the reading picture; what then
stands in its zones and beside them is kept with what is true of it. Fonts beside those of the samples are
used where they are installed, see ``README.md``.

    python training/lines.py FILE.npz SHEETS [--seed N]
"""

from __future__ import annotations

import argparse
import math
import re
import string
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from digitize.files import whole_file
from digitize.fonts import Face
from digitize.imaging.reading import ReadingPicture, reading_picture
from digitize.imaging.straighten import turn
from digitize.imaging.zones import Zone
from digitize.model import Box
from digitize.ocr.line_strip import line_strip
from digitize.ocr.number_net import ALPHABET
from digitize.samples.leaders import draw_leader
from digitize.samples.pens import Pen, put, width_of
from digitize.samples.scanner import Scan, scan_sheet
from digitize.samples.sheet import Hand, Inscription, Lettering, Sheet
from digitize.samples.wear_levels import LEVELS, Machine, choose_damage, choose_lying, choose_machine
from digitize.vietnamese.folding import fold

_FONTS = Path("/usr/share/fonts")
_OTHER_FACES = (
    "LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf", "LiberationSans-Regular.ttf",
    "LiberationMono-Regular.ttf", "FreeMonoBold.ttf", "FreeSans.ttf", "FreeSerif.ttf", "DejaVuSansMono.ttf",
    "DejaVuSerif.ttf", "NimbusMonoPS-Regular.otf", "NimbusMonoPS-Bold.otf", "NimbusRoman-Regular.otf",
    "NimbusSans-Regular.otf", "C059-Roman.otf", "P052-Roman.otf", "Courier Prime.otf",
    "NotoSans-Regular.ttf", "NotoSerif-Regular.ttf", "NotoMono-Regular.ttf", "LinLibertine_R.otf",
    "Roboto-Regular.ttf", "OpenSans-Regular.ttf", "cmuntt.ttf", "cmunrm.ttf", "LiberationSerif-Italic.ttf",
)  # fmt: skip
_USUAL_FACES = (Face.TIMES, Face.COURIER, Face.TIMES_BOLD)
_WORDS = Path("/usr/share/hunspell/vi_VN.dic")
_LEADERS = ("periods", "ellipses", "dots", "rule")
_LEVELS = (0, 1, 1, 2, 2, 2, 3)
_ROWS = np.arange(14.0, 284.0, 8.4)
_MARGIN = 1.0

Corners = tuple[float, float, float, float]
"""Left, top, right and bottom in fractions of pixels."""


def letters_of(random: Random, letters: str, least: int, most: int) -> str:
    """Some letters."""
    return "".join(random.choice(letters) for _ in range(random.randint(least, most)))


def _date(random: Random) -> str:
    day, month, year = random.randint(1, 31), random.randint(1, 12), random.randint(1920, 2039)
    sign = random.choice("//-.")
    sign = random.choice((sign, f" {sign} ")) if random.random() < 0.1 else sign
    parts = [f"{day:02}", f"{month:02}", str(year)]
    if random.random() < 0.15:
        parts = [str(day), str(month), str(year)]
    return sign.join(parts[random.choice((0, 0, 0, 1)) :])


def _short(random: Random) -> str:
    return random.choice(
        (
            f"{random.randint(0, 99):02}",
            f"{random.randint(0, 31):02}",
            f"{random.randint(1, 12):02}",
            str(random.randint(1, 9)),
            str(random.randint(1920, 2039)),
            str(random.randint(10, 9999)),
        )
    )


def _long(random: Random) -> str:
    digits = letters_of(random, string.digits, 9, 12)
    return random.choice(
        (
            "0" + letters_of(random, string.digits, 11, 11),
            digits,
            "0" + letters_of(random, string.digits, 9, 9),
            f"{digits[:4]} {digits[4:7]} {digits[7:]}",
            f"{digits[:4]}.{digits[4:7]}.{digits[7:]}",
        )
    )


def _amount(random: Random) -> str:
    return random.choice(
        (
            f"{random.randint(1, 999) * 10 ** random.randint(3, 7):,}".replace(",", "."),
            f"{random.randint(1, 9999)},{random.randint(0, 99)}",
            f"{random.randint(1, 999)}.{random.randint(0, 9)}",
            f"{random.randint(0, 23):02}:{random.randint(0, 59):02}",
            f"{random.randint(1, 100)}%",
        )
    )


def _code(random: Random) -> str:
    number = random.randint(1, 9999)
    capitals = letters_of(random, string.ascii_uppercase + "Đ", 1, 5)
    return random.choice(
        (
            f"{number}/{capitals}",
            f"{number:02}/{capitals}-{letters_of(random, string.ascii_uppercase, 2, 4)}",
            f"{number}/{random.randint(1990, 2030)}/{capitals}",
            f"{number}/{random.randint(1, 40)}",
            f"{letters_of(random, string.ascii_uppercase, 1, 2)}{random.randint(1, 99999999):06}",
            f"{number}{random.choice('ABCabc')}",
        )
    )


def abbreviation_of(random: Random) -> str:
    """Some capitals."""
    return letters_of(random, string.ascii_uppercase + "Đ", 2, 5)


def _address(random: Random) -> str:
    name = letters_of(random, string.ascii_lowercase, 3, 9)
    name += random.choice(("", ".", "_", "-")) + letters_of(random, string.digits, 0, 4)
    host = letters_of(random, string.ascii_lowercase, 3, 8)
    host = random.choice((host, "gmail", "example", "yahoo", "mail.vn"))
    return f"{name}@{host}.{random.choice(('vn', 'com', 'com.vn', 'gov.vn', 'net'))}"


_MAKERS: tuple[tuple[Callable[[Random], str], int], ...] = (
    (_date, 5),
    (_short, 7),
    (_long, 4),
    (_amount, 2),
    (_code, 2),
    (_address, 3),
)
_WORD_SHARE = 0.2


def _lettering() -> list[Lettering]:
    by_name = {path.name: path for path in _FONTS.rglob("*") if path.suffix in (".ttf", ".otf")}
    return [Hand(by_name[name]) for name in _OTHER_FACES if name in by_name]


class SheetMaker:
    """Draws sheets full of slots with something written in them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.others = _lettering()
        known = (line.split("/")[0].strip() for line in _WORDS.read_text("utf-8").splitlines())
        self.words = [word for word in known if re.fullmatch(r"[^\W\d_]{1,7}", word)]

    def machine(self) -> tuple[int, int, Machine]:
        """How worn a sheet will be, and what will scan it: its resolution, the level, and the rest."""
        level = self.random.choice(_LEVELS)
        machine = choose_machine(self.random, LEVELS[level])
        return machine.dpi, level, machine

    def draw(self, dpi: int) -> Sheet:
        """A sheet of A4 with numbers over leaders, on rules, in cells and in boxes."""
        random, sheet = self.random, Sheet(dpi=dpi)
        leader = random.choice(_LEADERS)
        for y in map(float, _ROWS):
            drawn = random.random()
            if drawn < 0.12:
                self._table(sheet, y)
            elif drawn < 0.2:
                self._boxes(sheet, y)
            else:
                self._line(sheet, y, leader if random.random() < 0.85 else random.choice(_LEADERS))
        return sheet

    def text(self, *, digits: bool = False) -> str:
        """What is written in a slot."""
        if not digits and self.random.random() < _WORD_SHARE:
            words = " ".join(self.random.choices(self.words, k=self.random.randint(1, 2)))
            return self.random.choice((words, words.title(), words.upper()))
        makers, weights = zip(*_MAKERS, strict=True)
        maker: Callable[[Random], str] = self.random.choices(makers, weights)[0]
        return maker(self.random)

    def pen(self, text: str) -> Pen:
        """What it is written with: lettering that is not usual has no Vietnamese marks, or may not."""
        random = self.random
        lift, size = random.uniform(-0.25, 1.0), random.uniform(9.0, 13.5)
        if not text.isascii() or random.random() < 0.55 or not self.others:
            face: Lettering = random.choice(_USUAL_FACES)
        else:
            face = random.choice(self.others)
        strikes = 2 if face is Face.COURIER and random.random() < 0.7 else 1
        over = random.random() < 0.85
        return Pen("machine", face, size, lift=lift if over else 0.0, over_leader=over, strikes=strikes)

    def _line(self, sheet: Sheet, y: float, leader: str) -> None:
        random = self.random
        x = random.uniform(12, 24)
        while x < 185:
            label = " ".join(random.choices(self.words, k=random.randint(1, 3)))
            x = sheet.write(x, y, label + random.choice((":", ":", "", ",")), size=12) + 0.6
            text = self.text()
            pen = self.pen(text)
            start = x
            x += random.uniform(0.5, 3.0)
            if x + width_of(sheet, pen, text) > 200:
                break
            end = put(sheet, random, pen, (x, y - pen.lift), text)
            stop = min(200.0, end + random.choice((0.5, 2.0, 8.0, 20.0)))
            if random.random() < 0.9:
                draw_leader(sheet, leader, start if pen.over_leader else end + 0.5, stop, y, 12)
            x = stop + 0.8

    def _table(self, sheet: Sheet, y: float) -> None:
        random, x = self.random, 12.0
        while x < 170:
            text = self.text()
            wide = random.uniform(12, 45)
            pen = self.pen(text)
            sheet.frame(x, y - 5.6, x + wide, y + 2.0, width=random.choice((0.15, 0.25, 0.35)))
            put(
                sheet,
                random,
                pen,
                (x + random.uniform(0.8, 2.0), y - random.uniform(-0.3, 1)),
                text,
                room=wide - 3,
            )
            x += wide

    def _boxes(self, sheet: Sheet, y: float) -> None:
        random = self.random
        x = random.uniform(14, 40)
        digits = letters_of(random, string.digits, 2, 12)
        side, pen = random.uniform(4.5, 6.2), self.pen(digits)
        first = len(sheet.inscriptions)
        for index, digit in enumerate(digits):
            left = x + index * side
            sheet.frame(left, y - side * 0.78, left + side, y + side * 0.22, width=0.22)
            put(sheet, random, pen, (left + side * random.uniform(0.15, 0.5), y - 0.3), digit)
        sheet.merge(first, digits, None)


def scanned(
    sheet: Sheet, wanted: Sequence[Inscription], random: Random, level: int, machine: Machine
) -> tuple[ReadingPicture, list[Corners]]:
    """A sheet worn, scanned and made ready to be read, and where some of its text stands on that."""
    lying = choose_lying(random, LEVELS[level], photo=False)
    front = np.asarray(sheet.image)
    back = front[::-1, ::-1] if random.random() < 0.3 else None
    damage = choose_damage(random, LEVELS[level])
    scan = scan_sheet(front, back, damage, lying, machine.mode, machine.dpi, random)
    pixels = np.ascontiguousarray(np.rot90(scan.pixels, -scan.rotated // 90))
    angle = scan.skew + random.gauss(0, 0.05)
    straight = turn(pixels, angle)
    picture = reading_picture(straight, machine.dpi)
    boxes = [
        _scaled(_straight(scan.box_of(one.box), scan, pixels.shape, straight.shape, angle), picture.scale)
        for one in wanted
    ]
    return picture, boxes


def lines_of_sheet(maker: SheetMaker) -> Iterator[tuple[NDArray[np.float32], str]]:
    """Strips of what is filled in on one sheet, with its text."""
    random = maker.random
    dpi, level, machine = maker.machine()
    sheet = maker.draw(dpi)
    filled = [one for one in sheet.inscriptions if one.kind == "filled"]
    picture, boxes = scanned(sheet, filled, random, level, machine)
    taken: set[int] = set()
    for zone in picture.zones:
        taken.update(index for index, box in enumerate(boxes) if _holds(zone, box))
        one = holds_all_of(zone, boxes)
        if one is not None:
            strip = line_strip(zone.pixels, picture.dpi)
            if strip is not None:
                yield strip, filled[one].text
    for index, box in enumerate(boxes):
        if index in taken or box[2] - box[0] < 4:
            continue
        left, top, right, bottom = (round(edge) for edge in box)
        margins = [round(random.uniform(0.3, _MARGIN) * picture.dpi / 25.4) for _ in range(4)]
        part = picture.pixels[
            max(0, top - margins[0]) : bottom + margins[1], max(0, left - margins[2]) : right + margins[3]
        ]
        strip = line_strip(np.ascontiguousarray(part), picture.dpi) if part.size else None
        if strip is not None:
            yield strip, filled[index].text


def holds_all_of(zone: Zone, boxes: Sequence[Corners]) -> int | None:
    """Which of some boxes a zone holds, if it is just one and nothing is cut off."""
    inside = [index for index, box in enumerate(boxes) if _holds(zone, box)]
    return inside[0] if len(inside) == 1 and _is_all_of(zone, boxes[inside[0]]) else None


def _straight(
    box: Box, scan: Scan, upright: tuple[int, ...], straight: tuple[int, ...], angle: float
) -> Corners:
    """Where a box of the scan lies once it is upright and straight."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    across, down = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    high, wide = scan.pixels.shape[:2]
    for _ in range(scan.rotated // 90):
        x, y = high - y, x
        wide, high = high, wide
        across, down = down, across
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    x, y = x - upright[1] / 2, y - upright[0] / 2
    x, y = cos * x + sin * y + straight[1] / 2, cos * y - sin * x + straight[0] / 2
    # The box around a leaning box is higher than what stands in it.
    down = max(down - abs(sin) * across, down / 3)
    return x - across, y - down, x + across, y + down


def _scaled(box: Corners, factor: float) -> Corners:
    left, top, right, bottom = (edge * factor for edge in box)
    return left, top, right, bottom


def _holds(zone: Zone, box: Corners) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    left, top, right, bottom = zone.box
    return left - 4 <= x <= right + 4 and top - 6 <= y <= bottom + 6


def _is_all_of(zone: Zone, box: Corners) -> bool:
    wide = max(1.0, box[2] - box[0])
    return abs(zone.box[0] - box[0]) < max(6, 0.1 * wide) and abs(zone.box[2] - box[2]) < max(6, 0.1 * wide)


def folded(text: str) -> str:
    """A text without marks over and under its letters, in the case that it has."""
    return "".join(
        plain.upper() if sign.isupper() else plain for sign, plain in zip(text, fold(text), strict=True)
    )


class Strips:
    """Strips as they are kept: bytes of ink, one after the other, and their texts."""

    def __init__(self, alphabet: str) -> None:
        self.alphabet = alphabet
        self.ink: list[NDArray[np.uint8]] = []
        self.texts: list[str] = []

    def add(self, strip: NDArray[np.float32], text: str) -> None:
        """Keep a strip."""
        self.ink.append(np.round((strip + 0.5) * 127).astype(np.uint8))
        self.texts.append(text)

    def write(self, file: Path) -> None:
        """Write them all."""
        widths = np.array([strip.shape[1] for strip in self.ink], np.int32)
        with whole_file(file) as part, part.open("wb") as stream:
            np.savez_compressed(
                stream,
                ink=np.concatenate(self.ink, axis=1),
                widths=widths,
                texts=np.array(self.texts, dtype=str),
                alphabet=np.array(self.alphabet),
            )


def options_of(description: str | None) -> argparse.Namespace:
    """What was asked for: a ``file``, how many ``sheets``, and the ``seed``."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("sheets", type=int)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Write strips and their texts."""
    options = options_of(__doc__)
    maker = SheetMaker(Random(options.seed))
    strips = Strips(ALPHABET)
    for _ in range(options.sheets):
        for strip, text in lines_of_sheet(maker):
            strips.add(strip, folded(text))
    strips.write(options.file)
    print(f"{len(strips.texts)} lines of {options.sheets} sheets")


if __name__ == "__main__":
    main()
