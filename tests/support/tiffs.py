"""TIFF files put together byte by byte, to say in them what no program would write by itself."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, LONG8 = 1, 2, 3, 4, 5, 7, 16
_LETTERS = {BYTE: "B", SHORT: "H", LONG: "L", RATIONAL: "L", LONG8: "Q"}

Value = tuple[int, Sequence[int] | bytes]
"""A type, and numbers (two for each fraction) or the bytes themselves."""


@dataclass
class Page:
    """A page: its fields without those of its strips or tiles, and what is in these."""

    fields: Mapping[int, Value]
    blocks: Sequence[bytes]
    tile: tuple[int, int] | None = None
    inner: Mapping[int, Sequence[Page]] = field(default_factory=dict)
    """Pages under a page, by the tag that leads to them."""


def grey(
    width: int, height: int, packed: int = 1, more: Mapping[int, Value] | None = None
) -> dict[int, Value]:
    """The fields of a grey picture, packed in this manner, and ``more`` of them."""
    return {
        256: (LONG, [width]),
        257: (LONG, [height]),
        258: (SHORT, [8]),
        259: (SHORT, [packed]),
        262: (SHORT, [1]),
        277: (SHORT, [1]),
        282: (RATIONAL, [200, 1]),
        283: (RATIONAL, [200, 1]),
        296: (SHORT, [2]),
    } | dict(more or {})


def write_tiff(path: Path, pages: Sequence[Page], order: str = "<", *, big: bool = False) -> Path:
    """Write a file."""
    _Writer(order, big=big).write(path, pages)
    return path


class _Writer:
    def __init__(self, order: str, *, big: bool) -> None:
        self.order, self.big = order, big
        self.place = struct.Struct(order + ("Q" if big else "L"))
        start = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
        self.out = bytearray(start + (struct.pack(order + "HH", 8, 0) if big else b""))

    def write(self, path: Path, pages: Sequence[Page]) -> None:
        link = len(self.out)
        self.out += self.place.pack(0)
        for page in pages:
            at, following = self._page(page)
            self.place.pack_into(self.out, link, at)
            link = following
        path.write_bytes(self.out)

    def _page(self, page: Page) -> tuple[int, int]:
        fields = dict(page.fields)
        for tag, inner in page.inner.items():
            fields[tag] = (LONG, [self._page(one)[0] for one in inner])
        places = [self._added(block) for block in page.blocks]
        sizes = [len(block) for block in page.blocks]
        if page.tile is not None:
            fields |= {322: (SHORT, [page.tile[0]]), 323: (SHORT, [page.tile[1]])}
        at, size = (273, 279) if page.tile is None else (324, 325)
        fields.setdefault(at, (LONG8 if self.big else LONG, places))
        fields.setdefault(size, (LONG, sizes))
        listed = b"".join(self._field(tag, *fields[tag]) for tag in sorted(fields))
        begin = self._added(struct.pack(self.order + ("Q" if self.big else "H"), len(fields)) + listed)
        end = len(self.out)
        self.out += self.place.pack(0)
        return begin, end

    def _field(self, tag: int, kind: int, value: Sequence[int] | bytes) -> bytes:
        if isinstance(value, bytes):
            count, data = len(value), value
        else:
            count = len(value) // (2 if kind == RATIONAL else 1)
            data = struct.pack(f"{self.order}{len(value)}{_LETTERS[kind]}", *value)
        room = self.place.size
        told = data.ljust(room, b"\0") if len(data) <= room else self.place.pack(self._added(data))
        return struct.pack(self.order + ("HHQ" if self.big else "HHL"), tag, kind, count) + told

    def _added(self, data: bytes) -> int:
        self.out += bytes(len(self.out) % 2)
        at = len(self.out)
        self.out += data
        return at
