"""A console that shows foreign text as text.

File names, signers and what was read come from people one need not trust. A control sequence in
them could move the cursor, recolour a verdict or rewrite a line of the table above.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from typing import IO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

_LAYOUT = frozenset("\n\t")
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that act instead of being seen: controls, marks of direction."""


def visible(text: str) -> str:
    """A text in which characters that cannot be seen stand as their code."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def one_line(text: str) -> str:
    """A text that stays in its line: a name with a line break in it could write a verdict of its own."""
    return text.replace("\n", "\\u000a").replace("\t", "\\u0009")


def silence(stream: IO[str]) -> None:
    """Let what is still written to a stream go nowhere, because its reader has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _shown(character: str) -> str:
    if character in _LAYOUT or unicodedata.category(character) not in _HARMFUL:
        return character
    return f"\\u{ord(character):04x}"


class PlainConsole(Console):
    """A rich console through which only its own control sequences pass."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Segments of something to show, their text made visible."""
        if isinstance(renderable, Text) and visible(renderable.plain) != renderable.plain:
            # Before it is cut into lines: codes are longer than what they stand for.
            renderable = renderable.blank_copy(visible(renderable.plain))
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)

    def on_broken_pipe(self) -> None:
        """Go on in silence: work does not end because nobody watches it any more."""
        self.quiet = True
        silence(self.file)
