"""Tesseract's TSV, which both engines give, into words."""

from __future__ import annotations

import unicodedata

from digitize.model import Word

_WORD_LEVEL = "5"
_COLUMNS = 12


def parse_tsv(tsv: str) -> tuple[Word, ...]:
    """Words of a TSV table, in the order of the table.

    Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence in
    per cent, text. Rows above word level, empty words and a header are passed over.
    """
    words: list[Word] = []
    lines: dict[tuple[str, ...], int] = {}
    for row in tsv.splitlines():
        cells = row.split("\t", _COLUMNS - 1)
        if len(cells) < _COLUMNS or cells[0] != _WORD_LEVEL or not cells[11].strip():
            continue
        line = lines.setdefault(tuple(cells[1:5]), len(lines))
        left, top, width, height = (int(cell) for cell in cells[6:10])
        words.append(
            Word(
                text=unicodedata.normalize("NFC", cells[11].strip()),
                box=(left, top, left + width, top + height),
                confidence=min(1.0, max(0.0, float(cells[10]) / 100)),
                line=line,
            )
        )
    return tuple(words)
