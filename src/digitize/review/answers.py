"""What a typed answer means for a field, and what speaks against it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from digitize.errors import UsageProblem
from digitize.forms.template import Choice, FieldType, Template
from digitize.forms.template_files import template_of
from digitize.forms.values import typed_value
from digitize.model import Problem, Value
from digitize.pipeline.findings import DoubtfulField
from digitize.vietnamese.folding import fold, single_spaced

_YES = frozenset({"có", "co", "x", "1", "true", "yes", "y"})
_NO = frozenset({"không", "khong", "0", "false", "no", "n"})

YES_OR_NO = (FieldType.CHECK, FieldType.TICK, FieldType.SIGNATURE)
"""Types whose values are true or false."""

_UNUSUAL = frozenset(
    {
        "date_incomplete",
        "name_unusual",
        "place_odd",
        "province_unknown",
        "unit_odd",
        "phrase_odd",
        "pid_province_odd",
        "syllable_odd",
        "character_odd",
        "nationality_unknown",
        "relation_unknown",
        "ethnicity_unknown",
        "iddoc_issuer_unknown",
    }
)
"""What makes a reading doubtful, but may be right all the same: the person has seen the paper."""

_LEFT_OUT = frozenset({"iddoc_issuer_unreadable", "iddoc_date_unreadable"})
"""What a person who types the number of an identity paper alone has left out: it is not written there."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a typed answer comes to.

    Attributes:
        value: what it means; None where it means nothing yet.
        problems: what is unusual in it or does not fit other values; a person may accept it.
        serious: what makes it no answer.

    """

    value: Value
    problems: tuple[Problem, ...] = ()
    serious: tuple[Problem, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether it can be taken as it is."""
        return not self.serious


def meaning_of(field: DoubtfulField, text: str, templates: Mapping[str, Template]) -> Checked:
    """What a typed answer means by itself, and what is unusual in it."""
    template = template_of(field.form, templates)
    kind = template.type_of(field.key)
    folded = text.strip().casefold()
    if kind in YES_OR_NO:
        if folded in _YES | _NO:
            return Checked(folded in _YES)
        return Checked(None, serious=(Problem("answer_not_yes_or_no"),))
    unfit = Problem("answer_unfit", {"kind": kind.value})
    if any(unicodedata.category(character) == "Cc" for character in text):
        # Keys like the arrows send control sequences where the terminal does not edit lines.
        return Checked(None, serious=(unfit,))
    if choices := template.choices_of(field.key):
        chosen = next((one.value for one in choices if fold(single_spaced(text)) in _names(one)), None)
        return Checked(chosen, serious=() if chosen is not None else (unfit,))
    if kind is FieldType.LIST:
        parts = (single_spaced(part) for part in text.split(";"))
        return Checked([part for part in parts if part])
    return _typed(kind, text, template.pattern_of(field.key), unfit)


def _typed(kind: FieldType, text: str, pattern: str, unfit: Problem) -> Checked:
    read = typed_value(kind, text)
    accepted = _UNUSUAL | (_LEFT_OUT if text.strip().isdecimal() else set())
    if any(map(str.isalpha, text)) and not any(map(str.isdigit, text)):
        # People may have one name, or a stroke in it; digits are no name.
        accepted |= {"name_odd"}
    unusual = tuple(problem for problem in read.problems if problem.code in accepted - _LEFT_OUT)
    serious = [problem for problem in read.problems if problem.code not in accepted]
    # Of a paper the first number is taken; a person who types more means something else.
    inexact = kind is FieldType.INT and not text.strip().isdecimal()
    if serious or inexact or read.value is None:
        return Checked(None, unusual, (unfit, *serious))
    if pattern and not re.fullmatch(pattern, str(read.value)):
        unusual += (Problem("value_unfit"),)
    return Checked(read.value, unusual)


def _names(choice: Choice) -> set[str]:
    """What may be typed for one of a few things."""
    return {fold(one) for one in (*choice.label, str(choice.value))}


def value_from(field: DoubtfulField, text: str, templates: Mapping[str, Template]) -> Value:
    """The value that a typed answer means for a field.

    Raises:
        UsageProblem: the answer does not fit the type of the field.

    """
    found = meaning_of(field, text, templates)
    for problem in found.serious:
        raise UsageProblem(problem.code, **problem.facts)
    return found.value
