"""A console that shows foreign text as text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import IO

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from digitize.messages.visible import visible

_WORD = re.compile(r"[^ ]+ *")
"""A space that does not break belongs to its word."""


def silence(stream: IO[str]) -> None:
    """Let what is still written to a stream go nowhere, because its reader has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def shown(text: Text) -> Text:
    """A text as it may be shown: what cannot be seen in it stands as its code."""
    plain = visible(text.plain)
    return text if plain == text.plain else text.blank_copy(plain)


def folded(text: Text, width: int) -> Text:
    """A text whose lines end between words and keep their indentation.

    What is longer than a line, such as a path, is left whole, so that it can be copied.
    """
    lines = [piece for line in text.split("\n", allow_blank=True) for piece in _pieces(line, width)]
    whole = Text("\n").join(lines)
    whole.end = text.end
    return whole


def _pieces(line: Text, width: int) -> list[Text]:
    plain = line.plain
    indent = len(plain) - len(plain.lstrip())
    used, cuts = indent, []
    for word in _WORD.finditer(plain, indent):
        if used > indent and used + cell_len(word[0].rstrip()) > width:
            cuts.append(word.start())
            used = indent
        used += cell_len(word[0])
    if not cuts:
        return [line]
    first, *others = line.divide(cuts)
    made = [first, *(Text(" " * indent) + other for other in others)]
    for piece in made:
        piece.rstrip()
    return made


class PlainConsole(Console):
    """A rich console through which only its own control sequences pass."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Segments of something to show, their text made visible."""
        if isinstance(renderable, Text):
            # Before it is cut into lines: codes are longer than what they stand for.
            renderable = shown(renderable)
            if self.soft_wrap and self.is_terminal and options is not None and options.overflow == "ignore":
                renderable = folded(renderable, options.max_width)
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)

    @property
    def moves(self) -> bool:
        """Whether bars can be drawn over and over: colours may be wanted in a file or pipe as well."""
        return self.is_terminal and not self.is_dumb_terminal and self.file.isatty()

    def on_broken_pipe(self) -> None:
        """Go on in silence: work does not end because nobody watches it any more."""
        self.quiet = True
        silence(self.file)
