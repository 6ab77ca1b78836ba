"""A visible font in a PDF for a few words, embedded with their letters alone."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from digitize.pdf.unicode_map import unicode_map

_UNITS = 1000
_TAG = "DGTZCP+"
"""Six letters that mark a subset (ISO 32000-1, 9.6.4)."""


@dataclass(frozen=True, slots=True)
class MarkFont:
    """Some letters of a font, in thousandths of its size.

    Attributes:
        data: the font file, reduced to them.
        name: PostScript name.
        glyphs: number of the glyph of each letter.
        advances: width of each letter.
        ascent, descent: above and below the line.

    """

    data: bytes
    name: str
    glyphs: dict[str, int]
    advances: dict[str, int]
    ascent: int
    descent: int

    def width(self, text: str, size: float) -> float:
        """Width of a text in points."""
        return sum(self.advances[letter] for letter in text) * size / _UNITS

    def encode(self, text: str) -> str:
        """The hexadecimal string that shows a text."""
        return "".join(f"{self.glyphs[letter]:04X}" for letter in text)


def load_mark_font(path: Path, text: str) -> MarkFont:
    """The letters of a text from a TrueType font."""
    with TTFont(path, recalcTimestamp=False) as font:
        chosen = subset.Subsetter(subset.Options(notdef_outline=True, hinting=False))
        chosen.populate(text=text)
        chosen.subset(font)
        # PDF wants widths in thousandths, and PDF/A that they agree with the font's (ISO 19005-2, 6.2.11.5).
        scale_upem(font, _UNITS)
        stream = io.BytesIO()
        font.save(stream)
        characters, metrics = font.getBestCmap(), font["hmtx"]
        letters = sorted(set(text))
        return MarkFont(
            data=stream.getvalue(),
            name=str(font["name"].getDebugName(6) or path.stem).replace(" ", ""),
            glyphs={letter: font.getGlyphID(characters[ord(letter)]) for letter in letters},
            advances={letter: metrics[characters[ord(letter)]][0] for letter in letters},
            ascent=font["hhea"].ascent,
            descent=font["hhea"].descent,
        )


def embed(pdf: Pdf, font: MarkFont) -> Object:
    """Put the font into a document; return the font object."""
    name = Name("/" + _TAG + font.name)
    descriptor = pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=name,
            Flags=6,
            FontBBox=Array([-_UNITS, font.descent, 2 * _UNITS, font.ascent]),
            Ascent=font.ascent,
            Descent=font.descent,
            CapHeight=font.ascent,
            ItalicAngle=0,
            StemV=80,
            FontFile2=Stream(pdf, font.data),
        )
    )
    widths = [part for letter in font.glyphs for part in (font.glyphs[letter], [font.advances[letter]])]
    descendant = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=name,
            CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
            CIDToGIDMap=Name.Identity,
            W=Array(widths),
            FontDescriptor=descriptor,
        )
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([descendant]),
            ToUnicode=Stream(pdf, _to_unicode(font)),
        )
    )


def _to_unicode(font: MarkFont) -> bytes:
    letters = font.glyphs.items()
    return unicode_map(
        {f"{glyph:04X}": letter.encode("utf-16-be").hex().upper() for letter, glyph in letters}
    )
