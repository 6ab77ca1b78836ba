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


def day_text(language: Language, day: dt.date) -> str:
    """A day: 31/12/2026 in Vietnamese, 2026-12-31 in English."""
    return f"{day:%d/%m/%Y}" if language is Language.VI else day.isoformat()


def month_text(language: Language, month: dt.date) -> str:
    """The month of a day: 12/2026 in Vietnamese, 2026-12 in English."""
    return f"{month:%m/%Y}" if language is Language.VI else f"{month:%Y-%m}"
