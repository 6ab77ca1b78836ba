"""Rules between the fields of a form. Templates say which rule holds for which fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from digitize.forms.template import Check
from digitize.model import FieldReading, Problem, Value
from digitize.times import now
from digitize.vietnamese.dates import parse_date_words
from digitize.vietnamese.identity import read_personal_number
from digitize.vietnamese.numbers import amount_from_words
from digitize.vietnamese.vocabulary import CARD_ISSUER_DAYS

Rule = Callable[[Sequence[Value]], str | None]
"""Takes the values in the order of the check and gives the code of a problem, or None."""


def apply_checks(fields: dict[str, FieldReading], checks: Sequence[Check]) -> dict[str, FieldReading]:
    """Flag the fields that contradict one another; a rule with an empty field says nothing."""
    checked = dict(fields)
    for check in checks:
        # A name that is no field of the form stands for itself, such as the sex of a mother.
        values = [_value(checked, name) for name in check.fields]
        if any(value is None for value in values):
            if check.rule in _BOTH:
                checked |= _unproven(check, checked)
            continue
        code = _RULES[check.rule](values)
        if code is None:
            continue
        if code == "dates_reversed" and _TODAY in check.fields:
            code = "date_in_future"
        for name in check.fields:
            if name in checked:
                checked[name] = checked[name].doubted(Problem(code))
    return checked


def _value(fields: Mapping[str, FieldReading], name: str) -> Value:
    if name in fields:
        return fields[name].value
    return now().date().isoformat() if name == _TODAY else name


def _unproven(check: Check, fields: dict[str, FieldReading]) -> dict[str, FieldReading]:
    """The fields of a check that proves them by one another, where one could not be read."""
    if not any(
        fields[name].value is None and fields[name].needs_review for name in check.fields if name in fields
    ):
        return {}
    return {
        name: fields[name].doubted(Problem("other_half_missing"))
        for name in check.fields
        if name in fields and fields[name].value is not None
    }


def _words_agree(values: Sequence[Value]) -> str | None:
    digits, words = values
    agreed = parse_date_words(str(words)) == digits
    return None if agreed else "dob_words_disagree"


def _number_fits_birth(values: Sequence[Value]) -> str | None:
    document, birth = values
    number = read_personal_number(_number(document))
    if number is None:
        return None
    return None if str(birth)[:4] == str(number.birth_year) else "pid_birth_disagrees"


def _number_fits_sex(values: Sequence[Value]) -> str | None:
    document, sex = values
    number = read_personal_number(_number(document))
    return None if number is None or number.sex == sex else "pid_sex_disagrees"


def _not_after(values: Sequence[Value]) -> str | None:
    earlier, later = (str(value) for value in values)
    length = min(len(earlier), len(later))
    return None if earlier[:length] <= later[:length] else "dates_reversed"


def _at_least_years(values: Sequence[Value]) -> str | None:
    """Whether somebody born on one day had so many full years on another; both may be years alone."""
    born, on, years = (str(value) for value in values)
    turned = f"{int(born[:4]) + int(years):04}{born[4:]}"
    length = min(len(turned), len(on))
    return None if turned[:length] <= on[:length] else "too_young"


def _amount_words_agree(values: Sequence[Value]) -> str | None:
    amount, words = values
    return None if amount_from_words(str(words)) == amount else "amount_words_disagree"


def _same_person(values: Sequence[Value]) -> str | None:
    first, second = (str(value).casefold() for value in values)
    return None if first == second else "persons_differ"


def _within_days(values: Sequence[Value]) -> str | None:
    """Whether a day is at most so many days after another; a year or month alone says nothing."""
    earlier, later, days = (str(value) for value in values)
    if len(earlier) != len(later) or len(later) != len("2026-11-21"):
        return None
    apart = dt.date.fromisoformat(later) - dt.date.fromisoformat(earlier)
    return None if apart.days <= int(days) else "registered_late"


def _issuer_fits_date(values: Sequence[Value]) -> str | None:
    """Whether who issued an identity paper did so on that day."""
    (paper,) = values
    if not isinstance(paper, dict) or not paper.get("issued_on"):
        return None
    day = str(paper["issued_on"])
    spans = [(first, last) for issuer, first, last in CARD_ISSUER_DAYS if issuer == paper.get("issuer")]
    fits = not spans or any(first <= day and (not last or day <= last) for first, last in spans)
    return None if fits else "issuer_date_disagree"


def _number(document: Value) -> str:
    number = document.get("number") if isinstance(document, dict) else document
    return str(number or "")


_TODAY = "today"
"""Stands in a check for the present day."""

_BOTH = ("words_agree", "amount_words_agree")
"""Rules by which two fields say the same in two ways: one alone has lost its proof."""

_RULES: dict[str, Rule] = {
    "words_agree": _words_agree,
    "number_fits_birth": _number_fits_birth,
    "number_fits_sex": _number_fits_sex,
    "not_after": _not_after,
    "at_least_years": _at_least_years,
    "amount_words_agree": _amount_words_agree,
    "same_person": _same_person,
    "within_days": _within_days,
    "issuer_fits_date": _issuer_fits_date,
}
