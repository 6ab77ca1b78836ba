"""Values of fields as people write them."""

from __future__ import annotations

import re

from digitize.messages import Catalogue
from digitize.model import Value

_DAY = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")


def written(catalogue: Catalogue, value: Value) -> str:
    """A value as a person reads it: dates with the day first, yes and no in words; empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return catalogue.text("say.yes" if value else "say.no")
    if isinstance(value, dict):
        return ", ".join(_day_first(str(part)) for part in value.values() if part)
    if isinstance(value, list):
        return "; ".join(value)
    return _day_first(str(value))


def _day_first(text: str) -> str:
    match = _DAY.fullmatch(text)
    return "/".join(part for part in reversed(match.groups()) if part) if match else text
