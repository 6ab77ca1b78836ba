"""Stop when asked to: nothing new is begun, what runs may end, and after some seconds it is dropped.

To drop work is safe at any moment, as if the process were killed: the next run goes on.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_GRACE = 8.0
"""Seconds in which pages that are being read may end."""


class Stopper:
    """Whether somebody has asked this process to stop.

    Args:
        alive: called whenever somebody looks, which work does at least once a second.

    """

    def __init__(self, alive: Callable[[], None]) -> None:
        self._alive = alive
        self.signal: int | None = None
        """Which signal asked for it; the first one counts."""

    def is_set(self) -> bool:
        """Whether nothing new is to be begun."""
        self._alive()
        return self.signal is not None

    def ask(self, number: int, _frame: FrameType | None = None) -> None:
        """Take note of a signal; a second one, or the end of the time, ends whatever is going on.

        Raises:
            KeyboardInterrupt: now.

        """
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = number
        signal.setitimer(signal.ITIMER_REAL, _GRACE)


@contextmanager
def stopper(alive: Callable[[], None]) -> Iterator[Stopper]:
    """Let SIGTERM and Ctrl-C ask for a stop while the block runs."""
    asked = Stopper(alive)
    signals = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
    before = [signal.signal(number, asked.ask) for number in signals]
    try:
        yield asked
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
