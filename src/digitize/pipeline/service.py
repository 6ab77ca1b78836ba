"""Tell systemd how a service is doing, where it asks to be told (sd_notify(3))."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

_MICROSECONDS = 1_000_000


class Service:
    """The service that this process is; outside of systemd nobody is told anything.

    Args:
        environment: says where to send, and how often to say that all is well.
        monotonic: seconds that only ever grow.

    """

    def __init__(self, environment: Mapping[str, str], monotonic: Callable[[], float]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._monotonic = monotonic
        self._told = monotonic()
        limit = environment.get("WATCHDOG_USEC", "")
        mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        # Half of the time after which systemd would take the service for dead.
        self._every = int(limit) / _MICROSECONDS / 2 if limit.isdigit() and mine else None

    def ready(self) -> None:
        """It has started."""
        self._tell("READY=1")

    def stopping(self) -> None:
        """It is about to end."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """It goes on. May be called as often as one likes."""
        if self._every is not None and self._monotonic() - self._told >= self._every:
            self._told = self._monotonic()
            self._tell("WATCHDOG=1")

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        # A name in the abstract namespace begins with a zero byte, written as @.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        # Who cannot be told must not stop the work.
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as wire,
        ):
            wire.sendto(state.encode(), address)
