"""How long a package is to be kept, as its own metadata say."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from digitize.archive.elements import code_list
from digitize.archive.parts import EAD_NAME
from digitize.archive.xml import root_of
from digitize.errors import ItemProblem

_DATE = re.compile(r"(?:(?:(\d{1,2})/)?(\d{1,2})/)?(\d{4})")


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a package is to be kept.

    Attributes:
        title: of the dossier.
        code: code of its retention.
        closed: when the dossier was closed, as it is written; empty if nobody knows.
        for_ever: it has no end.
        ends: the day on which its time is over; None if it has none, or none can be told.

    """

    title: str
    code: str
    closed: str
    for_ever: bool
    ends: dt.date | None


def package_retention(package: Path) -> Retention:
    """Read how long a package is to be kept.

    Raises:
        ItemProblem: its metadata cannot be read.

    """
    root = root_of(package / EAD_NAME)
    if root is None:
        raise ItemProblem("metadata_unreadable", package=package.name, file=EAD_NAME)
    code, closed = _text(root, "maintenance"), _text(root, "endDate")
    years = retention_years().get(code)
    return Retention(
        title=_text(root, "title"),
        code=code,
        closed=closed,
        for_ever=years == 0,
        ends=_end(closed, years) if years else None,
    )


def retention_years() -> dict[str, int]:
    """Years of each code of retention; 0 is for ever, a code without years is not in it."""
    return {code: int(years) for code, years in code_list("retention_years").items()}


def _text(root: etree._Element, name: str) -> str:
    return (root.findtext(f".//{{*}}{name}") or "").strip()


def _end(closed: str, years: int) -> dt.date | None:
    """The day that lies so many years after the closing; never too early where that is not told in full."""
    match = _DATE.fullmatch(closed)
    if match is None:
        return None
    try:
        year = int(match[3]) + years
        month = int(match[2] or 12)
        last = calendar.monthrange(year, month)[1]
        return dt.date(year, month, min(int(match[1] or last), last))
    except ValueError:
        # A month or a year that does not exist.
        return None
