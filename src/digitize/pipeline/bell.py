"""Notice that something has changed where scans are put: by events of the kernel, or by looking now and then.

Shares tell no events of what other machines do; they are looked at every few seconds. Places may go away
and come back, which is noticed, too.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from watchfiles import watch

from digitize.ingest.shares import is_network

log = logging.getLogger(__name__)

_TICK = 0.5
"""Longest wait without a look at whether the places are still the same, in seconds."""

_POLL_EVERY = 3_000
"""Milliseconds between two looks at all files where events do not work."""

_QUIET_MILLISECONDS = 250
_TOGETHER = 1_000
"""Changes that come within so many milliseconds are told together."""

_TRY_AGAIN = 30.0
"""Seconds until watching is tried again where it failed; the rescan finds what is new in the meantime."""


class Asked(Protocol):
    """Something that may be asked to stop."""

    def is_set(self) -> bool:
        """Whether it has been."""


Place = tuple[int, int] | None
"""Device and inode; None for what is not there."""


class Bell:
    """Rings when something has changed in some places.

    Args:
        places: folders or files.
        marker: a name whose coming and going in one of the folders counts as well; empty for none.
        mode: ``events``, ``polling``, or ``auto``.
        stop: ends any waiting.

    """

    def __init__(self, places: Sequence[Path], marker: str, mode: str, stop: Asked) -> None:
        self._places = tuple(places)
        self._marker = marker
        self._mode = mode
        self._stop = stop
        self._there: tuple[Place, ...] = ()
        self._changes: Iterator[set[Any]] | None = None
        self._failed_at: float | None = None
        self._open()

    def wait(self) -> bool:
        """Wait for a moment; whether something has changed."""
        now = self._looked()
        if now != self._there:
            self._open()
            return True
        if self._changes is None:
            self._sleep()
            if self._failed_at is not None and time.monotonic() - self._failed_at >= _TRY_AGAIN:
                self._open()
            return False
        return self._next()

    def close(self) -> None:
        """Watch no more."""
        if self._changes is not None:
            self._changes.close()  # type: ignore[attr-defined]
            self._changes = None

    @property
    def is_polling(self) -> bool:
        """Whether the places are looked at again and again."""
        if self._mode == "auto":
            return any(is_network(place) for place in self._places)
        return self._mode == "polling"

    def _open(self) -> None:
        self.close()
        self._there = self._looked()
        self._failed_at = None
        present = [place for place, there in zip(self._places, self._there, strict=False) if there]
        if not present:
            return
        changes = watch(
            *present,
            # Which names count is decided where scans are looked for.
            watch_filter=None,
            debounce=_TOGETHER,
            step=_QUIET_MILLISECONDS,
            stop_event=self._stop,
            rust_timeout=round(_TICK * 1000),
            yield_on_timeout=True,
            force_polling=self.is_polling,
            poll_delay_ms=_POLL_EVERY,
            ignore_permission_denied=True,
        )
        self._changes = changes
        # Watching begins with the first wait: what comes from now on is told.
        self._next()

    def _next(self) -> bool:
        assert self._changes is not None
        try:
            return bool(next(self._changes, None))
        except KeyboardInterrupt:
            raise
        except Exception as error:  # noqa: BLE001 - whatever befalls the library, the rescan remains
            self._fail(error)
            return False

    def _fail(self, error: Exception) -> None:
        # As a rule the kernel's limit of watches, or a share that went away.
        log.debug("watching failed", exc_info=error)
        self.close()
        self._failed_at = time.monotonic()

    def _sleep(self) -> None:
        until = time.monotonic() + _TICK
        while not self._stop.is_set() and time.monotonic() < until:
            time.sleep(_TICK / 10)

    def _looked(self) -> tuple[Place, ...]:
        marks = [place / self._marker for place in self._places] if self._marker else []
        return tuple(map(_place, (*self._places, *marks)))


def _place(path: Path) -> Place:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
