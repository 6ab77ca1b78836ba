"""Words as an engine gives them."""

from __future__ import annotations

from digitize.model import Word


def said(text: str, confidence: float = 0.9, at: int = 10, line: int = 0) -> tuple[Word, ...]:
    """Words of a line, 20 pixels high, 12 wide a character."""
    words = []
    for part in text.split():
        words.append(Word(part, (at, 10, at + 12 * len(part), 30), confidence, line))
        at += 12 * len(part) + 12
    return tuple(words)
