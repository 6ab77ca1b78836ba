"""Personal identification numbers: 12 digits since 2016, 9 on the old cards (CMND).

A 12-digit number is ``PPP G YY NNNNNN``: province or country of birth registration, sex and
century, year of birth, random digits. It bears no check digit of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """What a 12-digit number says about its holder."""

    province: str
    sex: str
    birth_year: int


def read_personal_number(digits: str) -> PersonalNumber | None:
    """Take a 12-digit number apart; None where it is not one."""
    if not re.fullmatch(r"\d{12}", digits):
        return None
    generation = int(digits[3])
    year = 1900 + 100 * (generation // 2) + int(digits[4:6])
    return PersonalNumber(digits[:3], "Nữ" if generation % 2 else "Nam", year)
