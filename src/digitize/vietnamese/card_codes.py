"""What the codes on identity cards say: the QR code, and the machine-readable zone with its check digits."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from digitize.vietnamese.folding import single_spaced
from digitize.vietnamese.identity import read_personal_number

_WEIGHTS = (7, 3, 1)

NEVER = "991231"
"""What stands in the machine-readable zone of a card that never runs out."""

UNLIMITED = "Không thời hạn"
"""How the card itself says so."""

_DIGITS = str.maketrans("OQDILZSBG", "000112586")
"""What OCR makes of digits, where there can be nothing but digits."""

_FIRST = re.compile(r"V[NH]M([0-9OQDILZSBG]{9})([0-9OQDILZSBG])([0-9OQDILZSBG]{12})[^0-9]*([0-9OQDILZSBG])$")
_SECOND = re.compile(
    r"([0-9OQDILZSBG]{6})([0-9OQDILZSBG])([MFE]{1,2})([0-9OQDILZSBG]{6})([0-9OQDILZSBG])V[NH]M"
)

_LEAST = 6
"""Fields of a QR code at least; newer cards have more, some readers leave the old number out."""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a code says; None where it says nothing, or nothing that holds.

    Attributes:
        pid: personal number, 12 digits.
        old_pid: number of the card before, 9 digits.
        name: as written.
        dob, issued_on: ISO 8601.
        sex: ``Nam`` or ``Nữ``.
        nationality: ``Việt Nam``; the zone says it.
        residence: as written.
        expires_on: ISO 8601, or ``Không thời hạn``.

    """

    pid: str | None = None
    old_pid: str | None = None
    name: str | None = None
    dob: str | None = None
    sex: str | None = None
    nationality: str | None = None
    residence: str | None = None
    issued_on: str | None = None
    expires_on: str | None = None


def parse_qr(text: str) -> CardFacts | None:
    """Take the QR code of a card apart: ``number|old number|name|DDMMYYYY|sex|residence|DDMMYYYY``.

    Fields beyond the seventh are left aside; the old number may be empty or, of six fields, missing. None
    where it is not the code of a card: the number must be one, and all that follows must fit its place.
    """
    parts = [single_spaced(unicodedata.normalize("NFC", part)) for part in text.split("|")]
    if len(parts) < _LEAST or read_personal_number(parts[0]) is None:
        return None
    if len(parts) == _LEAST:
        parts.insert(1, "")
    pid, old, name, born, sex, residence, issued = parts[:7]
    dob, issued_on = _day(born), _day(issued)
    if dob is None or sex not in ("Nam", "Nữ") or not name or not re.fullmatch(r"(?:\d{9}|\d{12})?", old):
        return None
    return CardFacts(
        pid=pid,
        old_pid=old or None,
        name=name,
        dob=dob,
        sex=sex,
        residence=residence or None,
        issued_on=issued_on,
    )


def parse_mrz(lines: Iterable[str]) -> CardFacts | None:
    """The machine-readable zone (ICAO 9303 part 5, TD1) in some lines of a page, spaces left out.

    Only what its check digits confirm is told. The number stands twice, its last nine digits as the number
    of the document and all twelve in the place for options. None where no line holds.
    """
    pid, rest = None, None
    for line in lines:
        bare = line.upper().replace(" ", "")
        if first := _FIRST.search(bare):
            pid = pid or _number_of(*(group.translate(_DIGITS) for group in first.groups()))
        if second := _SECOND.search(bare):
            rest = rest or _dates_of(
                second[1].translate(_DIGITS), second[2], second[3], second[4].translate(_DIGITS), second[5]
            )
    if pid is None:
        # Without the number nobody knows the century, or whose card it is.
        return None
    person = read_personal_number(pid)
    if rest is None or person is None or not _fits(rest[0], rest[1], person.birth_year, person.sex):
        return CardFacts(pid=pid)
    birth, sex, expiry = rest
    dob = _iso(person.birth_year, birth)
    if dob is None:
        return CardFacts(pid=pid)
    # Cards are valid for some 60 years at most: the end is after the birth, in this century or the next.
    end = UNLIMITED if expiry == NEVER else _iso(2000 + int(expiry[:2]), expiry)
    return CardFacts(pid=pid, dob=dob, sex=sex, nationality="Việt Nam", expires_on=end)


def check_digit(text: str) -> int:
    """The check digit of a run of digits, letters and fillers (ICAO 9303 part 3, 4.9)."""
    total = 0
    for index, letter in enumerate(text):
        value = 0 if letter == "<" else int(letter) if letter.isdigit() else ord(letter) - ord("A") + 10
        total += value * _WEIGHTS[index % 3]
    return total % 10


def _number_of(number: str, digit: str, pid: str, pid_digit: str) -> str | None:
    holds = (
        pid.endswith(number)
        and str(check_digit(number)) == digit
        and str(check_digit(pid)) == pid_digit
        and read_personal_number(pid) is not None
    )
    return pid if holds else None


def _dates_of(birth: str, digit: str, sex: str, expiry: str, end_digit: str) -> tuple[str, str, str] | None:
    if str(check_digit(birth)) != digit.translate(_DIGITS):
        return None
    if str(check_digit(expiry)) != end_digit.translate(_DIGITS):
        return None
    # An F of this print is read as E, or as both.
    return birth, "Nam" if sex == "M" else "Nữ", expiry


def _fits(birth: str, sex: str, year: int, own_sex: str) -> bool:
    return int(birth[:2]) == year % 100 and sex == own_sex


def _day(text: str) -> str | None:
    try:
        return dt.datetime.strptime(text, "%d%m%Y").date().isoformat()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None


def _iso(year: int, yymmdd: str) -> str | None:
    try:
        return dt.date(year, int(yymmdd[2:4]), int(yymmdd[4:6])).isoformat()
    except ValueError:
        return None
