"""Composed papers whose words and pictures are known to the pixel; nothing is recognised for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw, ImageFont

from digitize.fonts import Face, find_font
from digitize.model import PageReading, Word
from digitize.pdf.compose import ComposedPage, Provenance, compose

LINES = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Họ, chữ đệm, tên: Đặng Thị Thử Nghiệm",
    "Nơi sinh: phường Sao Mai, xã Mẫu – số 12/3",
)

PROVENANCE = Provenance(
    title="Tờ khai đăng ký khai sinh của Đặng Thị Thử Nghiệm",
    identifier="000.00.99.T01.2026.HS-1.001",
    organisation="UBND xã Thử Nghiệm",
    conversion_mark="Bản số hóa từ bản giấy",
    created=dt.datetime(2026, 6, 1, 2, 0, tzinfo=dt.UTC),
    sources=("ab" * 32, "cd" * 32),
    engine="tesseract 5.5.4",
    keywords=("khai sinh", "hộ tịch"),
)

EDGE = 40
LEADING = 70


def drawn(
    lines: Sequence[str] = LINES, size: tuple[int, int] = (1000, 400)
) -> tuple[Image.Image, list[Word]]:
    """A picture of some lines, and each word with the box that its ink fills."""
    image = Image.new("RGB", size, (250, 248, 240))
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(find_font(Face.TIMES)), 40)
    words = []
    for number, line in enumerate(lines):
        x, y = float(EDGE), EDGE + LEADING * number
        for text in line.split():
            draw.text((x, y), text, font=font, fill=(20, 20, 30))
            left, top, right, bottom = draw.textbbox((x, y), text, font=font)
            words.append(Word(text, (int(left), int(top), int(right), int(bottom)), 0.9, number))
            x += draw.textlength(text + " ", font=font)
    return image, words


def reading(words: Sequence[Word], size: tuple[int, int], dpi: float = 200.0) -> PageReading:
    """A reading of nothing but words."""
    return PageReading(
        width=size[0],
        height=size[1],
        dpi=dpi,
        rotated=0,
        rotation_confidence=1.0,
        skew=0.0,
        skew_confidence=1.0,
        blank=not words,
        words=tuple(words),
        unread=(),
        problems=(),
        engine="none",
    )


def page(
    picture: Path, lines: Sequence[str] = LINES, size: tuple[int, int] = (1000, 400), mode: str = "RGB"
) -> ComposedPage:
    """A page ready for composing; its picture is written to ``picture``."""
    image, words = drawn(lines, size)
    image.convert(mode, dither=Image.Dither.NONE).save(picture, dpi=(200, 200))
    return ComposedPage(picture, reading(words, size))


def paper(target: Path, *texts: Sequence[str], provenance: Provenance = PROVENANCE) -> Path:
    """A composed PDF/A, one page for each of ``texts``."""
    pages = [
        page(target.with_name(f"{target.stem}-{number}.jpg"), lines)
        for number, lines in enumerate(texts or (LINES,), start=1)
    ]
    compose(pages, provenance, target)
    for one in pages:
        one.picture.unlink()
    return target


@cache
def plain() -> bytes:
    """The bytes of a composed PDF/A of one page, made once."""
    with TemporaryDirectory() as folder:
        return paper(Path(folder) / "plain.pdf").read_bytes()


def plain_paper(folder: Path) -> Path:
    """The same as a file in ``folder``."""
    path = folder / "paper.pdf"
    path.write_bytes(plain())
    return path
