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
