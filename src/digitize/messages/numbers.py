"""Numbers, shares and days as people write them: 1.234 and 97,5 % in Vietnamese."""

from __future__ import annotations

import datetime as dt

from digitize.model import Language

_SPACE = "\u00a0"
_MARKS = {Language.VI: str.maketrans(",.", ".,"), Language.EN: str.maketrans("", "")}


def count_text(language: Language, number: int) -> str:
    """A whole number, its thousands grouped."""
    return f"{number:,}".translate(_MARKS[language])


def decimal_text(language: Language, number: float) -> str:
    """A number with one place after the point."""
    return f"{number:,.1f}".translate(_MARKS[language])


def share_text(language: Language, share: float) -> str:
    """A share as a percentage; 100 and 0 are written only where they are exact."""
    percent = round(100 * share, 1)
    if share < 1:
        percent = min(percent, 99.9)
    if share > 0:
        percent = max(percent, 0.1)
    return f"{decimal_text(language, percent)}{_SPACE}%"


def day_text(day: dt.date) -> str:
    """A day with its day first, as in 31/12/2026."""
    return f"{day:%d/%m/%Y}"


def month_text(month: dt.date) -> str:
    """The month of a day, as in 12/2026."""
    return f"{month:%m/%Y}"
