"""How the values of a form are written out: dates, identity papers, numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

Facts = Mapping[str, object]
"""What a paper says, by field: values as ``read --json`` reports them. Keys that begin with an
underscore are written as well, but are no fields."""


@dataclass(frozen=True, slots=True)
class Manner:
    """Habits of whoever fills in a form.

    Attributes:
        date: how a date is written.
        iddoc: how an identity paper is written.
        padded: small numbers have a zero in front.

    """

    date: str
    iddoc: str
    padded: bool


def choose_manner(random: Random) -> Manner:
    """Habits that are met with."""
    return Manner(
        random.choice(("{d:02}/{m:02}/{y}", "{d:02}/{m:02}/{y}", "{d:02}-{m:02}-{y}", "{d}/{m}/{y}")),
        random.choice(
            (
                "{name} số {number} do {issuer} cấp ngày {on}",
                "{name} số: {number}, do {issuer} cấp ngày {on}",
                "{name} {number}, cấp ngày {on}, {issuer}",
            )
        ),
        random.random() < 0.7,
    )


def written(value: object, kind: str, manner: Manner, part: str = "") -> str:
    """A value as it is written; empty where there is nothing to write.

    Args:
        value: as ``read --json`` reports it.
        kind: the type of the field.
        manner: habits.
        part: ``day``, ``month``, ``year``, ``hour``, ``minute``, ``number``, ``issuer``,
            ``issued_on`` or ``words``; empty for all of it.

    """
    if value is None or value is False:
        return ""
    if isinstance(value, list):
        rows = [row for row in value if isinstance(row, dict)]
        return str(rows[int(part)]["title"]) if part.isdigit() and int(part) < len(rows) else ""
    if isinstance(value, dict):
        return _iddoc(value, manner, part)
    if kind == "date" or part in ("day", "month", "year"):
        return _date(str(value), manner, part)
    if kind == "time":
        hour, minute = str(value).split(":")
        return {"hour": hour, "minute": minute}.get(part, f"{hour} giờ {minute} phút")
    if kind == "int" and isinstance(value, int):
        if value >= 10_000:
            return f"{value:,}".replace(",", ".")
        return f"{value:02}" if manner.padded else str(value)
    if kind == "number":
        return f"{value:g}".replace(".", ",")
    return str(value)


def _date(iso: str, manner: Manner, part: str) -> str:
    try:
        date = dt.date.fromisoformat(iso)
    except ValueError:
        # A year alone, or words such as "Không thời hạn".
        year, _, month = iso.partition("-")
        return f"{month}/{year}" if month.isdigit() else iso
    parts = {"day": f"{date.day:02}", "month": f"{date.month:02}", "year": str(date.year)}
    return parts.get(part) or manner.date.format(d=date.day, m=date.month, y=date.year)


def _iddoc(value: Mapping[str, object], manner: Manner, part: str) -> str:
    on = _date(str(value["issued_on"]), manner, "") if value.get("issued_on") else ""
    if part == "issued_on":
        return on
    if part in ("day", "month", "year"):
        return _date(str(value["issued_on"]), manner, part)
    if part:
        return str(value.get(part) or "")
    name = "CCCD" if "Cảnh sát" in str(value.get("issuer")) else "Thẻ căn cước"
    return manner.iddoc.format(name=name, number=value["number"], issuer=value["issuer"], on=on)
