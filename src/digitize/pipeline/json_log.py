"""A log for programs: one JSON object a line, about dossiers by their codes, never about people.

The file may be moved away at any time (logrotate): the next line finds that and begins it anew.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from logging.handlers import WatchedFileHandler
from pathlib import Path

from digitize.errors import EnvironmentProblem, written_out
from digitize.files import FILE_MODE
from digitize.times import Clock, written


class Level(IntEnum):
    """How much a line matters; numbers are those of the standard library."""

    INFO = logging.INFO
    WARNING = logging.WARNING
    ERROR = logging.ERROR


class JsonLog:
    """Writes lines for programs.

    Args:
        handler: where they go.
        clock: tells when.
        command: what is done, such as ``run``.

    """

    def __init__(self, handler: logging.Handler, clock: Clock, command: str) -> None:
        self._handler = handler
        self._clock = clock
        self._command = command

    def write(self, level: Level, event: str, **facts: object) -> None:
        """Add a line; facts that are None are left out."""
        if level < self._handler.level:
            return
        line = {
            "time": written(self._clock()),
            "level": level.name.lower(),
            "command": self._command,
            "pid": os.getpid(),
            "event": event,
            **{name: value for name, value in facts.items() if value is not None},
        }
        text = written_out(json.dumps(line, ensure_ascii=False))
        self._handler.emit(logging.LogRecord("digitize", level, "", 0, text, None, None))

    def warning(self, event: str, **facts: object) -> None:
        """Add a line about what a person must look at."""
        self.write(Level.WARNING, event, **facts)

    def failure(self, event: str, **facts: object) -> None:
        """Add a line about why it did not go on."""
        self.write(Level.ERROR, event, **facts)

    @property
    def is_on_screen(self) -> bool:
        """Whether its lines go where people are spoken to."""
        return not isinstance(self._handler, logging.FileHandler)


@contextmanager
def open_log(path: Path | None, clock: Clock, command: str, *, quiet: bool = False) -> Iterator[JsonLog]:
    """A log in a file, or on standard error if there is none; ``quiet`` writes there what went wrong alone.

    Raises:
        EnvironmentProblem: the file cannot be written.

    """
    handler: logging.Handler
    if path is None:
        handler = _Errors(sys.stderr)
        handler.setLevel(Level.WARNING if quiet else Level.INFO)
    else:
        try:
            # The library would let everybody read it.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, FILE_MODE))
            handler = _File(path, encoding="utf-8")
        except OSError as error:
            raise EnvironmentProblem("log_unwritable", path=str(path), detail=error.strerror or "") from error
    try:
        yield JsonLog(handler, clock, command)
    finally:
        # What is still in its memory may meet a full disk.
        with suppress(OSError):
            handler.close()


class _Silent(logging.Handler):
    """The library would print a traceback where a line cannot be written; work must not end for it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Go on without the line."""


class _Errors(_Silent, logging.StreamHandler):  # type: ignore[type-arg]
    pass


class _File(_Silent, WatchedFileHandler):
    def _open(self) -> object:  # type: ignore[override]
        os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, FILE_MODE))
        return super()._open()
