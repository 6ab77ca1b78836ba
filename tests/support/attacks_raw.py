"""What attackers do by hand: updates written byte for byte, as no well-behaved library would."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from pyhanko.pdf_utils import generic as typeless
from pyhanko.pdf_utils.reader import PdfFileReader

generic: Any = typeless

EVIL = b"0 0 0 rg 0 0 300 300 re f"
"""A content stream that paints the page black, so that everybody would see it."""


@dataclass(frozen=True)
class Place:
    """Where the last signature of a file stands in it.

    Attributes:
        number: object number of the signature dictionary.
        before, after: where its gap begins and ends.
        rest: how many bytes behind the gap it covers.
        contents: the value of ``/Contents``, with the zeros that fill it up.

    """

    number: int
    before: int
    after: int
    rest: int
    contents: bytes

    @property
    def end(self) -> int:
        return self.after + self.rest


def place(data: bytes) -> Place:
    """The last signature of a file."""
    for found in reversed(list(re.finditer(rb"/ByteRange ?\[([\d ]+)\]", data))):
        numbers = [int(number) for number in found[1].split()]
        before, after, rest = numbers[1:4]
        heads = list(re.finditer(rb"(\d+) 0 obj", data[:before]))
        return Place(
            int(heads[-1][1]), before, after, rest, bytes.fromhex(data[before + 1 : after - 1].decode())
        )
    raise AssertionError("no signature")


def reader(data: bytes) -> Any:
    return PdfFileReader(io.BytesIO(data))


def size(data: bytes) -> int:
    """The first free object number."""
    return int(reader(data).trailer["/Size"])


def root(data: bytes) -> int:
    return int(reader(data).root_ref.idnum)


def last_xref(data: bytes) -> int:
    return int(re.findall(rb"startxref\s+(\d+)", data)[-1])


def shown(thing: Any) -> bytes:
    """An object as it is written into a file."""
    stream = io.BytesIO()
    thing.write_to_stream(stream, None)
    return stream.getvalue()


def body(data: bytes, number: int) -> bytes:
    """The last version of an object."""
    return shown(reader(data).get_object(generic.Reference(number, 0)))


def references(array: Any) -> bytes:
    """The references in an array; none for none."""
    return b" ".join(b"%d 0 R" % array.raw_get(index).idnum for index in range(len(array or ())))


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


class Table(Enum):
    """How an update says where its objects are."""

    TABLE = auto()
    STREAM = auto()
    NONE = auto()


@dataclass(frozen=True)
class Shape:
    """The form of an update.

    Attributes:
        table: a table, a stream or nothing.
        trailer: whether a table is followed by its trailer.
        startxref: what is written there; None for where it is, empty for nothing at all.
        eof: what ends the update.
        prev: what the trailer says about the revision before; None for the truth.
        entries: what else the trailer holds.
        root: number of the catalogue; None for that of before.
        shift: how far the update lies from where it seems to.

    """

    table: Table = Table.TABLE
    trailer: bool = True
    startxref: bytes | None = None
    eof: bytes = b"%%EOF\n"
    prev: bytes | None = None
    entries: bytes = b""
    root: int | None = None
    free: tuple[int, ...] = ()
    shift: int = 0


def update(
    data: bytes, objects: Mapping[int, bytes] | Iterable[tuple[int, bytes]], shape: Shape | None = None
) -> bytes:
    """The bytes of an update alone, to stand at the end of ``data``."""
    shape = shape or Shape()
    pairs = list(objects.items() if isinstance(objects, Mapping) else objects)
    out = io.BytesIO()
    out.write(b"\n")
    origin = len(data) + shape.shift
    offsets: dict[int, int] = {}
    for number, content in pairs:
        offsets[number] = origin + out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = origin + out.tell()
    highest = max([size(data), *(number + 1 for number in offsets), start and 0])
    prev = b"/Prev %d" % last_xref(data) if shape.prev is None else shape.prev
    entries = b"/Root %d 0 R %s %s" % (shape.root or root(data), prev, shape.entries)
    if shape.table is Table.TABLE:
        out.write(b"xref\n")
        for number in sorted({*offsets, *shape.free}):
            if number in offsets:
                out.write(b"%d 1\n%010d 00000 n \n" % (number, offsets[number]))
            else:
                out.write(b"%d 1\n%010d 00001 f \n" % (number, 0))
        if shape.trailer:
            out.write(b"trailer\n<< /Size %d %s >>\n" % (highest, entries))
    elif shape.table is Table.STREAM:
        offsets[highest] = start
        rows = b"".join(bytes([1]) + offsets[one].to_bytes(4, "big") + b"\0\0" for one in sorted(offsets))
        index = b" ".join(b"%d 1" % number for number in sorted(offsets))
        head = b"/Type /XRef /W [1 4 2] /Index [%s] /Size %d %s" % (index, highest + 1, entries)
        out.write(b"%d 0 obj\n%s\nendobj\n" % (highest, stream(rows, head)))
    if shape.startxref is None:
        out.write(b"startxref\n%d\n" % start)
    elif shape.startxref:
        out.write(b"startxref\n%s\n" % shape.startxref)
    out.write(shape.eof)
    return out.getvalue()


def appended(
    data: bytes, objects: Mapping[int, bytes] | Iterable[tuple[int, bytes]], shape: Shape | None = None
) -> bytes:
    """The file with an update of that shape."""
    return data + update(data, objects, shape)


def page_number(data: bytes) -> int:
    """Object number of the first page."""
    return int(reader(data).root["/Pages"]["/Kids"].raw_get(0).idnum)


def content_number(data: bytes) -> int:
    """Object number of the first content stream of the first page."""
    page = reader(data).root["/Pages"]["/Kids"][0]
    contents = page.raw_get("/Contents")
    return int((contents if hasattr(contents, "idnum") else contents.raw_get(0)).idnum)


def black_page(data: bytes) -> dict[int, bytes]:
    """The page's content stream redefined under its own number."""
    return {content_number(data): stream(EVIL)}


