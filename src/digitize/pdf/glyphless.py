"""A font without ink for the invisible text layer.

Each character is shown by its UTF-16 code unit; every code stands for the same empty glyph, half
as wide as it is high. ``/ToUnicode`` says which characters are meant, so text copies out as it was
read. The idea is that of Tesseract's PDF renderer.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.tables._g_l_y_f import Glyph
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from digitize.pdf.unicode_map import unicode_map

NAME = "GlyphLess"
WIDTH = 0.5
"""Width of every glyph, as a part of the font size."""

_UNITS = 1000

_EPOCH = 2_082_844_800
"""The first of January 1970 as TrueType counts time, in seconds since 1904."""


def add_font(pdf: Pdf, characters: Iterable[str]) -> Object:
    """Embed the font in a document, able to show ``characters``; return the font object."""
    descriptor = pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name("/" + NAME),
            Flags=5,
            FontBBox=Array([0, 0, round(WIDTH * _UNITS), _UNITS]),
            Ascent=_UNITS,
            Descent=0,
            CapHeight=_UNITS,
            ItalicAngle=0,
            StemV=80,
            FontFile2=Stream(pdf, _font_program()),
        )
    )
    # Every character identifier shows glyph 1.
    to_glyph = Stream(pdf, b"\x00\x01" * 0x10000)
    descendant = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name("/" + NAME),
            CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
            CIDToGIDMap=to_glyph,
            DW=round(WIDTH * _UNITS),
            FontDescriptor=descriptor,
        )
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/" + NAME),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([descendant]),
            ToUnicode=Stream(pdf, _to_unicode(characters)),
        )
    )


def encode(text: str) -> str:
    """The hexadecimal string that shows ``text``; what lies outside the BMP becomes U+FFFD."""
    return "".join(f"{ord(c) if ord(c) <= 0xFFFF else 0xFFFD:04X}" for c in text)


def _font_program() -> bytes:
    builder = FontBuilder(_UNITS, isTTF=True)
    builder.setupGlyphOrder([".notdef", "blank"])
    builder.setupCharacterMap({0x20: "blank"})
    builder.setupGlyf({".notdef": Glyph(), "blank": Glyph()})
    advance = round(WIDTH * _UNITS)
    builder.setupHorizontalMetrics({".notdef": (advance, 0), "blank": (advance, 0)})
    builder.setupHorizontalHeader(ascent=_UNITS, descent=0)
    builder.setupNameTable({"familyName": NAME, "styleName": "Regular", "psName": NAME})
    builder.setupOS2()
    builder.setupPost()
    # The builder stamps the present time into the font, which would make every file different.
    builder.font["head"].created = builder.font["head"].modified = _EPOCH
    builder.font.recalcTimestamp = False
    stream = io.BytesIO()
    builder.save(stream)
    return stream.getvalue()


def _to_unicode(characters: Iterable[str]) -> bytes:
    codes = sorted({encode(character) for character in characters})
    return unicode_map({code: code for code in codes})
