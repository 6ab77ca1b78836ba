"""Working time: days and hours at which offices work, days off left out."""

from __future__ import annotations

import datetime as dt

import pytest

from digitize.vietnamese.working_time import is_working_day, knows_days_off, working_days, working_hours


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-10-05", "2026-10-05", 0),
        ("2026-10-05", "2026-10-06", 1),
        ("2026-10-02", "2026-10-05", 1),  # over a weekend
        ("2026-10-03", "2026-10-04", 0),  # on one
        ("2026-09-01", "2026-09-03", 1),  # over the National Day
        ("2026-02-13", "2026-02-23", 1),  # over the New Year
        ("2026-10-06", "2026-10-05", 0),
    ],
)
def test_working_days_after_the_first(first: str, last: str, days: int) -> None:
    assert working_days(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) == days


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-10-05 08:00", "2026-10-05 09:30", 1.5),
        ("2026-10-05 11:00", "2026-10-05 14:00", 1.5),  # over the break at noon
        ("2026-10-05 06:00", "2026-10-05 20:00", 8.0),
        ("2026-10-02 16:30", "2026-10-05 08:00", 1.0),  # over a weekend
        ("2026-10-03 08:00", "2026-10-04 17:00", 0.0),
        ("2026-10-05 09:00", "2026-10-05 09:00", 0.0),
    ],
)
def test_hours_of_work_between_two_moments(start: str, end: str, hours: float) -> None:
    assert working_hours(dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end)) == hours


def test_years_whose_days_off_nobody_told_are_known_as_such() -> None:
    assert knows_days_off(2026)
    assert not knows_days_off(2035)
    assert is_working_day(dt.date(2035, 9, 3))
    assert not is_working_day(dt.date(2026, 9, 2))
