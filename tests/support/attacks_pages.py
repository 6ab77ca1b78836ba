"""Attacks on what is shown: pages, content, resources, actions.

Mainka, Mladenov, Rohlmann: Shadow Attacks - Hiding and Replacing Content in Signed PDFs, NDSS 2021;
pages after EU DSS's test files.
"""

from __future__ import annotations

import re

from support.attacks_family import Family, Forge
from support.attacks_raw import (
    EVIL,
    appended,
    body,
    content_number,
    page_number,
    reader,
    root,
    size,
    stream,
)

PAGES = Family("Pages changed after signing", "EU DSS")
CONTENT = Family("Content replaced after signing", "NDSS 2021")


def _pages_number(data: bytes) -> int:
    return int(reader(data).root.raw_get("/Pages").idnum)


def _changed(pattern: bytes, other: bytes, *, of: str = "page") -> Forge:
    """Redefine the page or its parent with a part replaced, or something added to its end."""

    def forge(data: bytes) -> bytes:
        number = {"page": page_number, "pages": _pages_number, "root": root}[of](data)
        old = body(data, number)
        new = re.sub(pattern, lambda _: other, old, count=1, flags=re.DOTALL)
        assert new != old, (pattern, old)
        return appended(data, {number: new})

    return forge


_END = rb">>$"
for _name, _pattern, _other in (
    ("rotated", _END, b"/Rotate 90 >>"),
    ("media box", rb"/MediaBox ?\[[^\]]*\]", b"/MediaBox [0 0 50 50]"),
    ("crop box", _END, b"/CropBox [0 0 50 50] >>"),
    ("user unit", _END, b"/UserUnit 9 >>"),
    ("action on opening", _END, b"/AA << /O << /S /JavaScript /JS (app.alert\\(1\\)) >> >> >>"),
    ("no content", rb"/Contents [^/>]*", b""),
    ("no resources", rb"/Resources", b"/Resaurces"),
    ("transition", _END, b"/Dur 1 /Trans << /S /R >> >>"),
    ("page group", _END, b"/Group << /S /Transparency /CS /DeviceCMYK >> >>"),
    ("type", rb"/Type /Page\b", b"/Type /Template"),
):
    PAGES.add(_name, _changed(_pattern, _other))


@PAGES
def added(data: bytes) -> bytes:
    """One more page."""
    pages, new = _pages_number(data), size(data) + 1
    old = body(data, pages)
    more = re.sub(rb"/Kids ?\[([^\]]*)\]", rb"/Kids [\1 %d 0 R]" % new, old)
    more = re.sub(rb"/Count \d+", b"/Count 2", more)
    page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 300 300] /Contents %d 0 R >>" % (pages, new + 1)
    return appended(data, {pages: more, new: page, new + 1: stream(EVIL)})


@PAGES
def removed(data: bytes) -> bytes:
    """No page is left."""
    pages = _pages_number(data)
    return appended(data, {pages: b"<< /Type /Pages /Kids [] /Count 0 >>"})


