"""Stacks of small scans with separator sheets among them, as a scanner delivers them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pypdfium2
import segno
from PIL import Image, ImageDraw, ImageFont

from digitize.fonts import Face, find_font
from digitize.pipeline.separators import print_separators
from digitize.times import now

DPI = 150
PAPER = (250, 248, 240)

Scan = Image.Image


def paper(*lines: str) -> Scan:
    """A small page with a few lines, read in a moment."""
    image = Image.new("RGB", (675, 315), PAPER)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(find_font(Face.TIMES)), 28)
    for row, line in enumerate(lines):
        draw.text((45, 30 + 60 * row), line, font=font, fill=(20, 20, 30))
    return image


def empty_page() -> Scan:
    """A page with the grain of paper and nothing on it."""
    grain = np.random.default_rng(5).normal(0, 1.5, (315, 675, 1))
    return Image.fromarray((np.array(PAPER) + grain).clip(0, 255).astype(np.uint8))


def sheets(folder: Path, codes: Sequence[str]) -> list[Scan]:
    """Separator sheets with some codes, printed and scanned."""
    listed, printed = folder / "codes.csv", folder / "sheets.pdf"
    folder.mkdir(parents=True, exist_ok=True)
    listed.write_text("\n".join(["Mã hồ sơ", *codes]), "utf-8")
    printed.unlink(missing_ok=True)
    print_separators(printed, now, source=listed)
    return _rendered(printed)


def _rendered(path: Path) -> list[Scan]:
    pdf = pypdfium2.PdfDocument(path)
    try:
        return [page.render(scale=DPI / 72).to_pil().convert("RGB") for page in pdf]
    finally:
        pdf.close()


def write_stack(path: Path, pages: Iterable[Scan]) -> Path:
    """Write scans as one file of many pages, or into a folder of files where the path has no suffix."""
    # Pillow writes into what it saves.
    images = [page.copy() for page in pages]
    if not path.suffix:
        path.mkdir(parents=True, exist_ok=True)
        for number, image in enumerate(images, start=1):
            image.save(path / f"{number:03}.jpg", dpi=(DPI, DPI), quality=90)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    images[0].save(path, save_all=True, append_images=images[1:], resolution=DPI, dpi=(DPI, DPI))
    return path


def provincial_paper(code: str, *lines: str) -> Scan:
    """A paper that a provincial system has printed, with its code at the top left (TT 01/2023/TT-VPCP)."""
    image = Image.new("RGB", (700, 700), PAPER)
    text = f"{code}|1.001193|012345678901|Tờ khai đăng ký khai sinh"
    modules = [[0 if dark else 255 for dark in row] for row in segno.make(text, micro=False).matrix]
    square = Image.fromarray(np.array(modules, np.uint8)).resize((180, 180), Image.Resampling.NEAREST)
    image.paste(square, (40, 40))
    image.paste(paper(*lines), (20, 260))
    return image
