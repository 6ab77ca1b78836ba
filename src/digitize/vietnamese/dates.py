"""Dates as Vietnamese papers write them, in digits and in words."""

from __future__ import annotations

import datetime as dt
import re

from digitize.vietnamese.folding import fold, single_spaced
from digitize.vietnamese.numbers import number_from_words, number_in_words

_LABELLED = re.compile(r"(?:ngay\s*)?(\d{1,2})\s*thang\s*(\d{1,2})\s*nam\s*(\d{4})", re.IGNORECASE)
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})(?!\d)")
_SPACED = re.compile(r"(\d{2})[\s/.\-]+(\d{2})[\s/.\-]+(\d{4})")
_MONTH = re.compile(r"(?<![\d/.\-])(?:thang\s*)?(\d{1,2})\s*(?:[/.\-]|nam)\s*(\d{4})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")

DATE_PARTS = {"ngay": (1, 2), "thang": (1, 2), "nam": (4,)}
"""What stands before a part of a date, folded, and how many digits the part has."""

_SPECIAL_MONTHS = {"gieng": 1, "tu": 4, "chap": 12}


def parse_date(text: str) -> str | None:
    """The one date in ``text`` as ISO 8601: ``2025-04-04``, ``2025-04`` or ``1992``.

    None where there is none, where it cannot be (31/02), or where there are two.
    """
    folded = fold(text)
    whole = [match for pattern in (_LABELLED, _NUMERIC) for match in pattern.finditer(folded)]
    if whole:
        rest = folded[: whole[0].start()] + " " + folded[whole[0].end() :]
        if len(whole) > 1 or _MONTH.search(rest) or _YEAR.search(rest):
            return None
        day, month, year = (int(part) for part in whole[0].groups())
        return _iso(year, month, day)
    if spaced := _SPACED.fullmatch(folded.strip()):
        # The strokes printed between its parts were lost.
        return _iso(int(spaced[3]), int(spaced[2]), int(spaced[1]))
    months = list(_MONTH.finditer(folded))
    if len(months) == 1:
        month, year = int(months[0][1]), int(months[0][2])
        return f"{year:04}-{month:02}" if 1 <= month <= 12 else None
    years = _YEAR.findall(folded)
    rest = re.sub(r"(nam|sinh|[\s.,;:])", "", _YEAR.sub("", folded))
    return years[0] if len(years) == 1 and not rest else None


def parse_date_words(text: str) -> str | None:
    """A full date written in words, such as ``Ngày bốn tháng tư năm hai nghìn …``, as ISO 8601.

    Accents do not matter; None where a word is not understood.
    """
    words = re.sub(r"[^a-z\s]", " ", fold(text)).split()
    try:
        month_at = words.index("thang")
        # "năm" is both "year" and "five": the year begins at the "năm" before the thousands.
        thousand_at = next(i for i, word in enumerate(words) if word in ("nghin", "ngan"))
        year_at = thousand_at - 2
        if year_at <= month_at or words[year_at] != "nam":
            return None
    except (ValueError, StopIteration):
        return None
    day_words = [word for word in words[:month_at] if word not in ("ngay", "mung", "mong")]
    month_words = words[month_at + 1 : year_at]
    month = (
        _SPECIAL_MONTHS.get(month_words[0])
        if len(month_words) == 1 and month_words[0] in _SPECIAL_MONTHS
        else number_from_words(month_words)
    )
    day, year = number_from_words(day_words), number_from_words(words[year_at + 1 :])
    if day is None or month is None or year is None:
        return None
    return _iso(year, month, day)


def date_in_words(date: dt.date) -> str:
    """A date as civil status papers want it in words."""
    month = "tư" if date.month == 4 else number_in_words(date.month)
    words = f"ngày {number_in_words(date.day)} tháng {month} năm {number_in_words(date.year)}"
    return words[0].upper() + words[1:]


def written_date(date: dt.date) -> str:
    """A date as it stands at the head of a letter; NĐ 30/2020 pads days below 10, months 1, 2."""
    month = f"{date.month:02}" if date.month <= 2 else str(date.month)
    return single_spaced(f"ngày {date.day:02} tháng {month} năm {date.year}")


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None
