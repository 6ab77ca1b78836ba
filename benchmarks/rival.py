"""OCRmyPDF, the rival: in an environment of its own, on one thread for each page, like us.

Its PDF/A is made without Ghostscript (``--pdfa-backend internal``): that is quicker, and leaves JPEG alone.
``OCRMYPDF`` names another program than the one of ``requirements-ocrmypdf.txt``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pikepdf
from common import ROOT
from pikepdf import Dictionary, Name, Pdf, PdfImage, Stream
from PIL import Image

from digitize.imaging.picture import Picture

HERE = Path(__file__).resolve().parent
ONE_THREAD = {"OMP_THREAD_LIMIT": "1"}

_ENVIRONMENT = ROOT / ".venv-ocrmypdf"
_ARCHIVE = ("--output-type", "pdfa", "--pdfa-backend", "internal")


@cache
def program() -> str:
    """The program, fetched at the first call."""
    chosen = os.environ.get("OCRMYPDF")
    if chosen:
        found = shutil.which(chosen)
        return found or sys.exit(f"OCRMYPDF: no such program: {chosen}")
    done = _ENVIRONMENT / ".done"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", _ENVIRONMENT], check=True)
        pip = [str(_ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        wanted = str(HERE / "requirements-ocrmypdf.txt")
        subprocess.run([*pip, "--disable-pip-version-check", "-r", wanted], check=True)
        done.touch()
    return str(_ENVIRONMENT / "bin" / "ocrmypdf")


def version() -> str:
    """Its version."""
    return subprocess.run([program(), "--version"], capture_output=True, text=True, check=True).stdout.strip()


def convert(source: Path, target: Path, *options: str, jobs: int = 1) -> None:
    """Make a searchable PDF/A of a PDF or a picture."""
    command = [program(), "-q", "-l", "vie", "--deskew", "--rotate-pages", *_ARCHIVE, f"-j{jobs}", *options]
    done = subprocess.run(
        [*command, str(source), str(target)],
        env=os.environ | ONE_THREAD,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"ocrmypdf {source}: {done.returncode}\n{done.stderr}")


def text_of(page: Path, folder: Path) -> str:
    """The text of a picture."""
    sidecar = folder / "sidecar.txt"
    convert(page, folder / "sidecar.pdf", "--sidecar", str(sidecar))
    return sidecar.read_text("utf-8")


def write_pdf(target: Path, pictures: Sequence[Picture]) -> None:
    """Pictures as the pages of one PDF; what came as JPEG is put in as it is."""
    with Pdf.new() as pdf:
        for picture in pictures:
            height, width = picture.pixels.shape[:2]
            image = Stream(pdf, picture.pixels.tobytes() if picture.jpeg is None else picture.jpeg)
            image.Type, image.Subtype = Name.XObject, Name.Image
            image.Width, image.Height, image.BitsPerComponent = width, height, 8
            image.ColorSpace = Name.DeviceGray if picture.pixels.ndim == 2 else Name.DeviceRGB
            if picture.jpeg is not None:
                image.Filter = Name.DCTDecode
            across, down = (side * 72 / picture.dpi for side in (width, height))
            content = f"q {across:.3f} 0 0 {down:.3f} 0 0 cm /P Do Q".encode()
            page = pdf.add_blank_page(page_size=(round(across, 3), round(down, 3)))
            page.obj.Resources = Dictionary(XObject=Dictionary(P=pdf.make_indirect(image)))
            page.obj.Contents = pdf.make_indirect(Stream(pdf, content))
        pdf.save(target, compress_streams=True)


def picture_of(source: Path) -> tuple[int, Image.Image]:
    """The only picture of a PDF of one page: how many bytes it has in the file, and what it shows."""
    with pikepdf.open(source) as pdf:
        (stream,) = pdf.pages[0].images.values()
        assert isinstance(stream, Stream)
        return len(stream.read_raw_bytes()), PdfImage(stream).as_pil_image().convert("L")
