"""The service manager that has started this process, if one has: told that it works, and that it still does.

The protocol is sd_notify(3): short texts to a socket that the environment names. Without it nothing happens.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress


class Service:
    """Tells a service manager how this process does.

    Args:
        environment: of the process, with ``NOTIFY_SOCKET`` and ``WATCHDOG_USEC`` where there is a manager.
        monotonic: seconds that only grow.

    """

    def __init__(
        self, environment: Mapping[str, str], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # An address that begins with @ is in the abstract name space, which a zero byte stands for.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        usec = environment.get("WATCHDOG_USEC", "")
        self._every = int(usec) / 1_000_000 / 4 if usec.isdecimal() else None
        self._monotonic = monotonic
        self._told = float("-inf")

    def ready(self) -> None:
        """It works now."""
        self._tell("READY=1")

    def alive(self) -> None:
        """It has not hung; may be called as often as one likes."""
        now = self._monotonic()
        if self._every is not None and now - self._told >= self._every:
            self._told = now
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """It ends what runs and begins nothing more."""
        self._tell("STOPPING=1")

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        # A manager that does not listen is no reason to stop working.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.sendto(state.encode(), self._address)
