"""A small network that reads words of Vietnamese print, taught on worn sheets.

Tesseract was taught clean print. On worn paper it loses marks over vowels, and of capitals with two marks it
makes other ones; this network has seen little else. It knows no words: where the two agree, they agree
about what is on the paper. ``training/`` holds how it was taught.
"""

from __future__ import annotations

import unicodedata

from digitize.ocr.line_net import LineNet

_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_LETTERS = (
    "".join(unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES)
    + "bcdđfghjklmnpqrstvwxz"
)
ALPHABET = "0123456789 .,:;/-()[]\"'%@_&+*?!°" + _LETTERS + _LETTERS.upper()
"""What the network knows, in the order of its outputs behind the first, which is "nothing"."""

_NETWORK = LineNet("words.onnx", ALPHABET)
