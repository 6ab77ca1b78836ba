"""The structure of a TIFF file: its pages, their fields, where their picture data lie. Nothing is decoded.

Pillow decodes, and hands out values instead of bytes. tifftools (1.7.0) copies bytes, but walks a circle of
directories for ever, reads all tables of all pages at once however large they claim to be, and writes a page
without the strips and fields that it did not understand, which nobody would notice. Scans come from anywhere:
here every size and place is checked before it is used, and what is not wholly understood is refused.

Foreign files may be hostile: call this only in a process that may die.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from digitize.errors import ItemProblem

Spans = NDArray[np.int64]
"""Parts of a file, a row for each: where it begins and where it ends."""

STRIPS, STRIP_SIZES = 273, 279
TILES, TILE_SIZES = 324, 325
COMPRESSION = 259
OLD_JPEG = 6

SHORT, LONG, LONG8 = 3, 4, 16

_SIZES = {1: 1, 2: 1, SHORT: 2, LONG: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_BIG_SIZES = _SIZES | {LONG8: 8, 17: 8, 18: 8}
"""Bytes of a value, by the type of its field."""

_NUMBERS = {SHORT: "u2", LONG: "u4", LONG8: "u8"}

_MOST_PAGES = 65_536
_MOST_FIELDS = 500_000
"""Of all pages together; a scanned page has about twenty."""
_MOST_BLOCKS = 2_000_000
"""Strips or tiles of all pages together; five hundred pages of 300 dpi have so many if each row is one."""


class Hindrance(StrEnum):
    """Why pages cannot be taken out of a file."""

    NO_TIFF = "no_tiff"
    UNREADABLE = "unreadable"
    SHORTER = "became_shorter"
    CIRCLE = "pages_in_a_circle"
    OUTSIDE = "outside_the_file"
    TOO_MANY = "too_many"
    UNKNOWN_FIELDS = "unknown_fields"
    UNKNOWN_BLOCKS = "unknown_strips"
    UNKNOWN_SIZES = "unknown_sizes"
    OLD_JPEG = "old_jpeg"
    SHARED = "reaches_into_another_page"
    OTHER_PAGES = "other_pages"
    OTHER_PICTURE = "other_picture"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a page.

    Attributes:
        tag, kind, count: as they stand in the file.
        at, length: where its value lies, in the directory or elsewhere.
        is_inline: whether that is in the directory.

    """

    tag: int
    kind: int
    count: int
    at: int
    length: int
    is_inline: bool


@dataclass(frozen=True, slots=True)
class TiffPage:
    """A page of a TIFF file.

    Attributes:
        directory: begin and end of the list of its fields.
        fields: by tag; those of an unknown type, or that lie outside the file, are not among them.
        lame: tags of the fields that are not.
        blocks: its strips or tiles, in their order.

    """

    directory: tuple[int, int]
    fields: dict[int, Field]
    lame: frozenset[int]
    blocks: Spans

    @property
    def values(self) -> Spans:
        """Where the values of its fields lie that are not in the directory."""
        outside = [(one.at, one.at + one.length) for one in self.fields.values() if not one.is_inline]
        return np.array(outside, np.int64).reshape(-1, 2)


