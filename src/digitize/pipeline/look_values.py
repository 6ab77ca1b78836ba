"""Whether the answers of two people to one question are the same."""

from __future__ import annotations

import json

from digitize.model import Value
from digitize.vietnamese.same_text import same_text


def alike(one: Value, other: Value) -> bool:
    """Whether two values of a field say the same, though perhaps not letter for letter."""
    first, second = _filled(one), _filled(other)
    if first is None or second is None:
        return first is second
    if isinstance(first, str) and isinstance(second, str):
        return same_text(first, second)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same_text, first, second))
    if isinstance(first, dict) and isinstance(second, dict):
        return all(alike(first.get(key), second.get(key)) for key in first.keys() | second.keys())
    return type(first) is type(second) and first == second


def without_order(values: tuple[Value, Value]) -> tuple[Value, Value]:
    """Two answers in an order that does not tell whose is whose."""
    one, other = sorted(values, key=lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True))
    return one, other


def _filled(value: Value) -> Value:
    """A value, None where nothing is in it."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, list):
        return value or None
    if isinstance(value, dict):
        return value if any(value.values()) else None
    return value
