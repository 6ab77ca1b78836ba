"""The time in Vietnam, and how it is written.

Vietnam keeps UTC+7 all year; the circulars ask for the offset in every written time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

VIETNAM = dt.timezone(dt.timedelta(hours=7))

Clock = Callable[[], dt.datetime]
"""Gives the present moment with its offset; handed in so that tests decide what time it is."""


def now() -> dt.datetime:
    """The present moment in Vietnam, to the second."""
    return dt.datetime.now(VIETNAM).replace(microsecond=0)


def written(moment: dt.datetime) -> str:
    """ISO 8601 with the offset of Vietnam, such as ``2026-11-21T09:05:07+07:00``."""
    return moment.astimezone(VIETNAM).isoformat(timespec="seconds")
