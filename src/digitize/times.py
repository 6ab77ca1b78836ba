"""The time in Vietnam, and how it is written.

Vietnam keeps UTC+7 all year; the circulars ask for the offset in every written time.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}

VIETNAM = dt.timezone(dt.timedelta(hours=7))

Clock = Callable[[], dt.datetime]
"""Gives the present moment with its offset; handed in so that tests decide what time it is."""


def now() -> dt.datetime:
    """The present moment in Vietnam, to the second."""
    return dt.datetime.now(VIETNAM).replace(microsecond=0)


def written(moment: dt.datetime) -> str:
    """ISO 8601 with the offset of Vietnam, such as ``2026-11-21T09:05:07+07:00``."""
    return moment.astimezone(VIETNAM).isoformat(timespec="seconds")


def duration(text: str) -> dt.timedelta:
    """A length of time as people type it: ``90s``, ``30m``, ``2h``, ``1h30m``, ``1d``.

    Raises:
        ValueError: it is none.

    """
    parts = re.findall(r"(\d{1,6})([dhms])", text)
    names = [_UNITS[unit] for _, unit in parts]
    if not parts or "".join(map("".join, parts)) != text.strip() or len(set(names)) < len(names):
        raise ValueError(text)
    return dt.timedelta(**{name: int(number) for name, (number, _) in zip(names, parts, strict=True)})
