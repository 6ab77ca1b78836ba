"""What the QR code of a separator sheet says: version, dossier, kind of paper, and a checksum over them.

``DIGITIZE:1:S:<code>:<paper>:<checksum>`` in UTF-8. A colon or per cent sign in a value is written as in an
address (``%3A``, ``%25``); the checksum is CRC-32 over all before its colon, as eight hexadecimal digits.
What differs in any of that is no sheet of ours.
"""

from __future__ import annotations

import unicodedata
import zlib
from dataclasses import dataclass

import numpy as np
import segno

from digitize.imaging.picture import Mask

_HEAD = "DIGITIZE:1:S"
_PARTS = 6

MOST_BYTES = 400
"""Of a payload: more would make the modules of the code too small for a scan of 150 dpi."""


@dataclass(frozen=True, slots=True)
class SheetLabel:
    """What a separator sheet names: the dossier, and the kind of its papers; None if it names none."""

    code: str
    paper: str | None = None


def write_label(label: SheetLabel) -> str:
    """The payload of the QR code of a sheet.

    Raises:
        ValueError: it has signs that nobody sees, has no code, or is too long.

    """
    body = ":".join((_HEAD, _escaped(label.code), _escaped(label.paper or "")))
    text = f"{body}:{_checksum(body)}"
    if read_label(text.encode()) is None:
        raise ValueError(label.code)
    return text


def read_label(data: bytes) -> SheetLabel | None:
    """What a QR code says if it is one of a separator sheet; None if it is anything else."""
    if len(data) > MOST_BYTES:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    body, _, checksum = text.rpartition(":")
    parts = text.split(":")
    if not text.startswith(f"{_HEAD}:") or len(parts) != _PARTS or checksum != _checksum(body):
        return None
    code, paper = _plain(parts[3]), _plain(parts[4])
    if not code or not (code + paper).isprintable() or unicodedata.normalize("NFC", text) != text:
        return None
    return SheetLabel(code, paper or None)


def modules_of(payload: str) -> Mask:
    """The modules of the QR code for a payload, True where they are dark, without the white around them.

    Level H: three of ten modules may be lost.
    """
    code = segno.make(payload, error="h", micro=False, boost_error=False, encoding="utf-8")
    return np.array(code.matrix, dtype=bool)


def _escaped(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("%", "%25").replace(":", "%3A")


def _plain(text: str) -> str:
    return text.replace("%3A", ":").replace("%25", "%")


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08X}"
