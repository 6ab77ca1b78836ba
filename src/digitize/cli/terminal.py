"""A console that shows foreign text as text."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import IO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from digitize.messages.visible import visible


def silence(stream: IO[str]) -> None:
    """Let what is still written to a stream go nowhere, because its reader has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def shown(text: Text) -> Text:
    """A text as it may be shown: what cannot be seen in it stands as its code."""
    plain = visible(text.plain)
    return text if plain == text.plain else text.blank_copy(plain)


class PlainConsole(Console):
    """A rich console through which only its own control sequences pass."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Segments of something to show, their text made visible."""
        if isinstance(renderable, Text):
            # Before it is cut into lines: codes are longer than what they stand for.
            renderable = shown(renderable)
            if self.soft_wrap and self.is_terminal and options is not None and options.overflow == "ignore":
                # Lines end between words; a path that is longer than a line is left whole, to be copied.
                options = options.update(no_wrap=False)
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
