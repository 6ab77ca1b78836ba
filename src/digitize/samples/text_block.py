"""Justified paragraphs, as word processors set them."""

from __future__ import annotations

from digitize.fonts import Face
from digitize.samples.sheet import Sheet

_INDENT = 11.0
_UNITS = ("XÃ", "PHƯỜNG", "TỈNH", "THÀNH")
"""Words before which the name of a body is best broken."""


def paragraph(
    sheet: Sheet,
    span: tuple[float, float],
    y: float,
    text: str,
    *,
    face: Face = Face.TIMES,
    size: float = 13.5,
    head: str = "",
) -> float:
    """Set a paragraph and return the baseline that follows it.

    Args:
        sheet: where to.
        span: left and right edge in millimetres.
        y: the first baseline.
        text: the words.
        face: the lettering.
        size: in points.
        head: words in bold before the text, such as ``Điều 1.``.

    """
    left, right = span
    step = size * 0.48
    x = left + _INDENT
    if head:
        x = sheet.write(x, y, head, face=Face.TIMES_BOLD, size=size) + 1.2
    line: list[str] = []
    for word in text.split():
        if line and x + sheet.width_of(" ".join([*line, word]), face, size) > right:
            _justified(sheet, (x, right), y, line, face, size)
            x, line, y = left, [word], y + step
        else:
            line.append(word)
    sheet.write(x, y, " ".join(line), face=face, size=size)
    return y + step


def _justified(
    sheet: Sheet, span: tuple[float, float], y: float, words: list[str], face: Face, size: float
) -> None:
    widths = [sheet.width_of(word, face, size) for word in words]
    gap = (span[1] - span[0] - sum(widths)) / max(1, len(words) - 1)
    x, first = span[0], len(sheet.inscriptions)
    for word, width in zip(words, widths, strict=True):
        sheet.write(x, y, word, face=face, size=size)
        x += width + gap
    sheet.merge(first, " ".join(words), None)


def balanced(sheet: Sheet, text: str, face: Face, size: float, room: float) -> list[str]:
    """A centred name in as few lines as it needs, of about the same length."""
    words = text.split()
    if sheet.width_of(text, face, size) <= room or len(words) < 2:
        return [text]
    unit = next((at for at, word in enumerate(words) if at > 1 and word in _UNITS), None)
    half = unit or min(
        range(1, len(words)),
        key=lambda at: max(
            sheet.width_of(" ".join(words[:at]), face, size), sheet.width_of(" ".join(words[at:]), face, size)
        ),
    )
    return [
        *balanced(sheet, " ".join(words[:half]), face, size, room),
        *balanced(sheet, " ".join(words[half:]), face, size, room),
    ]
