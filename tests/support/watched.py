"""A watch as systemd runs it: a process of its own that tells when it is ready."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from support.program import start

PATIENCE = 90.0


class Watched:
    """``digitize run --watch`` in an office; its messages of readiness come to a socket.

    ``extra`` is what systemd puts into its environment besides.
    """

    def __init__(self, office: Path, *arguments: str, **extra: str) -> None:
        self.office = office
        # The path of a socket may be a hundred bytes long.
        address = f"@digitize-test-{os.getpid()}-{time.monotonic_ns()}"
        self._wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._wire.bind("\0" + address[1:])
        self._wire.settimeout(PATIENCE)
        self.told: list[str] = []
        self.process: subprocess.Popen[str] = start(
            "run",
            "--watch",
            "-w",
            office,
            "--lang",
            "en",
            *arguments,
            cwd=None,
            NOTIFY_SOCKET=address,
            **extra,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()
        self._wire.close()

    def hear(self) -> str:
        """The next thing that it tells systemd."""
        self.told.append(self._wire.recv(4096).decode())
        return self.told[-1]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; the exit code, and what was said."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        assert out == ""
        assert "Traceback" not in err
        return self.process.returncode, err

    def until(self, seen: Callable[[], bool]) -> None:
        """Wait until something is so."""
        end = time.monotonic() + PATIENCE
        while not seen():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < end, "it did not come to that"
            time.sleep(0.1)
