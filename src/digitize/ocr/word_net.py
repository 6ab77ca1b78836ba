"""A small network that reads words of Vietnamese print, taught on worn sheets.

Tesseract was taught clean print. On worn paper it loses marks over vowels, and of capitals with two marks it
makes other ones; this network has seen little else. It knows no words: where the two agree, they agree
about what is on the paper. ``training/`` holds how it was taught.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from digitize.imaging.picture import Pixels
from digitize.model import Box
from digitize.ocr.line_net import LineNet, Outputs
from digitize.ocr.line_strip import WORDS, line_strip
from digitize.ocr.word_strip import word_strip

_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_LETTERS = (
    "".join(unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES)
    + "bcdđfghjklmnpqrstvwxz"
)
ALPHABET = "0123456789 .,:;/-()[]\"'%@_&+*?!°" + _LETTERS + _LETTERS.upper()
"""What the network knows, in the order of its outputs behind the first, which is "nothing"."""

_NETWORK = LineNet("words.onnx", ALPHABET)


def read_line_of_words(pixels: Pixels, dpi: float) -> Outputs | None:
    """What the network says of a picture of one line with a little paper around it; None if it is too long.

    Args:
        pixels: the line, grey.
        dpi: its resolution.

    """
    strip = line_strip(pixels, dpi, WORDS)
    return None if strip is None else _NETWORK.read(strip)


def read_word_of_line(pixels: Pixels, dpi: float, box: Box, line: Sequence[Box]) -> Outputs | None:
    """What the network says of a word of a page, or None; ``word_strip`` tells what it takes."""
    strip = word_strip(pixels, dpi, box, line)
    return None if strip is None else _NETWORK.read(strip)