class Tiff:
    """An open TIFF file, of either byte order, classic or big.

    Args:
        stream: the file.

    Attributes:
        head: its first bytes, up to the place of the first page.
        order: byte order, as ``struct`` writes it.
        is_big: whether places have eight bytes.
        size: bytes of the file.

    Raises:
        ItemProblem: it is none, or cannot be read.

    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.size = os.fstat(stream.fileno()).st_size
        start = self.read(0, 4)
        if start not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            raise refused(Hindrance.NO_TIFF)
        self.order = "<" if start[:2] == b"II" else ">"
        self.is_big = b"+" in start
        self.head = self.read(0, 8) if self.is_big else start
        if self.is_big and struct.unpack_from(f"{self.order}HH", self.head, 4) != (8, 0):
            raise refused(Hindrance.UNKNOWN_SIZES)
        self._fields = self._blocks = 0

    @property
    def place(self) -> struct.Struct:
        """How a place in the file is written."""
        return struct.Struct(self.order + ("Q" if self.is_big else "L"))

    @property
    def entry(self) -> struct.Struct:
        """How a field is written: tag, type, count, and the value or its place."""
        return struct.Struct(self.order + ("HHQ8s" if self.is_big else "HHL4s"))

    @property
    def counter(self) -> struct.Struct:
        """How the number of fields is written."""
        return struct.Struct(self.order + ("Q" if self.is_big else "H"))

    def read(self, at: int, length: int) -> bytes:
        """Bytes of the file.

        Raises:
            ItemProblem: it has none there, or they cannot be read.

        """
        self._require(at, length)
        try:
            self._stream.seek(at)
            data = self._stream.read(length)
        except OSError as error:
            # Not the disk that is written to.
            raise refused(Hindrance.UNREADABLE) from error
        if len(data) != length:
            raise refused(Hindrance.SHORTER)
        return data

    def pages(self) -> list[TiffPage]:
        """All pages, in the order in which they are chained.

        Raises:
            ItemProblem: something is not as it must be.

        """
        found: list[TiffPage] = []
        seen: set[int] = set()
        at = self._place_at(len(self.head))
        while at:
            if at in seen:
                raise refused(Hindrance.CIRCLE)
            if len(found) == _MOST_PAGES:
                raise refused(Hindrance.TOO_MANY)
            seen.add(at)
            page, at = self._page(at)
            found.append(page)
        return found

    def _page(self, at: int) -> tuple[TiffPage, int]:
        """The page at a place, and the place of the next one."""
        counter, entry = self.counter, self.entry
        (number,) = counter.unpack(self.read(at, counter.size))
        self._fields += number
        if number == 0 or self._fields > _MOST_FIELDS:
            raise refused(Hindrance.UNKNOWN_FIELDS if number == 0 else Hindrance.TOO_MANY)
        first = at + counter.size
        end = first + number * entry.size
        fields: dict[int, Field] = {}
        lame: set[int] = set()
        for tag, field in self._entries(first, self.read(first, end - first)):
            if tag in fields:
                # Readers differ in which of the two they take.
                lame.add(tag)
            elif field is None:
                lame.add(tag)
            else:
                fields[tag] = field
        for tag in lame:
            fields.pop(tag, None)
        page = TiffPage(
            (at, end + self.place.size), fields, frozenset(lame), self._blocks_of(fields, frozenset(lame))
        )
        return page, self._place_at(end)

    def _entries(self, first: int, data: bytes) -> Iterator[tuple[int, Field | None]]:
        entry, place = self.entry, self.place
        sizes = _BIG_SIZES if self.is_big else _SIZES
        for number, (tag, kind, count, value) in enumerate(entry.iter_unpack(data)):
            length = count * sizes.get(kind, 0)
            if length == 0:
                yield tag, None
            elif length <= place.size:
                within = first + (number + 1) * entry.size - place.size
                yield tag, Field(tag, kind, count, within, length, is_inline=True)
            else:
                (at,) = place.unpack(value)
                inside = at + length <= self.size
                yield tag, Field(tag, kind, count, at, length, is_inline=False) if inside else None

    def _blocks_of(self, fields: dict[int, Field], lame: frozenset[int]) -> Spans:
        if lame & {COMPRESSION, STRIPS, STRIP_SIZES, TILES, TILE_SIZES}:
            raise refused(Hindrance.UNKNOWN_BLOCKS)
        packed = fields.get(COMPRESSION)
        if packed is not None and (packed.count != 1 or self._numbers(packed)[0] == OLD_JPEG):
            # Its parts lie anywhere and are counted in several ways: nobody can tell whose they are.
            raise refused(Hindrance.OLD_JPEG)
        if (STRIPS in fields) == (TILES in fields):
            raise refused(Hindrance.UNKNOWN_BLOCKS)
        places, sizes = (STRIPS, STRIP_SIZES) if STRIPS in fields else (TILES, TILE_SIZES)
        if sizes not in fields or fields[places].count != fields[sizes].count:
            # Readers guess then, by what else is in the file.
            raise refused(Hindrance.UNKNOWN_SIZES)
        self._blocks += fields[places].count
        if self._blocks > _MOST_BLOCKS:
            raise refused(Hindrance.TOO_MANY)
        starts, lengths = self._numbers(fields[places]), self._numbers(fields[sizes])
        size = np.uint64(self.size)
        if (
            bool(np.any(lengths == 0))
            or bool(np.any(lengths > size))
            or bool(np.any(starts > size - lengths))
        ):
            raise refused(Hindrance.OUTSIDE)
        return np.stack([starts, starts + lengths], axis=1).astype(np.int64)

    def _numbers(self, field: Field) -> NDArray[np.uint64]:
        if field.kind not in _NUMBERS:
            raise refused(Hindrance.UNKNOWN_BLOCKS)
        data = self.read(field.at, field.length)
        return np.frombuffer(data, self.order + _NUMBERS[field.kind]).astype(np.uint64)

    def _place_at(self, at: int) -> int:
        (found,) = self.place.unpack(self.read(at, self.place.size))
        return int(found)

    def _require(self, at: int, length: int) -> None:
        if at < 0 or length < 0 or at + length > self.size:
            raise refused(Hindrance.OUTSIDE)


def refused(hindrance: Hindrance) -> ItemProblem:
    """Pages of this TIFF file cannot be taken out as they are, because of this."""
    return ItemProblem("tiff_not_cut", detail=hindrance.value)
