"""A console that shows foreign text as text.

File names, signers and what was read come from people one need not trust. A control sequence in
them could move the cursor, recolour a verdict or rewrite a line of the table above.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

_LAYOUT = frozenset("\n\t")
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that act instead of being seen: controls, marks of direction."""


def visible(text: str) -> str:
    """A text in which characters that cannot be seen stand as their code."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in _LAYOUT or unicodedata.category(character) not in _HARMFUL:
        return character
    return f"\\u{ord(character):04x}"


class PlainConsole(Console):
    """A rich console through which only its own control sequences pass."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Segments of something to show, their text made visible."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)
