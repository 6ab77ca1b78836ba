"""Letters that a reading took digits for, and signs that it took an ``@`` for."""

from __future__ import annotations

import re

_ZEROS, _ONES = "oOöÖòóôõOÒÓÔÕqQDaạ", "lIi|!Í"
_DIGIT_OF = (
    dict.fromkeys(_ZEROS, "0")
    | dict.fromkeys(_ONES, "1")
    | {
        "T": "7",
        "?": "7",
        "S": "5",
        "s": "5",
        "§": "5",
        "B": "8",
        "g": "9",
        "z": "2",
        "Z": "2",
        "¿": "2",
        "£": "6",
        "€": "6",
    }
)
_BETWEEN = "/-.,:"
_CODE = re.compile(r"^(?:\d+[aABD]|[A-ZĐ]\d)$")
_EMAIL = re.compile(
    r"^(?P<name>[A-Za-z0-9._+-]*[A-Za-z][A-Za-z0-9._+-]*)(?P<sign>[^A-Za-z0-9._+@/:,;-]+@?|@[^A-Za-z0-9._+-]+)"
    r"(?P<domain>[a-z0-9-]{2,}(?:\.[a-z0-9-]{2,})*\.[a-z]{2,})$"
)


def as_number(text: str) -> str:
    """A text of digits with their lookalikes made digits; the text itself if it is no such text.

    At least half of it must be digits already: ``q4`` is a number, ``Quy`` is none. Nor is the number of a
    house, ``12a``, or a class, ``B2``.
    """
    if _CODE.match(text):
        return text
    digits = sum(map(str.isdigit, text))
    signs = sum(sign in _BETWEEN for sign in text)
    if not digits or 2 * digits < len(text) - signs:
        return text
    found = "".join(sign if sign.isdigit() or sign in _BETWEEN else _DIGIT_OF.get(sign, "") for sign in text)
    return found if len(found) == len(text) else text


def as_email(text: str) -> str:
    """A text with its ``@`` where one was read as another sign; the text itself if it is no address."""
    found = _EMAIL.match(text)
    return f"{found['name']}@{found['domain']}" if found else text
