"""How long a package is to be kept, as its own metadata say."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from lxml import etree

from digitize.errors import ItemProblem

METADATA = "metadata/descriptive/EAD.xml"

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
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring((package / METADATA).read_bytes(), parser)
    except (OSError, etree.XMLSyntaxError) as error:
        raise ItemProblem("metadata_unreadable", package=package.name, file=METADATA) from error
    code, closed = _text(root, "maintenance"), _text(root, "endDate")
    years = retention_years().get(code)
    return Retention(
        title=_text(root, "title"),
        code=code,
        closed=closed,
        for_ever=years == 0,
        ends=_end(closed, years) if years else None,
    )


@cache
def retention_years() -> dict[str, int]:
    """Years of each code of retention; 0 is for ever, a code without years is not in it."""
    text = resources.files("digitize.archive").joinpath("codes.toml").read_text("utf-8")
    years: dict[str, int] = tomllib.loads(text)["retention_years"]
    return years


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
