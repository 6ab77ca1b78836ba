"""How much working time lies between two moments, by the days and hours at which offices work."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

_DAY = dt.timedelta(days=1)


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    verified: bool
    weekdays: tuple[int, ...]
    hours: tuple[tuple[dt.time, dt.time], ...]
    days_off: dict[int, tuple[dt.date, ...]]


def is_working_day(day: dt.date) -> bool:
    """Whether offices work on a day."""
    return day.weekday() in _data().weekdays and day not in _data().days_off.get(day.year, ())


def knows_days_off(year: int) -> bool:
    """Whether the days off of a year are known; if not, its holidays count as days of work."""
    return year in _data().days_off


def working_days(first: dt.date, last: dt.date) -> int:
    """Working days after the first day up to the last one: 0 if something ends on the day it began."""
    return sum(is_working_day(first + number * _DAY) for number in range(1, (last - first).days + 1))


def working_day_after(first: dt.date, number: int) -> dt.date:
    """The last of so many working days after a day; the day itself if there are none."""
    day = first
    for _ in range(number):
        day += _DAY
        while not is_working_day(day):
            day += _DAY
    return day


def working_hours(start: dt.datetime, end: dt.datetime) -> float:
    """Hours of work between two moments of the same offset."""
    total = dt.timedelta()
    for number in range((end.date() - start.date()).days + 1):
        day = start.date() + number * _DAY
        if is_working_day(day):
            for opens, closes in _data().hours:
                since = max(start, dt.datetime.combine(day, opens, start.tzinfo))
                until = min(end, dt.datetime.combine(day, closes, start.tzinfo))
                total += max(until - since, dt.timedelta())
    return total / dt.timedelta(hours=1)


@cache
def _data() -> _Data:
    text = resources.files("digitize.vietnamese").joinpath("working_time.toml").read_text("utf-8")
    return _Data.model_validate(tomllib.loads(text))
