"""Encode the archival picture of a page, once."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image

from digitize.imaging.picture import Picture, Pixels


class Encoding(StrEnum):
    """How the bytes of an archival picture are to be read; the values are file suffixes."""

    JPEG = ".jpg"
    PNG = ".png"


@dataclass(frozen=True, slots=True)
class Encoded:
    """The bytes of an archival picture."""

    data: bytes
    encoding: Encoding


def encode(picture: Picture, pixels: Pixels, *, changed: bool, quality: int) -> Encoded:
    """Encode ``pixels``, which were made from ``picture``.

    JPEG data of a page that was neither turned nor straightened is passed through untouched.
    Black-and-white pages stay lossless.

    Args:
        picture: the page as decoded.
        pixels: the page as it is to be kept.
        changed: whether ``pixels`` differ from those of ``picture``.
        quality: JPEG quality from 1 to 95.

    """
    if picture.jpeg is not None and not changed:
        return Encoded(picture.jpeg, Encoding.JPEG)
    stream = io.BytesIO()
    image = Image.fromarray(pixels)
    if picture.depth == 1:
        # Straightening greys the edges of black-and-white print; they go back to either.
        image.convert("1", dither=Image.Dither.NONE).save(stream, "PNG")
        return Encoded(stream.getvalue(), Encoding.PNG)
    image.save(stream, "JPEG", quality=quality, optimize=True)
    return Encoded(stream.getvalue(), Encoding.JPEG)
