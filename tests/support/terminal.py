"""The program in a terminal: a pseudo-terminal of its own, in which Ctrl-C is a key."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.program import environment

_ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[a-zA-Z]|\][^\x07]*\x07)")
_LOGIN = "import os, sys; os.login_tty(0); os.execvp(sys.argv[1], sys.argv[1:])"
_PATIENCE = 60.0

CTRL_C = "\x03"


@dataclass
class Terminal:
    """A terminal in which the program runs; ``screen`` is all that came out of it."""

    process: subprocess.Popen[bytes]
    handle: int
    screen: str = ""
    _bytes: bytes = field(default=b"", repr=False)
    _waited_for: int = 0

    @property
    def plain(self) -> str:
        """What came out, without control sequences."""
        return _ESCAPE.sub("", self.screen)

    def wait_for(self, text: str) -> None:
        """Wait until a text has come out after what was waited for last, in however many pieces."""
        end = time.monotonic() + _PATIENCE
        while (place := self.plain.find(text, self._waited_for)) < 0:
            assert self._read(end), f"{text!r} never came: {self.screen}"
        self._waited_for = place + len(text)

    def press(self, keys: str) -> None:
        """Press keys when the program waits for them; Enter is a line feed.

        Python sees a Ctrl-C that comes between writing a prompt and waiting for the answer only after the
        answer: a person is never that quick, a test is.
        """
        end = time.monotonic() + _PATIENCE
        while not self._waits():
            assert time.monotonic() < end, f"it never waited for a key: {self.screen}"
            time.sleep(0.01)
        os.write(self.handle, keys.encode())

    def end(self) -> int:
        """Wait for the end; the exit code."""
        end = time.monotonic() + _PATIENCE
        while self._read(end):
            pass
        code = self.process.wait(_PATIENCE)
        assert "Traceback" not in self.screen, self.screen
        return code

    def _waits(self) -> bool:
        """Whether the program sleeps, or has ended: proc(5), the state after the name in ``PID/stat``."""
        state = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state in "SZ"

    def _read(self, end: float) -> bool:
        ready, _, _ = select.select([self.handle], [], [], max(0.0, end - time.monotonic()))
        assert ready, f"nothing came any more after: {self.screen}"
        try:
            data = os.read(self.handle, 1 << 16)
        except OSError:
            return False
        self._bytes += data
        self.screen = self._bytes.decode("utf-8", "ignore").replace("\r\n", "\n")
        return bool(data)


@contextmanager
def terminal(
    *arguments: str | Path, columns: int = 0, cwd: Path | None = None, **extra: str
) -> Iterator[Terminal]:
    """Start the program in a terminal of its own, of so many columns; 0 where the terminal does not tell."""
    command = [sys.executable, "-m", "digitize", *map(str, arguments)]
    with any_in_terminal(command, columns=columns, cwd=cwd, **extra) as opened:
        yield opened


@contextmanager
def any_in_terminal(
    command: Sequence[str], *, columns: int = 0, cwd: Path | None = None, **extra: str
) -> Iterator[Terminal]:
    """Start any program in a terminal of its own."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (50 if columns else 0, columns))
    process = subprocess.Popen(
        [sys.executable, "-c", _LOGIN, *command],
        cwd=cwd,
        env=environment(**{"TERM": "xterm-256color"} | extra),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(ours)