def literal(value: bytes) -> bytes:
    """A string in round brackets, one byte for each byte as far as that goes."""
    for special in (b"\\", b"(", b")"):
        value = value.replace(special, b"\\" + special)
    return b"(" + value.replace(b"\r", b"\\r") + b")"


def same_objects(base: bytes, evil: bytes) -> bool:
    """Whether every object of before, and the way in, still says the same; nothing leads to new ones."""
    old, new = reader(base), reader(evil)
    if old.root_ref != new.root_ref or said(shown(old.trailer["/Info"])) != said(shown(new.trailer["/Info"])):
        return False
    evidence = _evidence(old)
    for number in range(1, size(base)):
        if number in evidence:
            continue
        reference = generic.Reference(number, 0)
        try:
            before = shown(old.get_object(reference))
        except Exception:  # noqa: BLE001, S112 - not every number is in use
            continue
        if b"/Type /XRef" in before:
            # It is read to find the objects; they are found.
            continue
        try:
            after = shown(new.get_object(reference))
        except Exception:  # noqa: BLE001 - what cannot be read does not say the same
            return False
        if said(before) != said(after):
            return False
    return True


def _evidence(seen: Any) -> set[int]:
    """The objects of the document security store, which is evidence and judged as such."""
    if "/DSS" not in seen.root:
        return set()
    store = seen.root["/DSS"]
    lists = [store[key] for key in store if key != "/VRI"]
    return {int(store.container_ref.idnum)} | {
        int(one.raw_get(index).idnum) for one in lists for index in range(len(one))
    }


def said(thing: bytes) -> bytes:
    """An object without what changes nothing.

    That is dates and programs of a change, the frame of metadata, blanks between their parts, which
    version and extensions of PDF a catalogue claims, a document security store, and the colours of form
    fields that a file without ``/NeedAppearances`` does not draw.
    """
    if b"/CRLs [" in thing:
        return b""
    if b"/Producer" in thing:
        return re.sub(rb"/(ModDate|Producer) (\(.*?\)|<.*?>)\n", b"", thing, flags=re.DOTALL)
    if b"/Fields [" in thing:
        return re.sub(rb"/DA \(.*?\)|\s", b"", thing)
    if b"/Type /Catalog" in thing:
        return re.sub(rb"/Extensions <<.*?>>\s*(\]\s*)?>>|/Version /[\w.]+|\s", b"", thing, flags=re.DOTALL)
    if b"/Type /Metadata" in thing:
        bare = re.sub(
            rb"/Length \d+|<\?.*?\?>|<!--.*?-->", b"", thing.removesuffix(b"endstream"), flags=re.DOTALL
        )
        bare = re.sub(rb'(xmp:(Modify|Metadata)Date|pdf:Producer|x:xmptk)="[^"]*"', b"", bare)
        return re.sub(rb">\s+<", b"><", bare).strip()
    return thing
