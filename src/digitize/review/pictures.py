"""Pictures for the review page: a field cut large from its page, and the whole page.

Both are cut from the archival picture, which is what the archive keeps.
"""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from digitize.imaging.decode import decode
from digitize.model import Box

_MOST_BYTES = 192 << 20
"""Decoded pages that are kept: some four in colour at 300 dpi, many more in grey."""

_SURROUNDINGS = 1.1
"""Heights of the field that are shown above and under it."""

_LEAST = 34 / 200
"""Inches that are shown around a field at least."""

_WIDEST = 7.4
"""Width to height of a cutting at most, unless the field itself is wider."""

_NARROWEST = 3.4
"""The same at least: a short number is shown with what stands beside it."""

_SHARP = 900
"""Pixels across under which a cutting is enlarged here: browsers enlarge letters less well."""

_QUALITY = 88


@dataclass(frozen=True, slots=True)
class Cutting:
    """A piece of a page.

    Attributes:
        box: the piece on its page.
        mark: the field on the piece.

    """

    box: Box
    mark: Box

    @property
    def width(self) -> int:
        """In pixels of the page."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        """In pixels of the page."""
        return self.box[3] - self.box[1]


def cutting(box: Box, width: int, height: int, dpi: float) -> Cutting:
    """Which piece of a page shows a field with its surroundings.

    Args:
        box: the field; it may reach over the edge of the page.
        width: of the page in pixels.
        height: of the page in pixels.
        dpi: of the page.

    """
    left, top = max(0, min(box[0], width - 1)), max(0, min(box[1], height - 1))
    right, bottom = max(left + 1, min(box[2], width)), max(top + 1, min(box[3], height))
    least = _LEAST * dpi
    above = max(least, min(_SURROUNDINGS * (bottom - top), 3 * least))
    tall = bottom - top + 2 * above
    beside = max(1.5 * least, (_NARROWEST * tall - (right - left)) / 2)
    wide = right - left + 2 * beside
    above += max(0.0, (wide / _WIDEST - tall) / 2)
    piece = (
        max(0, round(left - beside)),
        max(0, round(top - above)),
        min(width, round(right + beside)),
        min(height, round(bottom + above)),
    )
    return Cutting(piece, (left - piece[0], top - piece[1], right - piece[0], bottom - piece[1]))


@dataclass(slots=True)
class Pictures:
    """Pages that were decoded lately; used by several threads.

    Attributes:
        max_megapixels: larger pictures are not decoded.
        most_bytes: that are kept.

    """

    max_megapixels: float
    most_bytes: int = _MOST_BYTES
    _kept: OrderedDict[tuple[Path, int], Image.Image] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def cut(self, path: Path, box: Box) -> tuple[bytes, str]:
        """The bytes of a piece of a page's picture, and their media type.

        Raises:
            ItemProblem: the picture cannot be decoded.

        """
        piece = self._page(path).crop(box)
        if piece.width < _SHARP:
            times = min(3, -(-_SHARP // max(piece.width, 1)))
            piece = piece.resize((piece.width * times, piece.height * times), Image.Resampling.LANCZOS)
        stream = io.BytesIO()
        piece.save(stream, "JPEG", quality=_QUALITY)
        return stream.getvalue(), "image/jpeg"

    def _page(self, path: Path) -> Image.Image:
        key = (path, path.stat().st_mtime_ns)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        page = Image.fromarray(decode(path, max_megapixels=self.max_megapixels).pixels)
        with self._lock:
            self._kept[key] = page
            while len(self._kept) > 1 and sum(map(_bytes, self._kept.values())) > self.most_bytes:
                self._kept.popitem(last=False)
        return page


def _bytes(picture: Image.Image) -> int:
    return picture.width * picture.height * len(picture.getbands())


def fitting(text: str, width: int, height: int) -> Box | None:
    """The box that an address names, such as ``10-20-300-90``; None where no page of that size has it."""
    parts = text.split("-")
    if len(parts) != 4 or not all(part.isascii() and part.isdecimal() and len(part) < 7 for part in parts):
        return None
    left, top, right, bottom = map(int, parts)
    return (left, top, right, bottom) if left < right <= width and top < bottom <= height else None
