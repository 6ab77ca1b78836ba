"""Draw what a command says in a terminal as an SVG picture."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

COLUMNS = 104
LINES = 50
PATIENCE = 2.0
"""Seconds after which a program that says nothing waits for a person."""

_MOVE = re.compile(r"\x1b\[(\d*)([A-Za-ln-z])|\x1b\[\?\d+[hl]|\r|\n")
_FONT_FACES = re.compile(r"@font-face \{\{.*?\}\}", re.DOTALL)
_FONTS = "Cousine, DejaVu Sans Mono, Noto Sans Mono, Consolas, Menlo, monospace"


def in_terminal(
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    answer: Callable[[str], str] | None = None,
) -> str:
    """Run a command in a terminal of its own: what stands there at the end, with colours.

    Args:
        command: program and arguments.
        environment: its variables.
        folder: where it runs.
        answer: what a person types, given what was said since the last answer; it is asked for whenever the
            program has said something and then nothing for a while.

    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environment, close_fds=True
    )
    os.close(theirs)
    said, answered = bytearray(), 0
    while True:
        ready, _, _ = select.select([ours], [], [], PATIENCE)
        if not ready:
            if answer is not None and len(said) > answered:
                typed = answer(said[answered:].decode("utf-8", "replace"))
                answered = len(said)
                os.write(ours, typed.encode())
            continue
        try:
            piece = os.read(ours, 65536)
        except OSError:
            # The last one at the other end has gone.
            break
        if not piece:
            break
        said += piece
    os.close(ours)
    process.wait()
    return on_screen(said.decode("utf-8"))


def on_screen(said: str) -> str:
    """What is left of output after lines were cleared and written again."""
    lines = [""]
    row = 0
    at = 0
    for match in _MOVE.finditer(said):
        lines[row] += said[at : match.start()]
        at = match.end()
        if match[0] == "\n":
            row += 1
            if row == len(lines):
                lines.append("")
        elif match[2] == "A":
            row = max(0, row - int(match[1] or 1))
        elif match[2] == "K":
            lines[row] = ""
    lines[row] += said[at:]
    return "\n".join(lines).rstrip()


def draw(prompted: str, said: str) -> str:
    """A picture of a terminal in which somebody has typed a command."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(
            record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor"
        )
        console.print(Text(f"$ {prompted}", style="bold green"))
        for line in Text.from_ansi(said).split(allow_blank=True):
            # As a terminal does, in the middle of a word.
            for part in line.divide(range(COLUMNS, len(line), COLUMNS)):
                console.print(part, soft_wrap=True)
    # The letters are those of the reader's machine: the format would load its own from a server.
    code = _FONT_FACES.sub("", CONSOLE_SVG_FORMAT).replace("Fira Code, monospace", _FONTS)
    return console.export_svg(title="", theme=DIMMED_MONOKAI, code_format=code, unique_id="terminal")
