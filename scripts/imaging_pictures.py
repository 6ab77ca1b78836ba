"""Draw the pictures of docs/imaging/ anew: what each step of reading a page does, before and after.

Run it from the root of the repository: ``python scripts/imaging_pictures.py``. All papers are made up.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digitize.fonts import Face, find_font
from digitize.imaging.ink import flattened, ink, paper, strengthened, to_grey
from digitize.imaging.picture import Mask, Picture, Pixels
from digitize.imaging.reading import ReadingPicture, near_ink, reading_picture, show_through
from digitize.imaging.straighten import edgeless
from digitize.imaging.zones import ZoneKind
from digitize.model import Box, Word
from digitize.ocr.choice import open_engine
from digitize.ocr.engine import OcrEngine
from digitize.ocr.page import read_page
from digitize.ocr.words_in_doubt import doubtful, read_again
from digitize.ocr.zones import read_picture
from digitize.samples.cases import Desk, draw_case
from digitize.samples.damage import Damage
from digitize.samples.pens import Style
from digitize.samples.scanner import Lying, Mode, scan_sheet
from digitize.samples.sheet import Sheet
from digitize.vietnamese.folding import fold

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "imaging"
MOST_BYTES = 60_000
SEED = "x"
DPI = 200
GAP = 14
CAPTION = 26
LARGER = 450 / DPI
"""How much larger words are looked at again."""

WORN = Lying(blur=7, noise=4)
SHINES_THROUGH = 0.3
"""As reading.py has it."""

PAIRS: dict[str, Callable[[], tuple[Pixels, Pixels]]] = {}


@dataclass(frozen=True, slots=True)
class Scanned:
    """A made-up sheet and its scan, which lies straight unless told otherwise."""

    sheet: Sheet
    pixels: Pixels

    def box_of(self, key: str) -> Box:
        """Where the value of a field stands, on a scan that lies straight."""
        return next(line.box for line in self.sheet.inscriptions if line.key == key)


@cache
def sheets(kind: str) -> tuple[Sheet, ...]:
    """The first paper of a case."""
    # It can be drawn again.
    desk = Desk(Random(SEED), Style.TYPED, DPI)  # noqa: S311
    return tuple(draw_case(kind, desk, 0)[0].sheets)


@cache
def scanned(
    kind: str, lying: Lying = WORN, damage: Damage | None = None, page: int = 0, back: str = ""
) -> Scanned:
    """Scan a page of the first paper of a case, in colour; on its back may be another paper."""
    sheet = sheets(kind)[page]
    other = np.asarray(sheets(back)[0].image) if back else None
    # It can be drawn again.
    chance = Random(SEED)  # noqa: S311
    worn = damage or Damage(fading=0.1)
    scan = scan_sheet(np.asarray(sheet.image), other, worn, lying, Mode.COLOUR, DPI, chance)
    return Scanned(sheet, scan.pixels)


@cache
def engine() -> OcrEngine:
    """What reads."""
    return open_engine()


def crop(pixels: Pixels, box: Box) -> Pixels:
    """A part of a picture."""
    left, top, right, bottom = (max(0, edge) for edge in box)
    return np.ascontiguousarray(pixels[top:bottom, left:right])


def around(box: Box, x: int, y: int) -> Box:
    """A box with more on each side."""
    return box[0] - x, box[1] - y, box[2] + x, box[3] + y


def thumbnail(pixels: Pixels, height: int = 420) -> Pixels:
    """A whole page, small, with a frame that shows where it ends."""
    size = (round(pixels.shape[1] * height / pixels.shape[0]), height)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return np.pad(small, [(1, 1), (1, 1)] + [(0, 0)] * (small.ndim - 2), constant_values=150)


def black_on_white(mask: Mask) -> Pixels:
    """A mask of ink as a picture."""
    return np.where(mask, 0, 255).astype(np.uint8)


def stacked(parts: list[Pixels]) -> Pixels:
    """Pictures under each other."""
    width = max(part.shape[1] for part in parts)
    padded = [np.pad(part, ((0, GAP), (0, width - part.shape[1])), constant_values=255) for part in parts]
    return np.vstack(padded)[:-GAP]


def captioned(pixels: Pixels, text: str) -> Pixels:
    """A picture with what was read in it written below."""
    font = ImageFont.truetype(str(find_font(Face.TIMES)), CAPTION)
    width = max(pixels.shape[1], round(font.getlength(text)) + 8)
    image = Image.new("L", (width, pixels.shape[0] + CAPTION + 14), 255)
    image.paste(Image.fromarray(pixels), (0, 0))
    ImageDraw.Draw(image).text((4, pixels.shape[0] + 6), text, font=font, fill=0)
    return np.asarray(image)


def pair(name: str) -> Callable[[Callable[[], tuple[Pixels, Pixels]]], None]:
    """Remember what draws a pair of pictures."""

    def remember(draw: Callable[[], tuple[Pixels, Pixels]]) -> None:
        PAIRS[name] = draw

    return remember


@pair("rulings")
def rulings() -> tuple[Pixels, Pixels]:
    """Leaders over which nothing is written, and lines of a table."""
    form, table = scanned("birth"), scanned("insurance", page=1)
    first, second = form.box_of("child_name"), table.box_of("household.0.name")
    lines = (first[0] - 300, first[1] - 12, first[0] + 560, first[3] + 62)
    cells = (second[0] - 100, second[1] - 22, second[0] + 760, second[3] + 70)
    before = [crop(to_grey(form.pixels), lines), crop(to_grey(table.pixels), cells)]
    after = [
        crop(reading_picture(form.pixels, DPI).pixels, lines),
        crop(reading_picture(table.pixels, DPI).pixels, cells),
    ]
    return stacked(before), stacked(after)


@pair("lines")
def lines() -> tuple[Pixels, Pixels]:
    """Worn lines of a table."""
    worn = Damage(fading=0.3, patchiness=0.3)
    form = scanned("marriage", replace(WORN, blur=9, noise=5), worn)
    box = form.box_of("bride_name")
    part = (box[0] - 300, box[1] - 110, box[0] + 560, box[3] + 120)
    return crop(to_grey(form.pixels), part), crop(reading_picture(form.pixels, DPI).pixels, part)


@pair("lid")
def lid() -> tuple[Pixels, Pixels]:
    """A sheet on a dark bed, and what is read of it."""
    scan = scanned("birth", replace(WORN, border=(8.0, 6.0, 9.0, 12.0)))
    return thumbnail(to_grey(scan.pixels)), thumbnail(reading_picture(scan.pixels, DPI).pixels)


@pair("marks")
def marks() -> tuple[Pixels, Pixels]:
    """Marks of footnotes as the page is read, and read by themselves."""
    scan = scanned("birth")
    picture = reading_picture(scan.pixels, DPI)
    first, last = engine().read(picture.pixels, DPI), read_picture(picture, engine())
    found: list[tuple[Pixels, Pixels]] = []
    for zone in picture.zones:
        if zone.kind is not ZoneKind.MARK:
            continue
        left, top, right, bottom = zone.place
        near = (left - round(0.6 * DPI), top, right + 4, bottom + 12)
        said, told = (
            " ".join(word.text for word in words if _touches(word.box, near)) for words in (first, last)
        )
        if said != told:
            part = crop(picture.pixels, around(near, 8, 8))
            found.append((captioned(part, said or "–"), captioned(part, told)))
    return stacked([before for before, _ in found[:3]]), stacked([after for _, after in found[:3]])


def _touches(one: Box, other: Box) -> bool:
    """Whether two boxes have a part in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def lifted(picture: ReadingPicture, box: Box) -> Pixels:
    """A part of the page without its zones, and below it the zones that were cut out there."""
    zones = [zone for zone in picture.zones if _inside(zone.box, box)]
    parts = [crop(picture.rest, box)]
    row: list[Pixels] = []
    for zone in zones:
        framed = np.pad(zone.pixels, 1, constant_values=150)
        room = sum(part.shape[1] + GAP for part in row) + framed.shape[1]
        if row and room > box[2] - box[0]:
            parts.append(_in_a_row(row))
            row = []
        row.append(framed)
    if row:
        parts.append(_in_a_row(row))
    return stacked(parts)


