"""Some pages of an incoming TIFF file as a file of their own: the same data, and nothing of the other pages.

Strips, tiles and fields are taken over byte by byte; nothing is encoded again. Foreign files may be hostile:
call this only in a process that may die.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from digitize.files import announce, make_folder, whole_file
from digitize.imaging.decode import count_frames, decode
from digitize.imaging.tiff import LONG, LONG8, STRIPS, TILES, Field, Hindrance, Spans, Tiff, TiffPage, refused

_KEPT = frozenset(
    {
        # What kind of picture, how large, how it is laid out and packed.
        *(254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281),
        # How large on paper, and where.
        *(282, 283, 284, 286, 287, 296),
        # How fax lines, differences and tiles are packed.
        *(292, 293, 317, 322, 323, 324, 325, 326, 327, 328, 347),
        # What the numbers stand for: greys, colours, inks.
        *(290, 291, 301, 318, 319, 320, 321, 332, 334, 336, 338, 339, 340, 341, 342),
        *(529, 530, 531, 532, 34675),
    }
)
"""The tags of what makes up a page's picture.

What else there may be tells of the file (page 3 of 80, its name, XMP), of who made it and when, or leads to
other pictures: small copies, EXIF, layers of programs.
"""

_CHUNK = 1 << 20
_ROUNDING = 1 << 16
"""By so many bytes a cut may be larger than a small file: places in it take four bytes or eight."""

_MOST_CLASSIC = 0xFFFF_FFFF


def write_tiff_excerpt(source: Path, pages: Sequence[int], target: Path, *, max_megapixels: float) -> None:
    """Write some pages of a TIFF file to a file, their data as they are, bit by bit.

    What was written is looked at before it counts: each page must come out as it does of the source.

    Args:
        source: the TIFF file.
        pages: which, from 0.
        target: the file; it appears whole or not at all.
        max_megapixels: larger pictures are refused before they are decoded.

    Raises:
        ItemProblem: it is no TIFF file, or its pages cannot be told apart for sure.

    """
    try:
        stream = source.open("rb")
    except OSError as error:
        raise refused(Hindrance.UNREADABLE) from error
    with stream:
        tiff = Tiff(stream)
        found = tiff.pages()
        if not pages or max(pages) >= len(found):
            raise refused(Hindrance.OTHER_PAGES)
        chosen = set(pages)
        others = [page for number, page in enumerate(found) if number not in chosen]
        own = [found[number] for number in pages]
        _require_apart(own, others)
        make_folder(target.parent)
        with whole_file(target) as part:
            announce("write", part)
            with part.open("wb") as out:
                _Writer(tiff, out).write(own)
            if count_frames(part) != len(pages):
                raise refused(Hindrance.OTHER_PAGES)
            for number, page in enumerate(pages):
                if _shown(part, number, max_megapixels) != _shown(source, page, max_megapixels):
                    raise refused(Hindrance.OTHER_PICTURE)


def _require_apart(own: Sequence[TiffPage], others: Sequence[TiffPage]) -> None:
    """Refuse pages whose data reach into those of others: scanners write sizes that are too large.

    Nor may strips reach into what fields say, whosever these are. Pages may share the value of a field, such
    as a profile of colours; then it is the same one.
    """
    blocks = _joined([page.blocks for page in own])
    foreign = _joined([page.blocks for page in others])
    lists = _spans([page.directory for page in (*own, *others)])
    values, others_values = (_joined([page.values for page in pages]) for pages in ((*own, *others), others))
    shared = set(map(tuple, others_values.tolist()))
    kept = [(one.at, one.at + one.length) for page in own for one in _kept(page) if not one.is_inline]
    alone = [span for span in kept if span not in shared]
    if (
        _overlap(blocks, np.concatenate([foreign, lists, values]))
        or _overlap(_spans(kept), np.concatenate([foreign, lists]))
        or _overlap(_spans(alone), others_values)
    ):
        raise refused(Hindrance.SHARED)


def _overlap(spans: Spans, others: Spans) -> bool:
    """Whether any of some spans has a byte in common with any of others."""
    if not len(spans) or not len(others):
        return False
    ordered = others[np.argsort(others[:, 0], kind="stable")]
    furthest = np.maximum.accumulate(ordered[:, 1])
    before = np.searchsorted(ordered[:, 0], spans[:, 1], side="left")
    touched = before > 0
    return bool(np.any(furthest[before[touched] - 1] > spans[touched, 0]))


def _joined(spans: Sequence[Spans]) -> Spans:
    return np.concatenate([np.empty((0, 2), np.int64), *spans])


def _spans(found: Sequence[tuple[int, int]]) -> Spans:
    return np.array(found, np.int64).reshape(-1, 2)


def _kept(page: TiffPage) -> list[Field]:
    """The fields of a page that make up its picture, by tag."""
    if page.lame & _KEPT:
        raise refused(Hindrance.UNKNOWN_FIELDS)
    return [page.fields[tag] for tag in sorted(page.fields) if tag in _KEPT]


class _Writer:
    """Writes pages one behind the other: their data, then what their fields say, then the list of the fields.

    Args:
        tiff: where the pages are.
        out: the new file, empty.

    """

    def __init__(self, tiff: Tiff, out: BinaryIO) -> None:
        self._tiff = tiff
        self._out = out
        # Spans that overlap each other could make much of little.
        self._most = tiff.size + _ROUNDING
        if not tiff.is_big:
            self._most = min(self._most, _MOST_CLASSIC)
        self._placed: dict[tuple[int, int], int] = {}

    def write(self, pages: Sequence[TiffPage]) -> None:
        place = self._tiff.place
        self._out.write(self._tiff.head + place.pack(0))
        link = len(self._tiff.head)
        for page in pages:
            at, following = self._write_page(page)
            self._out.seek(link)
            self._out.write(place.pack(at))
            self._out.seek(0, 2)
            link = following

    def _write_page(self, page: TiffPage) -> tuple[int, int]:
        """Write a page; where it begins, and where the place of the next one is to be."""
        tiff, out = self._tiff, self._out
        places = [self._copied(begin, end - begin) for begin, end in page.blocks.tolist()]
        listed = b"".join(self._field(field, places) for field in _kept(page))
        self._align()
        at = out.tell()
        out.write(tiff.counter.pack(len(listed) // tiff.entry.size) + listed + tiff.place.pack(0))
        return at, out.tell() - tiff.place.size

    def _field(self, field: Field, places: Sequence[int]) -> bytes:
        tiff = self._tiff
        kind, inline = field.kind, tiff.place.size
        if field.tag in (STRIPS, TILES):
            kind = LONG8 if tiff.is_big else LONG
            data = b"".join(map(tiff.place.pack, places))
            value = data if len(data) <= inline else tiff.place.pack(self._added(data))
        elif field.is_inline:
            value = tiff.read(field.at, field.length)
        else:
            value = tiff.place.pack(self._copied(field.at, field.length))
        return tiff.entry.pack(field.tag, kind, field.count, value)

    def _copied(self, at: int, length: int) -> int:
        """The place to which a part of the source has been copied; each is copied once."""
        if (at, length) not in self._placed:
            self._align()
            self._placed[at, length] = place = self._out.tell()
            self._require_room(length)
            for begin in range(at, at + length, _CHUNK):
                self._out.write(self._tiff.read(begin, min(_CHUNK, at + length - begin)))
            return place
        return self._placed[at, length]

    def _added(self, data: bytes) -> int:
        self._align()
        place = self._out.tell()
        self._require_room(len(data))
        self._out.write(data)
        return place

    def _align(self) -> None:
        # Readers may expect values and lists at even places.
        self._out.write(bytes(self._out.tell() % 2))

    def _require_room(self, length: int) -> None:
        if self._out.tell() + length > self._most:
            raise refused(Hindrance.TOO_MANY)


def _shown(path: Path, frame: int, max_megapixels: float) -> tuple[object, ...]:
    """What a page looks like: of two large pictures only one need be in memory."""
    picture = decode(path, frame=frame, max_megapixels=max_megapixels)
    digest = hashlib.sha256(np.ascontiguousarray(picture.pixels).data).digest()
    return picture.pixels.shape, digest, picture.dpi, picture.depth
