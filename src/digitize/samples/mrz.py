"""The machine-readable zone of identity cards (ICAO 9303 part 5, TD1: three lines of 30)."""

from __future__ import annotations

import datetime as dt

from digitize.vietnamese.card_codes import NEVER, check_digit
from digitize.vietnamese.folding import fold

_STATE = "VNM"


def mrz_lines(pid: str, name: str, born: dt.date, sex: str, expires: dt.date | None) -> tuple[str, str, str]:
    """The three lines of a Vietnamese card.

    Args:
        pid: the 12-digit number; its last nine digits are the number of the document.
        name: in Vietnamese, the family name first.
        born: day of birth.
        sex: ``Nam`` or ``Nữ``.
        expires: None for a card that never runs out.

    """
    number = pid[-9:]
    first = f"ID{_STATE}{number}{check_digit(number)}{pid}<<{check_digit(pid)}"
    birth = f"{born:%y%m%d}"
    expiry = f"{expires:%y%m%d}" if expires else NEVER
    letter = "F" if sex == "Nữ" else "M"
    dates = f"{birth}{check_digit(birth)}{letter}{expiry}{check_digit(expiry)}{_STATE}"
    optional = "<" * 11
    whole = first[5:] + dates[:7] + dates[8:15] + optional
    second = f"{dates}{optional}{check_digit(whole)}"
    family, *given = fold(name).upper().split()
    third = f"{family}<<{'<'.join(given)}"[:30].ljust(30, "<")
    return first, second, third
