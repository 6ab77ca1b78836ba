"""Decode image files with Pillow, within limits.

Only Pillow decodes: it raises on truncated data, where OpenCV returns a picture with a grey end.
The header is looked at before anything is decoded, so that a small file which claims to be huge
costs nothing.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageFile, ImageOps

from digitize.errors import ItemProblem
from digitize.imaging.picture import Picture, Pixels
from digitize.model import Problem

FORMATS = ("JPEG", "PNG", "TIFF", "JPEG2000", "BMP", "WEBP")

A4_LONG_SIDE_INCHES = 11.69
_PLAUSIBLE_DPI = (50.0, 2400.0)
_DEPTHS = {"1": 1, "L": 8, "LA": 8, "P": 8, "RGB": 24, "RGBA": 24, "CMYK": 32, "YCbCr": 24}


def count_frames(source: Path) -> int:
    """How many pages an image file holds.

    Raises:
        ItemProblem: the file cannot be read as an image.

    """
    with _opened(source) as image:
        return int(getattr(image, "n_frames", 1))


def decode(source: Path | bytes, *, frame: int = 0, max_megapixels: float) -> Picture:
    """Decode one page of an image file.

    Args:
        source: the file, or its data.
        frame: which page, from 0.
        max_megapixels: larger pictures are refused before they are decoded.

    Raises:
        ItemProblem: the file is broken, is no image, or is larger than allowed.

    """
    with _opened(source) as image:
        if frame:
            image.seek(frame)
        width, height = image.size
        if width * height > max_megapixels * 1e6:
            raise ItemProblem(
                "image_too_large",
                megapixels=round(width * height / 1e6, 1),
                limit=max_megapixels,
            )
        depth = _DEPTHS.get(image.mode, 8 * len(image.getbands()))
        plain = image.format == "JPEG" and image.mode in ("RGB", "L")
        image.load()
        upright = ImageOps.exif_transpose(image)
        turned = upright.size != image.size or ("exif" in image.info and _turned(image))
        dpi_x, dpi_y = _resolution(image)
        if turned and upright.size != image.size:
            dpi_x, dpi_y = dpi_y, dpi_x
        pixels = _to_pixels(upright)
    problems = []
    if not dpi_x or not dpi_y:
        dpi_x = dpi_y = round(max(pixels.shape[:2]) / A4_LONG_SIDE_INCHES)
        problems.append(Problem("dpi_unknown", {"dpi": round(dpi_x)}))
    square = abs(dpi_x - dpi_y) <= 0.02 * max(dpi_x, dpi_y)
    if not square:
        problems.append(Problem("dpi_uneven", {"x": round(dpi_x), "y": round(dpi_y)}))
        pixels, dpi_x = _squared(pixels, dpi_x, dpi_y)
    jpeg = _data(source) if plain and square and not turned else None
    return Picture(pixels, float(dpi_x), depth, jpeg, tuple(problems))


@contextmanager
def _opened(source: Path | bytes) -> Iterator[ImageFile.ImageFile]:
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    Image.init()
    with warnings.catch_warnings():
        # Pillow warns of odd metadata and of large pictures; the size is checked by ``decode``.
        warnings.simplefilter("ignore")
        try:
            with Image.open(stream, formats=FORMATS) as image:
                yield image
        except ItemProblem:
            raise
        except Image.DecompressionBombError as error:
            raise ItemProblem("image_bomb") from error
        except MemoryError as error:
            raise ItemProblem("out_of_memory") from error
        except Exception as error:
            # Decoders raise OSError, SyntaxError, ValueError, struct.error and more on hostile
            # input; to the batch they all mean that this file cannot be decoded.
            raise ItemProblem("image_broken", detail=type(error).__name__) from error


def _data(source: Path | bytes) -> bytes:
    return source if isinstance(source, bytes) else source.read_bytes()


def _turned(image: Image.Image) -> bool:
    return image.getexif().get(0x0112, 1) not in (0, 1)


def _resolution(image: Image.Image) -> tuple[float, float]:
    raw = image.info.get("dpi", (0, 0))
    try:
        x, y = (float(value) for value in raw)
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0
    low, high = _PLAUSIBLE_DPI
    # 72 and 96 are what programs write when they know nothing; they count only where the picture
    # would then have the size of a page. PNG counts by the metre and makes 72.009 of it.
    if not (low <= x <= high and low <= y <= high):
        return 0.0, 0.0
    if round(x) in (72, 96) and max(image.size) / x > 2 * A4_LONG_SIDE_INCHES:
        return 0.0, 0.0
    return x, y


def _to_pixels(image: Image.Image) -> Pixels:
    mode = image.mode
    if mode.startswith("I;16"):
        return (np.asarray(image, dtype=np.uint16) >> 8).astype(np.uint8)
    if mode in ("I", "F"):
        values = np.nan_to_num(np.asarray(image, dtype=np.float64))
        top = max(float(values.max(initial=0.0)), 1e-9)
        scale = 255.0 if top <= 1.0 else 255.0 / top if top > 255.0 else 1.0
        return np.clip(values * scale, 0, 255).astype(np.uint8)
    if mode in ("1", "L"):
        return np.array(image.convert("L"))
    if "A" in image.getbands() or "transparency" in image.info:
        layered = image.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        image = Image.alpha_composite(paper, layered)
    return np.array(image.convert("RGB"))


def _squared(pixels: Pixels, dpi_x: float, dpi_y: float) -> tuple[Pixels, float]:
    dpi = max(dpi_x, dpi_y)
    height, width = pixels.shape[:2]
    size = (round(width * dpi / dpi_x), round(height * dpi / dpi_y))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8), dpi
