"""Find what tells that another dossier begins: a separator sheet, or the code of a provincial system.

Reading QR codes costs little where there are none, so every page is read at two resolutions. Only a page that
shows the bars of a separator sheet, or a QR code that cannot be read, is worked on harder. A sheet of which
nothing but the bars can be read is still a sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp

from digitize.imaging.ink import to_grey
from digitize.imaging.patch import find_patch
from digitize.imaging.picture import Pixels
from digitize.imaging.separator_code import modules_of, read_label
from digitize.model import Sign, SignKind
from digitize.vietnamese.provincial_codes import parse_provincial

_FINEST, _COARSE = 300.0, 150.0
"""Resolutions at which codes are looked for; more shows nothing new."""

_LONGEST = 8_000
"""Pixels of a picture at the finest: more than an A2 page has at that resolution."""

_SHORTEST = 64
"""Pixels of a picture on which there can be a sign."""

_SHEET_SHARE = 0.12
"""Of the shorter side of the page that the code of a sheet takes at least: a picture of a sheet in a
text is none. The sheets have 0.3, half as much on a larger bed."""

_LEFT, _TOP = 0.45, 0.34
"""Shares of the upright page in which the middle of a provincial code lies."""

_SQUARE = 256
"""Pixels of the side of a code that is looked at again."""

_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


@dataclass(frozen=True, slots=True)
class _Code:
    """A QR code.

    Attributes:
        data, text: what it says.
        turned: clockwise turn in degrees that makes it upright.
        x, y: its middle, as shares of the width and height of the picture.
        side: its side, as a share of the shorter side of the picture.
        straight: the square in which it stands, its sides straight, its head up.

    """

    data: bytes
    text: str
    turned: int
    x: float
    y: float
    side: float
    straight: Pixels


def find_sign(pixels: Pixels, dpi: float) -> Sign | None:
    """What on a page tells that another dossier begins; None on any other page.

    Args:
        pixels: the page as decoded, grey or RGB, lying in any way.
        dpi: its resolution.

    """
    fine, dpi = _at_most(to_grey(pixels), dpi, _FINEST)
    coarse, coarse_dpi = _at_most(fine, dpi, _COARSE)
    if min(coarse.shape) < _SHORTEST:
        return None
    unread = False
    for grey in (coarse, fine) if fine.shape != coarse.shape else (coarse,):
        codes, broken = _codes(grey)
        # What the coarser picture did not show well enough may be read now.
        unread = broken or (unread and not codes)
        sign = _sheet_among(codes) or _provincial_among(codes)
        if sign is not None:
            return sign
    patch = find_patch(coarse, coarse_dpi)
    if patch is None and not unread:
        return None
    for again in _other_looks(coarse, fine):
        codes, _ = _codes(again)
        sign = _sheet_among(codes) or _provincial_among(codes)
        if sign is not None:
            return sign
    return None if patch is None else Sign(SignKind.SEPARATOR, None, turned=patch)


def _at_most(grey: Pixels, dpi: float, most: float) -> tuple[Pixels, float]:
    """Grey at no more than a resolution, and its resolution.

    It is reduced by a whole factor: that is fast, and keeps edges where they are.
    """
    factor = max(int(np.ceil(dpi / most - 0.1)), int(np.ceil(max(grey.shape) / _LONGEST)))
    size = (grey.shape[1] // factor, grey.shape[0] // factor)
    if factor <= 1 or min(size) == 0:
        return grey, dpi
    whole = grey[: size[1] * factor, : size[0] * factor]
    return cv2.resize(whole, size, interpolation=cv2.INTER_AREA).astype(np.uint8), dpi / factor


def _codes(grey: Pixels) -> tuple[list[_Code], bool]:
    """The QR codes on a picture, and whether there is one that cannot be read."""
    found = zxingcpp.read_barcodes(
        grey, formats=_FORMATS, try_rotate=False, try_downscale=False, try_invert=False, return_errors=True
    )
    return [_placed(code, grey) for code in found if code.valid], not all(code.valid for code in found)


def _placed(code: zxingcpp.Barcode, grey: Pixels) -> _Code:
    height, width = grey.shape
    place = code.position
    corners = [
        (corner.x, corner.y)
        for corner in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    ]
    x, y = np.mean(corners, axis=0)
    side = float(np.hypot(corners[1][0] - corners[0][0], corners[1][1] - corners[0][1]))
    # The code is turned clockwise by so much; the page has to be turned back.
    turned = round(-code.orientation / 90) * 90 % 360
    square = np.array([(0, 0), (_SQUARE, 0), (_SQUARE, _SQUARE), (0, _SQUARE)], np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(corners, np.float32), square)
    straight = cv2.warpPerspective(grey, matrix, (_SQUARE, _SQUARE), flags=cv2.INTER_AREA).astype(np.uint8)
    return _Code(
        bytes(code.bytes), code.text, turned, x / width, y / height, side / min(height, width), straight
    )


def _sheet_among(codes: list[_Code]) -> Sign | None:
    for code in codes:
        label = read_label(code.data)
        if label is not None and code.side >= _SHEET_SHARE and not _mirrored(code):
            return Sign(SignKind.SEPARATOR, label.code, paper=label.paper, turned=code.turned)
    return None


def _mirrored(code: _Code) -> bool:
    """Whether a code of ours is seen from behind, through the paper: the reader takes either."""
    dark = modules_of(code.data.decode("utf-8"))
    size = (dark.shape[1], dark.shape[0])
    seen = cv2.resize(code.straight, size, interpolation=cv2.INTER_AREA).astype(np.float64)
    light = seen - seen.mean()
    return bool((light * dark).sum() > (light * dark.T).sum())


def _provincial_among(codes: list[_Code]) -> Sign | None:
    for code in codes:
        x, y = _upright(code)
        if x > _LEFT or y > _TOP:
            continue
        said = parse_provincial(_text_of(code))
        if said is not None:
            return Sign(
                SignKind.PROVINCIAL,
                said.dossier,
                paper=said.paper,
                procedure=said.procedure or None,
                turned=code.turned,
            )
    return None


def _text_of(code: _Code) -> str:
    """What a code says: UTF-8 where it can be that, whatever the reader takes it for."""
    try:
        return code.data.decode("utf-8")
    except UnicodeDecodeError:
        return code.text


def _upright(code: _Code) -> tuple[float, float]:
    """Where the middle of a code is once its page stands upright."""
    return {
        0: (code.x, code.y),
        90: (1 - code.y, code.x),
        180: (1 - code.x, 1 - code.y),
        270: (code.y, 1 - code.x),
    }[code.turned]


def _other_looks(coarse: Pixels, fine: Pixels) -> Iterator[Pixels]:
    """Pictures in which a code may be read that could not be read before."""
    square = np.ones((3, 3), np.uint8)
    yield _blurred(coarse, 1.0)
    yield _blurred(fine, 2.0)
    yield cv2.medianBlur(fine, 5).astype(np.uint8)
    yield cv2.resize(coarse, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA).astype(np.uint8)
    yield cv2.createCLAHE(4.0, (12, 16)).apply(_blurred(coarse, 0.8)).astype(np.uint8)
    yield cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, square).astype(np.uint8)
    yield cv2.morphologyEx(coarse, cv2.MORPH_OPEN, square).astype(np.uint8)
    larger = cv2.resize(coarse, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    yield _blurred(larger, 1.4)


def _blurred(grey: Pixels, sigma: float) -> Pixels:
    return cv2.GaussianBlur(grey, (0, 0), sigma).astype(np.uint8)