@PAGES
def shown_twice(data: bytes) -> bytes:
    """The same page once more."""
    pages, page = _pages_number(data), page_number(data)
    return appended(data, {pages: b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 2 >>" % (page, page)})


@PAGES
def inherited_resources(data: bytes) -> bytes:
    """The parent gets resources that a page without its own would inherit."""
    return _changed(_END, b"/Resources << /Font << >> >> /Rotate 180 >>", of="pages")(data)


@PAGES
def page_tree_with_a_loop(data: bytes) -> bytes:
    """The page tree contains itself."""
    pages = _pages_number(data)
    return appended(data, {pages: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % pages})


@CONTENT
def stream_redefined(data: bytes) -> bytes:
    """The content under its own number."""
    return appended(data, {content_number(data): stream(EVIL)})


@CONTENT
def stream_exchanged(data: bytes) -> bytes:
    """The page points to other content."""
    new = size(data) + 1
    page = re.sub(rb"/Contents [^/>]*", b"/Contents %d 0 R " % new, body(data, page_number(data)))
    return appended(data, {page_number(data): page, new: stream(EVIL)})


@CONTENT
def stream_added(data: bytes) -> bytes:
    """The page gets a second content stream."""
    new, old = size(data) + 1, content_number(data)
    page = re.sub(
        rb"/Contents [^/>]*", b"/Contents [%d 0 R %d 0 R] " % (old, new), body(data, page_number(data))
    )
    return appended(data, {page_number(data): page, new: stream(EVIL)})


def _redefined(path: tuple[str, ...], value: bytes, entries: bytes = b"") -> Forge:
    """Redefine the object that some path from the page leads to."""

    def forge(data: bytes) -> bytes:
        thing = reader(data).root["/Pages"]["/Kids"][0]
        for step in path[:-1]:
            thing = thing[step]
        key = path[-1] if path[-1] != "*" else next(iter(thing))
        return appended(data, {int(thing.raw_get(key).idnum): stream(value, entries) if entries else value})

    return forge


CONTENT.add(
    "picture redefined",
    _redefined(
        ("/Resources", "/XObject", "*"),
        b"\0",
        b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8",
    ),
)
CONTENT.add(
    "picture becomes a form",
    _redefined(("/Resources", "/XObject", "*"), EVIL, b"/Type /XObject /Subtype /Form /BBox [0 0 300 300]"),
)
CONTENT.add("font redefined", _redefined(("/Resources", "/Font", "*"), b"<< /Type /Font /Subtype /Type3 >>"))

for _name, _entry in {
    "script on opening": b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>",
    "page on opening": b"/OpenAction [7 0 R /FitH 0]",
    "additional actions": b"/AA << /WP << /S /JavaScript /JS (x) >> >>",
    "named scripts": b"/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (x) >>] >> >>",
    "embedded file": b"/Names << /EmbeddedFiles << /Names [(a) << /Type /Filespec /F (a) >>] >> >>",
    "associated file": b"/AF [<< /Type /Filespec /F (a) >>]",
    "outline": b"/Outlines << /Type /Outlines >>",
    "layers": b"/OCProperties << /OCGs [] /D << /BaseState /OFF >> >>",
    "page labels": b"/PageLabels << /Nums [0 << /P (9) >>] >>",
    "collection": b"/Collection << /Type /Collection /D (a) >>",
    "threads": b"/Threads []",
    "viewer": b"/PageMode /FullScreen /PageLayout /TwoPageLeft",
    "address": b"/URI << /Base (http://localhost) >>",
    "legal": b"/Legal << /JavaScriptActions 0 >>",
    "version that is something else": b"/Version 3 0 R",
    "version of another": b"/Version (2.0)",
    "needs rendering": b"/NeedsRendering true",
    "requirements": b"/Requirements [<< /S /EnableJavaScripts >>]",
}.items():
    # Where a version stands already, the key comes twice, and a strict parser says no more.
    _certain = not _name.startswith("version")
    CONTENT.add(f"catalogue: {_name}", _changed(_END, _entry + b" >>", of="root"), certain=_certain)


@CONTENT
def metadata_say_something_else(data: bytes) -> bytes:
    """The title in the metadata names somebody else."""
    number = int(reader(data).root.raw_get("/Metadata").idnum)
    xml = bytes(reader(data).root["/Metadata"].data).replace(b"<dc:title>", b"<dc:title><!-- -->", 1)
    other = re.sub(rb"(<dc:title\b.*?<rdf:li[^>]*>)[^<]*", rb"\1Khac", xml, count=1, flags=re.DOTALL)
    return appended(data, {number: stream(other, b"/Type /Metadata /Subtype /XML")})


@CONTENT
def metadata_with_an_entry_of_their_own(data: bytes) -> bytes:
    """The stream of the metadata gets an action; found by the fuzzer."""
    number = int(reader(data).root.raw_get("/Metadata").idnum)
    xml = bytes(reader(data).root["/Metadata"].data)
    return appended(data, {number: stream(xml, b"/Type /Metadata /Subtype /XML /AA << /O 3 0 R >>")})


@CONTENT
def metadata_with_a_property_more(data: bytes) -> bytes:
    """The metadata get one more statement."""
    number = int(reader(data).root.raw_get("/Metadata").idnum)
    more = b'<rdf:Description xmlns:x1="urn:x" x1:status="Huy"/></rdf:RDF>'
    xml = bytes(reader(data).root["/Metadata"].data).replace(b"</rdf:RDF>", more)
    return appended(data, {number: stream(xml, b"/Type /Metadata /Subtype /XML")})


@CONTENT
def information_says_something_else(data: bytes) -> bytes:
    """The title in the document information is another."""
    number = int(reader(data).trailer.raw_get("/Info").idnum)
    old = body(data, number)
    other = re.sub(rb"/Title (\([^)]*\)|<[^>]*>)", b"/Title (Khac)", old)
    assert other != old
    return appended(data, {number: other})
