"""Foreign text as text.

File names, signers and what was read come from people one need not trust. A control sequence in them
could move a cursor, recolour a verdict or turn the direction of a line.
"""

from __future__ import annotations

import unicodedata

_LAYOUT = frozenset("\n\t")
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that act instead of being seen: controls, marks of direction."""


def visible(text: str) -> str:
    """A text in which characters that cannot be seen stand as their code."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def one_line(text: str) -> str:
    """A text that stays in its line: a name with a line break in it could write a verdict of its own."""
    return text.replace("\n", "\\u000a").replace("\t", "\\u0009")


def visible_line(text: str) -> str:
    """A text of which every character is seen, in one line."""
    return one_line(visible(text))


def _shown(character: str) -> str:
    if character in _LAYOUT or unicodedata.category(character) not in _HARMFUL:
        return character
    return f"\\u{ord(character):04x}"
