"""Serving the review page: a port of this machine, a browser that opens, an end that is clean."""

from __future__ import annotations

import asyncio
import contextlib
import html
import os
import secrets
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from digitize.errors import EnvironmentProblem
from digitize.files import make_folder, remove_file, write_whole

HOST = "127.0.0.1"

_PRIVATE = 0o600

_DOOR = """<!doctype html>
<html lang="vi">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}">
<title>digitize</title>
<p><a href="{address}">digitize</a></p>
</html>
"""

_PATIENCE = 3
"""Seconds that requests which are being answered get at the end."""


def listen(port: int) -> socket.socket:
    """Listen on a port of this machine alone; 0 takes one that is free.

    Raises:
        EnvironmentProblem: it is taken, or not allowed.

    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # A port that was just let go of may be taken again; one that is in use may not, on Linux.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise EnvironmentProblem("review_port", port=port, detail=error.strerror or str(error)) from error
    return listening


def serve(
    app: ASGIApp, listening: socket.socket, *, opened: Callable[[], None], asked: Callable[[], None]
) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Args:
        app: what answers requests.
        listening: where they come in.
        opened: called once requests are answered.
        asked: called when a person presses Enter in the terminal.

    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=_PATIENCE,
    )

    async def run() -> None:
        server = _Server(config, opened)
        _listen_to_keyboard(asyncio.get_running_loop(), asked)
        await server.serve(sockets=[listening])

    # uvicorn ends in order first and then raises the signal once more.
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())


class _Server(uvicorn.Server):
    """A server that tells when it answers."""

    def __init__(self, config: uvicorn.Config, opened: Callable[[], None]) -> None:
        super().__init__(config)
        self._opened = opened

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        if self.started:
            self._opened()


def _listen_to_keyboard(loop: asyncio.AbstractEventLoop, asked: Callable[[], None]) -> None:
    if not sys.stdin.isatty():
        return
    handle = sys.stdin.fileno()

    def read() -> None:
        # In the background it would be stopped for reading.
        if os.tcgetpgrp(handle) == os.getpgrp():
            if os.read(handle, 4096):
                asked()
            else:
                loop.remove_reader(handle)

    loop.add_reader(handle, read)


def open_browser(address: str, folder: Path) -> Path | None:
    """Open a browser where this machine has a screen; a way in that no list of processes shows.

    Args:
        address: with its token.
        folder: where the private file is made that forwards the browser.

    Returns:
        The file, to be removed at the end; None where there is no screen.

    """
    if not any(os.environ.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")):
        # Browsers for terminals would take this one.
        return None
    door = make_folder(folder) / f"mo-trang-soat-{secrets.token_hex(4)}.html"
    write_whole(door, _DOOR.format(address=html.escape(address)), mode=_PRIVATE)
    threading.Thread(target=webbrowser.open, args=(door.as_uri(),), daemon=True).start()
    return door


def close_door(door: Path | None) -> None:
    """Remove the private file."""
    if door is not None:
        remove_file(door)