def _in_a_row(parts: list[Pixels]) -> Pixels:
    high = max(part.shape[0] for part in parts)
    return np.hstack(
        [np.pad(part, ((0, high - part.shape[0]), (0, GAP)), constant_values=255) for part in parts]
    )


def _inside(box: Box, of: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return of[0] < x < of[2] and of[1] < y < of[3]


@pair("boxes")
def boxes() -> tuple[Pixels, Pixels]:
    """Boxes to tick, one of them ticked."""
    form = scanned("birth", WORN)
    label = next(one for one in form.sheet.inscriptions if "bản sao" in one.text)
    left, top, _, bottom = label.box
    part = (left - 20, top - 24, left + 860, bottom + 20)
    return crop(to_grey(form.pixels), part), crop(reading_picture(form.pixels, DPI).pixels, part)


@pair("values")
def values() -> tuple[Pixels, Pixels]:
    """Values over leaders, read by themselves."""
    form = scanned("birth")
    box = form.box_of("child_name")
    part = (box[0] - 300, box[1] - 14, box[0] + 560, box[3] + 66)
    return crop(to_grey(form.pixels), part), lifted(reading_picture(form.pixels, DPI), part)


@pair("cells")
def cells() -> tuple[Pixels, Pixels]:
    """Cells of a table, and digits in boxes moved together."""
    form, table = scanned("insurance"), scanned("insurance", page=1)
    number, name = form.box_of("insurance_number"), table.box_of("household.0.name")
    digits = around(number, 60, 26)
    row = (name[0] - 100, name[1] - 22, name[0] + 560, name[3] + 28)
    before = [crop(to_grey(form.pixels), digits), crop(to_grey(table.pixels), row)]
    after = [
        lifted(reading_picture(form.pixels, DPI), digits),
        lifted(reading_picture(table.pixels, DPI), row),
    ]
    return stacked(before), stacked(after)


@pair("upright")
def upright() -> tuple[Pixels, Pixels]:
    """A page that lies on its side and askew."""
    scan = scanned("birth", replace(WORN, skew=5.5, quarter_turns=1))
    done = read_page(Picture(scan.pixels, DPI, 24), engine())
    return thumbnail(scan.pixels), thumbnail(done.pixels)


@pair("colour")
def colour() -> tuple[Pixels, Pixels]:
    """A red seal and blue ink over print."""
    letter = scanned("letter")
    # Under the text, where the seal is.
    part = (760, 1600, 1360, 1960)
    return crop(letter.pixels, part), crop(reading_picture(letter.pixels, DPI).pixels, part)


@pair("light")
def light() -> tuple[Pixels, Pixels]:
    """A page over which the light falls off."""
    scan = scanned("birth", replace(WORN, shade=110))
    grey = to_grey(scan.pixels)
    return thumbnail(grey), thumbnail(reading_picture(scan.pixels, DPI).pixels)


@pair("pale")
def pale() -> tuple[Pixels, Pixels]:
    """Print from an empty cartridge."""
    scan = scanned("letter", replace(WORN, noise=2), Damage(fading=0.82))
    strong = strengthened(scan.pixels)
    assert strong is not None
    part = (220, 640, 1120, 840)
    return crop(to_grey(scan.pixels), part), crop(strong, part)


@pair("border")
def border() -> tuple[Pixels, Pixels]:
    """The ink of a page beside which the dark bed is seen, and the ink that counts."""
    scan = scanned("birth", replace(WORN, skew=2.0, border=(6.0, 4.0, 9.0, 12.0)))
    found = ink(to_grey(scan.pixels))
    return thumbnail(black_on_white(found)), thumbnail(black_on_white(edgeless(found)))


@pair("through")
def through() -> tuple[Pixels, Pixels]:
    """The other side of the sheet shines through."""
    scan = scanned("residence", replace(WORN, noise=2), Damage(show_through=0.2), back="letter")
    grey = to_grey(scan.pixels)
    background = paper(grey)
    flat = flattened(grey, background)
    assert show_through(flat, DPI) > SHINES_THROUGH
    part = (200, 400, 1100, 640)
    return crop(grey, part), crop(near_ink(grey, flat, background), part)


@pair("second-look")
def second_look() -> tuple[Pixels, Pixels]:
    """A word in doubt as the page is read, and enlarged."""
    scan = scanned("letter", replace(WORN, blur=13, noise=7), Damage(fading=0.3, patchiness=0.3))
    picture = reading_picture(scan.pixels, DPI)
    read = engine().read(picture.rest, DPI)
    lines: dict[int, list[Word]] = {}
    for word in read:
        lines.setdefault(word.line, []).append(word)
    read = tuple(word for line in lines.values() for word in line)
    again = [word for line in read_again(list(lines.values()), picture, engine()) for word in line]
    true = {word for line in scan.sheet.inscriptions for word in line.text.split()}
    # Those of which most was seen at the first look.
    better = [
        _looks(picture, read[index], again[index])
        for index in doubtful(read)
        if again[index].text in true
        and read[index].text != again[index].text
        and len(fold(read[index].text)) == len(fold(again[index].text))
    ][-3:]
    return stacked([before for before, _ in better]), stacked([after for _, after in better])


def _looks(picture: ReadingPicture, read: Word, again: Word) -> tuple[Pixels, Pixels]:
    """A word at the size at which pages are read, its pixels to be seen, and at that of the second look."""
    part = crop(picture.fine, around(read.box, 8, 8))
    size = (round(part.shape[1] * LARGER), round(part.shape[0] * LARGER))
    coarse = cv2.resize(part, size, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    fine = cv2.resize(part, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    first, second = (f"{word.text}   {word.confidence:.0%}" for word in (read, again))
    return captioned(coarse, first), captioned(fine, second)


def encoded(pixels: Pixels) -> tuple[bytes, str]:
    """The data of a picture and its suffix, in whichever encoding is smaller."""
    image = Image.fromarray(pixels)
    jpeg, png = io.BytesIO(), io.BytesIO()
    image.save(jpeg, "JPEG", quality=78, optimize=True)
    if pixels.ndim == 3:
        return jpeg.getvalue(), "jpg"
    image.quantize(16, dither=Image.Dither.NONE).save(png, "PNG", optimize=True)
    return min((jpeg.getvalue(), "jpg"), (png.getvalue(), "png"), key=lambda one: len(one[0]))


def main() -> None:
    """Draw all pairs."""
    FOLDER.mkdir(exist_ok=True)
    for name, draw in PAIRS.items():
        for old in [*FOLDER.glob(f"{name}-before.*"), *FOLDER.glob(f"{name}-after.*")]:
            old.unlink()
        for when, pixels in zip(("before", "after"), draw(), strict=True):
            data, suffix = encoded(pixels)
            target = FOLDER / f"{name}-{when}.{suffix}"
            target.write_bytes(data)
            print(f"{target.name}: {pixels.shape[1]} x {pixels.shape[0]}, {len(data)} bytes")
            assert len(data) < MOST_BYTES


if __name__ == "__main__":
    main()
