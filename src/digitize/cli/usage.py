"""Wrong usage in words: what is wrong, and what may have been meant.

The library tells it in English; what it means is taken from the parameters themselves where that is possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from typer.exceptions import TyperException

from digitize.messages import Catalogue

_TOO_MANY = re.compile(r"^Got unexpected extra argument\(s\) \((.*)\)$", re.DOTALL)
"""The library has one kind of error for several things, told apart by their wording alone."""


def explained(catalogue: Catalogue, error: TyperException) -> tuple[str, str]:
    """What is wrong with a call, and what to do about it."""
    what, meant = _explained(catalogue, error)
    return what, " ".join(filter(None, [did_you_mean(catalogue, meant), catalogue.text("usage.help")]))


def did_you_mean(catalogue: Catalogue, names: Sequence[str]) -> str:
    """What may have been meant; empty where nothing is near."""
    return catalogue.text("usage.did_you_mean", names=", ".join(names)) if names else ""


def close_to(name: str, known: Iterable[str]) -> list[str]:
    """The names that are nearly this one."""
    return get_close_matches(name, list(known))


def _explained(catalogue: Catalogue, error: TyperException) -> tuple[str, Sequence[str]]:
    kind = type(error).__name__
    param = getattr(error, "param", None)
    option = str(getattr(error, "option_name", ""))
    if kind == "NoSuchOption":
        return catalogue.text("usage.NoSuchOption", name=option), getattr(error, "possibilities", None) or ()
    if kind == "BadOptionUsage":
        key = "takes_no_value" if "does not take" in error.message else "no_value"
        return catalogue.text(f"usage.{key}", name=option), ()
    if kind == "MissingParameter" and param is not None:
        return catalogue.text("usage.MissingParameter", name=param.get_error_hint()), ()
    if kind == "BadParameter" and param is not None:
        return _bad_value(catalogue, error, param)
    if match := _TOO_MANY.search(error.message):
        return catalogue.text("usage.too_many", detail=match[1]), ()
    return catalogue.text("usage.other", detail=error.message), ()


def _bad_value(catalogue: Catalogue, error: TyperException, param: Any) -> tuple[str, Sequence[str]]:
    name = param.get_error_hint()
    kind = param.type_descriptor
    if kind.choices is not None:
        known = [str(getattr(choice, "value", choice)) for choice in kind.choices]
        detail = ", ".join(map(repr, known))
        return catalogue.text("usage.no_choice", detail=detail, name=name), close_to(_given(error), known)
    wanted = number_wanted(catalogue, kind)
    if wanted is not None:
        return catalogue.text("usage.no_number", name=name, wanted=wanted), ()
    return catalogue.text("usage.BadParameter", name=name, detail=error.message), ()


def _given(error: TyperException) -> str:
    """What was typed, as the library that checks values remembers it."""
    errors = getattr(error.__cause__, "errors", None)
    found = errors() if errors is not None else []
    return str(found[0].get("input", "")) if found else ""


def number_wanted(catalogue: Catalogue, kind: Any) -> str | None:
    """What numbers an option or argument takes, in words; None if it takes no numbers."""
    if kind.annotation not in (int, float, int | None, float | None):
        return None
    whole = "int" in str(kind.annotation)
    least, most = kind.parameter_info.min, kind.parameter_info.max
    number = catalogue.text("usage.whole_number" if whole else "usage.number")
    if least is None and most is None:
        return number
    if most is None:
        return catalogue.text("usage.at_least", number=number, least=str(least))
    if least is None:
        return catalogue.text("usage.at_most", number=number, most=str(most))
    return catalogue.text("usage.between", number=number, least=str(least), most=str(most))
