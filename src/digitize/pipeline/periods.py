"""The days that a report is about."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from digitize.errors import UsageProblem

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Period:
    """From a first day to a last one, both counting, in the time of Vietnam."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def month(self) -> dt.date | None:
        """The first day of its month if it is a whole one, else None."""
        return self.first if self == _whole_month(self.first) else None


def period_of(month: str | None, first: str | None, last: str | None, today: dt.date) -> Period:
    """The period that a person means; the present month if nothing is said.

    Args:
        month: ``YYYY-MM``.
        first: ``YYYY-MM-DD``.
        last: ``YYYY-MM-DD``; today if only the first day is given.
        today: the present day.

    Raises:
        UsageProblem: it is no period, or two.

    """
    if month is not None and (first is not None or last is not None):
        raise UsageProblem("period_twice")
    if month is not None:
        return _named_month(month)
    if first is None:
        if last is not None:
            raise UsageProblem("period_open")
        return _whole_month(today)
    period = Period(read_day(first), read_day(last) if last is not None else today)
    if period.first > period.last:
        raise UsageProblem("period_reversed", first=f"{period.first}", last=f"{period.last}")
    return period


def _named_month(text: str) -> Period:
    try:
        if match := _MONTH.fullmatch(text.strip()):
            return _whole_month(dt.date(int(match[1]), int(match[2]), 1))
    except ValueError:
        pass
    raise UsageProblem("month_unreadable", text=text)


def _whole_month(day: dt.date) -> Period:
    length = calendar.monthrange(day.year, day.month)[1]
    return Period(day.replace(day=1), day.replace(day=length))


def read_day(text: str) -> dt.date:
    """A day written as ``2026-11-21``.

    Raises:
        UsageProblem: it is none.

    """
    try:
        if _DAY.fullmatch(text.strip()):
            return dt.date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise UsageProblem("day_unreadable", text=text)
