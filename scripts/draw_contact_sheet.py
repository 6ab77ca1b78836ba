"""Draw docs/samples-contact-sheet.jpg anew: what ``digitize sample`` draws, at a glance.

Run it from the root of the repository: ``python scripts/draw_contact_sheet.py``. A row for each case;
from left to right wear grows from 0 to 3, with a typed and a handwritten paper on each level.
"""

from __future__ import annotations

import io
from pathlib import Path
from random import Random

from PIL import Image

from digitize.imaging.picture import Pixels
from digitize.samples.cases import CASE_KINDS, Desk, draw_case
from digitize.samples.office_dossiers import scan_documents
from digitize.samples.pens import Style
from digitize.samples.wear_levels import LEVELS, choose_machine

TARGET = Path(__file__).resolve().parents[1] / "docs" / "samples-contact-sheet.jpg"
MOST_BYTES = 590_000
COLUMNS = 8
CELL = (216, 305)
GAP = 6


def thumbnails() -> list[Image.Image]:
    """Pages of every case, on every level of wear."""
    found: list[Image.Image] = []
    for row, kind in enumerate(CASE_KINDS):
        pages: list[Image.Image] = []
        for column in range(COLUMNS):
            style = Style.TYPED if column % 2 == 0 else Style.HANDWRITTEN
            level = LEVELS[column // 2]
            random = Random(f"contact sheet/{kind}/{column}")  # noqa: S311 - it can be drawn again
            machine = choose_machine(random, level)
            documents = draw_case(kind, Desk(random, style, machine.dpi), column)
            # Rows show what goes with a form as well: cards, certificates, annexes.
            document = documents[(row + column) % len(documents) if column % 3 == 2 else 0]
            photo = random.random() < level.photographed
            pages.append(
                picture(scan_documents([document], random, level, machine, photo=photo)[0].scan.pixels)
            )
        found += pages
    return found


def picture(pixels: Pixels) -> Image.Image:
    """A page in the size of a cell."""
    image = Image.fromarray(pixels).convert("RGB")
    image.thumbnail(CELL, Image.Resampling.LANCZOS)
    return image


def main() -> None:
    """Put all of them on one picture, as fine as its size allows."""
    pages = thumbnails()
    width, height = CELL[0] + GAP, CELL[1] + GAP
    sheet = Image.new("RGB", (COLUMNS * width + GAP, len(pages) // COLUMNS * height + GAP), (92, 96, 104))
    for index, page in enumerate(pages):
        x = GAP + index % COLUMNS * width + (CELL[0] - page.width) // 2
        y = GAP + index // COLUMNS * height + (CELL[1] - page.height) // 2
        sheet.paste(page, (x, y))
    for quality in range(80, 10, -4):
        stream = io.BytesIO()
        sheet.save(stream, "JPEG", quality=quality, optimize=True)
        if stream.tell() <= MOST_BYTES:
            TARGET.write_bytes(stream.getvalue())
            print(f"{TARGET}: {stream.tell()} bytes, {sheet.width} x {sheet.height}, quality {quality}")
            return


if __name__ == "__main__":
    main()
