"""Small scans for an inbox, and a look at what became of them."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from digitize.fonts import Face, find_font
from digitize.model import Stage
from digitize.pipeline.ledger import Ledger
from digitize.times import now

LINES = ("Danh sách niêm yết tại trụ sở", "Ủy ban nhân dân phường Sao Mai", "Tổ công tác số hóa hồ sơ")


def small_scan(path: Path, *lines: str, pages: int = 1, turned: int = 0) -> Path:
    """Write a scan of a few lines, of a kind that no form is like; read in a moment.

    Args:
        path: its suffix says the kind of file.
        lines: what stands on it.
        pages: how many, for TIFF and PDF; each says its number.
        turned: degrees by which the paper lies wrongly.

    """
    images = []
    for number in range(1, pages + 1):
        image = Image.new("RGB", (900, 420), (250, 248, 240))
        draw = ImageDraw.Draw(image)
        font = ImageFont.truetype(str(find_font(Face.TIMES)), 38)
        for row, line in enumerate([*(lines or LINES), f"Trang số {number}"]):
            draw.text((60, 40 + 80 * row), line, font=font, fill=(20, 20, 30))
        images.append(image.rotate(turned, expand=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix in (".tif", ".pdf"):
        images[0].save(path, save_all=True, append_images=images[1:], resolution=200, dpi=(200, 200))
    else:
        images[0].save(path, dpi=(200, 200))
    return path


def scans_go_along(office: Path) -> None:
    """Let packages of an office take their scans along."""
    profile = office / "own.toml"
    profile.write_text('extends = "demo"\n[package]\noriginals = "inside"\n', "utf-8")
    settings = office / "digitize.toml"
    settings.write_text(settings.read_text("utf-8").replace('profile = "demo"', 'profile = "own.toml"'))


def ledger_of(root: Path, who: str = "tester") -> closing[Ledger]:
    """The ledger of a workspace, to be used in a ``with``."""
    return closing(Ledger(root / "ledger.db", now, who))


def wait_for(root: Path, kind: str, process: object, times: int = 1) -> None:
    """Wait until the ledger tells of an event, or of so many of a kind."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if (root / "ledger.db").exists():
            with ledger_of(root) as ledger:
                if len(ledger.rows("SELECT 1 FROM event WHERE kind = ?", kind)) >= times:
                    return
        time.sleep(0.02)
    pytest.fail(f"no {kind} came from {process}")


def stages(root: Path) -> dict[str, Stage]:
    """Where each dossier of a workspace stands."""
    with ledger_of(root) as ledger:
        return {record.id: record.stage for record in ledger.dossiers()}


def packages(root: Path) -> list[Path]:
    """Everything in the archive, hidden things included."""
    return sorted((root / "archive").iterdir())


def leftovers(root: Path) -> list[Path]:
    """Temporary files and folders that nobody should find after a run."""
    hidden = (".digitize-", ".staging-")
    return [path for path in root.rglob("*") if path.name.startswith(hidden)]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder with its bytes."""
    return {
        str(Path(at, name).relative_to(folder)): Path(at, name).read_bytes()
        for at, _, names in os.walk(folder)
        for name in names
    }
