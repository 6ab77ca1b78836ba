"""Read the codes on a page with an identity card: they are believed before what is printed."""

from __future__ import annotations

import re

import cv2
import numpy as np
import zxingcpp

from digitize.forms.layout import Row, into_rows
from digitize.forms.view import PageView
from digitize.imaging.ink import to_grey
from digitize.imaging.picture import Pixels
from digitize.ocr.engine import Layout, OcrEngine
from digitize.vietnamese.card_codes import CardFacts, parse_mrz, parse_qr

_ENLARGED = 2.0
_SOFTENED = 1.2
"""Factor and pixels by which a page is enlarged and softened where no code is found at first."""

_ZONE_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
_ZONE_LINE = re.compile(r"V[NH]M|<<|[A-Z0-9<]{18,}")
_ZONE_DPI = 300.0
_MARGIN = 1.0
"""Millimetres around a line of the machine-readable zone."""


def qr_of(view: PageView) -> CardFacts | None:
    """What the QR code of a card on a page says; None if there is none that can be read."""
    grey = to_grey(view.pixels)
    return _qr_in(grey) or _qr_in(_softened(grey))


def mrz_of(view: PageView, engine: OcrEngine) -> CardFacts | None:
    """What the machine-readable zone on a page says and its check digits confirm; None if nothing."""
    rows = [row for row in into_rows(view.reading.words) if _ZONE_LINE.search(row.text.replace(" ", ""))]
    if not rows:
        return None
    read = parse_mrz(row.text for row in rows)
    if read is not None and read.dob is not None:
        return read
    again = parse_mrz([*(row.text for row in rows), *(_again(row, view, engine) for row in rows)])
    return again or read


def _qr_in(grey: Pixels) -> CardFacts | None:
    codes = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return next((facts for code in codes if (facts := parse_qr(code.text)) is not None), None)


def _softened(grey: Pixels) -> Pixels:
    larger = cv2.resize(grey, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
    return cv2.GaussianBlur(larger, (0, 0), _SOFTENED).astype(np.uint8)


def _again(row: Row, view: PageView, engine: OcrEngine) -> str:
    """A line of the zone, read with the signs that it can have."""
    margin = view.millimetres(_MARGIN)
    left, top, right, bottom = row.box
    part = to_grey(view.pixels)[
        max(0, top - margin) : bottom + margin, max(0, left - 2 * margin) : right + 2 * margin
    ]
    factor = max(1.0, _ZONE_DPI / view.reading.dpi)
    larger = cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    words = engine.read(larger, view.reading.dpi * factor, Layout.LINE, only=_ZONE_SIGNS)
    return "".join(word.text for word in words)
