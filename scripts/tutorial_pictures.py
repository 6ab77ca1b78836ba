"""Make the pictures of the tutorial anew: what commands really say, and what comes of them.

``python scripts/tutorial_pictures.py`` writes them to docs/pictures/. All people on the papers are made up.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pypdfium2
from PIL import Image
from terminal_picture import COLUMNS, draw, in_terminal

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "pictures"
WORKSPACE = "thu-nghiem"
OWN = "HS-001"
"""The dossier of the reader's own scan."""
SEED = "7"
MISREAD = "Trung tâmY tế"
PLACE = "Trung tâm Y tế, xã Tà Tổng, tỉnh Lai Châu"
"""What that scan has instead, as a person reads it."""
MOST_BYTES = 90_000

AFTER_ARRIVAL = {
    "run": f"run -w {WORKSPACE}",
    "review-list": f"review -w {WORKSPACE} --list",
    "show": f"show -w {WORKSPACE} {OWN}",
}
AFTER_REVIEW = {
    "run-again": f"run -w {WORKSPACE}",
    "verify": f"verify -w {WORKSPACE} {WORKSPACE}/archive",
}


def main() -> None:
    """Go the way of the tutorial and draw each step."""
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        picture(place, "doctor", "doctor")
        picture(place, "init", f"init {WORKSPACE} --demo")
        scan = own_scan(place)
        keep(Image.open(scan), "scan")
        for step, call in AFTER_ARRIVAL.items():
            picture(place, step, call)
        picture(place, "review", f"review --terminal --pictures none -w {WORKSPACE}", settled)
        for step, call in AFTER_REVIEW.items():
            picture(place, step, call)
        keep(first_page(signed_pdf(place)), "signed")
        broken = place / "sua.pdf"
        broken.write_bytes(changed(signed_pdf(place).read_bytes()))
        picture(place, "verify-changed", f"verify {broken.name} --anchor {WORKSPACE}/keys/ca.pem")


def own_scan(place: Path) -> Path:
    """Put a scan into the inbox, as a reader does with one of a paper at hand."""
    drawn = place / "giay-to"
    program("sample", drawn, "--dossiers", "1", "--style", "typed", "--wear", "0", "--seed", SEED)
    page = min(drawn.rglob("*.jpg"))
    inbox = place / WORKSPACE / "scans" / OWN
    inbox.mkdir()
    scan = inbox / "trang-1.jpg"
    shutil.copy(page, scan)
    return scan


def settled(asked: str) -> str:
    """What a clerk answers who has looked at the paper: one value was misread, the others are right."""
    return f"{PLACE}\n" if MISREAD in asked else "\n"


def signed_pdf(place: Path) -> Path:
    """The signed PDF of the reader's own scan."""
    archive = place / WORKSPACE / "archive"
    return next(path for path in archive.rglob("*.pdf") if OWN in path.name)


def first_page(path: Path) -> Image.Image:
    """How the first page of a PDF looks, with its visible signature."""
    with pypdfium2.PdfDocument(path) as document:
        document.init_forms()
        image: Image.Image = document[0].render(scale=1.4).to_pil()
        return image


def changed(data: bytes) -> bytes:
    """The same with another byte in its middle, which is a picture of a page."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def keep(image: Image.Image, name: str) -> None:
    """Write a page, as small as it can still be read at a glance."""
    page = image.convert("RGB")
    page.thumbnail((620, 900), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    page.save(stream, "JPEG", quality=60, optimize=True)
    _write(f"{name}.jpg", stream.getvalue())


def picture(place: Path, name: str, call: str, answer: Callable[[str], str] | None = None) -> None:
    """Draw what a call of the program says, and a person answers."""
    said = in_terminal([*_program(), *call.split()], _environment(), place, answer)
    _write(f"{name}.svg", draw(f"digitize {call}", said.replace(f"{place}/", "")).encode())


def program(*arguments: str | Path) -> None:
    """Call the program without looking at it."""
    subprocess.run(
        [*_program(), *map(str, arguments)],
        env=_environment(),
        check=True,
        capture_output=True,
    )


def _program() -> list[str]:
    return [sys.executable, "-m", "digitize"]


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME"}}
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": str(COLUMNS)}
    return kept | terminal | {"LANG": "C.UTF-8", "USER": "lan"}


def _write(name: str, data: bytes) -> None:
    assert len(data) < MOST_BYTES, (name, len(data))
    (TARGET / name).write_bytes(data)
    print(f"{name}: {len(data)} bytes")


if __name__ == "__main__":
    main()
